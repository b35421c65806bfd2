import type { Rng } from '../../runtime/rng.ts';
import type { BreakerOptions } from './options.ts';

type OpenTimes = Pick<BreakerOptions, 'openMs' | 'maxOpenMs' | 'jitter' | 'openDoubling'>;

/**
 * How long a breaker that opens now stays open, in milliseconds.
 *
 * `openMs`, doubled per earlier open in this row of opens when asked for, bounded by `maxOpenMs`, then spread
 * by the jitter (also at the bound: without it, breakers at the bound would probe in step). What the
 * upstream asked for by `Retry-After` can only lengthen it, and not beyond `maxOpenMs`.
 */
export function openDurationMs(
  options: OpenTimes,
  earlierOpens: number,
  retryAfterMs: number | undefined,
  rng: Rng,
): number {
  const base = options.openDoubling
    ? Math.min(options.openMs * 2 ** earlierOpens, options.maxOpenMs)
    : options.openMs;
  const spread = base * (1 + options.jitter * (2 * rng.next() - 1));
  if (retryAfterMs === undefined || !(retryAfterMs > spread)) return spread;
  return Math.max(spread, Math.min(retryAfterMs, options.maxOpenMs));
}
