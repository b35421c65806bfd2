import type { ServingTimes, Usage } from '../core/answer.ts';
import type { CancelToken } from '../core/cancel.ts';
import type { Dialect } from '../core/dialect.ts';
import type { GatewayError } from '../core/errors.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { HeaderBag } from '../core/request.ts';
import type { Route } from '../core/route.ts';

/** Everything the transport needs to know of one attempt. Times are milliseconds. */
export interface AttemptRequest {
  readonly method: string;
  /** Path and query as the client wrote them; the upstream's path prefix is put before it. */
  readonly target: string;
  /** The client's header; what concerns only its own connection is removed here. */
  readonly headers: HeaderBag;
  /** Sent as `x-request-id`, so that both logs can be joined; null sends none. */
  readonly requestId: string | null;
  readonly body: Buffer | AsyncIterable<Uint8Array> | null;
  readonly reading: Reading;
  /** Whether the client asked for a stream. */
  readonly streamWanted: boolean;
  readonly timeouts: AttemptTimeouts;
  /** Monotonic; the time left is told to the upstream. Default: no deadline. */
  readonly deadlineAt?: number | null;
  /** Fires when nobody wants the answer any more. */
  readonly cancel: CancelToken;
}

/**
 * What is done with the answer.
 * - a route and its dialect: a model's answer: its stream is watched item by item, its JSON is read
 * - `whole`: buffered and passed on unread
 * - `opaque`: passed on as it arrives, unread and without time limits (pulls and pushes take hours)
 */
export type Reading = AnswerProtocol | 'whole' | 'opaque';

export interface AnswerProtocol {
  readonly route: Route;
  readonly dialect: Dialect;
  /** Takes the token counts out of a stream that nobody but us asked for. Default false. */
  readonly hideUsage?: boolean;
}

export interface AttemptTimeouts {
  /** From `send` to the first content of a stream. */
  readonly firstContentMs: number;
  /** From `send` to the end of an answer that comes in one piece: it shows nothing before that. */
  readonly wholeMs: number;
  /** Between two content-bearing items. */
  readonly idleMs: number;
  /** From `send` to the end of the body, or null. */
  readonly totalMs: number | null;
}

/** How an attempt ended, told once, when nothing of it is left at the upstream. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** A kept-alive connection turned out to be dead before a byte came back: says nothing about the upstream. */
  readonly stale: boolean;
  /** Whether the request head was written to a connection. */
  readonly sent: boolean;
  /** What the client is told when there is no (whole) answer. */
  readonly error: GatewayError | null;
  readonly retryAfterMs: number | null;
  readonly usage: Usage | null;
  readonly times: ServingTimes | null;
}

export interface AttemptListener {
  /** The first content-bearing item, or the whole of a 2xx answer, is here. At most once, before `attemptEnded`. */
  firstContent(at: number): void;
  /** Exactly once, and before the answer's promise rejects or its stream ends. */
  attemptEnded(end: AttemptEnd): void;
}
