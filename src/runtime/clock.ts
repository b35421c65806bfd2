/**
 * Time as a dependency: the only user of `performance.now`, `Date` and timers, so that tests
 * move time instead of waiting for it.
 */
export interface Timer {
  /** Forgets the timer; harmless when it has fired. */
  cancel(): void;
  /** Starts its full delay again from now. */
  refresh(): void;
}

export interface Clock {
  /** Monotonic milliseconds with sub-millisecond resolution. Never jumps. */
  now(): number;
  /** Unix milliseconds, for what people and Prometheus read. */
  wallMs(): number;
  /** Calls back once after `delayMs`. Does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/** The longest delay Node accepts; longer ones would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer(delayMs: number, callback: () => void): Timer {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), MAX_DELAY_MS));
    handle.unref();
    return {
      cancel: () => {
        clearTimeout(handle);
      },
      refresh: () => {
        handle.refresh();
      },
    };
  },
};

/** A pause that a cancellation cuts short; resolves either way, the caller looks at its token. */
export function sleep(
  clock: Clock,
  delayMs: number,
  token?: { onCancel(callback: () => void): () => void },
): Promise<void> {
  return new Promise((resolve) => {
    let unsubscribe: (() => void) | null = null;
    const timer = clock.setTimer(delayMs, () => {
      unsubscribe?.();
      resolve();
    });
    unsubscribe =
      token?.onCancel(() => {
        timer.cancel();
        resolve();
      }) ?? null;
  });
}
