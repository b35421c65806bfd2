import { describe, expect, it } from 'vitest';
import { CATALOGUE, type MetricName } from '../telemetry/catalogue.ts';
import * as x from './expression.ts';
import { labelsOf, metricsOf, sourcesOf } from './expression-node.ts';
import { PANELS, VIEWS } from './panels/views.ts';
import { printPromql, promqlDuration } from './promql.ts';

const print = (expression: x.AnyExpr): string => printPromql(expression, { range: '5m' });

describe('what does not compile', () => {
  it('is an unknown metric, label or value, a rate of a gauge, a quantile of a counter, a bound that is no bucket', () => {
    // Each line below is an error to the compiler; `npm run types` fails when one is not.
    const refused = (): void => {
      // @ts-expect-error no such metric
      x.rate('semcache_hit_total');
      // @ts-expect-error no such label
      x.rate('semcache_hits_total', { by: ['kind'] });
      // @ts-expect-error no label at all
      x.rate('semcache_misses_total', { by: ['type'] });
      // @ts-expect-error no such value
      x.rate('semcache_hits_total', { where: { type: 'fuzzy' } });
      // @ts-expect-error a gauge has no rate
      x.rate('circuit_breaker_state');
      // @ts-expect-error a counter is no gauge
      x.gauge('semcache_hits_total', { aggregate: 'sum' });
      // @ts-expect-error a counter has no quantile
      x.quantile(0.95, 'semcache_hits_total');
      // @ts-expect-error `le` is not for the writer to forget or to name
      x.quantile(0.95, 'llamascope_request_duration_seconds', { by: ['le'] });
      // @ts-expect-error 3 s is no bucket, so a share "at most 3 s" would be an estimate
      x.atMost(3, 'llamascope_request_duration_seconds');
      // @ts-expect-error different labels do not match: PromQL would answer nothing
      x.over(x.rate('semcache_hits_total', { by: ['type'] }), x.rate('semcache_misses_total'));
    };
    expect(refused).toBeTypeOf('function');
  });
});

