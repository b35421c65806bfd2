import { describe, expect, it } from 'vitest';
import { askChat } from '../support/ask.ts';
import { scrape, valueOf, type Sample } from '../support/metrics.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

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
      config: { cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0 } },
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
        cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0, maxEntries: 100 },
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
      expect(await askChat(url, question)).toMatchObject({ status: 200, cache: 'miss' });
    await until(async () => valueOf(await scrape(url), 'semcache_size') === 4, 'four stored answers');
    for (const question of questions.slice(0, 2))
      expect((await askChat(url, question)).cache).toBe('hit-exact');
    await until(
      async () => (await askChat(url, 'Which city is the capital of France?')).cache === 'hit-semantic',
      'the stored question to be indexed',
    );
    const afterHits = contract(await scrape(url));
    const probes = afterHits['semcache_misses_total']! - 4; // polls before the index was ready

    simulator.setFaults({ rules: [{ fault: 'status', status: 500 }] });
    for (let i = 0; i < 3; i += 1)
      expect((await askChat(url, `Question number ${i} that fails`)).status).toBe(500);
    const rejected = await askChat(url, 'A question that nobody takes');
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
      expect((await askChat(url, question)).status).toBe(200);
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
