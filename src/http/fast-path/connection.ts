/**
 * One connection of a client, read without `node:http` as long as its requests are plain. The first that is not, and all that
 * come after it on this connection, are `node:http`'s.
 */
import type { Socket } from 'node:net';
import type { Route } from '../../core/route.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { BodyLimits } from '../request-body.ts';
import { readPlainHead } from './head.ts';
import { PlainRequest } from './request.ts';
import { PlainResponse, type ConnectionFields } from './response.ts';

export interface FastPathLimits extends BodyLimits {
  readonly headerBytes: number;
  readonly headerTimeoutMs: number;
  readonly keepAliveMs: number;
}

export interface FastPathParts {
  readonly clock: Clock;
  readonly limits: () => FastPathLimits;
  /** The route of a request that can be answered here; null when it is somebody else's. */
  readonly routeOf: (method: string, target: string) => Route | null;
  readonly serve: (request: PlainRequest, response: PlainResponse) => void;
  /** From here on the connection is another's, these bytes first. */
  readonly handOver: (socket: Socket, bytes: Buffer) => void;
  /** What an answer says about its connection. */
  readonly fields: () => ConnectionFields;
}

/** What clients keep may be used a moment later than they were told (as in Node's `keepAliveTimeoutBuffer`). */
const KEEP_ALIVE_GRACE_MS = 1_000;

export class FastConnection {
  readonly #socket: Socket;
  readonly #parts: FastPathParts;
  #request: PlainRequest | null = null;
  #response: PlainResponse | null = null;
  /** Bytes behind the request under way. */
  #behind: Buffer | null = null;
  #idleSince: number;
  #served = false;
  readonly #onData = (bytes: Buffer): void => {
    this.#take(bytes);
  };
  readonly #onEnd = (): void => {
    // As `node:http` has it: who says no more wants no more answer than there is already.
    if (this.#response?.writableEnded === true) this.#socket.destroySoon();
    else this.#socket.destroy();
  };
  readonly #onDrain = (): void => {
    this.#response?.drained();
  };
  readonly #onClose = (): void => {
    this.#request?.lost();
    this.#response?.lost();
    this.#request = null;
    this.#response = null;
  };

  constructor(socket: Socket, parts: FastPathParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#idleSince = parts.clock.now();
    socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('drain', this.#onDrain)
      .on('close', this.#onClose);
  }

  get idle(): boolean {
    return this.#request === null;
  }

  /** `late`: it has said nothing for too long; as its first word, or in between. */
  expired(now: number): 'late' | 'idle' | null {
    if (this.#request !== null) return null;
    const { headerTimeoutMs, keepAliveMs } = this.#parts.limits();
    const waited = now - this.#idleSince;
    if (!this.#served) return waited > headerTimeoutMs ? 'late' : null;
    return waited > keepAliveMs + KEEP_ALIVE_GRACE_MS ? 'idle' : null;
  }

  #take(bytes: Buffer): void {
    if (this.#request === null) {
      this.#begin(bytes);
      return;
    }
    const rest = this.#request.complete ? bytes : this.#request.take(bytes);
    if (rest !== null) this.#hold(rest);
  }

  /** A client that sends its next request already is answered in turn, and sends no more meanwhile. */
  #hold(bytes: Buffer): void {
    this.#behind = this.#behind === null ? bytes : Buffer.concat([this.#behind, bytes]);
    this.#socket.pause();
  }

  #begin(bytes: Buffer): void {
    const { limits, routeOf, clock, serve, fields } = this.#parts;
    const bounds = limits();
    const head = readPlainHead(bytes, bounds.headerBytes);
    const route = head === null ? null : routeOf(head.method, head.target);
    if (head === null || route === null || head.length > bounds.bodyBytes) {
      this.#handOver(bytes);
      return;
    }
    const request = new PlainRequest(head, route, bounds, clock);
    const response = new PlainResponse(this.#socket, fields, (goesOn) => {
      this.#answered(goesOn);
    });
    if (head.close) response.hangUp();
    this.#request = request;
    this.#response = response;
    if (bytes.length > head.end) {
      const rest = request.take(bytes.subarray(head.end));
      if (rest !== null) this.#hold(rest);
    }
    serve(request, response);
  }

  #answered(goesOn: boolean): void {
    this.#request = null;
    this.#response = null;
    if (!goesOn) {
      this.#socket.destroySoon();
      return;
    }
    this.#served = true;
    this.#idleSince = this.#parts.clock.now();
    const behind = this.#behind;
    if (behind === null) return;
    this.#behind = null;
    this.#socket.resume();
    this.#begin(behind);
  }

  #handOver(bytes: Buffer): void {
    this.#socket
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('drain', this.#onDrain)
      .off('close', this.#onClose);
    this.#parts.handOver(this.#socket, bytes);
  }
}
