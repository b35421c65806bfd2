const KEPT = 100;
/** Fewer say nothing about a tail. */
const ENOUGH = 20;

/** The last hundred durations, for a quantile of what is usual now. */
export class RecentTimes {
  readonly #times = new Float64Array(KEPT);
  #count = 0;
  #sorted: Float64Array | null = null;

  record(ms: number): void {
    this.#times[this.#count % KEPT] = ms;
    this.#count += 1;
    this.#sorted = null;
  }

  /** Null while there are too few to tell. */
  quantile(q: number): number | null {
    if (this.#count < ENOUGH) return null;
    const sorted = (this.#sorted ??= this.#times.slice(0, Math.min(this.#count, KEPT)).sort());
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
  }
}