describe('printing', () => {
  it.each<[x.AnyExpr, string]>([
    [x.rate('semcache_hits_total'), 'sum(rate(semcache_hits_total[5m]))'],
    [
      x.increase('circuit_breaker_calls_total', {
        where: { status: ['success', 'failure'] },
        by: ['breaker_name'],
      }),
      'sum by (breaker_name) (increase(circuit_breaker_calls_total{status=~"success|failure"}[5m]))',
    ],
    [
      x.rate('llamascope_requests_total', { where: { outcome: { not: 'ok' } }, window: 3_600 }),
      'sum(rate(llamascope_requests_total{outcome!="ok"}[1h]))',
    ],
    [
      x.quantile(0.95, 'llamascope_queue_wait_seconds', { by: ['upstream'] }),
      'histogram_quantile(0.95, sum by (le, upstream) (rate(llamascope_queue_wait_seconds_bucket[5m])))',
    ],
    [
      x.atMost(2.5, 'llamascope_time_to_first_token_seconds'),
      'sum(rate(llamascope_time_to_first_token_seconds_bucket{le="2.5"}[5m]))',
    ],
    [
      x.atMost(1, 'llamascope_request_duration_seconds', { where: { served: 'cache' } }),
      'sum(rate(llamascope_request_duration_seconds_bucket{served="cache",le="1.0"}[5m]))',
    ],
    [
      x.gauge('circuit_breaker_state', { aggregate: 'max', over: 'max', by: ['breaker_name'] }),
      'max by (breaker_name) (max_over_time(circuit_breaker_state[5m]))',
    ],
    [
      x.ratio(x.rate('semcache_hits_total'), x.rate('semcache_misses_total')),
      '(sum(rate(semcache_hits_total[5m])) or vector(0)) / (sum(rate(semcache_misses_total[5m])) > 0)',
    ],
    [
      x.minusEach(x.now, x.gauge('llamascope_start_time_seconds', { aggregate: 'max' })),
      'time() - max(llamascope_start_time_seconds)',
    ],
    [
      x.minusEach(x.rate('semcache_misses_total'), x.rate('semcache_hits_total', { by: ['type'] })),
      'sum(rate(semcache_misses_total[5m])) - on () group_right () sum by (type) (rate(semcache_hits_total[5m]))',
    ],
    [
      x.and(
        x.above(x.rate('semcache_misses_total'), 0.5),
        x.unless(x.rate('semcache_hits_total'), x.orZero(x.rate('semcache_misses_total'))),
      ),
      '(sum(rate(semcache_misses_total[5m])) > 0.5) and (sum(rate(semcache_hits_total[5m])) unless (sum(rate(semcache_misses_total[5m])) or vector(0)))',
    ],
    [x.absent('llamascope_build_info'), 'absent(llamascope_build_info)'],
    [
      x.maxOf(x.rate('llamascope_tokens_total', { by: ['model', 'direction'] }), ['model']),
      'max by (model) (sum by (model, direction) (rate(llamascope_tokens_total[5m])))',
    ],
    [x.times(x.rate('semcache_misses_total'), -1), 'sum(rate(semcache_misses_total[5m])) * (-1)'],
  ])('%# %o', (expression, text) => {
    expect(print(expression)).toBe(text);
  });

  it('puts scope into every selector, the prefix before contract metrics only, and quotes what needs it', () => {
    const expression = x.plus(
      x.rate('semcache_hits_total'),
      x.rate('llamascope_upstream_attempts_total', { where: { upstream: ['a.b', 'c"\\'] } }),
    );
    expect(printPromql(expression, { range: '$__rate_interval', scope: 'job="$job"', prefix: 'team_' })).toBe(
      'sum(rate(team_semcache_hits_total{job="$job"}[$__rate_interval])) + ' +
        'sum(rate(llamascope_upstream_attempts_total{job="$job",upstream=~"a\\\\.b|c\\"\\\\\\\\"}[$__rate_interval]))',
    );
  });

  it('writes durations in their largest exact unit', () => {
    expect([0.5, 10, 60, 90, 300, 7_200, 86_400].map(promqlDuration)).toEqual([
      '500ms',
      '10s',
      '1m',
      '90s',
      '5m',
      '2h',
      '1d',
    ]);
  });

  it('refuses a quantile that is none', () => {
    expect(() => x.quantile(1.5, 'llamascope_queue_wait_seconds')).toThrow(
      'quantile 1.5 of llamascope_queue_wait_seconds: expected 0 to 1',
    );
  });
});

describe('panels', () => {
  const panels = [...PANELS.values()];

  it('have ids of their own, in the whole product', () => {
    expect(panels.length).toBe(VIEWS.flatMap((view) => view.panels).length);
    expect(new Set(VIEWS.map(({ id }) => id)).size).toBe(VIEWS.length);
    expect(panels.filter(({ id }) => !/^[a-z0-9-]+$/.test(id))).toEqual([]);
  });

  it('ask a question, and end their description with the metrics they read', () => {
    for (const panel of panels) {
      expect(panel.question).toMatch(/\?$/);
      expect(panel.description).toMatch(new RegExp(`Metrics: ${panel.metrics.join(', ')}\\.$`));
      expect(panel.metrics.length).toBeGreaterThan(0);
    }
  });

  it('name in their legends only labels that the result has, and all that tell series apart', () => {
    for (const panel of panels) {
      for (const { legend, expr } of panel.series) {
        const named = [...legend.matchAll(/\{(\w+)\}/g)].map(([, label]) => label ?? '');
        expect([panel.id, [...named].sort()]).toEqual([panel.id, [...labelsOf(expr.node)].sort()]);
      }
    }
  });

  it('show every metric of the catalogue, but those that say what is running', () => {
    const shown = new Set<MetricName>(panels.flatMap(({ metrics }) => metrics));
    const missing = (Object.keys(CATALOGUE) as MetricName[]).filter((name) => !shown.has(name));
    // The version is in the page's head.
    expect(missing).toEqual(['llamascope_build_info']);
  });

  it('read sources that the evaluator can project', () => {
    for (const panel of panels) {
      for (const { expr } of panel.series) {
        expect(sourcesOf(expr.node).length).toBeGreaterThan(0);
        expect(metricsOf(expr.node).length).toBeGreaterThan(0);
      }
    }
  });
});
