import { describe, expect, it } from 'vitest';
import { ManualClock } from '../runtime/manual-clock.ts';
import { seededRng } from '../runtime/rng.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';

/** A server that works on `capacity` answers at once and shares itself between more: simulated time. */
interface Server {
  capacity: number;
  baseMs: number;
}

/** Keeps the limit full for so long; every answer takes as long as the server's load at its start makes it. */
function drive(
  adaptive: AdaptiveLimit,
  server: Server,
  clock: ManualClock,
  forMs: number,
  demand = Infinity,
): number[] {
  const rng = seededRng(7);
  let inUse = 0;
  const seen: number[] = [];
  const fill = (): void => {
    while (inUse < Math.min(adaptive.limit, demand)) {
      inUse += 1;
      const slowdown = Math.max(1, inUse / server.capacity);
      const latencyMs = server.baseMs * slowdown * (0.95 + 0.1 * rng.next());
      clock.setTimer(latencyMs, () => {
        if (clock.now() > end) return;
        adaptive.record(latencyMs, inUse);
        inUse -= 1;
        seen.push(adaptive.limit);
        fill();
      });
    }
  };
  const end = clock.now() + forMs;
  fill();
  clock.advance(forMs);
  return seen;
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
/** The last third: what it settles on. */
const settled = (values: readonly number[]): number[] => values.slice(Math.floor((values.length * 2) / 3));

describe('the adaptive limit', () => {
  it.each([2, 8, 24])('finds what a server of capacity %i can bear, and stays there', (capacity) => {
    const adaptive = new AdaptiveLimit({ min: 1, max: 64, tolerance: 1.5 });
    const clock = new ManualClock();
    const limits = settled(drive(adaptive, { capacity, baseMs: 100 }, clock, 300_000));
    expect(mean(limits)).toBeGreaterThan(capacity * 0.9);
    expect(mean(limits)).toBeLessThan(capacity * 1.8);
  });

  it('gives way when the server loses capacity and takes it back when the server recovers', () => {
    const adaptive = new AdaptiveLimit({ min: 1, max: 64, tolerance: 1.5 });
    const clock = new ManualClock();
    const server: Server = { capacity: 16, baseMs: 100 };
    const before = mean(settled(drive(adaptive, server, clock, 120_000)));
    server.capacity = 4;
    const worse = mean(settled(drive(adaptive, server, clock, 120_000)));
    server.capacity = 16;
    const after = mean(settled(drive(adaptive, server, clock, 120_000)));
    expect(worse).toBeLessThan(4 * 1.8);
    expect(worse).toBeGreaterThan(4 * 0.9);
    expect(after).toBeGreaterThan(16 * 0.9);
    expect(Math.abs(after - before)).toBeLessThan(before * 0.25);
  });

  it('takes a server that has become slower for what it is, within some windows', () => {
    const adaptive = new AdaptiveLimit({ min: 1, max: 64, tolerance: 1.5 });
    const clock = new ManualClock();
    const server: Server = { capacity: 8, baseMs: 100 };
    drive(adaptive, server, clock, 120_000);
    // Longer prompts: four times the time at any load. First it yields, then it measures anew.
    server.baseMs = 400;
    expect(mean(settled(drive(adaptive, server, clock, 600_000)))).toBeGreaterThan(8 * 0.8);
  });

  it('does not grow for want of demand, nor beyond its bounds', () => {
    const clock = new ManualClock();
    const idle = new AdaptiveLimit({ min: 1, max: 64, tolerance: 1.5 });
    drive(idle, { capacity: 100, baseMs: 100 }, clock, 60_000, 3);
    expect(idle.limit).toBeLessThanOrEqual(4);
    const bounded = new AdaptiveLimit({ min: 2, max: 10, tolerance: 1.5 });
    const limits = drive(bounded, { capacity: 100, baseMs: 100 }, clock, 60_000);
    expect(Math.max(...limits)).toBe(10);
    const squeezed = drive(bounded, { capacity: 1, baseMs: 100 }, clock, 120_000);
    expect(Math.min(...squeezed)).toBe(2);
  });

  it('yields at once to a server that says it is overloaded', () => {
    const adaptive = new AdaptiveLimit({ min: 1, max: 64, tolerance: 1.5 });
    drive(adaptive, { capacity: 32, baseMs: 100 }, new ManualClock(), 120_000);
    const before = adaptive.limit;
    for (let i = 0; i < 100; i += 1) adaptive.record(100, 0);
    expect(adaptive.overloaded(4)).toBe(Math.floor(adaptive.limit));
    expect(adaptive.limit).toBeLessThan(before);
    // Those that began before are not held against it twice.
    const after = adaptive.limit;
    expect(adaptive.overloaded(4)).toBe(after);
  });

  it.each([
    [{ min: 0, max: 4, tolerance: 2 }, 'min must be a whole number of at least 1, got 0'],
    [{ min: 2, max: 1, tolerance: 2 }, 'max must be a whole number of at least min, got 1'],
    [{ min: 1, max: 4, tolerance: 1 }, 'tolerance must be above 1, got 1'],
  ])('refuses %j', (options, message) => {
    expect(() => new AdaptiveLimit(options)).toThrow(`adaptive limit: ${message}`);
  });
});
