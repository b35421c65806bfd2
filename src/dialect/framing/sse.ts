/**
 * Finds the events of a Server-Sent Events stream in chunks split anywhere (WHATWG HTML, 9.2.6):
 * lines end in LF, CRLF or CR; comments and unknown fields are skipped; several `data` lines are one
 * datum joined by LF; a blank line dispatches. Data bytes are handed on where they lie, never copied.
 * An event without data is not dispatched, as the standard says.
 */
import { BomFilter } from './ndjson.ts';

export interface EventSink {
  /** A piece of one `data` line. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The end of one `data` line; more may follow in the same event. */
  dataLineEnd(): void;
  /** The event is complete. `isError`: its `event` field says `error`. */
  dispatch(isError: boolean): void;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

const LINE_START = 0;
const NAME = 1;
const VALUE_START = 2;
const DATA_VALUE = 3;
const EVENT_VALUE = 4;
const OTHER_VALUE = 5;

/** The only field names, and the only event name, that are told apart from the rest. */
const DATA = Buffer.from('data');
const EVENT = Buffer.from('event');
const ERROR = Buffer.from('error');
/** A comparison that has failed. */
const DIFFERS = -1;

export class SseFramer {
  readonly #sink: EventSink;
  readonly #bom = new BomFilter();
  #state = LINE_START;
  #afterCr = false;
  #dataLines = 0;
  #pending = false;
  /** Position of the next CR in the current chunk, so that it is searched for once per chunk. */
  #nextCr = -1;
  /** How many bytes of the field's or event's name match so far, or DIFFERS. */
  #likeData = 0;
  #likeEvent = 0;
  #likeError: number = DIFFERS;
  #isData = false;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /** Whether the bytes so far end between two events. */
  get atBoundary(): boolean {
    return this.#state === LINE_START && !this.#pending;
  }

  push(chunk: Uint8Array): void {
    let i = this.#bom.skip(chunk);
    const length = chunk.length;
    this.#nextCr = chunk.indexOf(CR, i);
    while (i < length) {
      if (this.#afterCr) {
        this.#afterCr = false;
        if (chunk[i] === LF) {
          i += 1;
          continue;
        }
      }
      i = this.#line(chunk, i, length);
    }
  }

  /** Reads to the end of the line or of the chunk; answers where it stopped. */
  #line(chunk: Uint8Array, start: number, length: number): number {
    const end = this.#lineEnd(chunk, start, length);
    if (end > start) this.#content(chunk, start, end);
    if (end === length) return end;
    this.#endLine();
    this.#afterCr = chunk[end] === CR;
    return end + 1;
  }

  #lineEnd(chunk: Uint8Array, start: number, length: number): number {
    if (this.#nextCr !== -1 && this.#nextCr < start) this.#nextCr = chunk.indexOf(CR, start);
    const lf = chunk.indexOf(LF, start);
    const cr = this.#nextCr;
    if (lf === -1) return cr === -1 ? length : cr;
    return cr === -1 || lf < cr ? lf : cr;
  }

  #content(chunk: Uint8Array, start: number, end: number): void {
    let i = start;
    if (this.#state === LINE_START) {
      if (startsWithData(chunk, start, end)) {
        this.#isData = true;
        this.#pending = true;
        this.#state = DATA_VALUE;
        this.#sink.data(chunk, start + DATA_PREFIX.length, end);
        return;
      }
      this.#likeData = 0;
      this.#likeEvent = 0;
      this.#state = NAME;
    }
    if (this.#state === NAME) i = this.#fieldName(chunk, i, end);
    if (this.#state === VALUE_START && i < end) {
      if (chunk[i] === SPACE) i += 1;
      this.#state = this.#field();
    }
    if (i === end) return;
    if (this.#state === DATA_VALUE) this.#sink.data(chunk, i, end);
    else if (this.#state === EVENT_VALUE) this.#likeError = advance(ERROR, this.#likeError, chunk, i, end);
  }

  #fieldName(chunk: Uint8Array, start: number, end: number): number {
    let i = start;
    while (i < end && chunk[i] !== COLON) i += 1;
    this.#likeData = advance(DATA, this.#likeData, chunk, start, i);
    this.#likeEvent = advance(EVENT, this.#likeEvent, chunk, start, i);
    if (i === end) return i;
    this.#state = VALUE_START;
    return i + 1;
  }

  /** The field whose name has just been read, made ready for its value. */
  #field(): number {
    if (this.#likeData === DATA.length) {
      this.#isData = true;
      this.#pending = true;
      return DATA_VALUE;
    }
    if (this.#likeEvent === EVENT.length) {
      this.#likeError = 0;
      this.#pending = true;
      return EVENT_VALUE;
    }
    return OTHER_VALUE;
  }

  #endLine(): void {
    const state = this.#state;
    this.#state = LINE_START;
    if (state === LINE_START) {
      this.#blankLine();
      return;
    }
    // A line that is only a name, or ends right after its colon, is a field with an empty value.
    if (state === NAME || state === VALUE_START) this.#field();
    if (!this.#isData) return;
    this.#isData = false;
    this.#dataLines += 1;
    this.#sink.dataLineEnd();
  }

  #blankLine(): void {
    if (this.#dataLines > 0) this.#sink.dispatch(this.#likeError === ERROR.length);
    this.#dataLines = 0;
    this.#likeError = DIFFERS;
    this.#pending = false;
  }
}

/** Compares the next bytes with `word` from where the comparison stands. */
function advance(word: Buffer, matched: number, chunk: Uint8Array, start: number, end: number): number {
  if (matched === DIFFERS || matched + end - start > word.length) return DIFFERS;
  for (let i = start; i < end; i += 1) if (chunk[i] !== word[matched + i - start]) return DIFFERS;
  return matched + end - start;
}

const DATA_PREFIX = Buffer.from('data: ');

/** The usual beginning of a line, whole and with something after it. */
function startsWithData(chunk: Uint8Array, start: number, end: number): boolean {
  if (end - start <= DATA_PREFIX.length) return false;
  for (let i = 0; i < DATA_PREFIX.length; i += 1) if (chunk[start + i] !== DATA_PREFIX[i]) return false;
  return true;
}
