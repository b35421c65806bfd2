/**
 * What the gateway and its page say to each other. Types only, so that the page takes nothing of the gateway but
 * their shape. Times are unix milliseconds, durations milliseconds, values are in the base unit of their panel.
 *
 * `GET /dashboard/api/stream` is an event stream (`text/event-stream`) that the page reads with `fetch`, because
 * `EventSource` cannot send the token. It begins with `hello` and goes on with one `tick` a second, the same bytes
 * for every reader, and `log` and `hits` frames as things happen. A comment line (`: …`) keeps it alive when nothing does.
 * Every frame has an `id`; sent back as `Last-Event-ID`, what was missed in `log` and `tick` frames follows `hello`
 * as far as it is still there. `hello.resumed` says whether it is: false means load the history again.
 *
 * Answers without the right token: 401. More readers than allowed: 503 with `{ error: { code, message } }`.
 */
import type { BaselineNow, BaselineView } from './protocol-baseline.ts';

/** A page made for another number says that it has to be reloaded. */
export type ProtocolVersion = 1;

export type StreamFrame =
  | { readonly event: 'hello'; readonly data: Hello }
  | { readonly event: 'tick'; readonly data: Tick }
  | { readonly event: 'log'; readonly data: LogEntry }
  | { readonly event: 'hits'; readonly data: readonly SemanticHit[] }
  | { readonly event: 'bye'; readonly data: Bye };

/** The first frame: all that the page has to know to draw itself. */
export interface Hello {
  readonly protocol: ProtocolVersion;
  readonly product: {
    readonly name: 'llamascope';
    readonly version: string;
    readonly node: string;
    /** Where clients send their requests: for "try: curl …". */
    readonly url: string;
  };
  /** New with every start of the gateway: another one than before means that it was restarted. */
  readonly session: string;
  readonly startedAt: number;
  /** The gateway's time when it sent this. */
  readonly at: number;
  /** What was missed since `Last-Event-ID` follows. */
  readonly resumed: boolean;
  readonly views: readonly ViewInfo[];
  /** Every series that panels have had so far; later ones come in `tick.added`. */
  readonly series: readonly SeriesInfo[];
  readonly state: StateView;
  /** The newest entries, oldest first. */
  readonly log: readonly LogEntry[];
  readonly hits: readonly SemanticHit[];
  readonly actions: readonly ActionInfo[];
  readonly features: Features;
  readonly privacy: Privacy;
  readonly links: Links;
  readonly history: HistoryInfo;
}

export interface Features {
  /** A token is asked for: every call of the API needs it. */
  readonly token: boolean;
  /** Semantic hits can occur: the cache mode is not `off` or `exact`. */
  readonly semanticHits: boolean;
  /** Long ranges come from a Prometheus. */
  readonly prometheus: boolean;
  /** History outlives a restart. */
  readonly snapshot: boolean;
}

export interface Privacy {
  /** Questions of semantic hits are shown (`dashboard.showText`). */
  readonly showText: boolean;
}

export interface Links {
  readonly prometheus: string | null;
  readonly grafana: string | null;
}

export interface HistoryInfo {
  /** Finest first. */
  readonly tiers: readonly { readonly stepSeconds: number; readonly spanSeconds: number }[];
  /** From when on there is any, or null. */
  readonly since: number | null;
  /** Given a Prometheus: how far back its answers may reach, seconds. */
  readonly longestSeconds: number;
}

export interface ViewInfo {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly panels: readonly PanelInfo[];
}

export type PanelUnit =
  'seconds' | 'bytes' | 'ratio' | 'count' | 'per_second' | 'tokens_per_second' | 'cores' | 'state' | 'flag';

export interface PanelInfo {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** Ends with the names of the metrics. */
  readonly description: string;
  readonly unit: PanelUnit;
  /** `states`: a timeline of coloured (and lettered) bars, one row per series. */
  readonly drawing: 'line' | 'stacked' | 'states';
  readonly thresholds: readonly {
    readonly at: number;
    readonly level: 'warn' | 'bad';
    readonly side: 'above' | 'below';
  }[];
  readonly whenEmpty: string;
  /** The window that the values of a tick are taken over. */
  readonly windowSeconds: number;
  readonly queries: readonly QueryInfo[];
}

/** One expression of a panel; it gives one series per set of labels. */
export interface QueryInfo {
  readonly id: string;
  readonly legend: string;
  readonly labels: readonly string[];
  /** To paste into Prometheus, with a window of five minutes. */
  readonly promql: string;
}

export interface SeriesInfo {
  readonly panel: string;
  /** Unique within the panel: the query's id and the labels. */
  readonly key: string;
  readonly query: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The query's legend with the labels filled in. */
  readonly legend: string;
}

