import { spawnSync } from 'node:child_process';
import { Counter, Gauge, Histogram, Registry, Summary } from '@prometheus-io/client';
import { describe, expect, it } from 'vitest';
import { openMetricsComplaints } from '../../test/telemetry/openmetrics.ts';
import { EVENT_TYPES, SAMPLE_EVENTS } from '../../test/telemetry/sample-events.ts';
import { startTelemetry, type TelemetryStand } from '../../test/telemetry/start.ts';
import { upstreamName } from '../core/ids.ts';
import { createTelemetry, renderMetrics } from './index.ts';
import { nodeProcess } from './process.ts';
import { hasComponent } from '../../test/support/components.ts';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

/** Everything counted, by real process figures. */
function busy(prefix = ''): TelemetryStand {
  const stand = startTelemetry({ prefix, maxSeriesPerFamily: 120 }, { process: nodeProcess });
  for (const type of EVENT_TYPES) {
    if (!type.endsWith('.removed')) stand.emit(SAMPLE_EVENTS[type]);
  }
  for (let i = 0; i < 100; i += 1) {
    const client = upstreamName(`needs "escaping" \\ and\na second line ${i}`);
    stand.emit({ ...SAMPLE_EVENTS['pool.request-sent'], client });
    stand.emit({ ...SAMPLE_EVENTS['queue.waited'], upstream: client, durationMs: i * 40 });
  }
  return stand;
}

describe('the exposition', () => {
  it.each(['', 'acme_'])('is valid OpenMetrics with prefix %j', async (prefix) => {
    using stand = busy(prefix);
    await stand.body();
    const { contentType, body } = await stand.telemetry.render(OPEN_METRICS);
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(openMetricsComplaints(body)).toEqual([]);
    expect(body).toContain('# TYPE llamascope_cpu_seconds counter\n# UNIT llamascope_cpu_seconds seconds\n');
    expect(body).toContain(`# TYPE ${prefix}semcache_hits counter\n`);
    expect(body.endsWith('\n# EOF\n')).toBe(true);
  });

  it('has the same series, values and order in both formats', async () => {
    using stand = busy();
    await stand.body();
    const series = (body: string): readonly string[] =>
      body
        .split('\n')
        .filter((line) => !line.startsWith('#') && !/scrape_render|cpu|memory|heap|loop/.test(line));
    expect(series(await stand.body(OPEN_METRICS))).toEqual(series(await stand.body()));
  });

  it('is plain text when nothing else is asked for', async () => {
    using stand = busy();
    const { contentType, body } = await stand.telemetry.render(undefined);
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('# TYPE semcache_hits_total counter\nsemcache_hits_total{type="exact"} 0\n');
    expect(body).not.toContain('# EOF');
  });

  const promtool = hasComponent('promtool');
  // Without promtool this is skipped where a person can install it, and fails where nobody would notice.
  it.skipIf(!promtool && process.env['CI'] !== 'true').each(['', 'acme_'])(
    'has nothing that promtool complains about, with prefix %j',
    async (prefix) => {
      using stand = busy(prefix);
      await stand.body();
      const checked = spawnSync('promtool', ['check', 'metrics'], {
        input: await stand.body(),
        encoding: 'utf8',
      });
      expect(checked.error).toBeUndefined();
      expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, '', '']);
    },
  );
});

