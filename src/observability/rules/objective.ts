/** Service level objectives: what is promised, how it is counted, and when the promise is in danger. */
import { BUCKETS } from '../../telemetry/catalogue/definition.ts';
import { atMost, minus, observations, rate, type BoundOf, type Expr } from '../expression.ts';

/** One promise. `objective` is a share, 0.9306 to 1; see `OBJECTIVE_FLOOR`. */
export type Objective =
  | { readonly name: string; readonly kind: 'availability'; readonly objective: number }
  | {
      readonly name: string;
      /** Streamed answers whose first content came within `thresholdMs`. */
      readonly kind: 'first-token';
      readonly objective: number;
      readonly thresholdMs: number;
    }
  | {
      readonly name: string;
      /** Answers whose tokens took at most `thresholdMs` each, on average. */
      readonly kind: 'token-time';
      readonly objective: number;
      readonly thresholdMs: number;
    };

/** An objective is over this many days. */
export const PERIOD_DAYS = 30;
/** The burn rate that spends 2 % of a 30-day budget in an hour. */
export const PAGE_BURN = 14.4;
/** Below this, 14.4 times the error budget is more than everything, and no page could ever come. */
export const OBJECTIVE_FLOOR: number = 1 - 1 / PAGE_BURN;

/** The thresholds that can be counted exactly: a histogram knows its bounds and nothing between. Milliseconds. */
export const THRESHOLDS_MS: Readonly<Record<'first-token' | 'token-time', readonly number[]>> = {
  'first-token': BUCKETS.answer.map((seconds) => seconds * 1_000),
  'token-time': BUCKETS.token.map((seconds) => seconds * 1_000),
};

/** What failed, per second over the window. */
export function errorsOf(slo: Objective, window: number): Expr<never> {
  switch (slo.kind) {
    case 'availability':
      return rate('llamascope_requests_total', {
        where: { outcome: ['upstream_error', 'timeout', 'shed'] },
        window,
      });
    case 'first-token': {
      const bound = (slo.thresholdMs / 1_000) as BoundOf<'llamascope_time_to_first_token_seconds'>;
      const name = 'llamascope_time_to_first_token_seconds';
      return minus(observations(name, { window }), atMost(bound, name, { window }));
    }
    case 'token-time': {
      const bound = (slo.thresholdMs / 1_000) as BoundOf<'llamascope_time_per_output_token_seconds'>;
      const name = 'llamascope_time_per_output_token_seconds';
      return minus(observations(name, { window }), atMost(bound, name, { window }));
    }
  }
}

/** What was asked, per second over the window. The client's own mistakes and its leaving count against nobody. */
export function totalOf(slo: Objective, window: number): Expr<never> {
  switch (slo.kind) {
    case 'availability':
      return rate('llamascope_requests_total', {
        where: { outcome: { not: ['client_error', 'aborted'] } },
        window,
      });
    case 'first-token':
      return observations('llamascope_time_to_first_token_seconds', { window });
    case 'token-time':
      return observations('llamascope_time_per_output_token_seconds', { window });
  }
}

/** In words, for annotations and the page. */
export function promiseOf(slo: Objective): string {
  const share = `${String(Math.round(slo.objective * 1e6) / 1e4)} %`;
  switch (slo.kind) {
    case 'availability':
      return `${share} of requests are answered`;
    case 'first-token':
      return `${share} of streamed answers begin within ${String(slo.thresholdMs)} ms`;
    case 'token-time':
      return `${share} of answers take at most ${String(slo.thresholdMs)} ms a token`;
  }
}
