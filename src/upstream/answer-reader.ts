import type { ServingTimes, Usage } from '../core/answer.ts';
import type { BodyReport, StreamFilter, StreamObserver } from '../core/dialect.ts';
import { GatewayError } from '../core/errors.ts';
import type { UpstreamName } from '../core/ids.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { GatewayResponse, HeaderList } from '../core/request.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AttemptRequest } from './attempt-types.ts';
import { parseRetryAfter, statusOutcome } from './classify.ts';
import { responseFields } from './header-fields.ts';
import { Outlet, type OutletSource } from './outlet.ts';
import { contentType, isEncoded, isStreamType, readingMode } from './reading-mode.ts';
import type { ReadingMode, ResponseFields } from './reading-mode.ts';

export interface BufferLimits {
  /** A longer answer in one piece is passed on as it arrives, unread. */
  readonly answerBytes: number;
  /** A stream without content so far is handed over beyond this. */
  readonly prefixBytes: number;
  /** Of an error's body, no more than this is passed on. */
  readonly errorBytes: number;
}

/** The attempt an answer belongs to. */
export interface AnswerOwner extends OutletSource {
  readonly request: AttemptRequest;
  readonly upstream: UpstreamName;
  readonly limits: BufferLimits;
  /** Something worth waiting for has arrived. */
  progress(): void;
  /** `more`: the rest of the answer is still to come. */
  firstContent(more: boolean): void;
  /** There is something to hand on; called at most once. */
  handOver(response: GatewayResponse): void;
  /** The answer is over. `unfinished`: the upstream is still sending and has to be stopped. */
  answerEnded(outcome: AttemptOutcome, error: GatewayError | null, unfinished: boolean): void;
}

const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Reads one answer, from its header on: gathers it, watches it item by item as it passes, or passes it on unread
 * (reading-mode.ts). Says when there is something to hand over and how it ended.
 */
export class AnswerReader {
  readonly #owner: AnswerOwner;
  readonly #status: number;
  readonly #fields: ResponseFields;
  readonly retryAfterMs: number | null;
  readonly #observer: StreamObserver | null;
  /** Stands between what is watched and what is handed on. */
  readonly #filter: StreamFilter | null;
  #mode: ReadingMode;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #items = 0;
  #sawContent = false;
  #report: BodyReport | null = null;
  #outlet: Outlet | null = null;

  constructor(owner: AnswerOwner, status: number, fields: ResponseFields, clock: Pick<Clock, 'wallMs'>) {
    const { request } = owner;
    this.#owner = owner;
    this.#status = status;
    this.#fields = fields;
    this.retryAfterMs = parseRetryAfter(fields['retry-after'], clock);
    this.#mode = readingMode(request, status, fields);
    const { reading } = request;
    this.#observer =
      this.#mode === 'watch' && typeof reading === 'object'
        ? reading.dialect.observeStream(reading.route)
        : null;
    this.#filter =
      this.#observer !== null && typeof reading === 'object' && reading.hideUsage === true
        ? (reading.dialect.hideUsage?.(reading.route) ?? null)
        : null;
  }

  /** Null until it was handed over as a stream. */
  get outlet(): Outlet | null {
    return this.#outlet;
  }

  /** The final marker was seen: whatever the connection does now, the answer is whole. */
  get complete(): boolean {
    return this.#observer?.complete ?? false;
  }

  usage(): Usage | null {
    return this.#report?.usage ?? this.#observer?.usage() ?? null;
  }

  times(): ServingTimes | null {
    return this.#report?.times ?? this.#observer?.times() ?? null;
  }

