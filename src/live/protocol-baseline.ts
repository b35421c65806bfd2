/** The baseline as the page is told of it. See `protocol.ts`. */

/** Figures of a window that somebody set as what the present is compared with. */
export interface BaselineView {
  readonly setAt: number;
  readonly windowSeconds: number;
  /** How much of that window there was any history of. */
  readonly coveredSeconds: number;
  readonly requests: number;
  /** `memory`: a restart forgets it. */
  readonly kept: 'snapshot' | 'memory';
  readonly figures: readonly BaselineFigureView[];
}

export interface BaselineFigureView {
  readonly id: string;
  readonly title: string;
  readonly unit: 'ratio' | 'seconds' | 'count' | 'per_second' | 'tokens_per_second';
  /** Which way is an improvement; null where neither is. */
  readonly better: 'higher' | 'lower' | null;
  /** Null where there was no traffic to take it from. */
  readonly then: number | null;
  readonly promql: string;
}

/** The present over the same window, but never back beyond the moment the baseline was set. */
export interface BaselineNow {
  readonly coveredSeconds: number;
  readonly requests: number;
  /** By figure; null where there is no traffic to take it from. */
  readonly values: Readonly<Record<string, number | null>>;
}
