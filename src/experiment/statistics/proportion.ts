/** Intervals for shares. All at 95 %: z is the 0.975 quantile of the normal distribution. */
const Z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval for a share, which keeps its promise for small n and near 0 and 1, where p ± z·√(p(1−p)/n)
 * does not. E. B. Wilson, JASA 22 (1927) 209–212. `{0, 1}` for n = 0.
 */
export function wilson(successes: number, n: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const p = successes / n;
  const z2 = Z * Z;
  const middle = p + z2 / (2 * n);
  const spread = Z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const whole = 1 + z2 / n;
  return {
    low: successes === 0 ? 0 : Math.max(0, (middle - spread) / whole),
    high: successes === n ? 1 : Math.min(1, (middle + spread) / whole),
  };
}

/** How the same requests ended under two variants. */
export interface Pairs {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/**
 * The interval of the difference of two shares measured on the same requests: second minus first. R. G. Newcombe,
 * Statistics in Medicine 17 (1998) 2635–2650, method 10 without continuity correction: Wilson's intervals, joined with
 * the correlation φ of the pairs.
 */
export function pairedDifference({
  both,
  onlyFirst,
  onlySecond,
  neither,
}: Pairs): Interval & { readonly difference: number } {
  const n = both + onlyFirst + onlySecond + neither;
  if (n === 0) return { difference: 0, low: -1, high: 1 };
  const second = (both + onlySecond) / n;
  const first = (both + onlyFirst) / n;
  const a = wilson(both + onlySecond, n);
  const b = wilson(both + onlyFirst, n);
  const margins = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither);
  const phi = margins === 0 ? 0 : (both * neither - onlyFirst * onlySecond) / Math.sqrt(margins);
  const spread = (x: number, y: number): number => Math.sqrt(Math.max(0, x * x - 2 * phi * x * y + y * y));
  const difference = second - first;
  return {
    difference,
    low: Math.max(-1, difference - spread(second - a.low, b.high - first)),
    high: Math.min(1, difference + spread(a.high - second, first - b.low)),
  };
}
