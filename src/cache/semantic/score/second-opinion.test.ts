import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextEmbedder } from '../../../core/embedder.ts';
import type { Scorer } from '../../../core/scorer.ts';
import { openBuiltinEmbedder } from '../../../embedding/builtin.ts';
import { openSharedUseLite } from '../../../embedding/in-process.ts';
import { cosine } from '../../../embedding/unit-vector.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { ManualClock } from '../../../runtime/manual-clock.ts';
import { USE_LITE_OPINION } from './opinion-weights.ts';
import { createPairScorer } from './pair-scorer.ts';
import { BUILTIN_WEIGHTS } from './pair-weights.ts';
import { createSecondOpinion, type OpinionDeps } from './second-opinion.ts';

type Opinion = Parameters<OpinionDeps['asked']>[0];

describe('USE-lite beside the pair scorer', () => {
  let second: TextEmbedder;
  let first: Scorer;
  let both: Scorer;
  let cosineOf: (a: string, b: string) => number;
  const opinions: Opinion[] = [];
  beforeAll(async () => {
    const builtin = await openBuiltinEmbedder();
    second = await openSharedUseLite();
    first = createPairScorer(BUILTIN_WEIGHTS, builtin.words);
    both = createSecondOpinion(first, second, {
      weights: USE_LITE_OPINION,
      clock: systemClock,
      deadlineMs: () => 10_000,
      asked: (opinion) => opinions.push(opinion),
    });
    cosineOf = (a, b) => cosine(builtin.embedOne(a), builtin.embedOne(b));
  });
  afterAll(() => second.close());

  const scores = async (scorer: Scorer, a: string, b: string): Promise<number> =>
    (await scorer.score(a, [{ text: b, similarity: cosineOf(a, b) }]))[0] as number;

  it.each([
    ['How do I boil an egg?', 'How can I boil an egg?'],
    ['what is the capital city of australia', 'tell me the capital of australia'],
    ['how long should salmon be baked', 'how long do I bake salmon'],
  ])('serves %j for %j', async (a, b) => {
    expect(await scores(both, a, b)).toBeGreaterThan(both.recommendedThreshold);
  });

  it('asks once per text, and not about what the first rejects', async () => {
    opinions.length = 0;
    const a = 'how do I turn on the oven light';
    const b = 'how do I switch on the light of the oven';
    const doubtful = await scores(both, a, b);
    expect(opinions).toEqual([{ durationMs: expect.any(Number) as number, failed: false }]);
    expect(await scores(both, a, b)).toBeCloseTo(doubtful, 10);
    const rejected = await scores(first, a, 'where do penguins live');
    expect(rejected).toBeLessThan(USE_LITE_OPINION.from);
    expect(await scores(both, a, 'where do penguins live')).toBe(rejected);
    expect(opinions).toHaveLength(1);
  });

  it('thinks less of what USE-lite finds less alike', async () => {
    const a = 'Who can see the doctor?';
    const b = 'Who is the doctor?';
    expect(await scores(both, a, b)).toBeLessThan(await scores(first, a, b));
  });

  it('names both in its identity', () => {
    expect(both.identity).toContain(first.identity);
    expect(both.identity).toContain(second.identity);
  });
});

describe('a second opinion that is not to be had', () => {
  const first: Scorer = {
    identity: 'first',
    recommendedThreshold: 0.8,
    floorFor: () => 0,
    score: (_, candidates) => candidates.map(() => 0.9),
  };
  const embedder = (embed: TextEmbedder['embed']): TextEmbedder => ({
    identity: 'second',
    dimensions: 2,
    recommendedThreshold: 0.5,
    embed,
    close: () => Promise.resolve(),
  });
  const pair = [{ text: 'b', similarity: 1 }];

  it('is a failure, told and not served', async () => {
    const opinions: Opinion[] = [];
    const scorer = createSecondOpinion(
      first,
      embedder(() => Promise.reject(new Error('broken'))),
      {
        weights: USE_LITE_OPINION,
        clock: systemClock,
        deadlineMs: () => 1_000,
        asked: (opinion) => opinions.push(opinion),
      },
    );
    await expect(scorer.score('a', pair)).rejects.toThrow('failed or was late');
    expect(opinions).toMatchObject([{ failed: true }]);
  });

  it('is late after the deadline, and remembered when it comes', async () => {
    const clock = new ManualClock();
    const opinions: Opinion[] = [];
    const asked: (readonly string[])[] = [];
    const { promise, resolve } = Promise.withResolvers<Float32Array[]>();
    const scorer = createSecondOpinion(
      first,
      embedder((texts) => {
        asked.push(texts);
        return promise;
      }),
      {
        weights: USE_LITE_OPINION,
        clock,
        deadlineMs: () => 250,
        asked: (opinion) => opinions.push(opinion),
      },
    );
    const scoring = scorer.score('a', pair);
    await Promise.resolve();
    clock.advance(250);
    await expect(scoring).rejects.toThrow('failed or was late');
    expect(opinions).toEqual([{ durationMs: 250, failed: true }]);
    resolve([Float32Array.of(1, 0), Float32Array.of(1, 0)]);
    await promise;
    await Promise.resolve();
    expect((await scorer.score('a', pair))[0]).toBeGreaterThan(0.9);
    expect(asked).toEqual([['a', 'b']]);
  });
});
