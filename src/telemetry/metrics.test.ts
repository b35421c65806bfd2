import { describe, expect, expectTypeOf, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import type { Catalogue } from './catalogue/definition.ts';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('puts the prefix before the twelve and before nothing else', () => {
    const names = createMetrics(CATALOGUE, { prefix: 'acme_' }).families.map((family) => family.fullName);
    expect(names.filter((name) => name.startsWith('acme_')).toSorted()).toEqual(
      [
        'circuit_breaker_calls_total',
        'circuit_breaker_consecutive_failures',
        'circuit_breaker_ignored_total',
        'circuit_breaker_last_state_change_timestamp',
        'circuit_breaker_state',
        'circuit_breaker_transitions_total',
        'connection_pool_requests_total',
        'connection_pool_size',
        'semcache_fill_ratio',
        'semcache_hits_total',
        'semcache_misses_total',
        'semcache_size',
      ].map((name) => `acme_${name}`),
    );
    expect(
      names.filter((name) => !name.startsWith('acme_')).every((name) => name.startsWith('llamascope_')),
    ).toBe(true);
  });

  it('has no collision even with our own prefix', () => {
    expect(() => createMetrics(CATALOGUE, { prefix: 'llamascope_' })).not.toThrow();
  });

  it.each([
    ['1x', /prefix "1x"/],
    ['a-b', /prefix "a-b"/],
    ['ä', /prefix/],
  ])('refuses the prefix %s', (prefix, message) => {
    expect(() => createMetrics({}, { prefix })).toThrow(message);
  });

  it.each([0, -1, 1.5, NaN])('refuses a cap of %s', (maxSeriesPerFamily) => {
    expect(() => createMetrics({}, { maxSeriesPerFamily })).toThrow(/maxSeriesPerFamily/);
  });

  const bad: readonly (readonly [string, Catalogue, RegExp])[] = [
    ['a name', { '9lives': { type: 'gauge', help: 'x', labels: {} } }, /"9lives"/],
    ['a counter without _total', { jobs: { type: 'counter', help: 'x', labels: {} } }, /jobs.*_total/],
    ['a label', { g: { type: 'gauge', help: 'x', labels: { 'a-b': 'any' } } }, /"a-b"/],
    ['a reserved label', { g: { type: 'gauge', help: 'x', labels: { __x: 'any' } } }, /"__x"/],
    ['le', { h: { type: 'histogram', help: 'x', labels: { le: 'any' }, buckets: [1] } }, /"le"/],
    ['no buckets', { h: { type: 'histogram', help: 'x', labels: {} } }, /needs buckets/],
    ['empty buckets', { h: { type: 'histogram', help: 'x', labels: {}, buckets: [] } }, /needs buckets/],
    [
      'unordered buckets',
      { h: { type: 'histogram', help: 'x', labels: {}, buckets: [1, 1] } },
      /bucket 1 is 1/,
    ],
    [
      'infinite',
      { h: { type: 'histogram', help: 'x', labels: {}, buckets: [Infinity] } },
      /bucket 0 is Infinity/,
    ],
  ];
  it.each(bad)('refuses %s, naming it', (_, catalogue, message) => {
    expect(() => createMetrics(catalogue)).toThrow(message);
  });

  it('says so when a name is not in the catalogue', () => {
    const metrics = createMetrics({}) as unknown as { counter(name: string): unknown };
    expect(() => metrics.counter('nope_total')).toThrow('no metric "nope_total" in the catalogue');
  });

  it('types instruments by the catalogue it was given', () => {
    const metrics = createMetrics({
      jobs_total: { type: 'counter', help: 'Jobs.', labels: { kind: ['a', 'b'] } },
      load: { type: 'gauge', help: 'Load.', labels: { host: 'any' } },
    });
    expectTypeOf(metrics.counter).parameter(0).toEqualTypeOf<'jobs_total'>();
    const jobs = metrics.counter('jobs_total');
    expectTypeOf(jobs.labels).parameter(0).toEqualTypeOf<{ readonly kind: 'a' | 'b' }>();
    expectTypeOf(metrics.gauge('load').labels).parameter(0).toEqualTypeOf<{ readonly host: string }>();
    jobs.labels({ kind: 'a' }).inc();
    expect(jobs.labels({ kind: 'a' }).value()).toBe(1);
  });
});