describe("metrics of the client library's own, in the same registry", () => {
  async function both(): Promise<{ text: string; openMetrics: string; again: string }> {
    const registry = new Registry();
    const registers = [registry];
    new Counter({ name: 'app_jobs_total', help: 'Jobs "done".', labelNames: ['kind'], registers }).inc({
      kind: 'a"b',
    });
    new Counter({ name: 'app_plain', help: 'A counter without the suffix.', registers }).inc(2);
    new Gauge({
      name: 'app_load',
      help: 'Load.',
      registers,
      collect(): void {
        this.set(Infinity);
      },
    });
    new Gauge({ name: 'app_unknown', help: 'Not known.', registers }).set(NaN);
    new Histogram({ name: 'app_wait', help: 'Wait.', buckets: [0.5, 1], registers }).observe(0.7);
    new Summary({ name: 'app_size', help: 'Size.', percentiles: [0.5], registers }).observe(3);
    const { bus, clock, state } = startTelemetry();
    const telemetry = createTelemetry(
      { enabled: true, registry },
      {
        bus,
        clock,
        version: '1',
        state: {
          breakers: () => state.breakers,
          pools: () => state.pools,
          queues: () => state.queues,
          upstreams: () => state.upstreams,
          cache: () => state.cache,
        },
      },
    );
    const [text, openMetrics, again] = [
      (await renderMetrics(registry)).body,
      (await renderMetrics(registry, OPEN_METRICS)).body,
      (await renderMetrics(registry)).body,
    ];
    telemetry.close();
    return { text, openMetrics, again };
  }

  it('stand beside ours in both formats, and are not changed by either', async () => {
    const { text, openMetrics, again } = await both();
    expect(again).toBe(text);
    expect(text).toContain(
      '# HELP app_jobs_total Jobs "done".\n# TYPE app_jobs_total counter\napp_jobs_total{kind="a\\"b"} 1\n',
    );
    expect(openMetrics).toContain('# TYPE app_jobs counter\n');
    expect(openMetrics).toContain('app_jobs_total{kind="a\\"b"} 1\n');
    expect(openMetrics).toContain(
      '# TYPE app_plain counter\n# HELP app_plain A counter without the suffix.\napp_plain_total 2\n',
    );
    expect(text).toContain('app_plain 2\n');
    for (const body of [text, openMetrics]) {
      expect(body).toContain('app_load +Inf\n');
      expect(body).toContain('app_unknown NaN\n');
      expect(body).toContain('semcache_misses_total 0\n');
      expect(body).toContain('app_wait_bucket{le="+Inf"} 1\n');
      expect(body).toContain('app_size{quantile="0.5"} 3\n');
    }
    // The library writes its own bucket bounds; everything else holds.
    expect(
      openMetricsComplaints(openMetrics).filter((complaint) => !complaint.includes('le is not')),
    ).toEqual([]);
  });
});

describe('the checks of OpenMetrics themselves', () => {
  it.each([
    ['a 1\n', 'does not end with # EOF'],
    ['# TYPE a_total counter\na_total 1\n# EOF\n', 'no _total'],
    ['# TYPE a counter\na 1\n# EOF\n', 'not of the family before it'],
    ['# TYPE a counter\na_total -1\n# EOF\n', 'counter value -1'],
    ['# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n', 'does not end with its unit'],
    ['# TYPE a gauge\na 1\na 1\n# EOF\n', 'twice'],
    ['# TYPE a gauge\na{x="1} 1\n# EOF\n', 'not a line of the format'],
    ['# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# HELP a Late.\n# EOF\n', 'not together'],
    ['# TYPE a gauge\n# EOF\n', 'no samples'],
    ['# TYPE a gauge\n# HELP a "x"\na 1\n# EOF\n', 'bare quote'],
    ['# TYPE a thing\na 1\n# EOF\n', 'unknown type'],
    ['# TYPE a gauge\n# TYPE a gauge\na 1\n# EOF\n', 'TYPE twice'],
    ['# TYPE a gauge\na 1\n# HELP a Late.\n# EOF\n', 'HELP after samples'],
    [
      '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n# EOF\n',
      'le is not a float',
    ],
    [
      '# TYPE h histogram\nh_bucket{le="1.0"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n# EOF\n',
      'not cumulative',
    ],
    [
      '# TYPE h histogram\nh_bucket{le="2.0"} 0\nh_bucket{le="1.0"} 1\nh_sum 1\nh_count 1\n# EOF\n',
      'not ascending',
    ],
    ['# TYPE h histogram\nh_bucket{le="1.0"} 1\nh_sum 1\nh_count 1\n# EOF\n', 'no +Inf bucket'],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n# EOF\n', '_count is not'],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\n# EOF\n', 'no _sum'],
  ])('find what is wrong with %j', (text, complaint) => {
    expect(openMetricsComplaints(text).join('; ')).toContain(complaint);
  });
});
