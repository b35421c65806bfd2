import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../runtime/manual-clock.ts';
import { RetryBudget } from './retry-budget.ts';

function take(budget: RetryBudget, times: number): number {
  let taken = 0;
  for (let i = 0; i < times; i += 1) if (budget.tryTake()) taken += 1;
  return taken;
}

describe('retry budget', () => {
  it('lets a quiet gateway retry three times, and no more', () => {
    expect(take(new RetryBudget({}, new ManualClock()), 10)).toBe(3);
  });

  it('earns a fifth of a retry per request', () => {
    const budget = new RetryBudget({}, new ManualClock());
    for (let i = 0; i < 100; i += 1) budget.countRequest();
    expect(budget.allowed).toBe(23);
    expect(take(budget, 100)).toBe(23);
  });

  it('forgets requests and retries after the window', () => {
    const clock = new ManualClock();
    const budget = new RetryBudget({}, clock);
    for (let i = 0; i < 100; i += 1) budget.countRequest();
    take(budget, 100);
    clock.advance(8_999);
    expect(budget.tryTake()).toBe(false);
    clock.advance(1_001);
    expect(take(budget, 10)).toBe(3);
    clock.advance(3_600_000);
    expect(take(budget, 10)).toBe(3);
  });

  it('never lets more through in any window than the requests around it earn', () => {
    const steps = fc.array(fc.oneof(fc.constant('request'), fc.constant('retry'), fc.nat(1_500)), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(steps, (sequence) => {
        const clock = new ManualClock(0, 123.4);
        const budget = new RetryBudget({}, clock);
        const requests: number[] = [];
        const retries: number[] = [];
        for (const item of sequence) {
          if (typeof item === 'number') clock.advance(item);
          else if (item === 'request') {
            budget.countRequest();
            requests.push(clock.now());
          } else if (budget.tryTake()) {
            retries.push(clock.now());
            const within = (windowMs: number) => (at: number) => at > clock.now() - windowMs;
            // The window moves in tenths: retries of the last 9 s are all seen, requests older than 10 s never.
            const spent = retries.filter(within(9_000)).length;
            expect(spent).toBeLessThanOrEqual(0.2 * requests.filter(within(10_000)).length + 3 + 1e-9);
          }
        }
      }),
    );
  });

  it('refuses nonsense', () => {
    expect(() => new RetryBudget({ ratio: -1 })).toThrow('retry budget: ratio must be at least 0, got -1');
    expect(() => new RetryBudget({ minimum: NaN })).toThrow('minimum must be at least 0, got NaN');
    expect(() => new RetryBudget({ windowMs: 0 })).toThrow('windowMs must be above 0, got 0');
  });
});
