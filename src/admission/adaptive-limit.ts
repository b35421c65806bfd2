/**
 * A number of slots that follows what the upstream can bear, by the gradient of the time to first content: more slots
 * while answers begin as promptly as they do at half the load, fewer as soon as they do not.
 *
 * Guarantees: the limit stays within `min` and `max`, starts at `min`, grows only while all of it is in use, and at
 * most halves at a time. What an answer takes unhurried is measured anew every `PROBE_EVERY` windows at half the limit, so
 * that neither a slower upstream nor its own queue is mistaken for the normal case for ever. It assumes requests of
 * one kind: where prompts differ a hundredfold, a fixed number is the better choice.
 *
 * The rule is that of Netflix's concurrency-limits (gradient) and Envoy's adaptive concurrency filter:
 * limit' = limit · tolerance · unhurried / now, bounded, plus √limit where nothing is in the way.
 */
export interface AdaptiveLimitOptions {
  readonly min: number;
  readonly max: number;
  /** How many times slower than unhurried is still well. Default 1.5. */
  readonly tolerance: number;
}

/** Samples of one judgement: a median of ten is not moved by two outliers. */
const WINDOW = 10;
const PROBE_EVERY = 40;
const LARGEST_CUT = 0.5;
/** After a 503 or a timeout of the upstream, which are slower signs than any time. */
const OVERLOAD_CUT = 0.8;

export class AdaptiveLimit {
  readonly #options: AdaptiveLimitOptions;
  #limit: number;
  #samples: number[] = [];
  /** Answers still to come that began under the limit before this one. */
  #stale = 0;
  #full = false;
  #unhurriedMs: number | null = null;
  #windows = 0;
  /** The limit to go back to when the unhurried time has been measured. */
  #before: number | null = null;

  /** Throws a RangeError for bounds that are no bounds. */
  constructor(options: AdaptiveLimitOptions) {
    const { min, max, tolerance } = options;
    if (!(Number.isSafeInteger(min) && min >= 1))
      throw new RangeError(`adaptive limit: min must be a whole number of at least 1, got ${String(min)}`);
    if (!(Number.isSafeInteger(max) && max >= min))
      throw new RangeError(`adaptive limit: max must be a whole number of at least min, got ${String(max)}`);
    if (!(tolerance > 1))
      throw new RangeError(`adaptive limit: tolerance must be above 1, got ${String(tolerance)}`);
    this.#options = options;
    this.#limit = min;
  }

  get limit(): number {
    return this.#limit;
  }

  /** An answer began after `latencyMs`, with `inUse` slots taken. Answers the limit from now on. */
  record(latencyMs: number, inUse: number): number {
    if (inUse >= this.#limit) this.#full = true;
    if (this.#stale > 0) {
      this.#stale -= 1;
      return this.#limit;
    }
    this.#samples.push(latencyMs);
    if (this.#samples.length >= WINDOW) this.#judge(median(this.#samples), inUse);
    return this.#limit;
  }

  /** The upstream said that it is overloaded, or did not begin in time. Answers the limit from now on. */
  overloaded(inUse: number): number {
    if (this.#stale > 0) return this.#limit;
    this.#before = null;
    this.#moveTo(this.#limit * OVERLOAD_CUT, inUse);
    return this.#limit;
  }

  #judge(nowMs: number, inUse: number): void {
    this.#windows += 1;
    if (this.#before !== null) {
      this.#unhurriedMs = nowMs;
      const before = this.#before;
      this.#before = null;
      this.#moveTo(before, inUse);
      return;
    }
    this.#unhurriedMs = Math.min(this.#unhurriedMs ?? nowMs, nowMs);
    if (this.#windows % PROBE_EVERY === 0) {
      if (this.#limit > this.#options.min) {
        this.#before = this.#limit;
        this.#moveTo(this.#limit / 2, inUse);
        return;
      }
      // There is no less hurried case than this one.
      this.#unhurriedMs = nowMs;
    }
    const gradient = nowMs <= 0 ? 1 : (this.#options.tolerance * this.#unhurriedMs) / nowMs;
    if (gradient < 1) this.#moveTo(this.#limit * Math.max(LARGEST_CUT, gradient), inUse);
    else if (this.#full) this.#moveTo(this.#limit + Math.max(1, Math.sqrt(this.#limit) / 2), inUse);
    else this.#begin(0);
  }

  #moveTo(limit: number, inUse: number): void {
    const { min, max } = this.#options;
    this.#limit = Math.min(max, Math.max(min, Math.floor(limit)));
    this.#begin(inUse);
  }

  #begin(stale: number): void {
    this.#stale = stale;
    this.#samples = [];
    this.#full = false;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
