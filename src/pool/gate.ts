/**
 * One attempt through the gate of one upstream: with the permit and the breaker's leave already in hand, over a
 * connection, to the end of the body. Whatever the end is, it is told here once: the breakers are settled, the
 * permit given back, the attempt counted, and what the answer said about itself left in the exchange.
 */
import type { Permit } from '../admission/held-permit.ts';
import { GatewayError } from '../core/errors.ts';
import type { Emit, IgnoreReason } from '../core/events.ts';
import type { Exchange, GatewayResponse } from '../core/request.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AttemptEnd, AttemptListener, AttemptRequest, Reading } from '../upstream/attempt-types.ts';
import type { Leave } from './breaker-set.ts';
import { loadOptionsOf, type LoadOptions } from './load-options.ts';
import type { StreamRun } from './parallel-watch.ts';
import { shape } from './shape.ts';
import type { Upstream } from './upstream.ts';

export interface GateDeps {
  readonly clock: Clock;
  readonly emit: Emit;
}

/**
 * Sends a request to an upstream. Takes over both permits. A kept-alive connection that turns out to be dead costs
 * nobody anything: the request goes out once more, on a fresh one.
 */
export async function passGate(
  upstream: Upstream,
  exchange: Exchange,
  permit: Permit | null,
  leave: Leave,
  deps: GateDeps,
): Promise<GatewayResponse> {
  const first = new GatedAttempt(upstream, exchange, permit, leave, deps, isRepeatable(exchange));
  try {
    return await first.send();
  } catch (error) {
    if (!first.repeatable) throw error;
    upstream.transport.closeIdle();
    const again = upstream.breakers.enter(exchange);
    if (again === null) {
      first.giveBack();
      throw error;
    }
    return new GatedAttempt(upstream, exchange, permit, again, deps, false).send();
  }
}

/** Sending it twice must do no harm: the body is at hand and the call changes nothing at the upstream. */
function isRepeatable({ request }: Exchange): boolean {
  return request.route.operation !== 'manage' && (request.body === null || Buffer.isBuffer(request.body));
}

class GatedAttempt implements AttemptListener {
  readonly #upstream: Upstream;
  readonly #exchange: Exchange;
  readonly #permit: Permit | null;
  readonly #leave: Leave;
  readonly #deps: GateDeps;
  readonly #mayRepeat: boolean;
  readonly #startedAt: number;
  #contentAt: number | null = null;
  #wasResident = false;
  /** Null where nothing is loaded for it: reads, and upstreams that are no Ollama. */
  readonly #load: LoadOptions | null;
  #run: StreamRun | null = null;
  /** It ended on a dead connection and still holds its permit for another go. */
  repeatable = false;

  constructor(
    upstream: Upstream,
    exchange: Exchange,
    permit: Permit | null,
    leave: Leave,
    deps: GateDeps,
    mayRepeat: boolean,
  ) {
    this.#upstream = upstream;
    this.#exchange = exchange;
    this.#permit = permit;
    this.#leave = leave;
    this.#deps = deps;
    this.#mayRepeat = mayRepeat;
    this.#startedAt = deps.clock.now();
    const { lane } = exchange.request.route;
    this.#load =
      lane === 'none' || upstream.options.kind !== 'ollama'
        ? null
        : loadOptionsOf(exchange, upstream.options);
  }

