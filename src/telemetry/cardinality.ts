/**
 * The hard cap on the time series of one metric family. Labels are bounded by construction (`catalogue/`); this
 * is the last line, so that a mistake upstream of it costs a number in `llamascope_metric_series_dropped_total`
 * and not the memory of the process and of every Prometheus behind it.
 */
export const DEFAULT_MAX_SERIES_PER_FAMILY = 1_000;

export class SeriesBudget {
  readonly max: number;
  #used = 0;
  #dropped = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Takes room for `series` more. False when there is none, which is counted as one refused label set. */
  take(series: number): boolean {
    if (this.#used + series > this.max) {
      this.#dropped += 1;
      return false;
    }
    this.#used += series;
    return true;
  }

  release(series: number): void {
    this.#used -= series;
  }

  /** Counts a label set that was folded into another before it asked for room. */
  drop(): void {
    this.#dropped += 1;
  }

  get used(): number {
    return this.#used;
  }

  get dropped(): number {
    return this.#dropped;
  }
}
