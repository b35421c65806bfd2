import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianWithInterval, quantile } from './median.ts';
import { pairedDifference, wilson } from './proportion.ts';

describe('the interval of a share', () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d is the published one', (successes, n, low, high) => {
    const interval = wilson(successes, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('is everything when nothing was tried, and reaches the end where all agree', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(wilson(7, 7).high).toBe(1);
    expect(wilson(0, 7).low).toBe(0);
  });
});

const counts = fc.record({
  both: fc.nat(60),
  onlyFirst: fc.nat(60),
  onlySecond: fc.nat(60),
  neither: fc.nat(60),
});

describe('the interval of a difference on the same requests', () => {
  it('holds the difference, stays within -1 and 1, and turns round with the variants', () => {
    fc.assert(
      fc.property(counts, (pairs) => {
        const { low, difference, high } = pairedDifference(pairs);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(difference + 1e-12);
        expect(high).toBeGreaterThanOrEqual(difference - 1e-12);
        const swapped = pairedDifference({
          ...pairs,
          onlyFirst: pairs.onlySecond,
          onlySecond: pairs.onlyFirst,
        });
        expect(swapped.low).toBeCloseTo(-high, 9);
        expect(swapped.high).toBeCloseTo(-low, 9);
      }),
    );
  });

  it('is narrower for pairs that go together than for pairs that do not', () => {
    const width = (pairs: Parameters<typeof pairedDifference>[0]): number => {
      const { low, high } = pairedDifference(pairs);
      return high - low;
    };
    expect(width({ both: 50, onlyFirst: 0, onlySecond: 5, neither: 45 })).toBeLessThan(
      width({ both: 25, onlyFirst: 25, onlySecond: 30, neither: 20 }),
    );
  });

  it('covers the truth about as often as it says', () => {
    // 1,000 experiments of 80 pairs whose true difference is 0.2, drawn by a fixed sequence.
    let state = 7;
    const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    let covered = 0;
    for (let run = 0; run < 1_000; run += 1) {
      const pairs = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
      for (let i = 0; i < 80; i += 1) {
        const u = next();
        pairs[u < 0.4 ? 'both' : u < 0.5 ? 'onlyFirst' : u < 0.8 ? 'onlySecond' : 'neither'] += 1;
      }
      const { low, high } = pairedDifference(pairs);
      if (low <= 0.2 && high >= 0.2) covered += 1;
    }
    expect(covered / 1_000).toBeGreaterThan(0.93);
    expect(covered / 1_000).toBeLessThan(0.98);
  });

  it('says nothing when nothing was tried', () => {
    expect(pairedDifference({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 })).toEqual({
      difference: 0,
      low: -1,
      high: 1,
    });
  });
});

describe('quantiles', () => {
  it('interpolate between order statistics', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10], 0.95)).toBe(10);
    expect(quantile([], 0.5)).toBeNull();
  });

  it('the interval of a median holds it, is the same each time, and shrinks with more values', () => {
    const values = (n: number): number[] => Array.from({ length: n }, (_, index) => (index * 7_919) % 101);
    const few = medianWithInterval(values(20));
    const many = medianWithInterval(values(500));
    if (few === null || many === null) throw new Error('no interval');
    expect(few).toEqual(medianWithInterval(values(20)));
    expect(few.low).toBeLessThanOrEqual(few.median);
    expect(few.high).toBeGreaterThanOrEqual(few.median);
    expect(many.high - many.low).toBeLessThan(few.high - few.low);
    expect(medianWithInterval([])).toBeNull();
  });
});
