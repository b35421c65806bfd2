/**
 * Finds the lines of an NDJSON stream in chunks split anywhere. Bytes are handed on where they
 * lie, never copied: `item` gets pieces of one line, `itemEnd` its end. LF and CRLF end a line; a CR
 * before the LF is white space to JSON and passes as part of the line. A byte order mark at the very
 * beginning is dropped. Blank lines are not reported.
 */
export interface LineSink {
  item(bytes: Uint8Array, start: number, end: number): void;
  itemEnd(): void;
}

const LF = 0x0a;
const CR = 0x0d;

export class NdjsonFramer {
  readonly #sink: LineSink;
  #atStart = true;
  #inLine = false;
  readonly #bom = new BomFilter();

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Whether the bytes so far end between two lines. */
  get atBoundary(): boolean {
    return this.#atStart;
  }

  push(chunk: Uint8Array): void {
    let i = this.#bom.skip(chunk);
    const length = chunk.length;
    while (i < length) {
      const newline = chunk.indexOf(LF, i);
      const end = newline === -1 ? length : newline;
      this.#piece(chunk, i, end);
      if (newline === -1) return;
      if (this.#inLine) this.#sink.itemEnd();
      this.#inLine = false;
      this.#atStart = true;
      i = newline + 1;
    }
  }

  #piece(chunk: Uint8Array, start: number, end: number): void {
    if (end === start) return;
    this.#atStart = false;
    if (!this.#inLine && end - start === 1 && chunk[start] === CR) return;
    this.#inLine = true;
    this.#sink.item(chunk, start, end);
  }
}

const BOM = [0xef, 0xbb, 0xbf] as const;

/** Drops a UTF-8 byte order mark at the beginning of a stream, also one that arrives byte by byte. */
export class BomFilter {
  #matched = 0;

  /** Index of the first byte of the chunk that is not part of the mark. */
  skip(chunk: Uint8Array): number {
    let i = 0;
    while (this.#matched < BOM.length && i < chunk.length) {
      if (chunk[i] !== BOM[this.#matched]) {
        this.#matched = BOM.length;
        break;
      }
      this.#matched += 1;
      i += 1;
    }
    return i;
  }
}
