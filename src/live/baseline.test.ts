/** Figures kept and compared, on a clock that is moved. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BASELINE_FIGURES, BASELINE_REQUESTS } from '../observability/baseline.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { CATALOGUE, type MetricCatalogue } from '../telemetry/catalogue.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { Baseline } from './baseline.ts';
import { Sampler } from './sampler.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

interface Stand {
  readonly metrics: Metrics<MetricCatalogue>;
  readonly sampler: Sampler;
  readonly baseline: Baseline;
  readonly clock: ManualClock;
  writes(): number;
  /** So many seconds with one request each, `ok` or not, of 100 ms and two attempts. */
  pass(seconds: number, outcome?: 'ok' | 'upstream_error'): void;
}

function stand(kept: 'memory' | 'snapshot' = 'memory'): Stand {
  const clock = new ManualClock(1_700_000_040_000);
  const metrics = createMetrics(CATALOGUE);
  const expressions = [...BASELINE_FIGURES.map(({ expr }) => expr), BASELINE_REQUESTS];
  const sampler = new Sampler(expressions, { metrics, telemetry: { refresh: () => undefined }, clock });
  let writes = 0;
  const baseline = new Baseline({
    sampler,
    metrics,
    prefix: 'x_',
    kept,
    persist: async () => void (writes += 1),
  });
  return {
    metrics,
    sampler,
    baseline,
    clock,
    writes: () => writes,
    pass: (seconds, outcome) => {
      for (let second = 0; second < seconds; second++) {
        if (outcome !== undefined) {
          metrics.counter('llamascope_requests_total').labels({ endpoint: '/api/chat', outcome }).inc();
          metrics
            .histogram('llamascope_request_duration_seconds')
            .labels({ endpoint: '/api/chat', served: 'upstream' })
            .observe(0.1);
          metrics
            .counter('llamascope_upstream_attempts_total')
            .labels({ upstream: 'a', outcome: 'success' })
            .add(2);
        }
        clock.advance(1_000);
        sampler.sample();
      }
    },
  };
}

const figure = (report: unknown, id: string): Record<string, unknown> | undefined =>
  (report as { figures: Record<string, unknown>[] }).figures.find((one) => one['figure'] === id);

describe('a baseline', () => {
  it('keeps what was, and shows the present against it with nothing counted on both sides', async () => {
    const { baseline, metrics, pass, writes } = stand();
    pass(30, 'ok');
    pass(10, 'upstream_error');
    const set = await baseline.set(3_600);
    expect(writes()).toBe(1);
    // 40 s of history do not become an hour of requests.
    expect(set).toMatchObject({ windowSeconds: 3_600, coveredSeconds: 40, requests: 40, cost: null });
    expect(set).toMatchObject({ now: { coveredSeconds: 0, requests: 0 } });
    expect(figure(set, 'success')).toMatchObject({ then: 0.75, now: null, difference: null, factor: null });

    pass(20, 'ok');
    const report = baseline.report();
    expect(report).toMatchObject({ now: { coveredSeconds: 20, requests: 20 } });
    expect(figure(report, 'success')).toMatchObject({
      then: 0.75,
      now: 1,
      difference: 0.25,
      factor: 1.33333,
    });
    expect(figure(report, 'requests_per_second')).toMatchObject({ then: 1, now: 1, factor: 1 });
    expect(figure(report, 'attempts_per_request')).toMatchObject({ then: 2, now: 2 });
    // Nothing was streamed, nothing was looked up.
    expect(figure(report, 'first_token_p95')).toMatchObject({ then: null, now: null });
    expect(figure(report, 'hit_ratio')).toMatchObject({ then: null, now: null });
    expect(figure(report, 'hit_ratio')?.['promql']).toMatch(/x_semcache_hits_total\[1h\]/);

    const exported = [...metrics.gauge('llamascope_baseline').series()].map(({ labels, instrument }) => [
      labels['figure'],
      instrument.value(),
    ]);
    expect(exported).toContainEqual(['success', 0.75]);
    expect(exported.map(([id]) => id)).not.toContain('hit_ratio');
  });

  it('looks back no further than its window, and says nothing of a present without traffic', async () => {
    const { baseline, pass } = stand();
    pass(20, 'upstream_error');
    pass(10, 'ok');
    expect(figure(await baseline.set(10), 'success')).toMatchObject({ then: 1 });
    pass(5, 'upstream_error');
    pass(10, 'ok');
    expect(baseline.report()).toMatchObject({ now: { coveredSeconds: 10, requests: 10 } });
    pass(10);
    const quiet = baseline.report();
    expect(quiet).toMatchObject({ now: { coveredSeconds: 10, requests: 0 } });
    expect(figure(quiet, 'requests_per_second')).toMatchObject({ then: 1, now: null, factor: null });
  });

  it('is not taken from a window without traffic, and the one before stays', async () => {
    const { baseline, pass } = stand();
    await expect(baseline.set(60)).rejects.toThrow(/windowSeconds 60: expected a window with traffic/);
    pass(10, 'ok');
    await baseline.set(60);
    pass(60);
    await expect(baseline.set(30)).rejects.toThrow(/no request was finished in the last 30s/);
    expect(baseline.report()).toMatchObject({ windowSeconds: 60, requests: 10 });
  });

  it('is forgotten on demand, by the metrics too', async () => {
    const { baseline, metrics, pass } = stand();
    pass(10, 'ok');
    await baseline.set(60);
    await baseline.clear();
    expect([baseline.report(), baseline.view(), baseline.now()]).toEqual([null, null, null]);
    expect([...metrics.gauge('llamascope_baseline').series()]).toEqual([]);
  });

  it('comes back with the history of a snapshot', async () => {
    const home = mkdtempSync(join(tmpdir(), 'llamascope-baseline-'));
    onTestFinished(() => {
      rmSync(home, { recursive: true });
    });
    const path = join(home, 'history');
    const before = stand('snapshot');
    before.pass(30, 'ok');
    await before.baseline.set(60);
    const at = before.clock.wallMs();
    await writeSnapshot(path, before.sampler, { log: [], baseline: before.baseline.stored }, at);

    const after = stand('snapshot');
    const kept = await readSnapshot(path, after.sampler, at);
    after.baseline.restore(kept?.baseline ?? null);
    expect(after.baseline.view()).toEqual(before.baseline.view());
    expect(after.baseline.report()).toMatchObject({
      kept: 'with the history in dashboard.snapshotPath; it outlives a restart',
    });
  });
});
