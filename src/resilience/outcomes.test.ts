import { describe, expect, it } from 'vitest';
import { IGNORE_REASONS, RETRY_REASONS, type IgnoreReason } from '../core/events.ts';
import { ATTEMPT_OUTCOMES } from '../core/outcome.ts';
import type { BreakerPermit } from './breaker/permit.ts';
import { OUTCOME_POLICY, settleByOutcome } from './outcomes.ts';

function recordingPermit(): { permit: BreakerPermit; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const permit: BreakerPermit = {
    admitted: true,
    success: (firstContentMs) => void calls.push(['success', firstContentMs]),
    failure: (retryAfterMs) => void calls.push(['failure', retryAfterMs]),
    ignore: (reason) => void calls.push(['ignore', reason]),
  };
  return { permit, calls };
}

describe('the outcome table', () => {
  it('covers every outcome with known verdicts and reasons', () => {
    expect(Object.keys(OUTCOME_POLICY).sort()).toEqual([...ATTEMPT_OUTCOMES].sort());
    for (const { breaker, retry } of Object.values(OUTCOME_POLICY)) {
      expect(['success', 'failure', ...IGNORE_REASONS]).toContain(breaker);
      if (retry !== null) expect(RETRY_REASONS).toContain(retry);
    }
  });

  it('leaves no retry reason without an outcome', () => {
    const used = new Set(Object.values(OUTCOME_POLICY).map((policy) => policy.retry));
    for (const reason of RETRY_REASONS) expect(used).toContain(reason);
  });

  it('never blames the upstream for what the client or the request did', () => {
    const blameless = ATTEMPT_OUTCOMES.filter(
      (o) => !['success', 'failure'].includes(OUTCOME_POLICY[o].breaker),
    );
    expect(blameless).toEqual(['rate_limited', 'model_missing', 'client_error', 'aborted']);
  });

  it('retries nothing that another attempt cannot change', () => {
    const final = ATTEMPT_OUTCOMES.filter((o) => OUTCOME_POLICY[o].retry === null);
    expect(final).toEqual(['success', 'total_timeout', 'client_error', 'aborted']);
  });

  it('settles a permit accordingly', () => {
    const { permit, calls } = recordingPermit();
    settleByOutcome(permit, 'success', { firstContentMs: 12 });
    settleByOutcome(permit, 'overloaded', { retryAfterMs: 3_000 });
    settleByOutcome(permit, 'model_missing');
    const neutral: IgnoreReason = 'client_error';
    expect(calls).toEqual([
      ['success', 12],
      ['failure', 3_000],
      ['ignore', neutral],
    ]);
  });
});
