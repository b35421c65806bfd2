/**
 * The circuit breaker in front of one upstream (or one model of one upstream).
 *
 * Guarantees: a callee that keeps failing is left alone for a while, then tried with a few calls before traffic
 * returns; every permit is settled once; every change of state goes through one function and is reported, so
 * the metrics can be summed and compared. Refuses: calls while open, and calls beyond the probe slots while
 * half-open, at once and without queueing. It never calls anything, never retries, and never falls
 * back to a made-up answer: it says yes or no.
 *
 * Two steps (`tryAcquire`, then settle) because the outcome of a streamed answer is known only at its end.
 */
import type { BreakerStateName } from '../../core/breaker-state.ts';
import type { BreakerEvent } from '../../core/events.ts';
import { breakerName, type BreakerName } from '../../core/ids.ts';
import type { BreakerSnapshot } from '../../core/state.ts';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { systemRng, type Rng } from '../../runtime/rng.ts';
import type { BreakerDeps, BreakerTotals } from './contract.ts';
import { runGuarded, type ErrorClassifier } from './execute.ts';
import { openDurationMs } from './open-duration.ts';
import { breakerOptions, type BreakerOptions } from './options.ts';
import {
  LivePermit,
  type BreakerPermit,
  type BreakerRejection,
  type PermitLedger,
  type PermitRole,
  type Verdict,
} from './permit.ts';
import { CLOSED, endLease, leave, type BreakerState, type ManualMode } from './state.ts';
import { tripRules, type TripRule } from './trip-rules.ts';

export type { BreakerDeps, BreakerTotals } from './contract.ts';

type TransitionCause = Extract<BreakerEvent, { type: 'breaker.transitioned' }>['cause'];

/** All probe slots are taken: nobody knows for how long, so callers are told to look again soon. */
const HALF_OPEN_RETRY_MS = 1_000;

