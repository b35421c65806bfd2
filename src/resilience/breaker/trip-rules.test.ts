import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../runtime/rng.ts';
import { openDurationMs } from './open-duration.ts';
import { breakerOptions } from './options.ts';
import { CountWindow, failureRate, slowCallRate, tripRules } from './trip-rules.ts';

describe('count window', () => {
  it('equals counting the last n of a list', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.boolean()), (size, results) => {
        const window = new CountWindow(size);
        for (const result of results) window.push(result);
        const last = results.slice(-size);
        expect([window.calls, window.hits]).toEqual([last.length, last.filter(Boolean).length]);
      }),
    );
  });
});

describe('trip rules', () => {
  it('failure rate is silent before its minimum and forgets on clear', () => {
    const rule = failureRate(0.5, 10, 3);
    expect(rule.record(true, null, 1)).toBe(false);
    expect(rule.record(true, null, 2)).toBe(false);
    rule.clear();
    expect(rule.record(true, null, 1)).toBe(false);
    expect(rule.record(false, null, 0)).toBe(false);
    expect(rule.record(true, null, 1)).toBe(true);
  });

  it('slow rate counts only calls whose time is known', () => {
    const rule = slowCallRate(0.5, 4, 2);
    expect(rule.record(false, true, 0)).toBe(false);
    expect(rule.record(true, null, 1)).toBe(false);
    expect(rule.record(false, false, 0)).toBe(true);
    rule.clear();
    expect(rule.record(false, true, 0)).toBe(false);
  });

  it('any one rule is enough, and none at all never trips', () => {
    const both = tripRules(breakerOptions({ name: 'a', failureRate: 0.9, minCalls: 2, windowSize: 2 }));
    expect(both.record(true, null, 1)).toBe(false);
    expect(both.record(true, null, 2)).toBe(true);
    both.clear();
    expect(both.record(true, null, 1)).toBe(false);
    expect(both.record(false, null, 5)).toBe(true);
    const none = tripRules(breakerOptions({ name: 'a', consecutiveFailures: null }));
    expect(none.record(true, null, 1_000)).toBe(false);
  });
});

describe('open duration', () => {
  it('stays within its jitter, its bound and what was asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.boolean(),
        fc.nat(2_000),
        fc.option(fc.double({ min: -1e6, max: 1e6 }), { nil: undefined }),
        fc.nat(),
        (openMs, openDoubling, earlier, retryAfterMs, seed) => {
          const options = breakerOptions({ name: 'a', openMs, openDoubling });
          const ms = openDurationMs(options, earlier, retryAfterMs, seededRng(seed));
          const base = openDoubling ? Math.min(openMs * 2 ** earlier, options.maxOpenMs) : openMs;
          expect(ms).toBeGreaterThanOrEqual(base * 0.9);
          const asked = Math.min(
            retryAfterMs === undefined || Number.isNaN(retryAfterMs) ? 0 : retryAfterMs,
            300_000,
          );
          expect(ms).toBeGreaterThanOrEqual(asked);
          expect(ms).toBeLessThanOrEqual(Math.max(base * 1.1, asked));
        },
      ),
    );
  });
});
