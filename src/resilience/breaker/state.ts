import type { Timer } from '../../runtime/clock.ts';
import type { LivePermit } from './permit.ts';

/**
 * A state holds exactly what exists only in it: leaving it is enough to give all of that up.
 *
 * - `open.wait` is null when somebody isolated the breaker: it then waits for a person, not for a time.
 * - `half_open.probes` are the unsettled permits that hold a slot, never more than `halfOpenMax`.
 */
export type BreakerState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly wait: { readonly until: number; readonly timer: Timer } | null }
  | { readonly kind: 'half_open'; readonly probes: Set<LivePermit>; successes: number };

export type ManualMode = 'isolated' | 'disabled' | 'observing';

export const CLOSED: BreakerState = { kind: 'closed' };

/** Stops the timers of a state that is being left. Its probes stay in flight as ordinary calls of the past. */
export function leave(state: BreakerState): void {
  if (state.kind === 'open') state.wait?.timer.cancel();
  if (state.kind === 'half_open') for (const probe of state.probes) endLease(probe);
}

export function endLease(permit: LivePermit): void {
  permit.lease?.cancel();
  permit.lease = null;
}
