import type { BreakerStateName } from './breaker-state.ts';
import type { ServingTimes, Usage } from './answer.ts';
import type { BreakerName, ClientId, ModelId, RequestId, UpstreamName } from './ids.ts';
import type { ModelEvent } from './model-event.ts';
import type { AttemptOutcome, RequestOutcome } from './outcome.ts';
import type { CacheResult } from './request.ts';
import type { Endpoint } from './route.ts';
import type { SystemEvent } from './system-event.ts';

export { WORKER_ENDS, type ReloadTrigger, type SystemEvent, type WorkerEnd } from './system-event.ts';

/**
 * The one seam between what happens and what is reported. Every stage emits these through `Emit`;
 * telemetry (and later the live page and traces) subscribes. Nothing else couples them.
 * Times: `…Ms` are durations in milliseconds, `at` is unix milliseconds.
 */
export type GatewayEvent =
  | RequestEvent
  | ModelEvent
  | CacheEvent
  | BreakerEvent
  | UpstreamEvent
  | QueueEvent
  | PoolEvent
  | SystemEvent;

export type Emit = (event: GatewayEvent) => void;

export const COALESCED_KINDS = ['read', 'embedding'] as const;
export type CoalescedKind = (typeof COALESCED_KINDS)[number];

export type RequestEvent =
  | { readonly type: 'request.started'; readonly endpoint: Endpoint }
  | {
      readonly type: 'request.finished';
      readonly id: RequestId;
      readonly endpoint: Endpoint;
      readonly model: ModelId | null;
      readonly client: ClientId;
      readonly outcome: RequestOutcome;
      readonly served: 'upstream' | 'cache' | 'none';
      readonly status: number;
      readonly streamed: boolean;
      readonly upstream: UpstreamName | null;
      readonly cache: CacheResult | null;
      readonly attempts: number;
      readonly durationMs: number;
      /** Received to first content byte handed to the client; null when there was none. */
      readonly ttftMs: number | null;
      /** Time to the first byte less what was spent waiting for others; null when nothing was served. */
      readonly overheadMs: number | null;
      readonly queuedMs: number;
      readonly usage: Usage | null;
      readonly times: ServingTimes | null;
      readonly errorCode: string | null;
    }
  /** A path or method outside the table; such requests have no endpoint. */
  | { readonly type: 'request.unmatched'; readonly status: 404 | 405 }
  /** It was answered by an identical one that was already under way. */
  | { readonly type: 'request.coalesced'; readonly kind: CoalescedKind }
  | { readonly type: 'client.aborted'; readonly phase: 'waiting' | 'streaming' };

/** A question that was taken for another one. */
export interface SemanticMatch {
  readonly entryId: string;
  readonly request: RequestId;
  readonly model: ModelId | null;
  /** Both questions in words: called only by those who may show them. */
  texts(): { readonly asked: string; readonly stored: string };
}

export type BypassReason = 'mode_off' | 'header' | 'sampled' | 'too_long' | 'uncacheable';

export type CacheEvent =
  | {
      readonly type: 'cache.looked-up';
      readonly result: CacheResult;
      readonly bypass: BypassReason | null;
      /** Cosine of the best candidate, when a semantic lookup was made. */
      readonly similarity: number | null;
      readonly exactMs: number;
      readonly semanticMs: number | null;
      /** A semantic candidate passed everything but the mode is `shadow`. */
      readonly shadowHit: boolean;
      /** The same where the bounded rule would have served it. */
      readonly shadowBounded: boolean;
      /** What answered by meaning, or would have in shadow mode; null otherwise. */
      readonly match: SemanticMatch | null;
    }
  /** A stored answer was held against a fresh one, or somebody gave an opinion on a hit. */
  | {
      readonly type: 'cache.labelled';
      readonly source: 'miss' | 'audit' | 'feedback';
      /** `unknown`: no fresh answer came, or the judge had no opinion. */
      readonly verdict: 'right' | 'wrong' | 'unknown';
      /** The rules of whose hits, real or in shadow, this label is a fair sample. */
      readonly audited: readonly ('threshold' | 'bounded')[];
    }
  | { readonly type: 'cache.embedded'; readonly durationMs: number; readonly failed: boolean }
  | { readonly type: 'cache.vetoed'; readonly reason: VetoReason }
  /** A second embedder was asked whether two questions mean the same. */
  | { readonly type: 'cache.opinion'; readonly durationMs: number; readonly failed: boolean }
  /** A scope of many entries was searched, in a thread of its own or, where that is not there, in the gateway's. */
  | { readonly type: 'cache.searched'; readonly where: 'thread' | 'loop' }
  | {
      readonly type: 'cache.stored';
      readonly result: 'stored' | 'refused' | 'failed';
      readonly bytes: number;
    }
  /** The place where entries are kept besides this process works, is being read, or does not work. */
  | {
      readonly type: 'cache.store-changed';
      readonly store: 'memory' | 'sqlite' | 'redis';
      readonly state: 'ok' | 'loading' | 'degraded';
      readonly reason: string | null;
    }
  | { readonly type: 'cache.store-failed'; readonly operation: 'open' | 'load' | 'write' | 'follow' }
  /** A batch of changes was written there. */
  | { readonly type: 'cache.store-wrote'; readonly changes: number; readonly durationMs: number }
  /** Entries were taken in from an earlier run or another replica; `corrupt` ones were not. */
  | {
      readonly type: 'cache.restored';
      readonly entries: number;
      readonly corrupt: number;
      readonly durationMs: number;
    }
  /** A change made by another replica was done here too, so long after it was made. */
  | {
      readonly type: 'cache.replicated';
      readonly change: 'put' | 'remove' | 'purge' | 'count';
      readonly delayMs: number;
    }
  | { readonly type: 'cache.purged'; readonly entries: number; readonly by: 'here' | 'replica' }
  | { readonly type: 'cache.evicted'; readonly reason: 'ttl' | 'entries' | 'bytes' | 'purge' | 'replaced' }
  | {
      readonly type: 'cache.saved';
      /** What the stored answer had cost when it was made. */
      readonly seconds: number;
      readonly tokens: number;
    };

