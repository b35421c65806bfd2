/**
 * The permits of one upstream and the line in front of them.
 *
 * Guarantees: never more permits out than `permits`; at most `max` waiting; nobody waits longer than `waitMs`,
 * past its own deadline, or after its client left; clients take turns, so one that floods delays itself. When
 * the line is full the newest of the client with the most waiting gives way to a client with fewer. Refuses
 * at once what cannot be served in time, with an estimate of when to come back: an upstream such as Ollama
 * queues without bound and tells nobody, so this line stands in front of it.
 */
import { GatewayError, type ErrorCode } from '../core/errors.ts';
import type { QueueEvent, QueueLeaveReason } from '../core/events.ts';
import type { UpstreamName } from '../core/ids.ts';
import type { QueueSnapshot } from '../core/state.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { FairLine, type LineEntry } from './fair-line.ts';
import { HeldPermit, type Permit } from './held-permit.ts';
import { LeasedShare, type PermitLender } from './leased-share.ts';
import { checkQueueOptions, type PermitQueueOptions } from './queue-options.ts';
import { CODES, isDeadline, retryAfterMs, type RejectReason } from './refusal.ts';
import { ServiceTime } from './service-time.ts';
import type { PermitWaiter } from './waiter.ts';

export type { PermitWaiter } from './waiter.ts';

export interface PermitQueueDeps {
  readonly clock: Clock;
  readonly emit: (event: QueueEvent) => void;
  readonly upstream: UpstreamName;
  /** Where several processes have the limit in common: who lends permits of it, and what it is called. */
  readonly shared?: { readonly lender: PermitLender; readonly limit: string };
}

/** One who waits: what it takes to answer it and to stop watching it. */
interface Waiting {
  readonly since: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (error: GatewayError) => void;
  timer: Timer | null;
  unsubscribe: (() => void) | null;
}

export class PermitQueue {
  readonly #clock: Clock;
  readonly #emit: (event: QueueEvent) => void;
  readonly #upstream: UpstreamName;
  readonly #max: number;
  readonly #waitMs: number;
  readonly #line = new FairLine<Waiting>();
  readonly #serviceTime = new ServiceTime();
  readonly #share: LeasedShare | null;
  /** How many there are; what is held of them, where the limit is shared. */
  #permits: number;
  #inUse = 0;
  #draining = false;

  /** Throws a RangeError that names the upstream, the option and the value. */
  constructor(options: PermitQueueOptions, deps: PermitQueueDeps) {
    checkQueueOptions(options, deps.upstream);
    this.#clock = deps.clock;
    this.#emit = deps.emit;
    this.#upstream = deps.upstream;
    this.#permits = options.permits;
    this.#max = options.max;
    this.#waitMs = options.waitMs;
    this.#share = deps.shared === undefined ? null : this.#openShare(deps.shared, options.permits);
  }

  /** A permit if one is free now. Nobody is overtaken: a free permit and a waiting client never coexist. */
  tryAcquire(): Permit | null {
    return this.free ? this.#grant(0) : null;
  }

