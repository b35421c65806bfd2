/**
 * Two processes talking: notes that nobody answers, and calls that are answered once. Messages arrive in the order in which
 * they were sent. A call rejects when the other side throws, is gone, or takes too long.
 */
import { GatewayError } from '../core/errors.ts';
import type { Clock, Timer } from '../runtime/clock.ts';

/** What can be said: the body, and the answer (null where nobody waits for one). */
export type Topics = object;
type Body<T, K extends keyof T> = T[K] extends readonly [infer B, unknown] ? B : never;
type Reply<T, K extends keyof T> = T[K] extends readonly [unknown, infer R] ? R : never;

/** Nothing to answer is no answer. */
type Answer<R> = R | Promise<R> | (null extends R ? void | Promise<void> : never);

/** As it goes over the wire; `call` is set where an answer is awaited. */
export interface Message {
  readonly topic?: string;
  readonly call?: number;
  readonly answer?: number;
  readonly body: unknown;
  readonly failed?: boolean;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

export const CALL_MS = 60_000;

export class Channel<Out extends Topics, In extends Topics> {
  readonly #send: (message: Message) => void;
  readonly #clock: Clock;
  readonly #defect: (topic: string, error: unknown) => void;
  readonly #handlers = new Map<string, (body: unknown, handle: unknown) => unknown>();
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #open = true;

  /**
   * `send` must not throw; what cannot be sent is found out by `closed`. `defect` hears of a note whose handler has failed,
   * which nobody waits for.
   */
  constructor(
    send: (message: Message) => void,
    clock: Clock,
    defect: (topic: string, error: unknown) => void,
  ) {
    this.#defect = defect;
    this.#send = send;
    this.#clock = clock;
  }

  on<K extends keyof In & string>(
    topic: K,
    handler: (body: Body<In, K>, handle: unknown) => Answer<Reply<In, K>>,
  ): void {
    this.#handlers.set(topic, handler as (body: unknown, handle: unknown) => unknown);
  }

  note<K extends keyof Out & string>(topic: K, body: Body<Out, K>): void {
    if (this.#open) this.#send({ topic, body });
  }

  call<K extends keyof Out & string>(
    topic: K,
    body: Body<Out, K>,
    timeoutMs: number = CALL_MS,
  ): Promise<Reply<Out, K>> {
    if (!this.#open) return Promise.reject(gone(topic));
    const call = (this.#calls += 1);
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(timeoutMs, () => {
        this.#waiting.delete(call);
        reject(
          new GatewayError('internal', `a worker process gave no answer to "${topic}" in ${timeoutMs} ms`),
        );
      });
      this.#waiting.set(call, { resolve: resolve as (value: unknown) => void, reject, timer });
      this.#send({ topic, call, body });
    });
  }

  /** `handle`: a socket that came with it. */
  receive(message: Message, handle: unknown = null): void {
    if (message.answer !== undefined) this.#settle(message.answer, message);
    else if (message.topic !== undefined) void this.#handle(message.topic, message, handle);
  }

  /** The other side is gone. */
  closed(): void {
    this.#open = false;
    for (const { reject, timer } of this.#waiting.values()) {
      timer.cancel();
      reject(gone('a call'));
    }
    this.#waiting.clear();
  }

  #settle(answer: number, { body, failed }: Message): void {
    const waiting = this.#waiting.get(answer);
    if (waiting === undefined) return;
    this.#waiting.delete(answer);
    waiting.timer.cancel();
    if (failed === true) waiting.reject(reviveError(body));
    else waiting.resolve(body);
  }

  async #handle(topic: string, { body, call }: Message, handle: unknown): Promise<void> {
    try {
      const reply = await this.#handlers.get(topic)?.(body, handle);
      if (call !== undefined && this.#open) this.#send({ answer: call, body: reply });
    } catch (error) {
      if (call === undefined) this.#defect(topic, error);
      else if (this.#open) this.#send({ answer: call, body: plainError(error), failed: true });
    }
  }
}

/** What of an error another process can be told: `code` as Node and Llamascope set it. */
export interface PlainError {
  readonly message: string;
  readonly code: string | null;
}

export function plainError(error: unknown): PlainError {
  const { message, code } = error as { message?: unknown; code?: unknown };
  return {
    message: typeof message === 'string' ? message : String(error),
    code: typeof code === 'string' ? code : null,
  };
}

export function reviveError(plain: unknown): Error {
  const { message, code } = plain as PlainError;
  return code === null ? new Error(message) : Object.assign(new Error(message), { code });
}

function gone(topic: string): GatewayError {
  return new GatewayError('internal', `a worker process ended before it answered ${topic}`);
}
