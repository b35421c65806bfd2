/**
 * The way to one upstream: a bounded set of kept-alive HTTP/1.1 connections, one request at a time on each.
 *
 * Guarantees: never more than `maxsize` connections; requests beyond them wait here, where they can be given up
 * at once, and not inside undici, where they cannot; what is open, busy and waiting is counted exactly.
 * Refuses: more than `maxWaiting` waiting requests. Knows no policy: no retry, no breaker, no choice.
 */
import { Readable } from 'node:stream';
import { Pool } from 'undici';
import { GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { UpstreamName } from '../core/ids.ts';
import type { GatewayResponse } from '../core/request.ts';
import type { PoolSnapshot } from '../core/state.ts';
import type { Clock } from '../runtime/clock.ts';
import { SlotSet } from '../runtime/slot-set.ts';
import type { BufferLimits } from './answer-reader.ts';
import { Attempt, type AttemptHost, type Settle } from './attempt.ts';
import type { AttemptListener, AttemptRequest } from './attempt-types.ts';
import { Connections } from './connections.ts';
import { RequestFields } from './header-fields.ts';
import type { TlsOptions } from './tls.ts';
import { TargetPath } from './target-path.ts';

export interface TransportOptions {
  readonly name: UpstreamName;
  readonly url: string;
  /** The most connections that are ever open. */
  readonly maxsize: number;
  /** How long an idle connection is kept; a server's own `keep-alive` hint can only shorten it. */
  readonly keepAliveMs: number;
  readonly connectMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly apiKey: string | null;
  readonly hostHeader?: string | null;
  readonly tls?: TlsOptions;
  /** Our name in `via`. */
  readonly via: string;
  /** Requests that may wait for a connection. Default 1,024. */
  readonly maxWaiting?: number;
  readonly limits?: Partial<BufferLimits>;
}

const MIB = 1024 * 1024;
const LIMITS: BufferLimits = { answerBytes: 32 * MIB, prefixBytes: MIB, errorBytes: MIB };

export class Transport implements AttemptHost {
  readonly name: UpstreamName;
  readonly clock: Clock;
  readonly limits: BufferLimits;
  readonly #emit: Emit;
  readonly #maxsize: number;
  readonly #maxWaiting: number;
  readonly #connections: Connections;
  readonly #fields: RequestFields;
  readonly #path: TargetPath;
  readonly #pool: Pool;
  /** Attempts that hold a connection or have asked undici for one. */
  readonly #active = new SlotSet<Attempt>();
  #waiting: Attempt[] = [];
  #closed = false;

  /** Throws a TypeError when the URL is not `http(s)://host…`. */
  constructor(options: TransportOptions, deps: { readonly clock: Clock; readonly emit: Emit }) {
    this.name = options.name;
    this.clock = deps.clock;
    this.#emit = deps.emit;
    this.limits = { ...LIMITS, ...options.limits };
    this.#maxsize = options.maxsize;
    this.#maxWaiting = options.maxWaiting ?? 1_024;
    this.#path = new TargetPath(options.url);
    this.#fields = new RequestFields(options);
    this.#connections = new Connections({
      connectMs: options.connectMs,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      client: options.name,
      clock: deps.clock,
      emit: deps.emit,
    });
    this.#pool = new Pool(this.#path.origin, {
      connections: options.maxsize,
      pipelining: 1,
      allowH2: false,
      // Time limits are ours (attempt-timers.ts): undici's five minutes are too short for some loads and count pings.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      connect: this.#connections.connect,
    });
  }

  /**
   * Sends a request. Resolves when there is something to hand on: the whole of an answer in one piece, or the first
   * content of a stream. Rejects with a GatewayError that carries the outcome.
   */
  send(request: AttemptRequest, listener: AttemptListener): Promise<GatewayResponse> {
    return new Promise((resolve, reject) => {
      this.#admit(new Attempt(this, request, listener, { resolve, reject } satisfies Settle));
    });
  }

  /** Attempts under way, those that wait for a connection included. */
  get inFlight(): number {
    return this.#active.size + this.#waiting.length;
  }

  snapshot(): PoolSnapshot {
    const { open, busy } = this.#connections;
    const pending = Math.max(0, this.inFlight - busy);
    return { client: this.name, connections: open, maxsize: this.#maxsize, busy, idle: open - busy, pending };
  }

  /** Closes the connections that carry nothing. */
  closeIdle(): void {
    this.#connections.closeIdle();
  }

  /** Ends every attempt under way; their readers get `error`. */
  abortAll(error: GatewayError): void {
    for (const attempt of [...this.#waiting, ...this.#active]) attempt.refuse(error);
  }

  /** Takes no more requests and resolves when the last connection is closed. Attempts under way are cut. */
  async close(): Promise<void> {
    this.#closed = true;
    this.abortAll(new GatewayError('draining', `upstream ${this.name} is being shut down`));
    await this.#pool.destroy();
  }

  announce(attempt: Attempt): void {
    this.#connections.announce(attempt);
  }

  sent(attempt: Attempt, reused: boolean): void {
    const waitMs = this.clock.now() - attempt.dispatchedAt;
    this.#emit({ type: 'pool.request-sent', client: this.name, reused, waitMs });
  }

  over(attempt: Attempt): void {
    if (!this.#active.delete(attempt)) {
      this.#waiting = this.#waiting.filter((other) => other !== attempt);
      return;
    }
    while (this.#active.size < this.#maxsize) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#dispatch(next);
    }
  }

  #admit(attempt: Attempt): void {
    attempt.begin();
    if (attempt.over) return;
    if (this.#closed) {
      attempt.refuse(new GatewayError('draining', `upstream ${this.name} is being shut down`));
    } else if (this.#active.size < this.#maxsize) {
      this.#dispatch(attempt);
    } else if (this.#waiting.length < this.#maxWaiting) {
      this.#waiting.push(attempt);
    } else {
      const message = `${this.#maxWaiting} requests already wait for a connection to upstream ${this.name}`;
      attempt.refuse(new GatewayError('queue_full', message));
    }
  }

  /** Whole milliseconds until the client's deadline, at least 1; null when it has none. */
  #leftMs({ deadlineAt }: AttemptRequest): number | null {
    if (deadlineAt === undefined || deadlineAt === null) return null;
    return Math.max(1, Math.floor(deadlineAt - this.clock.now()));
  }

  #dispatch(attempt: Attempt): void {
    this.#active.add(attempt);
    attempt.connecting();
    const { request } = attempt;
    const { body } = request;
    const inMemory = body === null || Buffer.isBuffer(body);
    this.#pool.dispatch(
      {
        path: this.#path.of(request.target),
        method: request.method,
        headers: this.#fields.write(
          request.headers,
          request.requestId,
          inMemory,
          this.#leftMs(request),
        ) as string[],
        body: inMemory ? body : Readable.from(fromClient(body), { objectMode: false }),
      },
      attempt,
    );
  }
}

/** A body that breaks off is the client's doing: said here, where it is still known. */
async function* fromClient(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('client_closed', 'the request body broke off', {
      cause: error,
      outcome: 'aborted',
    });
  }
}
