import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { openInProcessEmbedder } from '../../src/embedding/in-process.ts';
import { scrape, valueOf, type Sample } from '../support/metrics.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const MODEL = 'llama3.2:1b';

interface Reply {
  readonly status: number;
  readonly cache: string | null;
  readonly similarity: string | null;
}

async function ask(url: string, question: string): Promise<Reply> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: MODEL, stream: false, messages: [{ role: 'user', content: question }] }),
  });
  await response.arrayBuffer();
  return {
    status: response.status,
    cache: response.headers.get('x-llamascope-cache'),
    similarity: response.headers.get('x-llamascope-similarity'),
  };
}

/** Every series of the eleven for one upstream, in the order of the contract. */
function contract(samples: readonly Sample[]): Record<string, number> {
  const table: Record<string, number> = {};
  for (const { name, labels, value } of samples) {
    if (!/^(circuit_breaker_(?!ignored)|connection_pool_|semcache_)/.test(name)) continue;
    const rest = Object.entries(labels).filter(([key]) => key !== 'breaker_name' && key !== 'client_name');
    table[`${name}${rest.map(([, label]) => ` ${label}`).join('')}`] = value;
  }
  return table;
}

describe('the eleven metrics', () => {
  it('are all there on the first scrape, every combination at 0 and every gauge true', async () => {
    const before = Date.now() / 1_000;
    await using stack = await startStack({
      config: { cache: { mode: 'on', sampled: true, embedder: 'in-process' } },
    });
    const table = contract(await scrape(stack.url));
    const { circuit_breaker_last_state_change_timestamp: changedAt, ...rest } = table;
    expect(changedAt).toBeGreaterThanOrEqual(before - 1);
    expect(changedAt).toBeLessThanOrEqual(Date.now() / 1_000);
    expect(rest).toEqual({
      circuit_breaker_state: 0,
      'circuit_breaker_calls_total success': 0,
      'circuit_breaker_calls_total failure': 0,
      'circuit_breaker_calls_total rejected': 0,
      'circuit_breaker_transitions_total closed open': 0,
      'circuit_breaker_transitions_total closed half_open': 0,
      'circuit_breaker_transitions_total open closed': 0,
      'circuit_breaker_transitions_total open half_open': 0,
      'circuit_breaker_transitions_total half_open closed': 0,
      'circuit_breaker_transitions_total half_open open': 0,
      circuit_breaker_consecutive_failures: 0,
      connection_pool_requests_total: 0,
      'connection_pool_size connections': 0,
      'connection_pool_size maxsize': 128,
      'semcache_hits_total exact': 0,
      'semcache_hits_total semantic': 0,
      semcache_misses_total: 0,
      semcache_size: 0,
      semcache_fill_ratio: 0,
    });
  });

  it('have exactly the expected values after success, hits, failure, rejection and recovery', async () => {
    await using stack = await startStack({
      upstream: {
        breaker: { consecutiveFailures: 3, openMs: 500, jitter: 0, closeAfter: 2, halfOpenMax: 1 },
      },
      config: {
        retry: { max: 0 },
        cache: { mode: 'on', sampled: true, embedder: 'in-process', maxEntries: 100 },
      },
    });
    const { url, simulator } = stack;
    const questions = [
      'What is the capital of France?',
      'Who wrote Hamlet?',
      'What is photosynthesis?',
      'Why is the sky blue?',
    ];
    for (const question of questions)
      expect(await ask(url, question)).toMatchObject({ status: 200, cache: 'miss' });
    await until(async () => valueOf(await scrape(url), 'semcache_size') === 4, 'four stored answers');
    for (const question of questions.slice(0, 2)) expect((await ask(url, question)).cache).toBe('hit-exact');
    await until(
      async () => (await ask(url, 'Which city is the capital of France?')).cache === 'hit-semantic',
      'the stored question to be indexed',
    );
    const afterHits = contract(await scrape(url));
    const probes = afterHits['semcache_misses_total']! - 4; // polls before the index was ready

    simulator.setFaults({ rules: [{ fault: 'status', status: 500 }] });
    for (let i = 0; i < 3; i += 1)
      expect((await ask(url, `Question number ${i} that fails`)).status).toBe(500);
    const rejected = await ask(url, 'A question that nobody takes');
    expect([rejected.status, rejected.cache]).toEqual([503, 'miss']);
    expect(contract(await scrape(url))).toMatchObject({
      circuit_breaker_state: 1,
      circuit_breaker_consecutive_failures: 3,
      'circuit_breaker_calls_total rejected': 1,
    });
    simulator.clearFaults();
    await until(
      async () => valueOf(await scrape(url), 'circuit_breaker_state') === 2,
      'half-open, without traffic',
    );
    for (const question of ['How do I boil an egg?', 'What does the heart do?']) {
      expect((await ask(url, question)).status).toBe(200);
    }

    const table = contract(await scrape(url));
    const { circuit_breaker_last_state_change_timestamp: changedAt, ...rest } = table;
    console.table(rest);
    expect(Math.abs(changedAt! - Date.now() / 1_000)).toBeLessThan(5);
    const attempts = simulator.state().requests.filter(({ path }) => path === '/api/chat').length;
    expect(attempts).toBe(4 + probes + 3 + 2);
    expect(rest).toEqual({
      circuit_breaker_state: 0,
      'circuit_breaker_calls_total success': 4 + probes + 2,
      'circuit_breaker_calls_total failure': 3,
      'circuit_breaker_calls_total rejected': 1,
      'circuit_breaker_transitions_total closed open': 1,
      'circuit_breaker_transitions_total closed half_open': 0,
      'circuit_breaker_transitions_total open closed': 0,
      'circuit_breaker_transitions_total open half_open': 1,
      'circuit_breaker_transitions_total half_open closed': 1,
      'circuit_breaker_transitions_total half_open open': 0,
      circuit_breaker_consecutive_failures: 0,
      connection_pool_requests_total: attempts,
      'connection_pool_size connections': stack.gateway.state.pools()[0]?.connections,
      'connection_pool_size maxsize': 128,
      'semcache_hits_total exact': 2,
      'semcache_hits_total semantic': 1,
      semcache_misses_total: 4 + probes + 3 + 1 + 2,
      semcache_size: 6 + Math.min(probes, 1),
      semcache_fill_ratio: (6 + Math.min(probes, 1)) / 100,
    });
  });
});

