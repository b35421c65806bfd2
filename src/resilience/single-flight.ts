/**
 * One attempt for identical requests that meet: reads (`GET /api/tags` …) and embeddings. Whoever asks what somebody is
 * asking already waits for that answer in place of causing another.
 *
 * Guarantees: only requests that would be the same to the upstream meet, of one tenant: method, path, body and
 * every header field that is passed on, but for those that name the asker or the request. One that leaves takes
 * nobody else along; when the last has left, the attempt is cut. Nobody waits past its own deadline, and a request
 * joins only an attempt that is allowed at least its time. What an attempt cost is told of one request, the first that
 * is still there; the others made none. Refuses answers that stream: those are asked for anew by each.
 */
import { hash } from 'node:crypto';
import { GatewayError } from '../core/errors.ts';
import type { CoalescedKind, Emit } from '../core/events.ts';
import { adoptBranch, branchOf } from '../core/exchange-branch.ts';
import type { Exchange, GatewayResponse, Handler, Stage } from '../core/request.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';

export interface SingleFlightOptions {
  readonly reads: boolean;
  readonly embeddings: boolean;
}

export interface SingleFlightDeps {
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Header fields that make no difference to the answer. */
const IRRELEVANT: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'content-length',
  'user-agent',
  'via',
  'x-request-id',
  'x-request-timeout-ms',
  'x-llamascope-client',
  'x-llamascope-priority',
  'traceparent',
  'tracestate',
]);

export function createSingleFlightStage(options: SingleFlightOptions, deps: SingleFlightDeps): Stage {
  if (!options.reads && !options.embeddings) return (next) => next;
  const flights = new Map<string, Flight>();
  return (next) => (exchange) => {
    const kind = kindOf(exchange, options);
    if (kind === null) return next(exchange);
    const key = keyOf(exchange);
    const running = flights.get(key);
    if (running?.suits(exchange) === true) {
      deps.emit({ type: 'request.coalesced', kind });
      return running.join(exchange);
    }
    // One that is allowed more time than the attempt under way has makes an attempt that others can join in turn.
    const flight = new Flight(exchange, next, deps.clock, () => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flights.set(key, flight);
    return flight.join(exchange);
  };
}

function kindOf({ request }: Exchange, options: SingleFlightOptions): CoalescedKind | null {
  const { operation } = request.route;
  if (operation !== 'read' && operation !== 'embed') return null;
  if (!(operation === 'read' ? options.reads : options.embeddings)) return null;
  // Whoever asks for a fresh answer gets one of its own.
  if (request.cachePolicy !== 'default') return null;
  if (request.body !== null && !Buffer.isBuffer(request.body)) return null;
  return operation === 'read' ? 'read' : 'embedding';
}

function keyOf({ request, model }: Exchange): string {
  const fields: unknown[] = [];
  for (const name of Object.keys(request.headers).sort()) {
    if (!IRRELEVANT.has(name)) fields.push(name, request.headers[name]);
  }
  const body = Buffer.isBuffer(request.body)
    ? (request.bodyHash ?? hash('sha256', request.body, 'base64url'))
    : null;
  return JSON.stringify([request.method, request.target, request.tenant, model, body, fields]);
}

interface Participant {
  readonly exchange: Exchange;
  readonly joinedAt: number;
  readonly resolve: (response: GatewayResponse | Promise<GatewayResponse>) => void;
  readonly reject: (error: unknown) => void;
  unsubscribe: () => void;
}

class Flight {
  readonly #next: Handler;
  readonly #clock: Clock;
  readonly #land: () => void;
  readonly #cancel = new CancelSource();
  readonly #branch: Exchange;
  /** Oldest first. */
  readonly #waiting = new Set<Participant>();
  #begun = false;
  #over = false;

  constructor(first: Exchange, next: Handler, clock: Clock, land: () => void) {
    this.#next = next;
    this.#clock = clock;
    this.#land = land;
    this.#branch = branchOf(first, this.#cancel);
  }

  suits({ request }: Exchange): boolean {
    const { deadlineAt } = this.#branch.request;
    return deadlineAt === null || (request.deadlineAt !== null && request.deadlineAt <= deadlineAt);
  }

  join(exchange: Exchange): Promise<GatewayResponse> {
    return new Promise((resolve, reject) => {
      const participant: Participant = {
        exchange,
        joinedAt: this.#clock.now(),
        resolve,
        reject,
        unsubscribe: () => undefined,
      };
      this.#waiting.add(participant);
      participant.unsubscribe = exchange.cancel.onCancel((reason) => {
        this.#leave(participant, reason);
      });
      if (!this.#begun) this.#begin();
    });
  }

  #begin(): void {
    this.#begun = true;
    this.#next(this.#branch).then(
      (response) => {
        this.#answer(response);
      },
      (error: unknown) => {
        for (const one of this.#settle()) one.reject(error);
      },
    );
  }

  #leave(participant: Participant, reason: Error): void {
    if (!this.#waiting.delete(participant)) return;
    if (this.#waiting.size === 0) {
      this.#finish();
      adoptBranch(participant.exchange, this.#branch);
      this.#cancel.cancel(reason);
    }
    participant.reject(
      reason instanceof GatewayError
        ? reason
        : new GatewayError('client_closed', 'the client went away', { cause: reason }),
    );
  }

  #answer(response: GatewayResponse): void {
    const { body } = response;
    const shared = body === null || Buffer.isBuffer(body);
    const [first, ...others] = this.#settle();
    if (first === undefined) {
      // The last one left in the tick in which the answer came.
      if (!shared) body.cancel(new GatewayError('client_closed', 'the client went away'));
      return;
    }
    first.resolve(shared ? copyOf(response) : response);
    for (const one of others) {
      one.exchange.coalesced = shared;
      one.resolve(shared ? copyOf(response) : this.#next(one.exchange));
    }
  }

  /** Ends it for those who are still there. Answers them, the first of whom has had the attempt. */
  #settle(): readonly Participant[] {
    this.#finish();
    const still = [...this.#waiting];
    this.#waiting.clear();
    for (const [index, { exchange, joinedAt, unsubscribe }] of still.entries()) {
      unsubscribe();
      if (index === 0) adoptBranch(exchange, this.#branch);
      else follow(exchange, this.#branch, joinedAt, this.#clock.now());
    }
    return still;
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#land();
  }
}

/** What is true of a request that was answered by another's attempt. */
function follow(exchange: Exchange, branch: Exchange, joinedAt: number, now: number): void {
  exchange.upstream = branch.upstream;
  exchange.attemptOutcome = branch.attemptOutcome;
  exchange.waitedMs += now - joinedAt;
  if (branch.firstContentAt !== null) exchange.firstContentAt = Math.max(joinedAt, branch.firstContentAt);
}

/** Stages above write their own fields into an answer's header. */
function copyOf(response: GatewayResponse): GatewayResponse {
  return { ...response, headers: response.headers.slice() };
}
