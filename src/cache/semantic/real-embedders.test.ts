/** The whole semantic tier with the embedders that people use: rewordings are found, near-misses are not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextEmbedder } from '../../core/embedder.ts';
import { systemClock } from '../../runtime/clock.ts';
import { dialects } from '../../dialect/dialects.ts';
import { sharedModel } from '../../../test/support/shared-model.ts';
import { openBuiltinEmbedder } from '../../embedding/builtin.ts';
import { openSharedUseLite } from '../../embedding/in-process.ts';
import { openStaticEmbedder } from '../../embedding/static.ts';
import { CacheBench, chat } from '../test-support.ts';

/** Asked first, asked again in other words, and something that only looks the same. */
const TRIPLES: readonly (readonly [string, string, string])[] = [
  [
    'What is the capital of France?',
    'What is the capital city of France?',
    'What is the capital of Germany?',
  ],
  ['How do I boil an egg?', 'How can I boil an egg?', 'How do I fry an egg?'],
  ['Why is the sky blue?', 'Why is the sky blue in colour?', 'Why is the sky red?'],
  [
    'Who wrote the novel War and Peace?',
    'Who is the author of the novel War and Peace?',
    'Who wrote the novel Crime and Punishment?',
  ],
  [
    'How many legs does a spider have?',
    'What number of legs does a spider have?',
    'How many legs does a crab have?',
  ],
  ['Explain how a hash map works', 'Please explain how a hash map works', 'Explain how a heat map works'],
  [
    'How do I reverse a list in Python?',
    'How can I reverse a list in Python?',
    'How do I reverse a list in Java?',
  ],
  [
    'What is the boiling point of water?',
    "What's the boiling point of water?",
    'What is the freezing point of water?',
  ],
  [
    'Are account fees waived for students?',
    'Are the account fees waived for students?',
    'Are account fees not waived for students?',
  ],
  ['What is 12 percent of 50?', 'Tell me what 12 percent of 50 is', 'What is 13 percent of 50?'],
];

const shared = sharedModel();
const required = process.env['LLAMASCOPE_REQUIRE_SHARED'] === '1';

describe.each<[string, boolean, () => Promise<TextEmbedder>]>([
  ['the built-in model, by its cosine alone', false, openBuiltinEmbedder],
  ['potion-base-2M (shared model)', shared === null && !required, () => openStaticEmbedder(shared ?? '')],
  ['USE-lite (npm)', false, openSharedUseLite],
])('%s', (_, absent, openEmbedder) => {
  let embedder: TextEmbedder;
  beforeAll(async () => {
    if (!absent) embedder = await openEmbedder();
  });
  afterAll(async () => {
    if (!absent) await embedder.close();
  });

  it.skipIf(absent)('finds at least eight of ten rewordings and none of ten near-misses', async () => {
    const bench = new CacheBench(dialects, { mode: 'on', embedDeadlineMs: 10_000 }, { clock: systemClock });
    bench.cache.setEmbedder(embedder);
    const originals = new Map<string, string>();
    for (const [original] of TRIPLES) originals.set(original, (await bench.ask(chat(original))).body);
    expect(bench.asked).toBe(TRIPLES.length);
    let found = 0;
    for (const [original, reworded, nearMiss] of TRIPLES) {
      const again = await bench.ask(chat(reworded));
      if (again.result === 'hit-semantic') {
        found += 1;
        expect(again.body, reworded).toBe(originals.get(original));
      }
      expect((await bench.ask(chat(nearMiss))).result, nearMiss).toBe('miss');
    }
    expect(found).toBeGreaterThanOrEqual(8);
    await bench.cache.close();
  });
});
