/** The three states and the number each has in `circuit_breaker_state` (the mapping is public contract). */
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
export type BreakerStateName = (typeof BREAKER_STATES)[number];
export const BREAKER_STATE_VALUE: Readonly<Record<BreakerStateName, 0 | 1 | 2>> = {
  closed: 0,
  open: 1,
  half_open: 2,
};
