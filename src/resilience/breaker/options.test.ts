import { describe, expect, it } from 'vitest';
import { breakerOptions, type BreakerOptions } from './options.ts';

describe('breaker options', () => {
  it('has the documented defaults', () => {
    expect(breakerOptions({ name: 'a' })).toEqual({
      name: 'a',
      consecutiveFailures: 5,
      failureRate: null,
      windowSize: 10,
      minCalls: 5,
      slowCallMs: null,
      slowCallRate: 0.8,
      openMs: 30_000,
      maxOpenMs: 300_000,
      jitter: 0.1,
      openDoubling: false,
      halfOpenMax: 3,
      closeAfter: 2,
      probeLeaseMs: 300_000,
    });
  });

  it('keeps dependent defaults consistent with what was given', () => {
    expect(breakerOptions({ name: 'a', windowSize: 3 }).minCalls).toBe(3);
    expect(breakerOptions({ name: 'a', openMs: 600_000 }).maxOpenMs).toBe(600_000);
    expect(breakerOptions({ name: 'a', consecutiveFailures: null }).consecutiveFailures).toBeNull();
  });

  it.each<[Partial<BreakerOptions>, string]>([
    [{ name: '' }, 'breaker: name must be a non-empty string, got ""'],
    [
      { consecutiveFailures: 0 },
      'breaker "a": consecutiveFailures must be a whole number of at least 1, got 0',
    ],
    [{ halfOpenMax: 1.5 }, 'breaker "a": halfOpenMax must be a whole number of at least 1, got 1.5'],
    [{ closeAfter: NaN }, 'breaker "a": closeAfter must be a whole number of at least 1, got NaN'],
    [{ failureRate: 50 }, 'breaker "a": failureRate must be a number above 0 and at most 1, got 50'],
    [{ slowCallRate: 0 }, 'breaker "a": slowCallRate must be a number above 0 and at most 1, got 0'],
    [{ openMs: Infinity }, 'breaker "a": openMs must be a number of milliseconds above 0, got Infinity'],
    [{ slowCallMs: -1 }, 'breaker "a": slowCallMs must be a number of milliseconds above 0, got -1'],
    [{ jitter: 1 }, 'breaker "a": jitter must be at least 0 and below 1, got 1'],
    [{ minCalls: 11 }, 'breaker "a": minCalls must be at most windowSize (10), got 11'],
    [{ maxOpenMs: 5 }, 'breaker "a": maxOpenMs must be at least openMs (30000), got 5'],
  ])('refuses %j', (options, message) => {
    expect(() => breakerOptions({ name: 'a', ...options })).toThrow(new RangeError(message));
  });
});
