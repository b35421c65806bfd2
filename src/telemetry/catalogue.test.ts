import { describe, expect, expectTypeOf, it } from 'vitest';
import { EVENT_TYPES } from '../../test/telemetry/sample-events.ts';
import {
  CATALOGUE,
  LOG_ONLY_EVENTS,
  METRIC_GROUPS,
  type CounterName,
  type GaugeName,
  type MetricLabels,
  type MetricName,
} from './catalogue.ts';
import { bucketBounds, BUCKETS, closedValues, type MetricDefinition } from './catalogue/definition.ts';

const entries: readonly (readonly [string, MetricDefinition])[] = Object.entries(CATALOGUE);

/** The contract as published: name, type, labels with their closed values (null: open). */
const CONTRACT: readonly (readonly [string, string, Readonly<Record<string, readonly string[] | null>>])[] = [
  ['circuit_breaker_state', 'gauge', { breaker_name: null }],
  [
    'circuit_breaker_calls_total',
    'counter',
    { breaker_name: null, status: ['success', 'failure', 'rejected'] },
  ],
  [
    'circuit_breaker_transitions_total',
    'counter',
    {
      breaker_name: null,
      from_state: ['closed', 'open', 'half_open'],
      to_state: ['closed', 'open', 'half_open'],
    },
  ],
  ['circuit_breaker_consecutive_failures', 'gauge', { breaker_name: null }],
  ['circuit_breaker_last_state_change_timestamp', 'gauge', { breaker_name: null }],
  ['connection_pool_requests_total', 'counter', { client_name: null }],
  ['connection_pool_size', 'gauge', { client_name: null, pool_type: ['connections', 'maxsize'] }],
  ['semcache_hits_total', 'counter', { type: ['exact', 'semantic'] }],
  ['semcache_misses_total', 'counter', {}],
  ['semcache_size', 'gauge', {}],
  ['semcache_fill_ratio', 'gauge', {}],
];

describe('the metric catalogue', () => {
  it('has the eleven with exactly these types, labels and values', () => {
    const found = CONTRACT.map(([name]) => {
      const metric: MetricDefinition = CATALOGUE[name as MetricName];
      const labels = Object.fromEntries(
        Object.entries(metric.labels).map(([label, spec]) => [label, closedValues(spec)]),
      );
      return [name, metric.type, labels];
    });
    expect(found).toEqual(CONTRACT);
  });

  it('says in HELP what the numbers of the state mean', () => {
    expect(CATALOGUE.circuit_breaker_state.help).toContain('0 = CLOSED, 1 = OPEN, 2 = HALF_OPEN');
  });

  it('lets the prefix apply to the eleven and circuit_breaker_ignored_total only', () => {
    const prefixable = entries.filter(([, metric]) => metric.prefixable === true).map(([name]) => name);
    expect(prefixable.toSorted()).toEqual(
      [...CONTRACT.map(([name]) => name), 'circuit_breaker_ignored_total'].toSorted(),
    );
  });

  it('names all others llamascope_, counters _total, and units at the end', () => {
    for (const [name, metric] of entries) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.startsWith('llamascope_')).toBe(metric.prefixable !== true);
      expect(name.endsWith('_total')).toBe(metric.type === 'counter');
      const base = name.replace(/_total$/, '');
      if (metric.unit === 'seconds' && name !== 'circuit_breaker_last_state_change_timestamp') {
        expect(base).toMatch(/_seconds$/);
      }
      if (metric.unit === 'bytes') expect(base).toMatch(/_bytes$/);
      expect(metric.help).toMatch(/^[A-Z].*\.$/);
      expect(metric.fedBy.length).toBeGreaterThan(0);
    }
  });

  it('lists every metric once, in one group', () => {
    const grouped = METRIC_GROUPS.flatMap(({ metrics }) => Object.keys(metrics));
    expect(grouped).toEqual(Object.keys(CATALOGUE));
    expect(new Set(grouped).size).toBe(grouped.length);
  });

  it('reaches 300 s where a model is waited for, with ascending bounds everywhere', () => {
    for (const [name, metric] of entries) {
      const bounds = bucketBounds(metric);
      expect(bounds.length > 0).toBe(metric.type === 'histogram');
      expect(bounds).toEqual([...new Set(bounds)].toSorted((a, b) => a - b));
      if (/request_duration|first_token|model_load|prefill|decode/.test(name))
        expect(bounds.at(-1)).toBe(300);
    }
    expect(Object.keys(BUCKETS).length).toBeGreaterThan(0);
  });

  it('has a metric for every event type, or a reason why it is for the log only', () => {
    const fed = new Set<string>(entries.flatMap(([, metric]) => metric.fedBy));
    for (const type of EVENT_TYPES) {
      expect([type, fed.has(type)]).toEqual([type, !(type in LOG_ONLY_EVENTS)]);
    }
    const feeds = [...fed].filter((feed) => !/^(state\.|process$|scrape$|live$)/.test(feed));
    expect(feeds.toSorted()).toEqual(EVENT_TYPES.filter((type) => !(type in LOG_ONLY_EVENTS)).toSorted());
    for (const reason of Object.values(LOG_ONLY_EVENTS)) expect(reason.length).toBeGreaterThan(20);
  });

  it('makes undeclared names, labels and values type errors', () => {
    expectTypeOf<'semcache_hits_total'>().toExtend<CounterName>();
    expectTypeOf<'semcache_hit_total'>().not.toExtend<MetricName>();
    expectTypeOf<'semcache_size'>().not.toExtend<CounterName>();
    expectTypeOf<'semcache_size'>().toExtend<GaugeName>();
    expectTypeOf<MetricLabels<'semcache_hits_total'>>().toEqualTypeOf<{
      readonly type: 'exact' | 'semantic';
    }>();
    expectTypeOf<{ type: 'fuzzy' }>().not.toExtend<MetricLabels<'semcache_hits_total'>>();
    expectTypeOf<{ kind: 'exact' }>().not.toExtend<MetricLabels<'semcache_misses_total'>>();
    expectTypeOf<{ kind: 'exact' }>().not.toExtend<MetricLabels<'semcache_hits_total'>>();
    expectTypeOf<MetricLabels<'circuit_breaker_calls_total'>>().toEqualTypeOf<{
      readonly breaker_name: string;
      readonly status: 'success' | 'failure' | 'rejected';
    }>();
    expectTypeOf<'/api/nope'>().not.toExtend<MetricLabels<'llamascope_requests_total'>['endpoint']>();
  });
});
