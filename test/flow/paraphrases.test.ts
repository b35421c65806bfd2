/** The listed paraphrases and near-misses through a whole gateway, with each embedder that it may have. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openSharedUseLite } from '../../src/embedding/in-process.ts';
import { askChat } from '../support/ask.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

describe('the semantic cache in the way of real requests', () => {
  const fixture = JSON.parse(
    readFileSync(new URL('../fixtures/paraphrases.json', import.meta.url), 'utf8'),
  ) as {
    paraphrases: { base: string; paraphrase: string }[];
    nearMisses: { base: string; nearMiss: string }[];
  };

  it.each(['builtin', 'upstream'] as const)(
    'serves at least eight of ten paraphrases and none of ten near-misses (embedder %s)',
    async (embedder) => {
      await using stack = await startStack({ config: { cache: { mode: 'on', sampled: true, embedder } } });
      await semanticRates(stack.url);
    },
    120_000,
  );

  it('does the same with USE-lite, the embedder of a machine without any model', async () => {
    const embedder = await openSharedUseLite();
    await using closing = new AsyncDisposableStack();
    closing.defer(() => embedder.close());
    await using stack = await startStack({
      simulator: { embedder },
      config: { cache: { mode: 'on', sampled: true, embedder: 'upstream', embedDeadlineMs: 2_000 } },
    });
    await semanticRates(stack.url);
  }, 120_000);

  async function semanticRates(url: string): Promise<void> {
    const bases = new Set([...fixture.paraphrases, ...fixture.nearMisses].map(({ base }) => base));
    for (const base of bases) expect((await askChat(url, base)).status).toBe(200);
    await until(async () => {
      const samples = await scrape(url);
      return (
        valueOf(samples, 'semcache_size') === bases.size &&
        valueOf(samples, 'llamascope_semcache_embed_seconds_count') > 0
      );
    }, 'every base to be stored');
    // An indexed base answers itself by meaning when a blank sets it apart from its identical twin.
    await until(
      async () => (await askChat(url, `${[...bases].at(-1) ?? ''} `)).cache?.startsWith('hit') === true,
      'the index',
    );
    const hits: string[] = [];
    for (const { paraphrase } of fixture.paraphrases) {
      if ((await askChat(url, paraphrase)).cache === 'hit-semantic') hits.push(paraphrase);
    }
    const wrong: string[] = [];
    for (const { nearMiss } of fixture.nearMisses) {
      if ((await askChat(url, nearMiss)).cache !== 'miss') wrong.push(nearMiss);
    }
    expect(wrong).toEqual([]);
    expect(hits.length, `hits: ${hits.join(' | ')}`).toBeGreaterThanOrEqual(8);
  }
});
