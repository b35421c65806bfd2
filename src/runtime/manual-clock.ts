import type { Clock, Timer } from './clock.ts';

/** A clock that stands still until told to move. For tests and for replaying recorded time. */
export class ManualClock implements Clock {
  #now: number;
  readonly #epoch: number;
  readonly #timers = new Set<{ due: number; delay: number; order: number; fire: () => void }>();
  #order = 0;

  /** `epochMs` is the unix time at monotonic zero. */
  constructor(epochMs = 1_700_000_000_000, now = 0) {
    this.#epoch = epochMs;
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#epoch + this.#now;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const delay = Math.max(0, delayMs);
    const entry = { due: this.#now + delay, delay, order: this.#order++, fire: callback };
    this.#timers.add(entry);
    return {
      cancel: () => {
        this.#timers.delete(entry);
      },
      refresh: () => {
        entry.due = this.#now + entry.delay;
        entry.order = this.#order++;
        this.#timers.add(entry);
      },
    };
  }

  /** Number of timers waiting: a leak shows here. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time forward, firing due timers in order of their time, then of their making. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (;;) {
      let next: { due: number; delay: number; order: number; fire: () => void } | null = null;
      for (const timer of this.#timers) {
        if (timer.due > target) continue;
        if (next === null || timer.due < next.due || (timer.due === next.due && timer.order < next.order))
          next = timer;
      }
      if (next === null) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.fire();
    }
    this.#now = target;
  }
}