  begin(): void {
    if (this.#mode === 'pass') this.#passOn();
  }

  data(chunk: Buffer): void {
    if (this.#mode === 'watch') {
      this.#watch(chunk, this.#observer as StreamObserver);
    } else if (this.#mode === 'buffer') {
      this.#gather(chunk);
    } else {
      this.#owner.progress();
      this.#outlet?.push(chunk);
    }
  }

  end(): void {
    if (this.#mode === 'watch') this.#streamEnded(this.#observer as StreamObserver);
    else if (this.#mode === 'buffer') this.#gathered(false);
    else this.#owner.answerEnded('success', null, false);
  }

  #watch(chunk: Buffer, observer: StreamObserver): void {
    observer.push(chunk);
    if (observer.contentItems !== this.#items) {
      this.#items = observer.contentItems;
      this.#owner.progress();
    }
    const shown = this.#filter === null ? chunk : (this.#filter.push(chunk) as Buffer);
    if (shown.length > 0) {
      if (this.#outlet === null) this.#hold(shown);
      else this.#outlet.push(shown);
    }
    if (this.#sawContent) return;
    if (this.#outlet === null && observer.error !== null) {
      // Nothing was handed over, so whatever content came before the error is not missed.
      this.#owner.answerEnded('stream_error', this.#reportedError(observer.error), true);
    } else if (observer.sawContent) {
      this.#contentArrived(true);
      if (this.#outlet === null) this.#handOverStream();
    } else if (this.#outlet === null && this.#bytes > this.#owner.limits.prefixBytes) {
      this.#handOverStream();
    }
  }

  #streamEnded(observer: StreamObserver): void {
    const rest = this.#filter?.end();
    if (rest !== undefined && rest.length > 0) {
      if (this.#outlet === null) this.#hold(rest as Buffer);
      else this.#outlet.push(rest);
    }
    if (observer.error !== null) {
      // Handed over already: the client has read the upstream's own error item.
      const error = this.#outlet === null ? this.#reportedError(observer.error) : null;
      this.#owner.answerEnded('stream_error', error, false);
    } else if (observer.complete) {
      this.#owner.answerEnded('success', null, false);
    } else {
      const message = `upstream ${this.#owner.upstream} ended its answer before it was complete`;
      const error = new GatewayError('upstream_cut', message, { outcome: 'truncated' });
      this.#owner.answerEnded('truncated', error, false);
    }
  }

  #gather(chunk: Buffer): void {
    const { answerBytes, errorBytes } = this.#owner.limits;
    this.#hold(chunk);
    if (this.#status < 300) {
      if (this.#bytes > answerBytes) this.#passOn();
    } else if (this.#bytes > errorBytes) {
      this.#gathered(true);
    }
  }

  #hold(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  #gathered(unfinished: boolean): void {
    const { request, upstream } = this.#owner;
    const bodiless = request.method === 'HEAD' || this.#status === 204 || this.#status === 304;
    const body = this.#takeBody();
    if (this.#status < 300) {
      const { reading } = request;
      if (typeof reading === 'object' && !bodiless && !isEncoded(this.#fields)) {
        const report = reading.dialect.inspectBody(reading.route, body);
        if (!report.valid) {
          const message = `upstream ${upstream} answered with something that is not JSON`;
          const error = new GatewayError('upstream_malformed', message, { outcome: 'malformed' });
          this.#owner.answerEnded('malformed', error, unfinished);
          return;
        }
        if (report.error !== null) {
          this.#owner.answerEnded('stream_error', this.#reportedError(report.error), unfinished);
          return;
        }
        this.#report = report;
      }
      this.#contentArrived(false);
    }
    const outcome = statusOutcome(this.#status, body, this.retryAfterMs);
    const headers = responseFields(this.#fields, bodiless);
    if (!bodiless) headers.push('content-length', String(body.length));
    this.#owner.answerEnded(outcome, null, unfinished);
    this.#handOver(headers, bodiless ? null : body, outcome, false);
  }

  #takeBody(): Buffer {
    const [first] = this.#chunks;
    if (first === undefined) return EMPTY;
    const whole = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [];
    const { errorBytes } = this.#owner.limits;
    return this.#status >= 300 && whole.length > errorBytes ? whole.subarray(0, errorBytes) : whole;
  }

  #handOverStream(): void {
    this.#handOver(responseFields(this.#fields, false), this.#openOutlet(), 'success', true);
  }

  /** From here on the bytes are passed on as they come, those gathered so far first. */
  #passOn(): void {
    this.#mode = 'pass';
    this.#contentArrived(true);
    const streaming = isStreamType(contentType(this.#fields)) && !isEncoded(this.#fields);
    this.#handOver(responseFields(this.#fields, !streaming), this.#openOutlet(), 'success', streaming);
  }

  #openOutlet(): Outlet {
    const outlet = new Outlet(this.#owner);
    this.#outlet = outlet;
    for (const chunk of this.#chunks) outlet.push(chunk);
    this.#chunks = [];
    return outlet;
  }

  #handOver(
    headers: HeaderList,
    body: GatewayResponse['body'],
    outcome: AttemptOutcome,
    streaming: boolean,
  ): void {
    const response = { status: this.#status, headers, body, outcome, streaming };
    const { retryAfterMs } = this;
    this.#owner.handOver(retryAfterMs === null ? response : { ...response, retryAfterMs });
  }

  #contentArrived(more: boolean): void {
    this.#sawContent = true;
    this.#owner.firstContent(more);
  }

  #reportedError(message: string): GatewayError {
    return new GatewayError('upstream_failed', `upstream ${this.#owner.upstream}: ${message}`, {
      outcome: 'stream_error',
    });
  }
}
