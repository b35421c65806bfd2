import type { BreakerStateName } from './breaker-state.ts';
import type { BreakerName, ModelId, UpstreamName } from './ids.ts';

/**
 * The present, asked for and never pushed: `/metrics` reads it at each scrape, `/health` and `/admin` at
 * each request, so a gauge can never disagree with what it describes.
 */
export interface BreakerSnapshot {
  readonly name: BreakerName;
  readonly state: BreakerStateName;
  readonly consecutiveFailures: number;
  /** Unix milliseconds; the creation time until the first transition. */
  readonly lastStateChangeAt: number;
  readonly inFlight: number;
  /** Milliseconds until half-open, when open. */
  readonly retryAfterMs: number | null;
  readonly manual: 'isolated' | 'disabled' | 'observing' | null;
}

export interface PoolSnapshot {
  readonly client: UpstreamName;
  /** Connections open now. */
  readonly connections: number;
  readonly maxsize: number;
  readonly busy: number;
  readonly idle: number;
  /** Requests that wait for a connection, or for theirs to be made. */
  readonly pending: number;
}

export interface QueueSnapshot {
  readonly upstream: UpstreamName;
  readonly depth: number;
  readonly permits: number;
  readonly permitsInUse: number;
  /** How long the one who waits longest has waited; 0 when nobody does. */
  readonly oldestWaitMs: number;
  /** The limit on generations where it follows what the upstream can bear; null where it is fixed. */
  readonly adaptiveLimit: number | null;
}

export interface UpstreamSnapshot {
  readonly name: UpstreamName;
  readonly kind: 'ollama' | 'openai';
  readonly url: string;
  readonly healthy: boolean;
  /** Why it is or is not healthy, in words for a person. */
  readonly reason: string;
  /** Unix milliseconds of the last probe, or null before the first. */
  readonly probedAt: number | null;
  readonly version: string | null;
  /** Models it has, as of the last probe. */
  readonly models: readonly ModelId[];
  /** Models in memory now (`/api/ps`). */
  readonly resident: readonly ModelId[];
  /** Whether requests may be sent there now: well and not draining, or too few are well to ask. */
  readonly inRotation: boolean;
  /** Its share beside its peers now; less than configured for a while after it came back. */
  readonly weight: number;
  /** What somebody should know of it who set it up, in words; null when there is nothing. */
  readonly hint: string | null;
  readonly simulator: boolean;
  /** Taken out by hand, or on its way out. */
  readonly draining: boolean;
  /** Requests sent its way and not over yet, the queued ones included. */
  readonly inFlight: number;
}

/** Where the cache's entries are kept besides this process, and whether that works. */
export interface StoreSnapshot {
  readonly kind: 'memory' | 'sqlite' | 'redis';
  /** `loading`: taking in what is there already; `degraded`: entries are kept in this process alone until it works again. */
  readonly state: 'ok' | 'loading' | 'degraded';
  /** What is wrong, in words for a person; null when nothing is. */
  readonly reason: string | null;
  /** Changes not yet written. */
  readonly pending: number;
}

export interface CacheSnapshot {
  readonly mode: string;
  readonly embedder: string | null;
  readonly entries: number;
  readonly maxEntries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Upper 95 % bound of the share of hits by meaning that are wrong; 1 while unknown, null without such hits. */
  readonly falseHitBound: number | null;
  readonly store: StoreSnapshot;
}

export interface StateReader {
  breakers(): readonly BreakerSnapshot[];
  pools(): readonly PoolSnapshot[];
  queues(): readonly QueueSnapshot[];
  upstreams(): readonly UpstreamSnapshot[];
  cache(): CacheSnapshot;
}
