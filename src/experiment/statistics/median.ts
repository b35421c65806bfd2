import { seededRng } from '../../runtime/rng.ts';
import type { Interval } from './proportion.ts';

/** The q-quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan); null for no values. */
export function quantile(values: readonly number[], q: number): number | null {
  return quantileOfSorted([...values].sort(ascending), q);
}

export function quantileOfSorted(sorted: readonly number[], q: number): number | null {
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

const RESAMPLES = 1_000;

/** The median and its 95 % interval by the percentile bootstrap (1,000 resamples, always the same ones). Null for no values. */
export function medianWithInterval(
  values: readonly number[],
): (Interval & { readonly median: number }) | null {
  const median = quantile(values, 0.5);
  if (median === null) return null;
  const rng = seededRng(0x2545f491);
  const medians = Array.from({ length: RESAMPLES }, () => {
    const drawn = values.map(() => values[Math.floor(rng.next() * values.length)] as number);
    return quantileOfSorted(drawn.sort(ascending), 0.5) as number;
  }).sort(ascending);
  return {
    median,
    low: quantileOfSorted(medians, 0.025) as number,
    high: quantileOfSorted(medians, 0.975) as number,
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}
