import { describe, expect, it } from 'vitest';
import { incompleteBeta, upperBound } from './clopper-pearson.ts';

/** The chance of at most `wrong` of `n` when each is wrong with `p`, summed up directly. */
function atMost(wrong: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let sum = term;
  for (let k = 1; k <= wrong; k += 1) {
    term *= ((n - k + 1) / k) * (p / (1 - p));
    sum += term;
  }
  return sum;
}

describe('the Clopper–Pearson bound', () => {
  it.each([
    [59, 0.05],
    [149, 0.02],
    [299, 0.01],
  ])('%d labels without an error are the first that say "at most %d"', (labels, share) => {
    expect(upperBound(0, labels, 0.95)).toBeLessThanOrEqual(share);
    expect(upperBound(0, labels - 1, 0.95)).toBeGreaterThan(share);
  });

  it.each([
    [1, 40],
    [5, 100],
    [13, 1_000],
    [90, 120],
  ])('%d wrong of %d: a share above it would show so few with less than 5 %%', (wrong, labels) => {
    expect(atMost(wrong, labels, upperBound(wrong, labels, 0.95))).toBeCloseTo(0.05, 6);
  });

  it('knows nothing without labels, and takes parts of labels', () => {
    expect(upperBound(0, 0, 0.95)).toBe(1);
    expect(upperBound(7, 7, 0.95)).toBe(1);
    expect(upperBound(0.5, 100.5, 0.95)).toBeGreaterThan(upperBound(0, 100.5, 0.95));
  });

  it('stands on a beta function that is one at its ends and symmetric', () => {
    expect(incompleteBeta(0, 2, 3)).toBe(0);
    expect(incompleteBeta(1, 2, 3)).toBe(1);
    expect(incompleteBeta(0.3, 2, 5)).toBeCloseTo(1 - incompleteBeta(0.7, 5, 2), 12);
    expect(incompleteBeta(0.5, 1, 1)).toBeCloseTo(0.5, 12);
  });
});
