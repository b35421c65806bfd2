/** What the page asks for beside the stream, and what it gets. See `protocol.ts`. */
import type { Hello, LogEntry, SeriesInfo, StateView, Tick, ViewInfo } from './protocol.ts';

/**
 * `GET /dashboard/api/history?panel=ID&from=MS&to=MS[&step=SECONDS][&format=csv]`. Defaults: the last 15 minutes,
 * a step that gives at most 720 points. As CSV: `time,<legend>,…`, times in ISO 8601.
 */
export interface HistoryReply {
  readonly panel: string;
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
  /** The window that each value is taken over. */
  readonly windowSeconds: number;
  readonly source: 'live' | 'prometheus';
  /** Why something is missing, or null. */
  readonly partial: string | null;
  /** The end of each step. */
  readonly times: readonly number[];
  readonly series: readonly HistorySeries[];
}

export interface HistorySeries extends SeriesInfo {
  /** One per time; null where there is nothing. */
  readonly values: readonly (number | null)[];
  /** Over the whole range at once: what a tile shows (a quantile of quantiles would be wrong). */
  readonly whole: number | null;
}

/** `GET /dashboard/api/events?before=SEQ&limit=N`: newest first. */
export interface EventsReply {
  readonly entries: readonly LogEntry[];
  readonly more: boolean;
}

/** `GET /dashboard/api/state`: the present without a stream, for one look (`llamascope top` without a terminal). */
export interface StateReply {
  readonly at: number;
  readonly product: Hello['product'];
  readonly startedAt: number;
  readonly state: StateView;
  readonly values: Tick['values'];
  readonly series: readonly SeriesInfo[];
}

/** How fast a budget goes, and what is left of it. Null: no traffic, or nothing known. */
export interface Burn {
  /** Over five minutes, one hour and six hours. */
  readonly m5: number | null;
  readonly h1: number | null;
  readonly h6: number | null;
  /** Share of the period's budget that is left, by what is known of so many seconds; below 0 the promise is broken. */
  readonly left: number | null;
  readonly leftOverSeconds: number;
}

export interface ObjectiveReply {
  readonly name: string;
  /** In words. */
  readonly promise: string;
  /** A share. */
  readonly objective: number;
  readonly live: Burn;
  /** Null without a Prometheus, and while it does not answer. */
  readonly prometheus: Burn | null;
}

/** `GET /dashboard/api/slo`: the objectives of the configuration. */
export interface SloReply {
  readonly at: number;
  readonly periodDays: number;
  /** Whether one is configured. */
  readonly prometheus: boolean;
  /** Why its figures are missing, a sentence, or null. */
  readonly problem: string | null;
  readonly objectives: readonly ObjectiveReply[];
}

/** `GET /dashboard/api/views`: what there is to ask the history for. `hello` brings the same. */
export interface ViewsReply {
  readonly views: readonly ViewInfo[];
}
