import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../core/json.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { sleep } from '../runtime/clock.ts';
import type { Clock } from '../runtime/clock.ts';
import { RUNNER_DIED } from './error.ts';
import type { FaultName, FaultRule } from './faults/plan.ts';
import type { RequestTrace } from './recorder.ts';

/** Items that get through before a mid-stream fault. */
const DEFAULT_AFTER_ITEMS = 3;
/** A trickle's piece, in bytes, and its pause in simulated milliseconds. */
const TRICKLE_PIECE = 8;
const TRICKLE_MS = 20;
/** How long a reset waits for bytes before it to leave, in simulated milliseconds. */
const RESET_FLUSH_MS = 1_000;

const MID_STREAM: ReadonlySet<FaultName> = new Set<FaultName>([
  'stall',
  'reset',
  'truncate',
  'error-in-stream',
  'malformed',
]);

/**
 * One answer on its way out, and the place where a fault spoils it. Handlers write as if nothing could go wrong;
 * when the client leaves or a fault ends the answer, `cancel` fires and further writes do nothing.
 */
export class Reply {
  readonly cancel: CancelSource = new CancelSource();
  readonly #response: ServerResponse;
  readonly #trace: RequestTrace;
  readonly #clock: Clock;
  readonly #errorBody: (status: number, message: string) => JsonObject;
  #fault: FaultRule | null = null;
  #items = 0;
  #streamType = '';
  #errorItem: () => string = () => '';

  constructor(
    response: ServerResponse,
    trace: RequestTrace,
    clock: Clock,
    errorBody: (status: number, message: string) => JsonObject,
  ) {
    this.#response = response;
    this.#trace = trace;
    this.#clock = clock;
    this.#errorBody = errorBody;
    response.once('close', () => {
      trace.close(response.writableFinished);
      this.cancel.cancel(new Error('the client went away'));
    });
    // A write to a connection that is gone is reported by 'close'.
    response.on('error', () => undefined);
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  /** From now on the answer suffers this fault. */
  strikeWith(fault: FaultRule): void {
    this.#fault = fault;
    this.#trace.fault(fault.fault);
  }

  /** Headers and nothing else. */
  empty(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.cancel.cancelled) return;
    this.#trace.status(status);
    this.#response.writeHead(status, { 'content-length': '0', ...headers });
    this.#response.end();
  }

