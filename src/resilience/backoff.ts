import type { Rng } from '../runtime/rng.ts';

export interface BackoffOptions {
  /** The upper end of the first wait, milliseconds. Default 600. */
  readonly baseMs: number;
  /** No wait is longer, milliseconds. Default 10,000. */
  readonly capMs: number;
}

export const BACKOFF_DEFAULTS: BackoffOptions = { baseMs: 600, capMs: 10_000 };

/**
 * How long to wait before retry number `retry` (0 is the first), in milliseconds: uniform between 0 and
 * `baseMs · 2^retry`, at most `capMs`. Full jitter spreads the callers of one failure over the whole span
 * (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function backoffDelayMs(retry: number, rng: Rng, options: BackoffOptions = BACKOFF_DEFAULTS): number {
  return rng.next() * Math.min(options.capMs, options.baseMs * 2 ** retry);
}

/**
 * The wait when the upstream may have named one: never sooner than it asked. Null when it asked for longer
 * than `capMs`: the client is told to come back instead of being kept on the line.
 */
export function retryDelayMs(
  retry: number,
  retryAfterMs: number | null,
  rng: Rng,
  options: BackoffOptions = BACKOFF_DEFAULTS,
): number | null {
  const backoff = backoffDelayMs(retry, rng, options);
  if (retryAfterMs === null || !(retryAfterMs > backoff)) return backoff;
  return retryAfterMs <= options.capMs ? retryAfterMs : null;
}
