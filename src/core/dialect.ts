import type { Answer, CanonicalRequest, ServingTimes, Usage } from './answer.ts';
import type { GatewayError } from './errors.ts';
import type { RequestFacts } from './facts.ts';
import type { DialectName, Route } from './route.ts';

/**
 * Watches a streamed answer as its bytes pass. Never throws, never holds bytes back,
 * tolerates any split of chunks, and parses as little JSON as it can.
 */
export interface StreamObserver {
  push(chunk: Uint8Array): void;
  /** A content-bearing item was seen: text, thinking, a tool call, or the end of an (empty) answer. */
  readonly sawContent: boolean;
  /** Content-bearing items so far: the idle timeout is counted on these, not on comments or pings. */
  readonly contentItems: number;
  /** The final marker was seen (`done: true`, `[DONE]`, `response.completed`, `message_stop`). */
  readonly complete: boolean;
  /** The message of an error item inside the stream, if one was seen. */
  readonly error: string | null;
  /** Whether the bytes so far end between two items, so that an in-band error can be appended cleanly. */
  readonly atBoundary: boolean;
  /** Token counts of the final object; parsed on first use. */
  usage(): Usage | null;
  times(): ServingTimes | null;
}

/** Passes a stream's bytes on, except for items that are not to be seen. Bytes of an item not yet whole are held. */
export interface StreamFilter {
  /** What of the bytes so far may go on; may be empty. */
  push(chunk: Uint8Array): Uint8Array;
  /** What is still held, when nothing follows. */
  end(): Uint8Array;
}

/** What a complete JSON answer says about itself. */
export interface BodyReport {
  /** False when the bytes are not JSON: the outcome is `malformed`. */
  readonly valid: boolean;
  /** An error reported inside a 200 answer. */
  readonly error: string | null;
  readonly usage: Usage | null;
  readonly times: ServingTimes | null;
}

/**
 * One wire protocol, both ways. Tolerant reader (unknown fields pass), exact writer. Pure: no clock, no I/O.
 */
export interface Dialect {
  readonly name: DialectName;
  /** Reads a request body. Throws `invalid_json`, `invalid_field` or `missing_model`. */
  readRequest(route: Route, body: Buffer): RequestFacts;
  /** The canonical form, or null where the route is not cacheable. */
  canonicalRequest(route: Route, facts: RequestFacts): CanonicalRequest | null;
  /** The body of an error answer, e.g. `{"error":"…"}`. */
  errorBody(error: GatewayError): Buffer;
  /** Bytes that tell a client of a live stream that it failed; `atBoundary` false means an item was cut in half. */
  inBandError(route: Route, error: GatewayError, atBoundary: boolean): Buffer;
  observeStream(route: Route): StreamObserver;
  /** Takes out of a stream the item that only says how many tokens it was; null where a protocol has none. */
  hideUsage?(route: Route): StreamFilter | null;
  inspectBody(route: Route, body: Buffer): BodyReport;
  /** The stored form of a complete 200 answer; null when it is empty, incomplete or not understood. */
  readAnswer(route: Route, facts: RequestFacts, body: Buffer, streamed: boolean): Answer | null;
  /** A stored answer as this request wants it. `chunks` are whole items, in order; a JSON answer is one chunk. */
  writeAnswer(route: Route, facts: RequestFacts, answer: Answer, replayId: string): ReplayBody | null;
}

export interface ReplayBody {
  readonly contentType: string;
  readonly streaming: boolean;
  readonly chunks: readonly Buffer[];
}
