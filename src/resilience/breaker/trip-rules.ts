import type { BreakerOptions } from './options.ts';

/**
 * When a closed breaker opens. The rules see results and answer yes or no; they know nothing of
 * states, timers or permits. Any single yes is enough.
 */
export interface TripRule {
  /**
   * Takes one result. `slow` is null when the call's time to first content is not known (a failure, or a
   * success reported without it). `failuresInARow` already includes this result.
   */
  record(failed: boolean, slow: boolean | null, failuresInARow: number): boolean;
  /** Forgets what it has seen: the state changed and old results say nothing about the new one. */
  clear(): void;
}

export function tripRules(options: BreakerOptions): TripRule {
  const rules: TripRule[] = [];
  if (options.consecutiveFailures !== null) rules.push(consecutiveFailures(options.consecutiveFailures));
  if (options.failureRate !== null) {
    rules.push(failureRate(options.failureRate, options.windowSize, options.minCalls));
  }
  if (options.slowCallMs !== null) {
    rules.push(slowCallRate(options.slowCallRate, options.windowSize, options.minCalls));
  }
  return rules.length === 1 && rules[0] !== undefined ? rules[0] : anyOf(rules);
}

export function consecutiveFailures(limit: number): TripRule {
  return {
    record: (_failed, _slow, failuresInARow) => failuresInARow >= limit,
    clear(): void {
      // The breaker itself counts the row, because the count is also a gauge.
    },
  };
}

export function failureRate(rate: number, windowSize: number, minCalls: number): TripRule {
  const window = new CountWindow(windowSize);
  return {
    record(failed: boolean): boolean {
      window.push(failed);
      return window.calls >= minCalls && window.hits >= rate * window.calls;
    },
    clear: () => {
      window.clear();
    },
  };
}

export function slowCallRate(rate: number, windowSize: number, minCalls: number): TripRule {
  const window = new CountWindow(windowSize);
  return {
    record(_failed: boolean, slow: boolean | null): boolean {
      if (slow === null) return false;
      window.push(slow);
      return window.calls >= minCalls && window.hits >= rate * window.calls;
    },
    clear: () => {
      window.clear();
    },
  };
}

/** Every rule records every result, also after another has said yes. */
function anyOf(rules: readonly TripRule[]): TripRule {
  return {
    record(failed: boolean, slow: boolean | null, failuresInARow: number): boolean {
      let trips = false;
      for (const rule of rules) if (rule.record(failed, slow, failuresInARow)) trips = true;
      return trips;
    },
    clear(): void {
      for (const rule of rules) rule.clear();
    },
  };
}

/** The last `size` yes-or-no results and how many were yes, both in O(1). */
export class CountWindow {
  readonly #ring: Uint8Array;
  #next = 0;
  calls = 0;
  hits = 0;

  constructor(size: number) {
    this.#ring = new Uint8Array(size);
  }

  push(hit: boolean): void {
    const value = hit ? 1 : 0;
    if (this.calls === this.#ring.length) this.hits -= this.#ring[this.#next] ?? 0;
    else this.calls += 1;
    this.#ring[this.#next] = value;
    this.hits += value;
    this.#next = (this.#next + 1) % this.#ring.length;
  }

  clear(): void {
    this.#next = 0;
    this.calls = 0;
    this.hits = 0;
  }
}
