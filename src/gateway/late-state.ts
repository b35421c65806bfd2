import type { CacheSnapshot, StateReader } from '../core/state.ts';

/** Telemetry needs a reader before there is anything to read; until then everything is empty. */
export function lateState(): StateReader & { connect(reader: StateReader): void } {
  let reader: StateReader | null = null;
  return {
    connect(connected): void {
      reader = connected;
    },
    breakers: () => reader?.breakers() ?? [],
    pools: () => reader?.pools() ?? [],
    queues: () => reader?.queues() ?? [],
    upstreams: () => reader?.upstreams() ?? [],
    cache: () => reader?.cache() ?? EMPTY_CACHE,
  };
}

const EMPTY_CACHE: CacheSnapshot = {
  mode: 'off',
  embedder: null,
  entries: 0,
  maxEntries: 0,
  bytes: 0,
  maxBytes: 0,
  falseHitBound: null,
  store: { kind: 'memory', state: 'ok', reason: null, pending: 0 },
};
