import { systemClock, type Clock } from '../runtime/clock.ts';

export interface RetryBudgetOptions {
  /** Retries allowed per request of the window. Default 0.2. */
  readonly ratio: number;
  /** Retries allowed beside the ratio, so that a quiet gateway can retry at all. Default 3. */
  readonly minimum: number;
  /** The sliding window in milliseconds. Default 10,000. */
  readonly windowMs: number;
}

export const RETRY_BUDGET_DEFAULTS: RetryBudgetOptions = { ratio: 0.2, minimum: 3, windowMs: 10_000 };

/** The window moves in steps of a tenth: what it counts is between 0.9 and 1 window old at most. */
const SLOTS = 10;

/**
 * Keeps retries from multiplying an outage: at most `ratio · requests + minimum` retries within a sliding window,
 * for all requests together. A fixed number of retries per request would turn four times the load on an
 * upstream that is already failing.
 */
export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  readonly #clock: Clock;
  readonly #slotMs: number;
  readonly #requests = new Float64Array(SLOTS);
  readonly #retries = new Float64Array(SLOTS);
  #slot: number;
  #requestsInWindow = 0;
  #retriesInWindow = 0;

  /** Throws a RangeError for a negative ratio or minimum, or a window that is not above 0. */
  constructor(options: Partial<RetryBudgetOptions> = {}, clock: Clock = systemClock) {
    this.#options = {
      ratio: options.ratio ?? RETRY_BUDGET_DEFAULTS.ratio,
      minimum: options.minimum ?? RETRY_BUDGET_DEFAULTS.minimum,
      windowMs: options.windowMs ?? RETRY_BUDGET_DEFAULTS.windowMs,
    };
    const { ratio, minimum, windowMs } = this.#options;
    if (!(ratio >= 0)) throw new RangeError(`retry budget: ratio must be at least 0, got ${String(ratio)}`);
    if (!(minimum >= 0))
      throw new RangeError(`retry budget: minimum must be at least 0, got ${String(minimum)}`);
    if (!(windowMs > 0))
      throw new RangeError(`retry budget: windowMs must be above 0, got ${String(windowMs)}`);
    this.#clock = clock;
    this.#slotMs = windowMs / SLOTS;
    this.#slot = Math.floor(clock.now() / this.#slotMs);
  }

  /** One more request, which earns `ratio` of a retry. Call it once per request, not per attempt. */
  countRequest(): void {
    this.#advance();
    this.#requestsInWindow += 1;
    bump(this.#requests, this.#slot % SLOTS);
  }

  /** Takes one retry from the budget. False when it is spent: give up. */
  tryTake(): boolean {
    this.#advance();
    if (this.#retriesInWindow + 1 > this.allowed) return false;
    this.#retriesInWindow += 1;
    bump(this.#retries, this.#slot % SLOTS);
    return true;
  }

  /** Retries the window allows in all, spent ones included. */
  get allowed(): number {
    return this.#options.ratio * this.#requestsInWindow + this.#options.minimum;
  }

  #advance(): void {
    const slot = Math.floor(this.#clock.now() / this.#slotMs);
    const steps = Math.min(slot - this.#slot, SLOTS);
    for (let step = 1; step <= steps; step += 1) {
      const index = (this.#slot + step) % SLOTS;
      this.#requestsInWindow -= this.#requests[index] ?? 0;
      this.#retriesInWindow -= this.#retries[index] ?? 0;
      this.#requests[index] = 0;
      this.#retries[index] = 0;
    }
    this.#slot = slot;
  }
}

function bump(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
