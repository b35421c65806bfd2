/**
 * Many workers as one gateway: what `/health`, `/admin`, the gauges and the page read. Sums where each worker has its own
 * (connections, requests), the worst where all have the same thing (breakers), the latest where each looks for itself (probes).
 */
import { BREAKER_STATE_VALUE } from '../core/breaker-state.ts';
import type {
  BreakerSnapshot,
  CacheSnapshot,
  PoolSnapshot,
  QueueSnapshot,
  StateReader,
  UpstreamSnapshot,
} from '../core/state.ts';
import type { WorkerState } from './messages.ts';

/** `entries`: what the primary holds itself. */
export function mergedState(
  workers: () => readonly WorkerState[],
  entries: () => Pick<CacheSnapshot, 'entries' | 'bytes' | 'store'>,
): StateReader {
  const byName = <T>(
    list: (state: WorkerState) => readonly T[],
    nameOf: (item: T) => string,
    merge: (a: T, b: T) => T,
  ): readonly T[] => {
    const merged = new Map<string, T>();
    for (const state of workers()) {
      for (const item of list(state)) {
        const known = merged.get(nameOf(item));
        merged.set(nameOf(item), known === undefined ? item : merge(known, item));
      }
    }
    return [...merged.values()];
  };
  return {
    breakers: () =>
      byName(
        (one) => one.breakers,
        ({ name }) => name,
        mergeBreakers,
      ),
    pools: () =>
      byName(
        (one) => one.pools,
        ({ client }) => client,
        mergePools,
      ),
    queues: () =>
      byName(
        (one) => one.queues,
        ({ upstream }) => upstream,
        mergeQueues,
      ),
    upstreams: () =>
      byName(
        (one) => one.upstreams,
        ({ name }) => name,
        mergeUpstreams,
      ),
    cache: () => ({ ...mergeCaches(workers().map(({ cache }) => cache)), ...entries() }),
  };
}

/** The state is that with the largest number, as the gauge has it. */
function mergeBreakers(a: BreakerSnapshot, b: BreakerSnapshot): BreakerSnapshot {
  const worse = BREAKER_STATE_VALUE[b.state] > BREAKER_STATE_VALUE[a.state] ? b : a;
  return {
    ...worse,
    consecutiveFailures: Math.max(a.consecutiveFailures, b.consecutiveFailures),
    lastStateChangeAt: Math.max(a.lastStateChangeAt, b.lastStateChangeAt),
    inFlight: a.inFlight + b.inFlight,
    manual: a.manual ?? b.manual,
  };
}

function mergePools(a: PoolSnapshot, b: PoolSnapshot): PoolSnapshot {
  return {
    client: a.client,
    connections: a.connections + b.connections,
    maxsize: a.maxsize + b.maxsize,
    busy: a.busy + b.busy,
    idle: a.idle + b.idle,
    pending: a.pending + b.pending,
  };
}

/** The permits are those of one limit that all have in common. */
function mergeQueues(a: QueueSnapshot, b: QueueSnapshot): QueueSnapshot {
  return {
    upstream: a.upstream,
    depth: a.depth + b.depth,
    permits: Math.min(a.permits, b.permits),
    permitsInUse: a.permitsInUse + b.permitsInUse,
    oldestWaitMs: Math.max(a.oldestWaitMs, b.oldestWaitMs),
    adaptiveLimit:
      a.adaptiveLimit === null || b.adaptiveLimit === null
        ? (a.adaptiveLimit ?? b.adaptiveLimit)
        : Math.min(a.adaptiveLimit, b.adaptiveLimit),
  };
}

function mergeUpstreams(a: UpstreamSnapshot, b: UpstreamSnapshot): UpstreamSnapshot {
  const later = (b.probedAt ?? 0) > (a.probedAt ?? 0) ? b : a;
  return {
    ...later,
    draining: a.draining || b.draining,
    inFlight: a.inFlight + b.inFlight,
    weight: Math.min(a.weight, b.weight),
    hint: a.hint ?? b.hint,
  };
}

function mergeCaches(caches: readonly CacheSnapshot[]): Omit<CacheSnapshot, 'entries' | 'bytes' | 'store'> {
  const [first] = caches;
  const bounds = caches.flatMap(({ falseHitBound }) => (falseHitBound === null ? [] : [falseHitBound]));
  return {
    mode: first?.mode ?? 'off',
    embedder: caches.find(({ embedder }) => embedder !== null)?.embedder ?? null,
    maxEntries: first?.maxEntries ?? 0,
    maxBytes: first?.maxBytes ?? 0,
    falseHitBound: bounds.length === 0 ? null : Math.max(...bounds),
  };
}
