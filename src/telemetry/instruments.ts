/**
 * The instruments that code on the hot path holds: plain numbers behind methods that never throw, allocate or look
 * anything up. Finding the right instrument (labels, names, caps) is done once, in `families.ts`.
 *
 * A value that no metric can carry (not a number, infinite, negative where only growth makes sense) is left out:
 * one bad reading must not turn a counter into NaN for ever.
 */
export class Counter {
  #total = 0;

  inc(): void {
    this.#total += 1;
  }

  add(amount: number): void {
    if (amount > 0 && amount < Infinity) this.#total += amount;
  }

  /** For totals that are kept elsewhere, e.g. by the operating system. Never goes down. */
  riseTo(total: number): void {
    if (total > this.#total && total < Infinity) this.#total = total;
  }

  value(): number {
    return this.#total;
  }
}

export class Gauge {
  #value = 0;

  set(value: number): void {
    if (Number.isFinite(value)) this.#value = value;
  }

  inc(): void {
    this.#value += 1;
  }

  /** Stops at zero: what it counts cannot be fewer than none. */
  dec(): void {
    if (this.#value > 0) this.#value -= 1;
  }

  value(): number {
    return this.#value;
  }
}

export interface HistogramSnapshot {
  /** Upper bounds, inclusive; one fewer than `counts`, whose last is for everything above. */
  readonly bounds: readonly number[];
  /** Observations per bucket, not cumulated. */
  readonly counts: Float64Array;
  readonly sum: number;
  readonly count: number;
}

export class Histogram {
  readonly bounds: readonly number[];
  /** Per bucket, not cumulated. Readers may look at it live; only `observe` writes. */
  readonly counts: Float64Array;
  #sum = 0;

  /** `bounds` ascending. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    if (!Number.isFinite(value)) return;
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Inside the loop `middle` is below `bounds.length`; the fallback is for the compiler alone.
      if (value <= (bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] ?? 0) + 1;
    this.#sum += value;
  }

  /** Adds what was observed elsewhere with the same bounds: bucket and count in turn. */
  merge(sum: number, buckets: readonly number[]): void {
    if (!Number.isFinite(sum)) return;
    for (let at = 0; at + 1 < buckets.length; at += 2) {
      const bucket = buckets[at] ?? -1;
      if (bucket in this.counts) this.counts[bucket] = (this.counts[bucket] ?? 0) + (buckets[at + 1] ?? 0);
    }
    this.#sum += sum;
  }

  sum(): number {
    return this.#sum;
  }

  count(): number {
    let count = 0;
    for (const bucket of this.counts) count += bucket;
    return count;
  }

  /** A copy to keep: the difference of two is the distribution of the time between them. */
  snapshot(): HistogramSnapshot {
    return { bounds: this.bounds, counts: this.counts.slice(), sum: this.#sum, count: this.count() };
  }
}
