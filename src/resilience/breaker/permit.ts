import type { BreakerStateName } from '../../core/breaker-state.ts';
import type { IgnoreReason } from '../../core/events.ts';
import type { Timer } from '../../runtime/clock.ts';

/**
 * The right to make one call. It is settled exactly once, when the call's outcome is known (for a stream:
 * at its end); every later call of any of the three does nothing.
 */
export interface BreakerPermit {
  readonly admitted: true;
  /** The call succeeded. `firstContentMs`, when known, feeds the slow-call rule. */
  success(firstContentMs?: number): void;
  /** The callee failed. `retryAfterMs` is what it asked for, if it did. */
  failure(retryAfterMs?: number): void;
  /** The result says nothing about the callee. Not in `calls_total`; frees a half-open slot without counting. */
  ignore(reason: IgnoreReason): void;
}

export interface BreakerRejection {
  readonly admitted: false;
  readonly state: Exclude<BreakerStateName, 'closed'>;
  /** When asking again can make sense, in milliseconds. */
  readonly retryAfterMs: number;
}

export type Verdict = 'success' | 'failure' | IgnoreReason;

/**
 * - `call`: admitted while closed; its result can trip
 * - `probe`: holds one of the half-open slots; its result decides
 * - `bypass`: let through against the state (observe only, or no better choice); it is counted and decides nothing
 */
export type PermitRole = 'call' | 'probe' | 'bypass';

export interface PermitLedger {
  settle(permit: LivePermit, verdict: Verdict, detailMs: number | undefined): void;
}

export class LivePermit implements BreakerPermit {
  readonly admitted: true = true as const;
  readonly role: PermitRole;
  /** The breaker's generation at admission: a result from an earlier one changes no state. */
  readonly generation: number;
  /** Runs while the permit holds a half-open slot. */
  lease: Timer | null = null;
  #ledger: PermitLedger | null;

  constructor(ledger: PermitLedger, role: PermitRole, generation: number) {
    this.#ledger = ledger;
    this.role = role;
    this.generation = generation;
  }

  success(firstContentMs?: number): void {
    this.#settle('success', firstContentMs);
  }

  failure(retryAfterMs?: number): void {
    this.#settle('failure', retryAfterMs);
  }

  ignore(reason: IgnoreReason): void {
    this.#settle(reason, undefined);
  }

  #settle(verdict: Verdict, detailMs: number | undefined): void {
    const ledger = this.#ledger;
    if (ledger === null) return;
    this.#ledger = null;
    ledger.settle(this, verdict, detailMs);
  }
}
