import type { Clock, Timer } from '../runtime/clock.ts';

/**
 * Simulated time: the same clock, `speed` times as fast. Durations measured or waited on it are simulated
 * milliseconds; the wall stays the real one, so that timestamps agree with everybody else's.
 */
export function scaledClock(base: Clock, speed: number): Clock {
  if (speed === 1) return base;
  return {
    now: () => base.now() * speed,
    wallMs: () => base.wallMs(),
    setTimer: (delayMs: number, callback: () => void): Timer => base.setTimer(delayMs / speed, callback),
  };
}
