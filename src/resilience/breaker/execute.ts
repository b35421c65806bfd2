import type { IgnoreReason } from '../../core/events.ts';
import { GatewayError } from '../../core/errors.ts';
import { OUTCOME_POLICY } from '../outcomes.ts';
import type { BreakerPermit, BreakerRejection } from './permit.ts';

/** Says whether an error is the callee's failure or something a breaker should not count. */
export type ErrorClassifier = (error: unknown) => 'failure' | IgnoreReason;

interface Guard {
  readonly name: string;
  tryAcquire(): BreakerPermit | BreakerRejection;
  recordRejection(): void;
}

/** The one-step form for calls whose promise tells the whole outcome. */
export async function runGuarded<T>(
  guard: Guard,
  fn: () => Promise<T>,
  classify: ErrorClassifier = classifyError,
): Promise<T> {
  const permit = guard.tryAcquire();
  if (!permit.admitted) {
    guard.recordRejection();
    const { state, retryAfterMs } = permit;
    throw new GatewayError('breaker_open', `circuit breaker "${guard.name}" is ${state.replace('_', '-')}`, {
      retryAfterMs,
    });
  }
  try {
    const value = await fn();
    permit.success();
    return value;
  } catch (error) {
    settleByError(permit, error, classify);
    throw error;
  }
}

/** An abort is the caller's doing; a GatewayError follows the outcome table; anything else is a failure. */
export function classifyError(error: unknown): 'failure' | IgnoreReason {
  if (error instanceof GatewayError) {
    if (error.outcome === null) return 'not_sent';
    const verdict = OUTCOME_POLICY[error.outcome].breaker;
    return verdict === 'success' ? 'failure' : verdict;
  }
  return error instanceof Error && error.name === 'AbortError' ? 'client_aborted' : 'failure';
}

function settleByError(permit: BreakerPermit, error: unknown, classify: ErrorClassifier): void {
  let verdict: 'failure' | IgnoreReason = 'failure';
  try {
    verdict = classify(error);
  } finally {
    // Settled also when the classifier itself throws: a slot must not leak.
    if (verdict !== 'failure') permit.ignore(verdict);
    else permit.failure(error instanceof GatewayError ? (error.retryAfterMs ?? undefined) : undefined);
  }
}
