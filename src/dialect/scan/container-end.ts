import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './bytes.ts';
import { StringEnd } from './string-end.ts';

/** Finds where an object or array that nobody looks into ends, over any split of its bytes. */
export class ContainerEnd {
  #depth = 0;
  #inString = false;
  readonly #stringEnd = new StringEnd();
  /** There is something in it besides white space. */
  filled = false;

  /** The opening bracket has been read. */
  begin(): void {
    this.#depth = 1;
    this.#inString = false;
    this.#stringEnd.reset();
    this.filled = false;
  }

  /** The index after the closing bracket, or `end + 1` when it goes on in the next piece. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    while (i < end) {
      if (this.#inString) {
        i = this.#stringEnd.find(bytes, i, end);
        if (i > end) return i;
        this.#inString = false;
        continue;
      }
      const byte = bytes[i] as number;
      i += 1;
      if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#depth === 0) return i;
        continue;
      }
      if (byte <= 0x20) continue;
      this.filled = true;
      if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth += 1;
    }
    return end + 1;
  }
}
