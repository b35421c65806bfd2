import { beforeAll, describe, expect, it } from 'vitest';
import type { Scorer } from '../../../core/scorer.ts';
import { openBuiltinEmbedder, type BuiltinEmbedder } from '../../../embedding/builtin.ts';
import { cosine } from '../../../embedding/unit-vector.ts';
import { cosineScorer } from './cosine-scorer.ts';
import { FEATURE_NAMES, pairFeatures, readPairText } from './pair-features.ts';
import { createPairScorer } from './pair-scorer.ts';
import { BUILTIN_WEIGHTS } from './pair-weights.ts';
import { readingOf } from '../guard/readings.ts';

let embedder: BuiltinEmbedder;
let scorer: Scorer;
beforeAll(async () => {
  embedder = await openBuiltinEmbedder();
  scorer = createPairScorer(BUILTIN_WEIGHTS, embedder.words);
});

function score(a: string, b: string): number {
  const similarity = cosine(embedder.embedOne(a), embedder.embedOne(b));
  return (scorer.score(a, [{ text: b, similarity }]) as readonly number[])[0]!;
}

function features(a: string, b: string): Record<string, number> {
  const into = new Float64Array(FEATURE_NAMES.length);
  const read = (text: string) => readPairText(text, readingOf(text), embedder.words);
  pairFeatures(read(a), read(b), 0.5, embedder.words, into);
  return Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, into[i]!]));
}

describe('the pair scorer', () => {
  it('belongs to the very vectors it was fitted to', () => {
    const digest = /@([0-9a-f]{12}):/.exec(embedder.identity)?.[1];
    expect(BUILTIN_WEIGHTS.version).toMatch(new RegExp(`^[0-9a-f]{12}@${digest}$`));
    expect(scorer.identity).toContain(embedder.identity);
    expect(BUILTIN_WEIGHTS.means).toHaveLength(FEATURE_NAMES.length);
    for (const row of BUILTIN_WEIGHTS.hidden) expect(row).toHaveLength(FEATURE_NAMES.length + 1);
    expect(BUILTIN_WEIGHTS.output).toHaveLength(BUILTIN_WEIGHTS.hidden.length + FEATURE_NAMES.length + 1);
  });

  it.each([
    ['How do I reset a password?', 'What is the way to reset a password?'],
    ['Who wrote Dracula?', 'Who is the author of Dracula?'],
    ['how fast does light travel', 'what is the speed of light'],
  ])('serves %j for %j', (a, b) => {
    expect(score(a, b)).toBeGreaterThan(scorer.recommendedThreshold);
  });

  it.each([
    ['How do I reset a password?', 'How do I bake bread?'],
    ['what plants grow in the shade', 'how do I train for a marathon'],
  ])('does not serve %j for %j', (a, b) => {
    expect(score(a, b)).toBeLessThan(scorer.recommendedThreshold - 0.2);
  });

  it('is symmetric, and answers each candidate in order', () => {
    const [a, b, c] = ['how do I freeze bread', 'can bread be frozen', 'where is the moon'] as const;
    expect(score(a, b)).toBeCloseTo(score(b, a), 10);
    const both = scorer.score(a, [
      { text: b, similarity: 0.5 },
      { text: c, similarity: 0.5 },
    ]) as readonly number[];
    expect(both[0]).toBeGreaterThan(both[1]!);
    expect(scorer.score(a, [])).toEqual([]);
  });

  it('takes texts without words, and very long ones', () => {
    for (const text of ['', '?!', 'と', 'word '.repeat(400)])
      expect(score(text, 'what is a magnet')).toBeLessThanOrEqual(1);
  });
});

describe('pairFeatures', () => {
  it('of a text and itself are those of full agreement', () => {
    const seen = features('what does a comet consist of', 'what does a comet consist of');
    expect(seen['shared_least']).toBeCloseTo(1);
    expect(seen['covered_least']).toBeCloseTo(1);
    expect(seen).toMatchObject({
      cosine: 0.5,
      worst_most: 0,
      added_most: 0,
      question_same: 1,
      question_unlike: 0,
      grammar_shared: 1,
      first_same: 1,
      last_same: 1,
      length_ratio: 0,
    });
  });

  it('see what is added, what it asks and how long it is', () => {
    const seen = features(
      'when was the steam engine invented',
      'why did people need the steam engine so much',
    );
    expect(seen['added_most']).toBeGreaterThan(0);
    expect(seen).toMatchObject({ question_same: 0, question_unlike: 1, first_same: 0 });
    expect(seen['length_ratio']).toBeCloseTo(Math.log(10 / 7));
  });
});

describe('cosineScorer', () => {
  it('scores by the cosine, nothing below zero', () => {
    const plain = cosineScorer({ identity: 'e', recommendedThreshold: 0.8 });
    expect(plain).toMatchObject({ identity: 'cosine:e', recommendedThreshold: 0.8 });
    expect(plain.floorFor(0.7)).toBe(0.7);
    expect(
      plain.score('a', [
        { text: 'b', similarity: -0.2 },
        { text: 'c', similarity: 0.9 },
      ]),
    ).toEqual([0, 0.9]);
  });
});

describe('readingOf', () => {
  it('reads a text once, and a long one anew', () => {
    expect(readingOf('what is a quasar')).toBe(readingOf('what is a quasar'));
    const long = 'what is a quasar '.repeat(40);
    expect(readingOf(long)).not.toBe(readingOf(long));
    const first = readingOf('first');
    for (let i = 0; i < 1_100; i++) readingOf(`question ${String(i)}`);
    expect(readingOf('first')).not.toBe(first);
    expect(readingOf('first')).toEqual(first);
  });
});
