/** Service level objectives: what is promised, how it is counted, and when the promise is in danger. */
import { atMost, minus, observations, rate, type BoundOf, type Expr } from '../expression.ts';

/** One promise, as the configuration has it. `objective` is a share; `thresholdMs` is a bound of the histogram behind it. */
export interface Objective {
  readonly name: string;
  readonly kind: 'availability' | 'first-token' | 'token-time';
  readonly objective: number;
  /** Null for availability. */
  readonly thresholdMs: number | null;
}

/** An objective is over this many days. */
export const PERIOD_DAYS = 30;
/** The burn rate that spends 2 % of a 30-day budget in an hour. */
export const PAGE_BURN = 14.4;
/** What failed, per second over the window. */
export function errorsOf(slo: Objective, window: number): Expr<never> {
  switch (slo.kind) {
    case 'availability':
      return rate('llamascope_requests_total', {
        where: { outcome: ['upstream_error', 'timeout', 'shed'] },
        window,
      });
    case 'first-token': {
      const bound = ((slo.thresholdMs ?? 0) / 1_000) as BoundOf<'llamascope_time_to_first_token_seconds'>;
      const name = 'llamascope_time_to_first_token_seconds';
      return minus(observations(name, { window }), atMost(bound, name, { window }));
    }
    case 'token-time': {
      const bound = ((slo.thresholdMs ?? 0) / 1_000) as BoundOf<'llamascope_time_per_output_token_seconds'>;
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
