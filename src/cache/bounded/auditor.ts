/**
 * Asks a random share of the hits again, in the background, and has the fresh answer compared. The client has long been
 * served. At most one audit is under way, so that audits never crowd out requests; those that would be a second
 * are left out, at random as far as their answers go.
 */
import {
  BACKGROUND_PRIORITY,
  openExchange,
  type Exchange,
  type GatewayResponse,
  type Handler,
} from '../../core/request.ts';
import { CancelSource } from '../../runtime/cancel.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Defer } from '../../runtime/defer.ts';
import type { Rng } from '../../runtime/rng.ts';
import { captureAnswer } from '../answer-capture.ts';
import type { AnswerWriter } from '../answer-writer.ts';
import type { Identified } from '../key/identify.ts';
import type { EmbedCall } from '../semantic/embedder-gate.ts';
import type { Candidate } from './candidate.ts';

export interface AuditorDeps {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly defer: Defer;
  readonly writer: AnswerWriter;
  readonly failed: (candidate: Candidate) => void;
}

export interface AuditedHit {
  readonly exchange: Exchange;
  readonly next: Handler;
  readonly keys: Identified;
  readonly candidate: Candidate;
  readonly call: EmbedCall;
  readonly maxAnswerBytes: number;
}

/** An audit that takes longer is given up. */
const DEADLINE_MS = 120_000;

export class Auditor {
  readonly #deps: AuditorDeps;
  #running: Promise<void> | null = null;
  #cancel: CancelSource | null = null;
  #closed = false;

  constructor(deps: AuditorDeps) {
    this.#deps = deps;
  }

  /** Draws whether this hit is audited, and if so begins once the client has its answer. */
  afterHit(share: number, hit: AuditedHit): void {
    if (this.#closed || this.#deps.rng.next() >= share || this.#running !== null) return;
    const begun = Promise.withResolvers<undefined>();
    this.#deps.defer(() => {
      begun.resolve(undefined);
    });
    this.#running = begun.promise
      .then(() => this.#audit(hit))
      .catch(() => {
        this.#deps.failed(hit.candidate);
      })
      .finally(() => {
        this.#running = null;
      });
  }

  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.cancel(new Error('the cache is closing'));
  }

  async #audit(hit: AuditedHit): Promise<void> {
    const { clock, writer } = this.#deps;
    const cancel = new CancelSource();
    this.#cancel = cancel;
    const timer = clock.setTimer(DEADLINE_MS, () => {
      cancel.cancel(new Error(`an audit took longer than ${String(DEADLINE_MS)} ms`));
    });
    try {
      const { request, dialect } = hit.exchange;
      const again = {
        ...request,
        priority: BACKGROUND_PRIORITY,
        receivedAt: clock.now(),
        deadlineAt: clock.now() + DEADLINE_MS,
      };
      const exchange = openExchange(again, dialect, cancel);
      const question = {
        exchange,
        keys: hit.keys,
        askedAt: clock.now(),
        purges: writer.purges,
        replace: false,
        call: hit.call,
        candidate: hit.candidate,
        source: 'audit' as const,
      };
      const response = await hit.next(exchange);
      let captured = false;
      const watched = captureAnswer(response, hit.maxAnswerBytes, (body, streamed) => {
        captured = body !== null;
        writer.write(question, body, streamed);
      });
      await drain(watched, cancel);
      if (!captured) this.#deps.failed(hit.candidate);
    } finally {
      timer.cancel();
      this.#cancel = null;
    }
  }
}

/** Reads an answer to its end. Rejects when it is cut. */
async function drain({ body }: GatewayResponse, cancel: CancelSource): Promise<void> {
  if (body === null || Buffer.isBuffer(body)) return;
  const ended = Promise.withResolvers<undefined>();
  const forget = cancel.onCancel((reason) => {
    body.cancel(reason);
    ended.reject(reason);
  });
  body.start({
    write: () => true,
    end: () => {
      ended.resolve(undefined);
    },
    fail: (error) => {
      ended.reject(error);
    },
  });
  try {
    await ended.promise;
  } finally {
    forget();
  }
}