  /**
   * A permit now or in turn. Rejects with GatewayError `queue_full`, `queue_timeout`, `deadline_exceeded`, `draining`
   * or `client_closed`; never throws. A permit may arrive in the same tick in which its client leaves:
   * look at the token before using it.
   */
  acquire(waiter: PermitWaiter): Promise<Permit> {
    const refusal = this.#refusal(waiter);
    if (refusal !== null) return Promise.reject(refusal);
    if (this.free) {
      const now = this.#clock.now();
      return Promise.resolve(this.#grant(now - (waiter.since ?? now)));
    }
    if (this.#line.length >= this.#max && !this.#makeRoom(waiter)) {
      return Promise.reject(this.#refuse('full', `the queue of "${this.#upstream}" is full`));
    }
    return new Promise((resolve, reject) => {
      this.#enqueue(waiter, resolve, reject);
    });
  }

  /** Whether a permit is to be had now. */
  get free(): boolean {
    return this.#inUse < this.#permits && !this.#draining;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Nobody holds a permit and nobody waits. */
  get idle(): boolean {
    return this.#inUse === 0 && this.#line.length === 0;
  }

  /** Milliseconds a newcomer can expect to wait; 0 while a permit is free or nothing is known yet. */
  get expectedWaitMs(): number {
    return this.#inUse < this.#permits ? 0 : this.#turnsMs(this.#line.length + 1);
  }

  /** Another number of permits from now on. A smaller one takes effect as permits come back. */
  resize(permits: number): void {
    if (!(Number.isSafeInteger(permits) && permits >= 1)) {
      throw new RangeError(
        `queue of "${this.#upstream}": permits must be a whole number of at least 1, got ${String(permits)}`,
      );
    }
    if (this.#share === null) this.#permits = permits;
    else this.#share.resize(permits);
    this.#admitNext();
  }

  /** Nobody asks any more: what is held of a shared limit goes back as it is released. */
  close(): void {
    this.#share?.close();
  }

  /**
   * Turns everybody away with `draining`, those in the line first. Permits that are out stay valid. Not counted as
   * rejections here: only who asked knows whether the request finds its turn elsewhere.
   */
  drain(): void {
    this.#draining = true;
    for (let waiting = this.#line.takeNext(); waiting !== null; waiting = this.#line.takeNext()) {
      stopWatching(waiting);
      this.#reportLeft(waiting, 'draining');
      waiting.reject(this.#drained());
    }
  }

  /** Grants permits again after `drain`. */
  resume(): void {
    this.#draining = false;
  }

  snapshot(): Omit<QueueSnapshot, 'adaptiveLimit'> {
    let oldest = Infinity;
    for (const { since } of this.#line.firsts()) oldest = Math.min(oldest, since);
    return {
      upstream: this.#upstream,
      depth: this.#line.length,
      permits: this.#share?.limit ?? this.#permits,
      permitsInUse: this.#inUse,
      oldestWaitMs: oldest === Infinity ? 0 : this.#clock.now() - oldest,
    };
  }

  /** Reasons not even to join the line. */
  #refusal(waiter: PermitWaiter): GatewayError | null {
    if (waiter.cancel.cancelled) return this.#gone(waiter.cancel.reason);
    if (this.#draining) return this.#drained();
    if (waiter.deadlineAt === null) return null;
    const leftMs = waiter.deadlineAt - this.#clock.now();
    if (leftMs <= 0) return this.#refuse('deadline', 'the deadline of the request has passed');
    if (this.#inUse < this.#permits) return null;
    const expectedMs = this.#turnsMs(this.#line.ahead(waiter.client, waiter.priority ?? 0) + 1);
    if (expectedMs <= leftMs) return null;
    const expected = `about ${String(Math.ceil(expectedMs))} ms for "${this.#upstream}"`;
    return this.#refuse(
      'deadline',
      `the wait would be ${expected}, the deadline is in ${String(Math.floor(leftMs))} ms`,
    );
  }

  #makeRoom(waiter: PermitWaiter): boolean {
    const displaced = this.#line.displaceable(waiter.client, waiter.priority ?? 0);
    if (displaced === null) return false;
    const why = `the queue of "${this.#upstream}" is full, and its place went to a client with fewer waiting`;
    this.#turnAway(displaced, this.#refuse('full', why), 'displaced');
    return true;
  }

  #enqueue(waiter: PermitWaiter, resolve: Waiting['resolve'], reject: Waiting['reject']): void {
    const now = this.#clock.now();
    const since = waiter.since ?? now;
    const priority = waiter.priority ?? 0;
    const position = this.#line.ahead(waiter.client, priority) + 1;
    const waiting: Waiting = { since, resolve, reject, timer: null, unsubscribe: null };
    const entry = this.#line.join(waiter.client, priority, waiting);
    if (waiter.rejoins !== true) this.#emit({ type: 'queue.joined', upstream: this.#upstream, position });
    const deadlineMs = waiter.deadlineAt === null ? Infinity : waiter.deadlineAt - now;
    const waitMs = Math.max(0, this.#waitMs - (now - since));
    waiting.timer = this.#clock.setTimer(Math.min(deadlineMs, waitMs), () => {
      this.#timeUp(entry, deadlineMs <= waitMs);
    });
    waiting.unsubscribe = waiter.cancel.onCancel((reason) => {
      this.#turnAway(entry, this.#gone(reason), isDeadline(reason) ? 'deadline' : 'aborted');
    });
    this.#share?.ask();
  }

  #timeUp(entry: LineEntry<Waiting>, deadline: boolean): void {
    const error = deadline
      ? this.#refuse('deadline', 'the deadline passed while the request was queued')
      : this.#refuse('timeout', `no permit for "${this.#upstream}" within ${String(this.#waitMs)} ms`);
    this.#turnAway(entry, error, deadline ? 'deadline' : 'timeout');
  }

  #turnAway(entry: LineEntry<Waiting>, error: GatewayError, reason: QueueLeaveReason): void {
    this.#line.leave(entry);
    stopWatching(entry.value);
    this.#reportLeft(entry.value, reason);
    entry.value.reject(error);
  }

  #reportLeft({ since }: Waiting, reason: QueueLeaveReason): void {
    const durationMs = this.#clock.now() - since;
    this.#emit({ type: 'queue.left', upstream: this.#upstream, reason, durationMs });
  }

