import { breakerName, modelId, upstreamName } from '../../src/core/ids.ts';
import type {
  BreakerSnapshot,
  CacheSnapshot,
  PoolSnapshot,
  QueueSnapshot,
  StateReader,
  UpstreamSnapshot,
} from '../../src/core/state.ts';

/** State that a test writes and telemetry reads. */
export interface WritableState {
  breakers: BreakerSnapshot[];
  pools: PoolSnapshot[];
  queues: QueueSnapshot[];
  upstreams: UpstreamSnapshot[];
  cache: CacheSnapshot;
}

export function readerOf(state: WritableState): StateReader {
  return {
    breakers: () => state.breakers,
    pools: () => state.pools,
    queues: () => state.queues,
    upstreams: () => state.upstreams,
    cache: () => state.cache,
  };
}

export function upstreamSnapshot(name: string, change: Partial<UpstreamSnapshot> = {}): UpstreamSnapshot {
  return {
    name: upstreamName(name),
    kind: 'ollama',
    url: 'http://127.0.0.1:11434',
    healthy: true,
    reason: 'answers',
    probedAt: 1_700_000_000_000,
    version: '0.12.0',
    models: [modelId('llama3.2:1b'), modelId('mistral:latest')],
    resident: [modelId('llama3.2:1b')],
    inRotation: true,
    weight: 1,
    hint: null,
    simulator: false,
    draining: false,
    inFlight: 0,
    ...change,
  };
}

export function breakerSnapshot(name: string, change: Partial<BreakerSnapshot> = {}): BreakerSnapshot {
  return {
    name: breakerName(name),
    state: 'closed',
    consecutiveFailures: 0,
    lastStateChangeAt: 1_700_000_000_500,
    inFlight: 0,
    retryAfterMs: null,
    manual: null,
    ...change,
  };
}

/** One upstream with its breaker, pool and queue, and a cache a quarter full. */
export function oneUpstream(name = 'gpu-1'): WritableState {
  const upstream = upstreamName(name);
  return {
    breakers: [breakerSnapshot(name)],
    pools: [{ client: upstream, connections: 3, maxsize: 8, busy: 1, idle: 2, pending: 1 }],
    queues: [{ upstream, depth: 4, permits: 2, permitsInUse: 1, oldestWaitMs: 1_500, adaptiveLimit: 2 }],
    upstreams: [upstreamSnapshot(name)],
    cache: {
      mode: 'on',
      embedder: 'static',
      entries: 25,
      maxEntries: 100,
      bytes: 5_000,
      maxBytes: 1_000_000,
      falseHitBound: 0.014,
      store: { kind: 'sqlite', state: 'ok', reason: null, pending: 2 },
    },
  };
}

export const nothing = (): WritableState => ({
  breakers: [],
  pools: [],
  queues: [],
  upstreams: [],
  cache: {
    mode: 'off',
    embedder: null,
    entries: 0,
    maxEntries: 0,
    bytes: 0,
    maxBytes: 0,
    falseHitBound: null,
    store: { kind: 'memory', state: 'ok', reason: null, pending: 0 },
  },
});
