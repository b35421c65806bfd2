/**
 * Every metric, once. Instruments, `/metrics`, the live page, dashboards, rules and the reference are derived
 * from these entries, so a metric cannot be recorded, queried or documented under two names.
 *
 * Guarantees: the twelve contract names (`circuit_breaker_*`, `connection_pool_*`, `semcache_*`) are exact and the
 * only ones `metrics.prefix` applies to; all others start with `llamascope_`; each is fed by an event, by state read
 * at the scrape, or by the process. Refuses: a metric that nothing feeds, and labels whose number nothing bounds.
 * Names are public: renaming one needs a deprecation cycle.
 */
import { BREAKER_METRICS } from './catalogue/breakers.ts';
import { CACHE_STORE_METRICS } from './catalogue/cache-store.ts';
import { CACHE_METRICS } from './catalogue/cache.ts';
import type { LabelsOf, MetricDefinition, NamesOf } from './catalogue/definition.ts';
import { SELF_METRICS } from './catalogue/itself.ts';
import { LIVE_METRICS } from './catalogue/live.ts';
import { POOL_METRICS } from './catalogue/pool.ts';
import { PROCESS_METRICS } from './catalogue/process.ts';
import { REQUEST_METRICS } from './catalogue/requests.ts';
import { SERVING_METRICS } from './catalogue/serving.ts';
import { UPSTREAM_METRICS } from './catalogue/upstreams.ts';
import { WORKER_METRICS } from './catalogue/workers.ts';

export type MetricCatalogue = typeof BREAKER_METRICS &
  typeof POOL_METRICS &
  typeof CACHE_METRICS &
  typeof CACHE_STORE_METRICS &
  typeof REQUEST_METRICS &
  typeof SERVING_METRICS &
  typeof UPSTREAM_METRICS &
  typeof PROCESS_METRICS &
  typeof WORKER_METRICS &
  typeof LIVE_METRICS &
  typeof SELF_METRICS;

/** In the order of `/metrics`. */
export const CATALOGUE: MetricCatalogue = {
  ...BREAKER_METRICS,
  ...POOL_METRICS,
  ...CACHE_METRICS,
  ...CACHE_STORE_METRICS,
  ...REQUEST_METRICS,
  ...SERVING_METRICS,
  ...UPSTREAM_METRICS,
  ...PROCESS_METRICS,
  ...WORKER_METRICS,
  ...LIVE_METRICS,
  ...SELF_METRICS,
};

export type MetricName = keyof MetricCatalogue;
export type CounterName = NamesOf<MetricCatalogue, 'counter'>;
export type GaugeName = NamesOf<MetricCatalogue, 'gauge'>;
export type HistogramName = NamesOf<MetricCatalogue, 'histogram'>;
/** The labels of one metric, with the values each may take. */
export type MetricLabels<N extends MetricName> = LabelsOf<MetricCatalogue[N]>;

/** The groups in which the reference lists them. */
export const METRIC_GROUPS: readonly {
  readonly title: string;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
}[] = [
  { title: 'Circuit breaker', metrics: BREAKER_METRICS },
  { title: 'Connection pool', metrics: POOL_METRICS },
  { title: 'Cache', metrics: CACHE_METRICS },
  { title: 'Where the cache is kept', metrics: CACHE_STORE_METRICS },
  { title: 'Requests', metrics: REQUEST_METRICS },
  { title: 'Model serving', metrics: SERVING_METRICS },
  { title: 'Upstreams and queues', metrics: UPSTREAM_METRICS },
  { title: 'Process', metrics: PROCESS_METRICS },
  { title: 'Worker processes', metrics: WORKER_METRICS },
  { title: 'Live page', metrics: LIVE_METRICS },
  { title: 'Of itself', metrics: SELF_METRICS },
];

/** Events that feed no metric, and why. Every other event type is some metric's `fedBy`. */
export const LOG_ONLY_EVENTS = {
  'cache.store-changed':
    'llamascope_semcache_store_state is read from the state at the scrape, so it cannot disagree with the store',
  'cache.purged': 'each entry that a purge removes is counted in llamascope_semcache_evictions_total',
  'model.serialised':
    'A guess from streams that overlap, made once per model; said in the log and in /health as the hint of its upstream.',
  'upstream.health-changed':
    'llamascope_upstream_healthy is read from the state at the scrape, so it cannot disagree with the upstream',
} as const;