  /** A client that left is nobody's refusal and is not counted as one; its passed deadline is. */
  #gone(reason: Error | null): GatewayError {
    if (reason instanceof GatewayError) {
      if (isDeadline(reason)) this.#countRejection('deadline');
      return reason;
    }
    return new GatewayError('client_closed', 'the client went away', { cause: reason });
  }

  #refuse(reason: RejectReason, message: string): GatewayError {
    this.#countRejection(reason);
    return this.#refusalOf(CODES[reason], message);
  }

  #drained(): GatewayError {
    return this.#refusalOf('draining', `upstream ${this.#upstream} is draining`);
  }

  #refusalOf(code: ErrorCode, message: string): GatewayError {
    return new GatewayError(code, message, { retryAfterMs: retryAfterMs(this.expectedWaitMs) });
  }

  #countRejection(reason: RejectReason): void {
    this.#emit({ type: 'queue.rejected', upstream: this.#upstream, reason });
  }

  #turnsMs(turns: number): number {
    return ((this.#serviceTime.meanMs ?? 0) * turns) / (this.#share?.usual ?? this.#permits);
  }

  #grant(waitedMs: number): Permit {
    this.#inUse += 1;
    const permit = new HeldPermit(this.#clock.now(), this.#takeBack);
    this.#emit({ type: 'queue.waited', upstream: this.#upstream, durationMs: waitedMs });
    return permit;
  }

  // A field, made once: permits hold it instead of a closure each.
  readonly #takeBack = (grantedAt: number): void => {
    this.#serviceTime.record(this.#clock.now() - grantedAt);
    this.#inUse -= 1;
    this.#share?.released();
    this.#admitNext();
    this.#share?.ask();
  };

  #openShare({ lender, limit }: Required<PermitQueueDeps>['shared'], permits: number): LeasedShare {
    this.#permits = 0;
    return new LeasedShare(lender, limit, permits, {
      inUse: () => this.#inUse,
      waiting: () => this.#line.length,
      hold: (held) => {
        this.#permits = held;
        this.#admitNext();
      },
    });
  }

  #admitNext(): void {
    while (this.#inUse < this.#permits) {
      const waiting = this.#line.takeNext();
      if (waiting === null) return;
      stopWatching(waiting);
      waiting.resolve(this.#grant(this.#clock.now() - waiting.since));
    }
  }
}

function stopWatching(waiting: Waiting): void {
  waiting.timer?.cancel();
  waiting.unsubscribe?.();
}