export const VETO_REASONS = [
  'number',
  'negation',
  'antonym',
  'entity',
  'rare_word',
  'code',
  'unit',
  'order',
] as const;
/** Why the lexical guard refused a semantic candidate. */
export type VetoReason = (typeof VETO_REASONS)[number];

export type BreakerEvent =
  | { readonly type: 'breaker.added'; readonly breaker: BreakerName; readonly at: number }
  | { readonly type: 'breaker.removed'; readonly breaker: BreakerName }
  /** A permit was settled. `ignored` is neither success nor failure and carries the reason. */
  | {
      readonly type: 'breaker.settled';
      readonly breaker: BreakerName;
      readonly status: 'success' | 'failure';
    }
  | { readonly type: 'breaker.ignored'; readonly breaker: BreakerName; readonly reason: IgnoreReason }
  /** Once per client request that no breaker admitted. */
  | { readonly type: 'breaker.rejected'; readonly breaker: BreakerName }
  | {
      readonly type: 'breaker.transitioned';
      readonly breaker: BreakerName;
      readonly from: BreakerStateName;
      readonly to: BreakerStateName;
      readonly cause: 'tripped' | 'timer' | 'recovered' | 'probe_failed' | 'manual';
      readonly at: number;
    };

export const IGNORE_REASONS = [
  'client_aborted',
  'deadline',
  'client_error',
  'rate_limited',
  'stale_connection',
  'not_sent',
  'lease_expired',
  'no_inference', // a call that runs no model says nothing about generations
  'other_scope', // the upstream's breaker and the model's stand together; the other one judged it
  'hedge_lost', // another attempt at the same request answered first
] as const;
export type IgnoreReason = (typeof IGNORE_REASONS)[number];

export const RETRY_REASONS = [
  'connect_error',
  'reset',
  'timeout',
  'server_error',
  'overloaded',
  'rate_limited',
  'model_missing',
  'stream_error',
  'malformed',
] as const;
export type RetryReason = (typeof RETRY_REASONS)[number];

export type UpstreamEvent =
  | { readonly type: 'upstream.added'; readonly upstream: UpstreamName }
  | { readonly type: 'upstream.removed'; readonly upstream: UpstreamName }
  | {
      readonly type: 'upstream.attempted';
      readonly upstream: UpstreamName;
      readonly outcome: AttemptOutcome;
      readonly durationMs: number;
    }
  | {
      readonly type: 'upstream.health-changed';
      readonly upstream: UpstreamName;
      readonly healthy: boolean;
      readonly reason: string;
    }
  /** So few upstreams are well that health is not asked any more, or enough again. */
  | {
      readonly type: 'health.panic-changed';
      readonly active: boolean;
      readonly healthy: number;
      readonly total: number;
    }
  | { readonly type: 'upstream.retried'; readonly upstream: UpstreamName; readonly reason: RetryReason }
  | { readonly type: 'retry.budget-exhausted' }
  /** A second attempt beside a slow one at `upstream` is over: it answered first, it did not, or neither answered well. */
  | {
      readonly type: 'hedge.ended';
      readonly upstream: UpstreamName;
      readonly result: 'won' | 'lost' | 'failed';
    };

export const QUEUE_LEAVE_REASONS = ['timeout', 'deadline', 'aborted', 'displaced', 'draining'] as const;
export type QueueLeaveReason = (typeof QUEUE_LEAVE_REASONS)[number];

export type QueueEvent =
  /** A request has to wait. `position` is its turn, at the latest: 1 is next. */
  | { readonly type: 'queue.joined'; readonly upstream: UpstreamName; readonly position: number }
  /** It stopped waiting without a slot. `displaced`: its place in a full line went to another client. */
  | {
      readonly type: 'queue.left';
      readonly upstream: UpstreamName;
      readonly reason: QueueLeaveReason;
      readonly durationMs: number;
    }
  | { readonly type: 'queue.waited'; readonly upstream: UpstreamName; readonly durationMs: number }
  | {
      readonly type: 'queue.rejected';
      readonly upstream: UpstreamName;
      readonly reason: 'full' | 'timeout' | 'deadline' | 'draining';
    };

export const CONNECT_ERROR_REASONS = ['refused', 'timeout', 'dns', 'tls', 'reset', 'other'] as const;
export type ConnectErrorReason = (typeof CONNECT_ERROR_REASONS)[number];

export type PoolEvent =
  /** A request head was written to a pooled connection; `waitMs` is dispatch to write. */
  | {
      readonly type: 'pool.request-sent';
      readonly client: UpstreamName;
      readonly reused: boolean;
      readonly waitMs: number;
    }
  | { readonly type: 'pool.connected'; readonly client: UpstreamName; readonly durationMs: number }
  | {
      readonly type: 'pool.connect-failed';
      readonly client: UpstreamName;
      readonly reason: ConnectErrorReason;
    };