describe('the semantic cache in the way of real requests', () => {
  const fixture = JSON.parse(
    readFileSync(new URL('../fixtures/paraphrases.json', import.meta.url), 'utf8'),
  ) as {
    paraphrases: { base: string; paraphrase: string }[];
    nearMisses: { base: string; nearMiss: string }[];
  };

  it.each(['in-process', 'upstream'] as const)(
    'serves at least eight of ten paraphrases and none of ten near-misses (embedder %s)',
    async (embedder) => {
      await using stack = await startStack({ config: { cache: { mode: 'on', sampled: true, embedder } } });
      await semanticRates(stack.url);
    },
    120_000,
  );

  it('does the same with USE-lite, the embedder of a machine without any model', async () => {
    await using embedder = await useLite();
    await using stack = await startStack({
      simulator: { embedder: embedder.embedder },
      config: { cache: { mode: 'on', sampled: true, embedder: 'upstream', embedDeadlineMs: 2_000 } },
    });
    await semanticRates(stack.url);
  }, 120_000);

  async function useLite(): Promise<
    AsyncDisposable & { embedder: Awaited<ReturnType<typeof openInProcessEmbedder>> }
  > {
    const { openSharedUseLite } = await import('../../src/embedding/in-process.ts');
    const embedder = await openSharedUseLite();
    return { embedder, [Symbol.asyncDispose]: () => embedder.close() };
  }

  async function semanticRates(url: string): Promise<void> {
    const bases = new Set([...fixture.paraphrases, ...fixture.nearMisses].map(({ base }) => base));
    for (const base of bases) expect((await ask(url, base)).status).toBe(200);
    await until(async () => {
      const samples = await scrape(url);
      return (
        valueOf(samples, 'semcache_size') === bases.size &&
        valueOf(samples, 'llamascope_semcache_embed_seconds_count') > 0
      );
    }, 'every base to be stored');
    // An indexed base answers itself by meaning when a blank sets it apart from its identical twin.
    await until(
      async () => (await ask(url, `${[...bases].at(-1) ?? ''} `)).cache?.startsWith('hit') === true,
      'the index',
    );
    const hits: string[] = [];
    for (const { paraphrase } of fixture.paraphrases) {
      if ((await ask(url, paraphrase)).cache === 'hit-semantic') hits.push(paraphrase);
    }
    const wrong: string[] = [];
    for (const { nearMiss } of fixture.nearMisses) {
      if ((await ask(url, nearMiss)).cache !== 'miss') wrong.push(nearMiss);
    }
    expect(wrong).toEqual([]);
    expect(hits.length, `hits: ${hits.join(' | ')}`).toBeGreaterThanOrEqual(8);
  }
});
