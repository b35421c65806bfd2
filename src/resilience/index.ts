/**
 * `llamascope/resilience`: the circuit breaker, the retry budget and the back-off on their own, for use in
 * any Node service. Nothing here needs the gateway, opens a socket or keeps the process alive.
 */
export { CircuitBreaker, type BreakerDeps, type BreakerTotals } from './breaker/breaker.ts';
export type { BreakerOptions } from './breaker/options.ts';
export type { BreakerPermit, BreakerRejection } from './breaker/permit.ts';
export { classifyError, type ErrorClassifier } from './breaker/execute.ts';
export { OUTCOME_POLICY, settleByOutcome, type OutcomePolicy } from './outcomes.ts';
export { backoffDelayMs, retryDelayMs, BACKOFF_DEFAULTS, type BackoffOptions } from './backoff.ts';
export { RetryBudget, RETRY_BUDGET_DEFAULTS, type RetryBudgetOptions } from './retry-budget.ts';

export { GatewayError, type ErrorCode } from '../core/errors.ts';
export { BREAKER_STATES, BREAKER_STATE_VALUE, type BreakerStateName } from '../core/breaker-state.ts';
export { IGNORE_REASONS, type BreakerEvent, type IgnoreReason, type RetryReason } from '../core/events.ts';
export { ATTEMPT_OUTCOMES, type AttemptOutcome } from '../core/outcome.ts';
export type { BreakerSnapshot } from '../core/state.ts';
export type { BreakerName } from '../core/ids.ts';
export type { Clock, Timer } from '../runtime/clock.ts';
export { ManualClock } from '../runtime/manual-clock.ts';
export { seededRng, type Rng } from '../runtime/rng.ts';
