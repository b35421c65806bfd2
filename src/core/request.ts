import type { RequestFacts } from './facts.ts';
import type { ClientId, ModelId, RequestId, TenantId, UpstreamName } from './ids.ts';
import type { AttemptOutcome, FallbackReason } from './outcome.ts';
import type { Route } from './route.ts';
import type { ByteStream } from './stream.ts';
import type { CancelToken } from './cancel.ts';
import type { Dialect } from './dialect.ts';
import type { ServingTimes, Usage } from './answer.ts';

/** Header fields by lower-case name, as `node:http` gives them. */
export type HeaderBag = Readonly<Record<string, string | string[] | undefined>>;
/** Header fields in order, flat: name, value, name, value … (what `writeHead` takes without copying). */
export type HeaderList = string[];

/** What the client asked of the cache by header. It can switch off or refresh, never loosen. */
export type CachePolicy = 'default' | 'bypass' | 'only-if-cached' | 'refresh' | 'no-store';

export type { RequestFacts };

/** A request that passed the listener: routed, bounded, read, and with somebody's name on it. Immutable. */
export interface GatewayRequest {
  readonly id: RequestId;
  readonly route: Route;
  readonly method: string;
  /** Path and query as they go upstream. */
  readonly target: string;
  readonly headers: HeaderBag;
  /** The body as received (replayable), a stream for `route.body === 'stream'`, or null. */
  readonly body: Buffer | AsyncIterable<Uint8Array> | null;
  /** CRC-32 of the body, where it was needed already: tells most bodies apart and proves nothing. */
  readonly bodyMark?: number | null;
  /** SHA-256 of the body, base64url, where it was needed already. */
  readonly bodyHash?: string | null;
  /** `facts.model` is the model that is meant: an alias is resolved. */
  readonly facts: RequestFacts;
  /** The alias that the client wrote in its place. */
  readonly alias?: ModelId;
  readonly client: ClientId;
  readonly tenant: TenantId;
  readonly cachePolicy: CachePolicy;
  /** Its place among those who wait: higher goes first, 0 is usual. */
  readonly priority: number;
  /** Monotonic milliseconds (`Clock.now()`). */
  readonly receivedAt: number;
  /** Monotonic milliseconds after which the client no longer wants the answer, or null. */
  readonly deadlineAt: number | null;
}

/** For what no client waits for: everybody else goes first. */
export const BACKGROUND_PRIORITY: number = -100;

export type CacheResult = 'hit-exact' | 'hit-semantic' | 'miss' | 'bypass';

/** How Ollama is to load a model, whatever the client says. */
export interface LoadSettings {
  /** The context length that is always asked for (`options.num_ctx`), or null to leave it to the client. */
  readonly numCtx: number | null;
  /** How long the model stays loaded (`30m`, seconds, -1 for ever), or null to leave it to the client. */
  readonly keepAlive: string | number | null;
  /** Whether `keepAlive` also replaces what a client asked for. */
  readonly keepAliveOverride: boolean;
}

/**
 * One request on its way through the stages: the immutable request and the few facts that stages
 * leave for those after them and for the closing event. Owned by `handle.ts`.
 */
export interface Exchange {
  readonly request: GatewayRequest;
  readonly dialect: Dialect;
  /** Fires when the client goes away or its deadline passes; everything held for it is released at once. */
  readonly cancel: CancelToken;
  /** Upstreams already tried for this request, oldest first; the balancer avoids them while it can. */
  readonly tried: UpstreamName[];
  /** The model that upstreams are asked for now: the one that is meant, or a fallback in its place. */
  model: ModelId | null;
  /** How that model is to be loaded; null when the configuration says nothing of it. */
  loading: LoadSettings | null;
  /** Why a fallback answers in place of the model that is meant; null while that one does. */
  fallback: FallbackReason | null;
  attempts: number;
  /** Milliseconds spent waiting for others (queue, back-off, upstream until first content): not our overhead. */
  waitedMs: number;
  /** Of those, milliseconds in the queue. */
  queuedMs: number;
  served: 'upstream' | 'cache';
  upstream: UpstreamName | null;
  cache: { readonly result: CacheResult; readonly similarity: number | null } | null;
  /** Monotonic time of the first content-bearing chunk, or of the whole JSON answer. */
  firstContentAt: number | null;
  usage: Usage | null;
  times: ServingTimes | null;
  /** How the last attempt ended, once it has; a stream's can be bad although every byte of it was passed on. */
  attemptOutcome: AttemptOutcome | null;
  /** Answered by another request's attempt: what came of it is that one's to keep. */
  coalesced: boolean;
}

/** A request at the start of its way: nothing tried, nothing known. */
export function openExchange<C extends CancelToken>(
  request: GatewayRequest,
  dialect: Dialect,
  cancel: C,
): Exchange & { readonly cancel: C } {
  return {
    request,
    dialect,
    cancel,
    tried: [],
    model: request.facts.model,
    loading: null,
    fallback: null,
    attempts: 0,
    waitedMs: 0,
    queuedMs: 0,
    served: 'upstream',
    upstream: null,
    cache: null,
    firstContentAt: null,
    usage: null,
    times: null,
    attemptOutcome: null,
    coalesced: false,
  };
}

export interface GatewayResponse {
  readonly status: number;
  /** Names lower-case; hop-by-hop fields already removed. */
  readonly headers: HeaderList;
  /** A whole body, a stream, or null. A stream that fails ends with the dialect's in-band error. */
  readonly body: Buffer | ByteStream | null;
  /** How the attempt behind this response was classified; absent on cache hits. */
  readonly outcome?: AttemptOutcome;
  /** From the upstream's `retry-after`, in milliseconds, when it sent one. */
  readonly retryAfterMs?: number;
  /** True when `body` is a live event stream in the dialect's streaming format. */
  readonly streaming: boolean;
}

export type Handler = (exchange: Exchange) => Promise<GatewayResponse>;
/** A stage wraps the rest of the pipeline. `pipeline.ts` has the order. */
export type Stage = (next: Handler) => Handler;
