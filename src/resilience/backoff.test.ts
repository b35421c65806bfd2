import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../runtime/rng.ts';
import { backoffDelayMs, retryDelayMs } from './backoff.ts';

const middle = { next: () => 0.5 };

describe('back-off', () => {
  it('doubles the span and takes a random part of it', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((retry) => backoffDelayMs(retry, middle))).toEqual([
      300, 600, 1_200, 2_400, 4_800, 5_000, 5_000,
    ]);
  });

  it('stays between 0 and its span', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.nat(), fc.integer({ min: 1, max: 1e6 }), (retry, seed, capMs) => {
        const delayMs = backoffDelayMs(retry, seededRng(seed), { baseMs: 600, capMs });
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Math.min(capMs, 600 * 2 ** retry));
      }),
    );
  });

  it('never comes back sooner than asked, and gives up on what is beyond the cap', () => {
    expect(retryDelayMs(0, null, middle)).toBe(300);
    expect(retryDelayMs(0, 200, middle)).toBe(300);
    expect(retryDelayMs(0, 2_000, middle)).toBe(2_000);
    expect(retryDelayMs(0, 10_000, middle)).toBe(10_000);
    expect(retryDelayMs(0, 10_001, middle)).toBeNull();
    expect(retryDelayMs(0, NaN, middle)).toBe(300);
  });
});
