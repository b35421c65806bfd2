/**
 * A running mean of how long a permit is held: the mean of the first `WARM_UP` samples, after that an
 * exponentially weighted one, so that a model load of a minute is forgotten within some twenty calls.
 */
const WARM_UP = 5;

export class ServiceTime {
  #meanMs: number | null = null;
  #samples = 0;

  record(heldMs: number): void {
    this.#samples = Math.min(this.#samples + 1, WARM_UP);
    this.#meanMs = this.#meanMs === null ? heldMs : this.#meanMs + (heldMs - this.#meanMs) / this.#samples;
  }

  /** Milliseconds; null before the first sample. */
  get meanMs(): number | null {
    return this.#meanMs;
  }
}