export class CircuitBreaker {
  readonly name: BreakerName;
  readonly #options: BreakerOptions;
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #rules: TripRule;
  readonly #ledger: PermitLedger = {
    settle: (permit, verdict, detailMs) => {
      this.#settle(permit, verdict, detailMs);
    },
  };
  // Made once: the two events of the hot path carry nothing that changes.
  readonly #succeeded: BreakerEvent;
  readonly #failed: BreakerEvent;
  #emit: ((event: BreakerEvent) => void) | null;
  #state: BreakerState = CLOSED;
  #manual: ManualMode | null = null;
  #generation = 0;
  #failuresInARow = 0;
  #opensInARow = 0;
  #inFlight = 0;
  #lastStateChangeAt: number;
  readonly #totals = { acquired: 0, success: 0, failure: 0, ignored: 0, rejected: 0 };

  /** Throws a RangeError when an option is out of range. */
  constructor(options: Partial<BreakerOptions> & { name: string }, deps: BreakerDeps = {}) {
    this.#options = breakerOptions(options);
    this.name = breakerName(this.#options.name);
    this.#clock = deps.clock ?? systemClock;
    this.#rng = deps.rng ?? systemRng;
    this.#emit = deps.emit ?? null;
    this.#rules = tripRules(this.#options);
    this.#succeeded = { type: 'breaker.settled', breaker: this.name, status: 'success' };
    this.#failed = { type: 'breaker.settled', breaker: this.name, status: 'failure' };
    this.#lastStateChangeAt = this.#clock.wallMs();
    this.#report({ type: 'breaker.added', breaker: this.name, at: this.#lastStateChangeAt });
  }

  /**
   * Asks for one call. A refusal is not counted here: a balancer that looks and goes elsewhere has refused
   * nobody. Whoever turns a client away says so with `recordRejection`.
   */
  tryAcquire(): BreakerPermit | BreakerRejection {
    return this.#state.kind === 'closed' ? this.#admit('call') : this.#tryAcquireUnwell();
  }

  /** Admits against the state, for a caller with no better choice. The result is counted and decides nothing. */
  acquireAnyway(): BreakerPermit {
    const answer = this.tryAcquire();
    return answer.admitted ? answer : this.#admit('bypass');
  }

  /** Counts a client request that was turned away because of this breaker. Touches nothing else. */
  recordRejection(): void {
    this.#totals.rejected += 1;
    this.#report({ type: 'breaker.rejected', breaker: this.name });
  }

  /**
   * Runs `fn` under a permit and settles it by how the promise ends. Rejects with GatewayError `breaker_open` (and
   * `retryAfterMs`) without calling `fn` when refused. `classify` says which errors are not the callee's
   * fault; by default aborts, and GatewayErrors whose outcome the policy table calls neutral.
   */
  execute<T>(fn: () => Promise<T>, classify?: ErrorClassifier): Promise<T> {
    return runGuarded(this, fn, classify);
  }

  /** Forces it open until `reset`, `disable` or `observeOnly`. No timer runs. */
  isolate(): void {
    this.#manual = 'isolated';
    this.#transition({ kind: 'open', wait: null }, 'manual');
  }

  /** Closes it, ends every manual mode and forgets all counts of failures. */
  reset(): void {
    this.#manual = null;
    this.#toClosed('manual');
  }

  /** Closes it and keeps it closed: results are counted, nothing trips. */
  disable(): void {
    this.#manual = 'disabled';
    this.#toClosed('manual');
  }

  /** Lets the states run as ever, so that metrics show what would happen, but admits every call. */
  observeOnly(): void {
    const wasIsolated = this.#manual === 'isolated';
    this.#manual = 'observing';
    if (wasIsolated) this.#toClosed('manual');
  }

  /**
   * Does as the breaker of the same name in another process has done: opens for so many milliseconds, or closes (null).
   * What was set by hand stays.
   */
  follow(openMs: number | null): void {
    if (this.#manual === 'isolated' || this.#manual === 'disabled') return;
    if (openMs === null) this.#toClosed('recovered');
    else if (this.#state.kind !== 'open') this.#openFor(openMs, 'tripped');
  }

  /** The state alone, for those who choose between many: cheaper than a snapshot. */
  get state(): BreakerStateName {
    return this.#state.kind;
  }

  get failuresInARow(): number {
    return this.#failuresInARow;
  }

  snapshot(): BreakerSnapshot {
    const state = this.#state;
    return {
      name: this.name,
      state: state.kind,
      consecutiveFailures: this.#failuresInARow,
      lastStateChangeAt: this.#lastStateChangeAt,
      inFlight: this.#inFlight,
      retryAfterMs: state.kind === 'open' && state.wait !== null ? this.#remainingMs(state.wait.until) : null,
      manual: this.#manual,
    };
  }

  totals(): BreakerTotals {
    return { ...this.#totals };
  }

  /** Takes it out of service: stops its timers, reports the removal, then reports nothing more and admits everything. */
  close(): void {
    this.#report({ type: 'breaker.removed', breaker: this.name });
    this.#emit = null;
    this.disable();
  }

  #tryAcquireUnwell(): BreakerPermit | BreakerRejection {
    const open = this.#state;
    // A blocked event loop delays the timer; the time is up all the same.
    if (open.kind === 'open' && open.wait !== null && this.#clock.now() >= open.wait.until)
      this.#toHalfOpen();
    const state = this.#state;
    if (state.kind === 'closed') return this.#admit('call');
    if (state.kind === 'half_open' && state.probes.size < this.#options.halfOpenMax)
      return this.#admitProbe(state.probes);
    if (this.#manual === 'observing') return this.#admit('bypass');
    return { admitted: false, state: state.kind, retryAfterMs: this.#rejectedForMs(state) };
  }

  #rejectedForMs(state: BreakerState): number {
    if (state.kind !== 'open') return HALF_OPEN_RETRY_MS;
    return state.wait === null ? this.#options.openMs : this.#remainingMs(state.wait.until);
  }

  #remainingMs(until: number): number {
    return Math.max(0, until - this.#clock.now());
  }

  #admit(role: PermitRole): LivePermit {
    this.#totals.acquired += 1;
    this.#inFlight += 1;
    return new LivePermit(this.#ledger, role, this.#generation);
  }

  #admitProbe(probes: Set<LivePermit>): LivePermit {
    const permit = this.#admit('probe');
    probes.add(permit);
    permit.lease = this.#clock.setTimer(this.#options.probeLeaseMs, () => {
      permit.ignore('lease_expired');
    });
    return permit;
  }

  /** Called exactly once per permit. The report comes before the state is judged, so that a listener may act on the breaker. */
  #settle(permit: LivePermit, verdict: Verdict, detailMs: number | undefined): void {
    this.#inFlight -= 1;
    if (permit.lease !== null) endLease(permit);
    if (this.#state.kind === 'half_open') this.#state.probes.delete(permit);
    if (verdict === 'success') {
      this.#totals.success += 1;
      this.#report(this.#succeeded);
      this.#judge(permit, false, detailMs);
    } else if (verdict === 'failure') {
      this.#totals.failure += 1;
      this.#report(this.#failed);
      this.#judge(permit, true, detailMs);
    } else {
      this.#totals.ignored += 1;
      this.#report({ type: 'breaker.ignored', breaker: this.name, reason: verdict });
    }
  }

  #judge(permit: LivePermit, failed: boolean, detailMs: number | undefined): void {
    // The fence: what began under an earlier state says nothing about this one.
    if (permit.generation !== this.#generation || permit.role === 'bypass') return;
    this.#failuresInARow = failed ? this.#failuresInARow + 1 : 0;
    const state = this.#state;
    if (state.kind === 'half_open') {
      if (failed) this.#toOpen('probe_failed', detailMs);
      else if ((state.successes += 1) >= this.#options.closeAfter) this.#toClosed('recovered');
      return;
    }
    const { slowCallMs } = this.#options;
    const slow = failed || slowCallMs === null || detailMs === undefined ? null : detailMs > slowCallMs;
    const trips = this.#rules.record(failed, slow, this.#failuresInARow);
    if (trips && this.#manual !== 'disabled') this.#toOpen('tripped', failed ? detailMs : undefined);
  }

  #toOpen(cause: TransitionCause, retryAfterMs: number | undefined): void {
    this.#openFor(openDurationMs(this.#options, this.#opensInARow, retryAfterMs, this.#rng), cause);
  }

  #openFor(durationMs: number, cause: TransitionCause): void {
    this.#opensInARow += 1;
    const timer = this.#clock.setTimer(durationMs, () => {
      this.#toHalfOpen();
    });
    this.#transition({ kind: 'open', wait: { until: this.#clock.now() + durationMs, timer } }, cause);
  }

  #toHalfOpen(): void {
    this.#transition({ kind: 'half_open', probes: new Set(), successes: 0 }, 'timer');
  }

  #toClosed(cause: TransitionCause): void {
    this.#failuresInARow = 0;
    this.#opensInARow = 0;
    this.#transition(CLOSED, cause);
  }

  /** The only place where the state changes. Entering the state it is already in renews it without an event. */
  #transition(next: BreakerState, cause: TransitionCause): void {
    const from = this.#state;
    leave(from);
    this.#state = next;
    this.#generation += 1;
    this.#rules.clear();
    if (from.kind === next.kind) return;
    const at = this.#clock.wallMs();
    this.#lastStateChangeAt = at;
    this.#report({
      type: 'breaker.transitioned',
      breaker: this.name,
      from: from.kind,
      to: next.kind,
      cause,
      at,
    });
  }

  #report(event: BreakerEvent): void {
    if (this.#emit === null) return;
    try {
      this.#emit(event);
    } catch {
      // Reporting never reaches a call.
    }
  }
}
