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

  it('does the same where the built-in model asks USE-lite for a second opinion', async () => {
    const cache = { mode: 'on', sampled: true, embedder: 'builtin', embedDeadlineMs: 5_000 } as const;
    await using stack = await startStack({ config: { cache: { ...cache, secondOpinion: 'use-lite' } } });
    await semanticRates(stack.url);
    const opinions = async (): Promise<number> =>
      valueOf(await scrape(stack.url), 'llamascope_semcache_opinion_seconds_count');
    expect(await opinions()).toBeGreaterThanOrEqual(8);
    expect(valueOf(await scrape(stack.url), 'llamascope_semcache_embed_failures_total')).toBe(0);
    await stack.gateway.reload({
      upstreams: [{ name: 'simulator', kind: 'ollama', url: stack.simulator.url, parallel: 64 }],
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      cache: { ...cache, secondOpinion: 'none' },
    });
    // Each time a text that nobody has seen: a second opinion on it would be counted.
    let text = fixture.paraphrases[0]?.paraphrase ?? '';
    await until(async () => {
      const asked = await opinions();
      text += ' ';
      const { cache: result } = await askChat(stack.url, text);
      return result === 'hit-semantic' && (await opinions()) === asked;
    }, 'a hit by the pair scorer alone');
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
