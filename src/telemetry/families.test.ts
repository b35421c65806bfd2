import { Registry } from '@prometheus-io/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesBudget } from './cardinality.ts';
import { CounterFamily, GaugeFamily, HistogramFamily } from './families.ts';
import { createMetrics } from './metrics.ts';

const budget = (max = 1_000): SeriesBudget => new SeriesBudget(max);

describe('a metric family', () => {
  it('finds the same instrument for the same labels, in whichever order they are written', () => {
    const family = new CounterFamily(
      'a_total',
      {
        type: 'counter',
        help: 'A.',
        labels: { x: 'any', y: 'any' },
      },
      budget(),
    );
    family.labels({ x: '1', y: '2' }).inc();
    family.labels({ y: '2', x: '1' }).inc();
    expect(family.render(false)).toBe('# HELP a_total A.\n# TYPE a_total counter\na_total{x="1",y="2"} 2\n');
  });

  it('keeps label sets apart that only escaping tells apart', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 30 }), (pairs) => {
        const shape = { type: 'counter', help: 'A.', labels: { x: 'any', y: 'any' } } as const;
        const family = new CounterFamily('a_total', shape, budget());
        for (const [x, y] of pairs) family.labels({ x, y }).inc();
        const distinct = new Set(pairs.map((pair) => JSON.stringify(pair))).size;
        expect([...family.series()].length).toBe(distinct);
      }),
    );
  });

  it('escapes label values and help', () => {
    const shape = { type: 'gauge', help: 'Line\n"quoted" \\.', labels: { x: 'any' } } as const;
    const family = new GaugeFamily('g', shape, budget());
    family.labels({ x: 'a"b\\c\nd' }).set(1);
    expect(family.render(false)).toBe(
      '# HELP g Line\\n"quoted" \\\\.\n# TYPE g gauge\ng{x="a\\"b\\\\c\\nd"} 1\n',
    );
    expect(family.render(true)).toContain('# HELP g Line\\n\\"quoted\\" \\\\.\n');
  });

  it('refuses undeclared values, missing labels and extra ones, and counts the refusals', () => {
    const family = new CounterFamily(
      'a_total',
      {
        type: 'counter',
        help: 'A.',
        labels: { kind: ['x', 'y'] },
      },
      budget(),
    );
    const untyped = family as unknown as { labels(values: object): { inc(): void } };
    for (const values of [{ kind: 'z' }, {}, { kind: 'x', more: '1' }, { other: 'x' }, { kind: 1 }]) {
      untyped.labels(values).inc();
    }
    expect(family.render(false)).toBe('');
    expect(family.budget.dropped).toBe(5);
  });

  it('stops at its cap with an instrument that nobody reads, and has room again after a removal', () => {
    const family = new CounterFamily(
      'a_total',
      { type: 'counter', help: 'A.', labels: { x: 'any' } },
      budget(2),
    );
    for (const x of ['1', '2', '3', '3']) family.labels({ x }).inc();
    expect([family.budget.used, family.budget.dropped]).toEqual([2, 2]);
    expect(family.render(false)).not.toContain('x="3"');
    family.removeWhere('x', '1');
    family.labels({ x: '3' }).inc();
    expect(family.render(false)).toContain('a_total{x="3"} 1');
    family.clear();
    expect([family.render(false), family.budget.used]).toEqual(['', 0]);
  });

  it('says what it was replaced with and nothing else, old series making room for new ones', () => {
    const family = new GaugeFamily('g', { type: 'gauge', help: 'G.', labels: { x: 'any' } }, budget(2));
    family.replace([
      [{ x: '1' }, 1],
      [{ x: '2' }, 1],
    ]);
    const kept = family.labels({ x: '2' });
    family.replace([
      [{ x: '2' }, 2],
      [{ x: '3' }, 3],
    ]);
    expect(family.render(false).split('\n').slice(2)).toEqual(['g{x="2"} 2', 'g{x="3"} 3', '']);
    expect([kept.value(), family.budget.dropped]).toEqual([2, 0]);
  });

  it('cumulates buckets at rendering, with bounds written as floats', () => {
    const shape = {
      type: 'histogram',
      help: 'H.',
      labels: { x: 'any' },
      unit: 'seconds',
      buckets: [0.5, 1],
    } as const;
    const family = new HistogramFamily('h_seconds', shape, budget());
    const histogram = family.labels({ x: '1' });
    for (const value of [0.1, 0.7, 0.8, 3]) histogram.observe(value);
    expect(family.render(true)).toBe(
      [
        '# TYPE h_seconds histogram',
        '# UNIT h_seconds seconds',
        '# HELP h_seconds H.',
        'h_seconds_bucket{x="1",le="0.5"} 1',
        'h_seconds_bucket{x="1",le="1.0"} 3',
        'h_seconds_bucket{x="1",le="+Inf"} 4',
        'h_seconds_sum{x="1"} 4.6',
        'h_seconds_count{x="1"} 4',
        '',
      ].join('\n'),
    );
    expect(family.budget.used).toBe(5);
  });
});

describe("families in the client library's registry", () => {
  const catalogue = {
    jobs_total: { type: 'counter', help: 'Jobs.', labels: { kind: ['a', 'b'] } },
    busy: { type: 'gauge', help: 'Busy.', labels: {}, aggregate: 'max' },
    wait_seconds: { type: 'histogram', help: 'Wait.', labels: {}, buckets: [1, 2] },
  } as const;

  function worker(jobs: number, busy: number, wait: number): Registry {
    const metrics = createMetrics(catalogue);
    metrics.counter('jobs_total').labels({ kind: 'a' }).add(jobs);
    metrics.gauge('busy').labels({}).set(busy);
    metrics.histogram('wait_seconds').labels({}).observe(wait);
    return metrics.registry;
  }

  it('are rendered by the library in both formats, in any order, any number of times', async () => {
    const registry = worker(3, 1, 1.5);
    const text = await registry.metrics();
    expect(text).toContain('# TYPE jobs_total counter\njobs_total{kind="a"} 3\n');
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const openMetrics = await registry.metrics();
    expect(openMetrics).toContain('# TYPE jobs counter\njobs_total{kind="a"} 3\n');
    expect(await registry.metrics()).toBe(openMetrics);
    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
    expect(await registry.metrics()).toBe(text);
    const metric = registry.getSingleMetric('jobs_total') as unknown as { name: string };
    expect(metric.name).toBe('jobs_total');
  });

  it('are summed or maximised over workers as the catalogue says', async () => {
    const workers = [worker(3, 5, 0.5), worker(4, 2, 1.5)];
    const total = Registry.aggregate(
      await Promise.all(workers.map((registry) => registry.getMetricsAsJSON())),
    );
    const lines = (await total.metrics()).split('\n');
    expect(lines).toContain('jobs_total{kind="a"} 7');
    expect(lines).toContain('busy 5');
    expect(lines).toContain('wait_seconds_bucket{le="1.0"} 1');
    expect(lines).toContain('wait_seconds_bucket{le="2.0"} 2');
    expect(lines).toContain('wait_seconds_count 2');
    expect(lines).toContain('wait_seconds_sum 2');
  });
});
