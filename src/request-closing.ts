/**
 * The end of a request: one `request.finished` event, never none and never two, at the moment its
 * body has been handed over, was cut, or was given up by the client.
 */
import type { GatewayError } from './core/errors.ts';
import { asGatewayError, type ErrorCode } from './core/errors.ts';
import type { Emit } from './core/events.ts';
import { clientId, type ClientId, type RequestId } from './core/ids.ts';
import type { RequestOutcome } from './core/outcome.ts';
import type { Exchange, GatewayResponse } from './core/request.ts';
import type { Route } from './core/route.ts';
import { tapStream, type ByteStream } from './core/stream.ts';
import type { Clock } from './runtime/clock.ts';

const ANONYMOUS: ClientId = clientId('anonymous');

/** Refusals of our own making that shed load rather than report a fault. */
const SHED: ReadonlySet<ErrorCode> = new Set([
  'breaker_open',
  'queue_full',
  'queue_timeout',
  'no_upstream',
  'draining',
]);
const TIMEOUTS: ReadonlySet<ErrorCode> = new Set([
  'upstream_timeout',
  'deadline_exceeded',
  'request_timeout',
]);

interface End {
  readonly outcome: RequestOutcome;
  readonly status: number;
  readonly streamed: boolean;
  readonly errorCode: string | null;
}

export class RequestClosing {
  readonly #route: Route;
  readonly #emit: Emit;
  readonly #clock: Clock;
  readonly receivedAt: number;
  #closed = false;
  #id: RequestId | null = null;
  #client: ClientId = ANONYMOUS;
  #exchange: Exchange | null = null;
  #release: (() => void) | null = null;

  constructor(route: Route, emit: Emit, clock: Clock) {
    this.#route = route;
    this.#emit = emit;
    this.#clock = clock;
    this.receivedAt = clock.now();
    emit({ type: 'request.started', endpoint: route.endpoint });
  }

  identify(id: RequestId, client: ClientId): void {
    this.#id = id;
    this.#client = client;
  }

  get id(): RequestId | null {
    return this.#id;
  }

  /** From here on the closing event carries what the stages leave in the exchange. */
  follow(exchange: Exchange): void {
    this.#exchange = exchange;
  }

  /** Called once at the end, whatever it is: timers and subscriptions of this request. */
  onClosed(release: () => void): void {
    this.#release = release;
  }

  /** The request ends with an error answer instead of a response. */
  refused(error: GatewayError): void {
    this.#close(
      { outcome: outcomeOfError(error), status: error.status, streamed: false, errorCode: error.code },
      false,
    );
  }

  /** The request ends when this response's body does. Answers the body to write, watched where it streams. */
  answered(response: GatewayResponse, boundary: StreamBoundary): Buffer | ByteStream | null {
    const { body, status } = response;
    const overheadFrom = this.#clock.now();
    if (body === null || Buffer.isBuffer(body)) {
      this.#close(
        { outcome: outcomeOfStatus(status), status, streamed: false, errorCode: null },
        true,
        overheadFrom,
      );
      return body;
    }
    const streamed = response.streaming;
    return tapStream(body, {
      onChunk: (chunk) => {
        boundary.push(chunk);
      },
      onEnd: () => {
        this.#close({ ...this.#endOfStream(status), status, streamed }, true, overheadFrom);
      },
      onFail: (failure) => {
        const error = asGatewayError(failure);
        this.#close(
          { outcome: outcomeOfError(error), status, streamed, errorCode: error.code },
          true,
          overheadFrom,
        );
      },
      onCancel: () => {
        this.#close({ outcome: 'aborted', status, streamed, errorCode: 'client_closed' }, true, overheadFrom);
      },
    });
  }

  /** An error that the upstream wrote into its own stream was passed on byte for byte, and is an error all the same. */
  #endOfStream(status: number): Pick<End, 'outcome' | 'errorCode'> {
    if (this.#exchange?.served === 'upstream' && this.#exchange.attemptOutcome === 'stream_error') {
      return { outcome: 'upstream_error', errorCode: 'upstream_failed' };
    }
    return { outcome: outcomeOfStatus(status), errorCode: null };
  }

  #close(end: End, served: boolean, answeredAt: number = this.#clock.now()): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release?.();
    const exchange = this.#exchange;
    if (end.outcome === 'aborted')
      this.#emit({ type: 'client.aborted', phase: served ? 'streaming' : 'waiting' });
    const firstContentAt = exchange?.firstContentAt ?? null;
    this.#emit({
      type: 'request.finished',
      id: this.#id ?? ('' as RequestId),
      endpoint: this.#route.endpoint,
      model: exchange?.model ?? null,
      client: this.#client,
      outcome: end.outcome,
      served: served ? (exchange?.served ?? 'none') : 'none',
      status: end.status,
      streamed: end.streamed,
      upstream: exchange?.upstream ?? null,
      cache: exchange?.cache?.result ?? null,
      attempts: exchange?.attempts ?? 0,
      durationMs: this.#clock.now() - this.receivedAt,
      ttftMs: served && firstContentAt !== null ? firstContentAt - this.receivedAt : null,
      overheadMs: served ? Math.max(0, answeredAt - this.receivedAt - (exchange?.waitedMs ?? 0)) : null,
      queuedMs: exchange?.queuedMs ?? 0,
      usage: exchange?.usage ?? null,
      times: exchange?.times ?? null,
      errorCode: end.errorCode,
    });
  }
}

/** Remembers how the bytes so far end, so that an in-band error starts on a clean line. */
export class StreamBoundary {
  #last = 0x0a;
  #beforeLast = 0x0a;

  push(chunk: Uint8Array): void {
    const { length } = chunk;
    if (length === 0) return;
    this.#beforeLast = length > 1 ? (chunk[length - 2] as number) : this.#last;
    this.#last = chunk[length - 1] as number;
  }

  /** NDJSON items end with one line feed, SSE events with an empty line. */
  isClean(ndjson: boolean): boolean {
    return this.#last === 0x0a && (ndjson || this.#beforeLast === 0x0a || this.#beforeLast === 0x0d);
  }
}

function outcomeOfStatus(status: number): RequestOutcome {
  if (status < 400) return 'ok';
  // An upstream's 429 is its refusal, not the client's mistake.
  return status >= 500 || status === 429 ? 'upstream_error' : 'client_error';
}

/** A defect of ours counts as `upstream_error`: to the client it is a failed answer, and the set is closed. */
function outcomeOfError(error: GatewayError): RequestOutcome {
  if (error.code === 'client_closed') return 'aborted';
  if (TIMEOUTS.has(error.code)) return 'timeout';
  if (SHED.has(error.code)) return 'shed';
  return error.status < 500 || error.code === 'not_cached' || error.code === 'loop_detected'
    ? 'client_error'
    : 'upstream_error';
}
