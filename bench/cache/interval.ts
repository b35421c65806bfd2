import { upperBound } from '../../src/cache/bounded/clopper-pearson.ts';

/** Clopper-Pearson, two-sided: the true share lies within with 95 % confidence. */
export function boundFrom(count: number, of: number): { readonly lower: number; readonly upper: number } {
  return { lower: 1 - upperBound(of - count, of, 0.975), upper: upperBound(count, of, 0.975) };
}