/** Once a second. A series that is missing has no value now. */
export interface Tick {
  readonly at: number;
  /** By panel, by series key. */
  readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Series that appear here for the first time. */
  readonly added?: readonly SeriesInfo[];
  /** Only when it has changed; otherwise the last one still holds. */
  readonly state?: StateView;
  /** While a baseline is set. */
  readonly baseline?: BaselineNow;
  /** Readers of this stream now. */
  readonly viewers: number;
}

export type Verdict = 'ok' | 'degraded' | 'down';

/** The present, in full. Durations since something are computed from its time, so that it changes only when things do. */
export interface StateView {
  readonly verdict: {
    readonly status: Verdict;
    /** One sentence: "Degraded: breaker gpu-2 is open, 31 % of requests failed in the last minute". */
    readonly sentence: string;
    /** All of it, worst first; empty when all is well. */
    readonly reasons: readonly string[];
    /** Since when the status is what it is. */
    readonly since: number;
  };
  /** No request has been finished since the start. */
  readonly untouched: boolean;
  readonly upstreams: readonly UpstreamView[];
  readonly cache: CacheView;
  /** Null while none is set. */
  readonly baseline: BaselineView | null;
  /** Parts of the picture that are missing: a worker that does not answer, a Prometheus that fails. */
  readonly partial: readonly string[];
  readonly workers: { readonly expected: number; readonly reporting: number };
}

/** An upstream with everything in front of it. */
export interface UpstreamView {
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly healthy: boolean;
  readonly reason: string;
  readonly simulator: boolean;
  readonly version: string | null;
  readonly models: readonly string[];
  readonly resident: readonly string[];
  readonly breakers: readonly BreakerView[];
  readonly pool: { readonly connections: number; readonly maxsize: number; readonly busy: number } | null;
  readonly queue: { readonly depth: number; readonly permits: number; readonly permitsInUse: number } | null;
  /** Takes no new requests because somebody asked for it. */
  readonly draining: boolean;
}

export interface BreakerView {
  readonly name: string;
  readonly state: 'closed' | 'open' | 'half_open';
  readonly since: number;
  readonly consecutiveFailures: number;
  readonly inFlight: number;
  /** When an open breaker will let one through; null when closed or held open by hand. */
  readonly retryAt: number | null;
  readonly manual: 'isolated' | 'disabled' | 'observing' | null;
}

export interface CacheView {
  readonly mode: string;
  readonly embedder: string | null;
  readonly entries: number;
  readonly maxEntries: number;
  readonly bytes: number;
  readonly maxBytes: number;
}

export type LogKind =
  | 'breaker' // a transition; `subject` is the breaker, `detail` has from, to and cause
  | 'upstream' // healthy or not, added, removed, draining
  | 'cache' // purged
  | 'config' // reloaded
  | 'limit' // requests refused by queue, limits or budget, at most one entry per subject and 10 s
  | 'gateway' // started, draining
  | 'operator'; // somebody acted through the operations plane

export interface LogEntry {
  /** Rises by one; unique over restarts too when there is a snapshot. */
  readonly seq: number;
  readonly at: number;
  readonly kind: LogKind;
  readonly level: 'info' | 'warn' | 'bad' | 'good';
  readonly subject: string;
  /** One sentence. */
  readonly text: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** A question answered by meaning. Numbers always; words only with `privacy.showText`. */
export interface SemanticHit {
  readonly at: number;
  readonly requestId: string | null;
  readonly model: string | null;
  /** Cosine of the two questions. */
  readonly similarity: number | null;
  /** What the guard said of it: `passed`, or why it would not have (shadow). */
  readonly guard: string;
  /** Served, or only would have been (mode shadow). */
  readonly served: boolean;
  /** The entry that answered: for "this was wrong". Null when the store does not tell. */
  readonly entryId: string | null;
  readonly text: { readonly asked: string; readonly stored: string } | null;
}

/** Something the page may do. It asks the operations plane's own routes, so `llamascope` on the command line can do the same. */
export interface ActionInfo {
  readonly id: ActionId;
  readonly method: 'POST' | 'DELETE' | 'PUT';
  /** With `{name}` or `{id}` for what it acts on. */
  readonly path: string;
}

export type ActionId =
  | 'breaker.isolate'
  | 'breaker.reset'
  | 'upstream.drain'
  | 'upstream.resume'
  | 'cache.purge'
  | 'cache.forget'
  | 'cache.judge'
  | 'config.reload'
  | 'baseline.set'
  | 'baseline.clear';

/** The stream ends, and why. `draining`: the gateway stops; `slow`: this reader could not keep up. */
export interface Bye {
  readonly reason: 'draining' | 'slow';
}
