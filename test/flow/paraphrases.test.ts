/** The listed paraphrases and near-misses, with each in-process embedder at its recommended threshold and the guard. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse, vetoPair } from '../../src/cache/semantic/guard.ts';
import { semanticEligibility } from '../../src/cache/semantic/eligibility.ts';
import type { TextEmbedder } from '../../src/core/embedder.ts';
import { findSharedModel, openSharedUseLite } from '../../src/embedding/in-process.ts';
import { openStaticEmbedder } from '../../src/embedding/static.ts';
import { cosine } from '../../src/embedding/unit-vector.ts';

const { paraphrases, nearMisses } = JSON.parse(
  readFileSync(new URL('../fixtures/paraphrases.json', import.meta.url), 'utf8'),
) as {
  paraphrases: { base: string; paraphrase: string }[];
  nearMisses: { base: string; nearMiss: string }[];
};

const shared = await findSharedModel(process.env);
const required = process.env['LLAMASCOPE_REQUIRE_SHARED'] === '1';

describe.each<[string, boolean, () => Promise<TextEmbedder>]>([
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

  async function serves(question: string, stored: string): Promise<boolean> {
    const [a, b] = await embedder.embed([question, stored]);
    return (
      semanticEligibility(question) === null &&
      cosine(a!, b!) >= embedder.recommendedThreshold &&
      vetoPair(analyse(question), analyse(stored)) === null
    );
  }

  it.skipIf(absent)('serves at least eight of the ten paraphrases', async () => {
    const served = await Promise.all(paraphrases.map(({ base, paraphrase }) => serves(paraphrase, base)));
    expect(served).toHaveLength(10);
    expect(served.filter(Boolean).length).toBeGreaterThanOrEqual(8);
  });

  it.skipIf(absent)('serves none of the ten near-misses', async () => {
    const served = await Promise.all(nearMisses.map(({ base, nearMiss }) => serves(nearMiss, base)));
    expect(served).toEqual(Array<boolean>(10).fill(false));
  });
});
