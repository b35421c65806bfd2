import { describe, expect, it } from 'vitest';
import { hasComponent } from '../support/components.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** The twelve that carry the contract, and how many series each has with one upstream. */
const CONTRACT: Readonly<Record<string, number>> = {
  circuit_breaker_state: 1,
  circuit_breaker_calls_total: 3,
  circuit_breaker_transitions_total: 6,
  circuit_breaker_consecutive_failures: 1,
  circuit_breaker_last_state_change_timestamp: 1,
  connection_pool_requests_total: 1,
  connection_pool_size: 2,
  semcache_hits_total: 2,
  semcache_misses_total: 1,
  semcache_size: 1,
  semcache_fill_ratio: 1,
};

// Skipped where a person can install it, and failing where nobody would notice.
describe.skipIf(!hasComponent('prometheus') && process.env['CI'] !== 'true')('a real Prometheus', () => {
  it('scrapes the gateway under load and answers for each of the eleven', async () => {
    await using stack = await startStack({
      config: { cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0 } },
    });
    await using prometheus = await startPrometheus(stack.url);
    // A target is up before the samples of its scrape can be queried; `up` is stored together with them.
    await until(
      async () => (await prometheus.query('up')).some(({ value }) => value === 1),
      'the first scrape',
    );

    // Before any request every combination is there, at zero.
    for (const [name, series] of Object.entries(CONTRACT)) {
      expect([name, (await prometheus.query(name)).length]).toEqual([name, series]);
    }

    const ask = async (question: string): Promise<string | null> => {
      const response = await fetch(`${stack.url}/api/chat`, {
        method: 'POST',
        body: JSON.stringify({
          model: 'llama3.2:1b',
          stream: false,
          messages: [{ role: 'user', content: question }],
        }),
      });
      await response.arrayBuffer();
      return response.headers.get('x-llamascope-cache');
    };
    const seen: Record<string, number> = {};
    const questions = Array.from(
      { length: 300 },
      (_, i) => `Tell me about the river number ${i % 60} of Norway`,
    );
    await Promise.all(
      Array.from({ length: 10 }, async (_, worker) => {
        for (let i = worker; i < questions.length; i += 10) {
          const result = (await ask(questions[i] as string)) ?? 'none';
          seen[result] = (seen[result] ?? 0) + 1;
        }
      }),
    );
    expect(Object.values(seen).reduce((a, b) => a + b, 0)).toBe(300);

    const received = stack.simulator
      .state()
      .requests.filter((request) => request.path === '/api/chat').length;
    await until(
      async () => (await prometheus.value('sum(llamascope_requests_total{endpoint="/api/chat"})')) === 300,
      'Prometheus to have scraped the end of the load',
    );
    expect(await prometheus.value('circuit_breaker_calls_total{status="success"}')).toBe(received);
    expect(await prometheus.value('semcache_hits_total{type="exact"}')).toBe(seen['hit-exact'] ?? 0);
    expect(await prometheus.value('semcache_hits_total{type="semantic"}')).toBe(seen['hit-semantic'] ?? 0);
    expect(await prometheus.value('semcache_misses_total')).toBe(seen['miss'] ?? 0);
    expect(await prometheus.value('semcache_size')).toBe(stack.gateway.state.cache().entries);
    expect(await prometheus.value('semcache_fill_ratio')).toBeCloseTo(
      stack.gateway.state.cache().entries / stack.gateway.state.cache().maxEntries,
      12,
    );
    expect(await prometheus.value('circuit_breaker_state')).toBe(0);
    expect(await prometheus.value('circuit_breaker_consecutive_failures')).toBe(0);
    expect(await prometheus.value('sum(circuit_breaker_transitions_total)')).toBe(0);
    expect(await prometheus.value('time() - circuit_breaker_last_state_change_timestamp')).toBeLessThan(120);
    expect(await prometheus.value('connection_pool_size{pool_type="maxsize"}')).toBeGreaterThan(0);
    expect(await prometheus.value('connection_pool_size{pool_type="connections"}')).toBeGreaterThan(0);
    expect(await prometheus.value('connection_pool_requests_total')).toBeGreaterThanOrEqual(received);
    expect(await prometheus.value('llamascope_requests_total{endpoint="/api/chat",outcome="ok"}')).toBe(300);
    expect(await prometheus.value('sum(llamascope_inflight_requests)')).toBe(0);
    // Scraped into a TSDB, histograms answer quantiles.
    expect(
      await prometheus.value(
        'histogram_quantile(0.5, sum by (le) (llamascope_request_duration_seconds_bucket))',
      ),
    ).toBeGreaterThan(0);
  });
});