  error(status: number, message: string, headers: Readonly<Record<string, string>> = {}): void {
    const body = JSON.stringify(this.#errorBody(status, message));
    this.text(status, 'application/json; charset=utf-8', body, headers);
  }

  /** Breaks off an answer that has begun and cannot be ended properly. */
  abandon(): void {
    if (!this.cancel.cancelled) this.#trace.cut();
    this.#response.destroy();
  }

  /** A whole body at once, whatever the fault: errors and what is not inference. */
  text(status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): void {
    if (this.cancel.cancelled) return;
    this.#head(status, type, { 'content-length': String(Buffer.byteLength(body)), ...headers });
    if (this.#response.req.method !== 'HEAD') this.#trace.sent(body);
    this.#response.end(body);
  }

  /** A whole JSON answer. */
  async json(type: string, value: JsonObject): Promise<void> {
    const body = JSON.stringify(value);
    const fault = this.#fault;
    if (fault === null) {
      this.text(200, type, body);
      return;
    }
    const bytes = Buffer.from(body);
    const half = bytes.subarray(0, bytes.length >> 1);
    const length = { 'content-length': String(bytes.length) };
    switch (fault.fault) {
      case 'error-in-stream':
        this.error(500, RUNNER_DIED);
        return;
      case 'malformed':
      case 'truncate':
        this.text(200, type, half.toString('utf8'));
        return;
      case 'trickle':
        this.#head(200, type, length);
        await this.#write(bytes);
        this.#response.end();
        return;
      case 'reset':
        this.#head(200, type, length);
        await this.#write(half);
        await this.reset();
        return;
      case 'stall':
        this.#head(200, type, length);
        await this.#write(half);
        await this.#pause(fault.delayMs);
        await this.#write(bytes.subarray(half.length));
        if (!this.cancel.cancelled) this.#response.end();
        return;
      default:
        this.text(200, type, body);
    }
  }

  /** Begins a stream. Its headers go out with the first item, as Ollama's do. */
  stream(type: string, errorItem: () => string): void {
    this.#streamType = type;
    this.#errorItem = errorItem;
  }

  /** One item of the stream; null when more can follow at once, else when. `last`: the final object. */
  item(text: string, last: boolean): Promise<void> | null {
    if (this.cancel.cancelled) return null;
    const fault = this.#fault;
    if (fault !== null && MID_STREAM.has(fault.fault)) {
      if (last || this.#items >= (fault.afterItems ?? DEFAULT_AFTER_ITEMS)) return this.#strike(fault, text);
    }
    this.#items += 1;
    if (!this.#response.headersSent) this.#head(200, this.#streamType, {});
    return this.#write(text);
  }

  end(): void {
    if (this.cancel.cancelled) return;
    if (!this.#response.headersSent) this.#head(200, this.#streamType, {});
    this.#response.end();
  }

  /** Breaks the connection with a TCP reset, after what was written has left. */
  async reset(): Promise<void> {
    this.#trace.cut();
    const { socket } = this.#response;
    if (socket === null) return;
    if (this.#response.headersSent) {
      await new Promise<void>((resolve) => {
        socket.write('', () => resolve());
        // A reader that does not read must not keep its connection from being reset.
        this.#clock.setTimer(RESET_FLUSH_MS, resolve);
      });
    }
    socket.resetAndDestroy();
    this.cancel.cancel(new Error('reset by a fault'));
  }

  /** Does not return before the client has gone. */
  hang(): Promise<void> {
    return this.#pause(undefined);
  }

  async #strike(fault: FaultRule, text: string): Promise<void> {
    this.#fault = null;
    if (fault.fault === 'stall') {
      await this.#pause(fault.delayMs);
      await this.item(text, false);
    } else if (fault.fault === 'malformed') {
      const broken = text.slice(0, Math.max(1, Math.floor(text.length / 2))).trimEnd();
      await this.item(text.endsWith('\n\n') ? `${broken}\n\n` : `${broken}\n`, false);
    } else if (fault.fault === 'reset') {
      await this.reset();
    } else if (fault.fault === 'error-in-stream' && this.#items === 0) {
      this.error(500, RUNNER_DIED);
      this.cancel.cancel(new Error('ended by a fault'));
    } else {
      if (fault.fault === 'error-in-stream') await this.#write(this.#errorItem());
      this.end();
      this.cancel.cancel(new Error('ended by a fault'));
    }
  }

  #head(status: number, type: string, headers: Readonly<Record<string, string>>): void {
    if (this.cancel.cancelled) return;
    this.#trace.status(status);
    this.#response.writeHead(status, { 'content-type': type, ...headers });
  }

  #write(text: Buffer | string): Promise<void> | null {
    if (this.cancel.cancelled || text.length === 0) return null;
    if (this.#fault?.fault === 'trickle')
      return this.#trickle(Buffer.from(text), this.#fault.delayMs ?? TRICKLE_MS);
    this.#trace.sent(text);
    return this.#response.write(text) ? null : this.#drained();
  }

  async #trickle(bytes: Buffer, delayMs: number): Promise<void> {
    for (let at = 0; at < bytes.length && !this.cancel.cancelled; at += TRICKLE_PIECE) {
      const piece = bytes.subarray(at, at + TRICKLE_PIECE);
      this.#trace.sent(piece);
      this.#response.write(piece);
      await sleep(this.#clock, delayMs, this.cancel);
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        unsubscribe();
        this.#response.off('drain', done);
        resolve();
      };
      const unsubscribe = this.cancel.onCancel(done);
      this.#response.once('drain', done);
    });
  }

  /** For a time, or for ever; a client that goes away ends it. */
  #pause(ms: number | undefined): Promise<void> {
    if (ms !== undefined) return sleep(this.#clock, ms, this.cancel);
    return new Promise((resolve) => {
      this.cancel.onCancel(() => resolve());
    });
  }
}
