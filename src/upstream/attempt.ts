/**
 * One request to one upstream, from its dispatch to the last byte of the answer.
 *
 * Guarantees: its promise settles once; its listener hears of its end once, before the reader does; after that
 * no timer, subscription, slot or socket of it is left. A streamed answer is handed over when its first content
 * has been seen, so that everything before can still be tried elsewhere. Knows no policy.
 */
import type { Dispatcher } from 'undici';
import { GatewayError } from '../core/errors.ts';
import type { UpstreamName } from '../core/ids.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { GatewayResponse } from '../core/request.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Slotted } from '../runtime/slot-set.ts';
import { AnswerReader, type AnswerOwner, type BufferLimits } from './answer-reader.ts';
import { AttemptTimers, type TimedAttempt, type TimeLimit } from './attempt-timers.ts';
import type { AttemptListener, AttemptRequest } from './attempt-types.ts';
import { isCut, transportFailure, type AttemptPhase } from './classify.ts';
import type { HeadWriter, PooledConnection } from './connections.ts';
import type { ResponseFields } from './reading-mode.ts';

/** What the attempts at one upstream share. */
export interface AttemptHost {
  readonly name: UpstreamName;
  readonly clock: Clock;
  readonly limits: BufferLimits;
  /** The head of this attempt is about to be written. */
  announce(attempt: Attempt): void;
  /** The head was written. */
  sent(attempt: Attempt, reused: boolean): void;
  /** Called once, at the end. */
  over(attempt: Attempt): void;
}

export interface Settle {
  resolve(response: GatewayResponse): void;
  reject(error: Error): void;
}

export class Attempt implements Dispatcher.DispatchHandler, HeadWriter, AnswerOwner, TimedAttempt, Slotted {
  /** Its place among those under way. */
  slot = -1;
  readonly request: AttemptRequest;
  readonly dispatchedAt: number;
  readonly #host: AttemptHost;
  readonly #listener: AttemptListener;
  readonly #settle: Settle;
  readonly #timers: AttemptTimers;
  #unsubscribe: (() => void) | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #connection: PooledConnection | null = null;
  #reused = false;
  #phase: AttemptPhase = 'waiting';
  #answer: AnswerReader | null = null;
  #ended = false;

  constructor(host: AttemptHost, request: AttemptRequest, listener: AttemptListener, settle: Settle) {
    this.#host = host;
    this.request = request;
    this.#listener = listener;
    this.#settle = settle;
    this.dispatchedAt = host.clock.now();
    this.#timers = new AttemptTimers(host.clock, request, this);
  }

  /** Starts the clocks and listens for cancellation. It may be over when this returns. */
  begin(): void {
    this.#timers.start();
    const unsubscribe = this.request.cancel.onCancel((reason) => {
      this.abandon(reason);
    });
    if (this.#ended) unsubscribe();
    else this.#unsubscribe = unsubscribe;
  }

  get over(): boolean {
    return this.#ended;
  }

  get upstream(): UpstreamName {
    return this.#host.name;
  }

  get limits(): BufferLimits {
    return this.#host.limits;
  }

  get stalled(): boolean {
    return this.#answer?.outlet?.stalled ?? false;
  }

  // What the connection says, in this order.

  /** It has left our queue: what it waits for now is a connection. */
  connecting(): void {
    this.#phase = 'connecting';
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection. Throwing drops it before a byte is written and spares the connection.
    if (this.#ended) throw new Error('the request was given up before it was sent');
    this.#controller = controller;
    this.#host.announce(this);
  }

  headWritten(connection: PooledConnection): void {
    this.#connection = connection;
    this.#reused = connection.uses > 0;
    this.#phase = 'unanswered';
    this.#host.sent(this, this.#reused);
  }

  onResponseStarted(): void {
    this.#phase = 'answering';
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, fields: ResponseFields): void {
    // Informational answers (1xx) come before the one that counts.
    if (status < 200 || this.#ended) return;
    this.#answer = new AnswerReader(this, status, fields, this.#host.clock);
    this.#answer.begin();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#ended) this.#answer?.data(chunk);
  }

  onResponseEnd(): void {
    if (!this.#ended) this.#answer?.end();
  }

  onResponseError(_: Dispatcher.DispatchController | null, cause: Error): void {
    if (this.#ended) return;
    // Everything was said; how the connection went down after that changes nothing.
    if (this.#answer?.complete === true) {
      this.#end('success', null, false);
      return;
    }
    const error = transportFailure(cause, this.#phase, this.#host.name);
    const stale = this.#phase === 'unanswered' && this.#reused && isCut(cause);
    this.#end(error.outcome ?? 'aborted', error, false, stale);
  }

  // What the answer says.

  progress(): void {
    this.#timers.progress();
  }

  firstContent(more: boolean): void {
    if (more) this.#timers.firstContent();
    this.#listener.firstContent(this.#host.clock.now());
  }

  handOver(response: GatewayResponse): void {
    this.#settle.resolve(response);
  }

  answerEnded(outcome: AttemptOutcome, error: GatewayError | null, unfinished: boolean): void {
    this.#end(outcome, error, unfinished);
  }

  // What the reader, the timers and the transport say.

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    if (this.#ended) return;
    // The pause was the reader's, so the gap starts anew.
    this.#timers.progress();
    this.#controller?.resume();
  }

  abandon(reason: Error): void {
    this.refuse(
      reason instanceof GatewayError
        ? reason
        : new GatewayError('client_closed', reason.message, { cause: reason, outcome: 'aborted' }),
    );
  }

  /** Ends it from our side, before anything was sent or in the middle. */
  refuse(error: GatewayError): void {
    this.#end('aborted', error, true);
  }

  timedOut(limit: TimeLimit, afterMs: number): void {
    const { name } = this.#host;
    if (this.#answer?.complete === true) {
      this.#end('success', null, true);
    } else if (this.#phase === 'waiting') {
      const message = `no free connection to upstream ${name} within ${afterMs} ms`;
      this.refuse(new GatewayError('queue_timeout', message));
    } else {
      const message = `upstream ${name} ${TIMEOUT_SENTENCE[limit]} within ${afterMs} ms`;
      this.#end(limit, new GatewayError('upstream_timeout', message, { outcome: limit }), true);
    }
  }

  /** The one way to the end. `abort`: whatever the upstream is still doing for it is stopped at once. */
  #end(outcome: AttemptOutcome, error: GatewayError | null, abort: boolean, stale = false): void {
    if (this.#ended) return;
    this.#ended = true;
    if (abort) this.#controller?.abort(error ?? new Error('the rest is not wanted'));
    this.#timers.cancel();
    this.#unsubscribe?.();
    this.#connection?.owner.release(this.#connection);
    this.#host.over(this);
    const answer = this.#answer;
    this.#listener.attemptEnded({
      outcome,
      stale,
      sent: this.#connection !== null,
      error,
      retryAfterMs: answer?.retryAfterMs ?? null,
      usage: answer?.usage() ?? null,
      times: answer?.times() ?? null,
    });
    const outlet = answer?.outlet ?? null;
    if (outlet !== null) outlet.finish(error);
    else if (error !== null) this.#settle.reject(error);
  }
}

const TIMEOUT_SENTENCE: Readonly<Record<TimeLimit, string>> = {
  first_token_timeout: 'sent no content',
  idle_timeout: 'sent nothing more',
  total_timeout: 'did not finish its answer',
};
