import type { Rng } from '../../runtime/rng.ts';

/**
 * When requests come. Times are simulated ones.
 *
 * - `closed`: so many clients, each of which asks again as soon as it was answered (and `thinkMs` later). Slow answers slow
 *   the load down, as people and job queues do.
 * - `open`: at random, so many a second (a Poisson process), whatever becomes of the earlier ones.
 * - `trace`: at these times, milliseconds from the start.
 */
export type Arrivals =
  | { readonly kind: 'closed'; readonly clients: number; readonly thinkMs: number }
  | { readonly kind: 'open'; readonly perSecond: number }
  | { readonly kind: 'trace'; readonly atMs: readonly number[] };

/** Simulated milliseconds from the start for each of `count` requests; null where a client's last answer decides. */
export function arrivalTimes(arrivals: Arrivals, count: number, rng: Rng): readonly (number | null)[] {
  switch (arrivals.kind) {
    case 'closed':
      return Array.from({ length: count }, () => null);
    case 'open': {
      let at = 0;
      // Gaps of a Poisson process are exponential: -ln(1 - u) / rate.
      return Array.from(
        { length: count },
        () => (at += (-Math.log(1 - rng.next()) / arrivals.perSecond) * 1_000),
      );
    }
    case 'trace':
      return arrivals.atMs.slice(0, count);
  }
}
