import { BACKSLASH, QUOTE } from './bytes.ts';

/** Finds where a JSON string ends, over any split of its bytes, also between a backslash and what it escapes. */
export class StringEnd {
  #escaped = false;
  /** An escape was met since this was last set to false. */
  sawEscape = false;

  reset(): void {
    this.#escaped = false;
    this.sawEscape = false;
  }

  /** The index after the closing quote, or `end + 1` when the string goes on in the next piece. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    if (this.#escaped) {
      this.#escaped = false;
      i += 1;
    }
    while (i < end) {
      const byte = bytes[i] as number;
      i += 1;
      if (byte === QUOTE) return i;
      if (byte !== BACKSLASH) continue;
      this.sawEscape = true;
      if (i === end) this.#escaped = true;
      i += 1;
    }
    return end + 1;
  }
}

/** The index after the closing quote, or 0 when that takes more: an escape comes first, or the piece ends. */
export function plainStringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) return 0;
  }
  return 0;
}
