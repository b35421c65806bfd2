import type { BreakerEvent } from '../../core/events.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Rng } from '../../runtime/rng.ts';

export interface BreakerDeps {
  readonly clock?: Clock;
  readonly rng?: Rng;
  /** Hears of everything that happens, synchronously. What it throws is dropped: reporting never reaches a call. */
  readonly emit?: (event: BreakerEvent) => void;
}

/** Counts since creation. `acquired = success + failure + ignored + snapshot().inFlight`, always. */
export interface BreakerTotals {
  readonly acquired: number;
  readonly success: number;
  readonly failure: number;
  readonly ignored: number;
  readonly rejected: number;
}