  send(): Promise<GatewayResponse> {
    const exchange = this.#exchange;
    exchange.attempts += 1;
    exchange.upstream = this.#upstream.name;
    exchange.tried.push(this.#upstream.name);
    this.#wasResident = !isCold(this.#upstream, exchange);
    const { model, request } = exchange;
    const watched = this.#load !== null && request.route.lane === 'generation' && request.facts.stream;
    if (watched && model !== null)
      this.#run = this.#upstream.parallelism.sent(model, this.#load.key, this.#startedAt);
    return this.#upstream.transport.send(attemptRequest(this.#upstream, exchange, this.#wasResident), this);
  }

  firstContent(at: number): void {
    this.#contentAt = at;
    this.#run?.spoke(at);
    this.#exchange.firstContentAt = at;
    this.#exchange.waitedMs += at - this.#startedAt;
  }

  attemptEnded(end: AttemptEnd): void {
    const exchange = this.#exchange;
    const now = this.#deps.clock.now();
    if (this.#contentAt === null) exchange.waitedMs += now - this.#startedAt;
    if (end.usage !== null) exchange.usage = end.usage;
    if (end.times !== null) exchange.times = end.times;
    exchange.attemptOutcome = end.outcome;
    this.#settleBreaker(end);
    this.#run?.ended(now, end.outcome === 'success');
    this.#noteLoad(end, exchange, now);
    if (exchange.request.route.lane === 'generation') {
      this.#upstream.noteGeneration(
        end.outcome,
        this.#contentAt === null ? null : this.#contentAt - this.#startedAt,
      );
    }
    this.repeatable = end.stale && this.#mayRepeat && !exchange.cancel.cancelled;
    if (!this.repeatable) this.giveBack();
    this.#deps.emit({
      type: 'upstream.attempted',
      upstream: this.#upstream.name,
      outcome: end.outcome,
      durationMs: now - this.#startedAt,
    });
  }

  giveBack(): void {
    this.#permit?.release();
    this.#upstream.unassign();
  }

  /** What the answer tells of the models in memory there. */
  #noteLoad({ outcome, times }: AttemptEnd, exchange: Exchange, now: number): void {
    const { model } = exchange;
    const upstream = this.#upstream;
    const load = this.#load;
    const answered = outcome === 'success' || (outcome === 'aborted' && this.#contentAt !== null);
    if (!answered || model === null || load === null) return;
    if (!load.unloads) upstream.health.noteServed(model);
    const reload = upstream.loads.answered({
      model,
      load,
      loadMs: times === null ? null : times.loadNs / 1e6,
      wasResident: this.#wasResident,
      sentAt: this.#startedAt,
      now,
    });
    if (reload === null) return;
    const at = this.#deps.clock.wallMs();
    this.#deps.emit({ type: 'model.reloaded', upstream: upstream.name, model, at, ...reload });
  }

  #settleBreaker(end: AttemptEnd): void {
    const { outcome } = end;
    if (end.stale) {
      this.#leave.ignore('stale_connection');
    } else if (outcome === 'aborted') {
      this.#leave.ignore(whyAborted(end));
    } else if (outcome === 'success') {
      this.#upstream.noteOutcome(outcome);
      // Without content there is no time to it, and none must enter the slow-call rule.
      const at = this.#contentAt;
      this.#leave.settle(outcome, at === null ? {} : { firstContentMs: at - this.#startedAt });
    } else {
      this.#upstream.noteOutcome(outcome);
      this.#leave.settle(outcome, end.retryAfterMs === null ? {} : { retryAfterMs: end.retryAfterMs });
    }
  }
}

function whyAborted({ error, sent }: AttemptEnd): IgnoreReason {
  if (error instanceof GatewayError && error.code === 'deadline_exceeded') return 'deadline';
  if (error instanceof GatewayError && error.code === 'client_closed') return 'client_aborted';
  if (error instanceof GatewayError && error.code === 'superseded') return 'hedge_lost';
  return sent ? 'client_aborted' : 'not_sent';
}

function attemptRequest(upstream: Upstream, exchange: Exchange, resident: boolean): AttemptRequest {
  const { request } = exchange;
  const { timeouts } = upstream.options;
  // A time limit that passes during a load aborts it, and the next try begins it anew.
  const firstMs = timeouts.firstTokenMs + (resident ? 0 : (timeouts.loadMs ?? 0));
  const { target, body, hideUsage } = shape(exchange, upstream.options);
  return {
    method: request.method,
    target,
    headers: request.headers,
    requestId: request.id,
    body,
    reading: readingOf(exchange, hideUsage),
    streamWanted: request.facts.stream,
    timeouts: {
      firstContentMs: firstMs,
      wholeMs: firstMs + timeouts.idleMs,
      idleMs: timeouts.idleMs,
      totalMs: timeouts.totalMs,
    },
    deadlineAt: request.deadlineAt,
    cancel: exchange.cancel,
  };
}

/** Whether the model has to be loaded first, as far as `/api/ps` and the last answers tell. */
function isCold({ health }: Upstream, { model, request }: Exchange): boolean {
  return model !== null && request.route.lane !== 'none' && !health.resident(model);
}

function readingOf({ request, dialect }: Exchange, hideUsage: boolean): Reading {
  const { route } = request;
  if (route.operation === 'manage') return 'opaque';
  return route.operation === 'read' ? 'whole' : { route, dialect, hideUsage };
}
