import type { CancelToken } from '../../core/cancel.ts';
import { GatewayError } from '../../core/errors.ts';
import type { HeaderBag } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { CancelSource } from '../../runtime/cancel.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { InboundRequest } from '../inbound.ts';
import { bodyLate, bodyLost, DISCARD_MS, type BodyLimits } from '../request-body.ts';
import type { PlainHead } from './head.ts';

interface Reader {
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

/** A request with a plain head. Its body is taken in as it comes: the head says how long it is, and it was found short enough. */
export class PlainRequest implements InboundRequest {
  readonly route: Route;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderBag;
  readonly cancelSource: CancelSource = new CancelSource();
  readonly #limits: BodyLimits;
  readonly #clock: Clock;
  #left: number;
  /** What came of it; null when it is not kept. */
  #chunks: Buffer[] | null = [];
  #reader: Reader | null = null;
  #discarded: (() => void) | null = null;
  #lost = false;

  constructor(head: PlainHead, route: Route, limits: BodyLimits, clock: Clock) {
    this.route = route;
    this.method = head.method;
    this.target = head.target;
    this.headers = head.headers;
    this.#left = head.length;
    this.#limits = limits;
    this.#clock = clock;
  }

  get cancel(): CancelToken {
    return this.cancelSource;
  }

  /** Whether all of the body has come. */
  get complete(): boolean {
    return this.#left === 0;
  }

  /** The next bytes of the connection. Answers those that are not of this request any more; null when none are left. */
  take(bytes: Buffer): Buffer | null {
    const mine = bytes.length <= this.#left ? bytes : bytes.subarray(0, this.#left);
    if (mine.length > 0) this.#chunks?.push(mine);
    this.#left -= mine.length;
    if (this.#left === 0) this.#completed();
    return mine.length === bytes.length ? null : bytes.subarray(mine.length);
  }

  readBody(): Promise<Buffer> | Buffer {
    if (this.#left === 0) return this.#whole();
    if (this.#lost) return Promise.reject(bodyLost());
    return new Promise((resolve, reject) => {
      const { requestTimeoutMs } = this.#limits;
      const timer = this.#clock.setTimer(requestTimeoutMs, () => {
        this.#fail(bodyLate(requestTimeoutMs));
      });
      this.#reader = { resolve, reject, timer };
    });
  }

  /** For routes that pass bodies through, of which none comes this way. */
  async *streamBody(): AsyncGenerator<Uint8Array> {
    const body = await this.readBody();
    if (body.length > 0) yield body;
  }

  /** Keeps nothing that still comes. Resolves when all has come, the connection is gone, or it took too long. */
  discard(): Promise<void> {
    this.#chunks = null;
    if (this.#left === 0 || this.#lost) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(DISCARD_MS, resolve);
      this.#discarded = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** The connection is gone. */
  lost(): void {
    this.#lost = true;
    this.#fail(bodyLost());
    this.#discarded?.();
    this.cancelSource.cancel(new GatewayError('client_closed', 'the client went away'));
  }

  #completed(): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.timer.cancel();
    reader?.resolve(this.#whole());
    this.#discarded?.();
  }

  #whole(): Buffer {
    const chunks = this.#chunks ?? [];
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  }

  #fail(error: Error): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.timer.cancel();
    reader?.reject(error);
  }
}
