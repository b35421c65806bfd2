/**
 * The gauges that describe the present, rewritten from `StateReader` at each scrape, so they cannot drift from
 * what they describe. A reader that throws costs its own gauges for that scrape and a count, nothing more.
 */
import { BREAKER_STATE_VALUE } from '../core/breaker-state.ts';
import type { StateReader } from '../core/state.ts';
import type { MetricCatalogue } from './catalogue.ts';
import type { Metrics } from './metrics.ts';
import type { Observer } from './observe.ts';

export type CollectorName = keyof StateReader | 'memory' | 'cpu' | 'event_loop' | 'handles';

/** Runs a collector; a throw is counted and answered with false. */
export type Guard = (collector: CollectorName, collect: () => void) => boolean;

export function createGuard(metrics: Metrics<MetricCatalogue>): Guard {
  const errors = metrics.counter('llamascope_collector_errors_total');
  return (collector, collect) => {
    try {
      collect();
      return true;
    } catch {
      errors.labels({ collector }).inc();
      return false;
    }
  };
}

export function createStateCollector(
  metrics: Metrics<MetricCatalogue>,
  state: StateReader,
  observer: Observer,
  guard: Guard,
): () => void {
  const collectors = [
    breakerCollector(metrics, state, observer),
    poolCollector(metrics, state, observer),
    queueCollector(metrics, state),
    upstreamCollector(metrics, state, observer),
    cacheCollector(metrics, state),
  ];
  return () => {
    for (const { name, families, collect } of collectors) {
      if (guard(name, collect)) continue;
      for (const family of families) family.clear();
    }
  };
}

interface Collector {
  readonly name: keyof StateReader;
  readonly families: readonly { clear(): void }[];
  readonly collect: () => void;
}

function breakerCollector(
  metrics: Metrics<MetricCatalogue>,
  reader: StateReader,
  observer: Observer,
): Collector {
  const state = metrics.gauge('circuit_breaker_state');
  const failures = metrics.gauge('circuit_breaker_consecutive_failures');
  const changed = metrics.gauge('circuit_breaker_last_state_change_timestamp');
  return {
    name: 'breakers',
    families: [state, failures, changed],
    collect: () => {
      const breakers = reader.breakers();
      for (const breaker of breakers) observer.ensureBreaker(breaker.name);
      state.replace(breakers.map(({ name, state }) => [{ breaker_name: name }, BREAKER_STATE_VALUE[state]]));
      failures.replace(
        breakers.map(({ name, consecutiveFailures }) => [{ breaker_name: name }, consecutiveFailures]),
      );
      changed.replace(
        breakers.map(({ name, lastStateChangeAt }) => [{ breaker_name: name }, lastStateChangeAt / 1_000]),
      );
    },
  };
}

function poolCollector(
  metrics: Metrics<MetricCatalogue>,
  reader: StateReader,
  observer: Observer,
): Collector {
  const size = metrics.gauge('connection_pool_size');
  const connections = metrics.gauge('llamascope_pool_connections');
  const pending = metrics.gauge('llamascope_pool_pending_requests');
  return {
    name: 'pools',
    families: [size, connections, pending],
    collect: () => {
      const pools = reader.pools();
      for (const pool of pools) observer.ensureUpstream(pool.client);
      size.replace(
        pools.flatMap((pool) => [
          [{ client_name: pool.client, pool_type: 'connections' }, pool.connections],
          [{ client_name: pool.client, pool_type: 'maxsize' }, pool.maxsize],
        ]),
      );
      pending.replace(pools.map((pool) => [{ client_name: pool.client }, pool.pending]));
      connections.replace(
        pools.flatMap((pool) => [
          [{ client_name: pool.client, state: 'busy' }, pool.busy],
          [{ client_name: pool.client, state: 'idle' }, pool.idle],
        ]),
      );
    },
  };
}

function queueCollector(metrics: Metrics<MetricCatalogue>, reader: StateReader): Collector {
  const depth = metrics.gauge('llamascope_queue_depth');
  const permits = metrics.gauge('llamascope_upstream_permits');
  const oldest = metrics.gauge('llamascope_queue_oldest_wait_seconds');
  const adaptive = metrics.gauge('llamascope_adaptive_limit');
  return {
    name: 'queues',
    families: [depth, permits, oldest, adaptive],
    collect: () => {
      const queues = reader.queues();
      depth.replace(queues.map((queue) => [{ upstream: queue.upstream }, queue.depth]));
      oldest.replace(queues.map((queue) => [{ upstream: queue.upstream }, queue.oldestWaitMs / 1_000]));
      adaptive.replace(
        queues.flatMap(({ upstream, adaptiveLimit }) =>
          adaptiveLimit === null ? [] : [[{ upstream }, adaptiveLimit] as const],
        ),
      );
      permits.replace(
        queues.flatMap((queue) => [
          [{ upstream: queue.upstream, state: 'in_use' }, queue.permitsInUse],
          [{ upstream: queue.upstream, state: 'limit' }, queue.permits],
        ]),
      );
    },
  };
}

function upstreamCollector(
  metrics: Metrics<MetricCatalogue>,
  reader: StateReader,
  observer: Observer,
): Collector {
  const healthy = metrics.gauge('llamascope_upstream_healthy');
  const resident = metrics.gauge('llamascope_models_resident');
  const rotation = metrics.gauge('llamascope_upstream_in_rotation');
  const weight = metrics.gauge('llamascope_upstream_weight');
  return {
    name: 'upstreams',
    families: [healthy, rotation, weight, resident],
    collect: () => {
      const upstreams = reader.upstreams();
      for (const upstream of upstreams) observer.ensureUpstream(upstream.name);
      healthy.replace(upstreams.map(({ name, healthy }) => [{ upstream: name }, healthy ? 1 : 0]));
      rotation.replace(upstreams.map(({ name, inRotation }) => [{ upstream: name }, inRotation ? 1 : 0]));
      weight.replace(upstreams.map(({ name, weight }) => [{ upstream: name }, weight]));
      resident.replace(upstreams.map(({ name, resident }) => [{ upstream: name }, resident.length]));
    },
  };
}

function cacheCollector(metrics: Metrics<MetricCatalogue>, reader: StateReader): Collector {
  const size = metrics.gauge('semcache_size');
  const fill = metrics.gauge('semcache_fill_ratio');
  const bytes = metrics.gauge('llamascope_semcache_bytes');
  const storeState = metrics.gauge('llamascope_semcache_store_state');
  const pending = metrics.gauge('llamascope_semcache_store_pending');
  const bound = metrics.gauge('llamascope_semcache_false_hit_upper_bound');
  return {
    name: 'cache',
    families: [size, fill, bytes, bound, storeState, pending],
    collect: () => {
      const cache = reader.cache();
      size.replace([[{}, cache.entries]]);
      fill.replace([[{}, cache.maxEntries > 0 ? cache.entries / cache.maxEntries : 0]]);
      bytes.replace([[{}, cache.bytes]]);
      const { kind, state: now } = cache.store;
      storeState.replace(
        (['ok', 'loading', 'degraded'] as const).map((state) => [
          { store: kind, state },
          state === now ? 1 : 0,
        ]),
      );
      pending.replace([[{}, cache.store.pending]]);
      bound.replace(cache.falseHitBound === null ? [] : [[{}, cache.falseHitBound]]);
    },
  };
}
