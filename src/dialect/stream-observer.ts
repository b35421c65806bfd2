/**
 * Watches a live answer as it passes: framing finds the items, the scanner notes what each holds, the
 * dialect's judge says what that means. Nothing is held back, parsed or thrown; chunks may be split anywhere.
 * An item that is not well formed counts for nothing, so a garbled stream never looks complete.
 */
import type { ServingTimes, Usage } from '../core/answer.ts';
import type { StreamObserver } from '../core/dialect.ts';
import { NdjsonFramer } from './framing/ndjson.ts';
import { SseFramer } from './framing/sse.ts';
import { JsonScanner } from './scan/json-scanner.ts';
import type { WatchNode } from './scan/watch.ts';

/** What is known of the answer so far; the judge adds what an item tells. Numbers are NaN until seen. */
export interface Findings {
  contentItems: number;
  complete: boolean;
  error: string | null;
  promptTokens: number;
  completionTokens: number;
  totalNs: number;
  loadNs: number;
  promptEvalNs: number;
  evalNs: number;
}

/** `isError`: the event was named `error` (SSE only). */
export type Judge = (item: JsonScanner, findings: Findings, isError: boolean) => void;

abstract class Observer implements StreamObserver {
  protected readonly findings: Findings = {
    contentItems: 0,
    complete: false,
    error: null,
    promptTokens: Number.NaN,
    completionTokens: Number.NaN,
    totalNs: Number.NaN,
    loadNs: Number.NaN,
    promptEvalNs: Number.NaN,
    evalNs: Number.NaN,
  };

  abstract push(chunk: Uint8Array): void;
  abstract readonly atBoundary: boolean;

  get sawContent(): boolean {
    return this.findings.contentItems > 0;
  }

  get contentItems(): number {
    return this.findings.contentItems;
  }

  get complete(): boolean {
    return this.findings.complete;
  }

  get error(): string | null {
    return this.findings.error;
  }

  usage(): Usage | null {
    const { promptTokens, completionTokens } = this.findings;
    if (Number.isNaN(promptTokens) && Number.isNaN(completionTokens)) return null;
    return { promptTokens: promptTokens || 0, completionTokens: completionTokens || 0 };
  }

  times(): ServingTimes | null {
    const { totalNs, loadNs, promptEvalNs, evalNs } = this.findings;
    if (Number.isNaN(totalNs) && Number.isNaN(loadNs) && Number.isNaN(promptEvalNs) && Number.isNaN(evalNs))
      return null;
    return {
      totalNs: totalNs || 0,
      loadNs: loadNs || 0,
      promptEvalNs: promptEvalNs || 0,
      evalNs: evalNs || 0,
    };
  }
}

/** NDJSON: an item counts as soon as its object closes, so a last line without its line feed still does. */
export class NdjsonObserver extends Observer {
  readonly #scanner: JsonScanner;
  readonly #framer: NdjsonFramer;
  readonly #judge: Judge;
  #judged = false;

  constructor(watched: WatchNode, judge: Judge) {
    super();
    this.#scanner = new JsonScanner(watched);
    this.#judge = judge;
    this.#framer = new NdjsonFramer(this);
  }

  get atBoundary(): boolean {
    return this.#framer.atBoundary;
  }

  push(chunk: Uint8Array): void {
    this.#framer.push(chunk);
  }

  item(bytes: Uint8Array, start: number, end: number): void {
    this.#scanner.feed(bytes, start, end);
    if (this.#judged || !this.#scanner.closed) return;
    this.#judged = true;
    this.#judge(this.#scanner, this.findings, false);
  }

  itemEnd(): void {
    this.#judged = false;
    this.#scanner.reset();
  }
}

const DONE = Buffer.from('[DONE]');
const LINE_FEED = Buffer.from('\n');

/** SSE: an event counts at its blank line, as for any client; `[DONE]` already at the end of its line. */
export class SseObserver extends Observer {
  readonly #scanner: JsonScanner;
  readonly #framer: SseFramer;
  readonly #judge: Judge;
  /** Bytes of the data that match `[DONE]` so far; -1 once they do not. */
  #likeDone = 0;

  constructor(watched: WatchNode, judge: Judge) {
    super();
    this.#scanner = new JsonScanner(watched);
    this.#judge = judge;
    this.#framer = new SseFramer(this);
  }

  get atBoundary(): boolean {
    return this.#framer.atBoundary;
  }

  push(chunk: Uint8Array): void {
    this.#framer.push(chunk);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    if (this.#likeDone !== -1) this.#compareWithDone(bytes, start, end);
    this.#scanner.feed(bytes, start, end);
  }

  dataLineEnd(): void {
    if (this.#likeDone !== DONE.length) {
      this.#scanner.feed(LINE_FEED, 0, 1);
      return;
    }
    this.#likeDone = -1;
    this.findings.complete = true;
    if (this.findings.contentItems === 0) this.findings.contentItems = 1;
  }

  dispatch(isError: boolean): void {
    if (this.#scanner.closed) this.#judge(this.#scanner, this.findings, isError);
    else if (isError) this.findings.error ??= 'the upstream sent an error event';
    this.#scanner.reset();
    this.#likeDone = 0;
  }

  #compareWithDone(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i += 1) {
      if (bytes[i] !== DONE[this.#likeDone]) {
        this.#likeDone = -1;
        return;
      }
      this.#likeDone += 1;
    }
  }
}
