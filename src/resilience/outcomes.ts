/**
 * What each way an attempt can end means: for the breaker, and for whether the request may be tried again
 * while the client has seen nothing. This table is the policy; transport and pool only classify.
 *
 * The rule behind it: a breaker judges the upstream, so what the client or the request caused (an abort, a 4xx)
 * is neutral; and only what another attempt could change is retried.
 */
import type { IgnoreReason, RetryReason } from '../core/events.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { BreakerPermit } from './breaker/permit.ts';

export interface OutcomePolicy {
  /** How the permit is settled; an ignore reason means neutral. */
  readonly breaker: 'success' | 'failure' | IgnoreReason;
  /** The `reason` label of the retry, or null when no other attempt can help. */
  readonly retry: RetryReason | null;
  /** The first retry needs no back-off: nothing reached the upstream, or only a stale connection was lost. */
  readonly retryAtOnce: boolean;
  /** Only another upstream can answer differently. */
  readonly onlyElsewhere: boolean;
}

const policy = (
  breaker: OutcomePolicy['breaker'],
  retry: RetryReason | null,
  how: 'at-once' | 'elsewhere' | 'backed-off' = 'backed-off',
): OutcomePolicy => ({
  breaker,
  retry,
  retryAtOnce: how === 'at-once',
  onlyElsewhere: how === 'elsewhere',
});

export const OUTCOME_POLICY: Readonly<Record<AttemptOutcome, OutcomePolicy>> = {
  success: policy('success', null),
  connect_error: policy('failure', 'connect_error', 'at-once'),
  reset: policy('failure', 'reset', 'at-once'),
  first_token_timeout: policy('failure', 'timeout'),
  idle_timeout: policy('failure', 'timeout'),
  // The time allowed for the whole answer is spent: a second attempt would double it.
  total_timeout: policy('failure', null),
  server_error: policy('failure', 'server_error'),
  overloaded: policy('failure', 'overloaded'),
  rate_limited: policy('rate_limited', 'rate_limited'),
  model_missing: policy('client_error', 'model_missing', 'elsewhere'),
  client_error: policy('client_error', null),
  stream_error: policy('failure', 'stream_error'),
  truncated: policy('failure', 'stream_error'),
  malformed: policy('failure', 'malformed'),
  aborted: policy('client_aborted', null),
};

/**
 * Settles a permit by the table. `detail.firstContentMs` goes with a success, `detail.retryAfterMs` with a
 * failure. Two facts that an outcome alone does not show (a deadline rather than an abort, a stale reused
 * connection rather than a reset) are the caller's to settle with `ignore`.
 */
export function settleByOutcome(
  permit: BreakerPermit,
  outcome: AttemptOutcome,
  detail: { readonly firstContentMs?: number; readonly retryAfterMs?: number } = {},
): void {
  const verdict = OUTCOME_POLICY[outcome].breaker;
  if (verdict === 'success') permit.success(detail.firstContentMs);
  else if (verdict === 'failure') permit.failure(detail.retryAfterMs);
  else permit.ignore(verdict);
}
