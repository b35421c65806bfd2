import { HeldBytes } from './held-bytes.ts';
import { SLOTS } from './watch.ts';

/** Longest text that is recognised when it comes again. */
const MAX_MEMO = 48;

/** The values of an item that are wanted themselves: a number or a short text per slot. */
export class KeptValues {
  readonly #values: (string | number | null)[] = new Array<string | number | null>(SLOTS).fill(null);
  #used = false;
  readonly #held = new HeldBytes();
  /** The last plain text and its bytes: most items of a stream have the same type. */
  readonly #memo: Uint8Array = new Uint8Array(MAX_MEMO);
  #memoLength = -1;
  #memoText = '';

  clear(): void {
    if (!this.#used) return;
    this.#used = false;
    this.#values.fill(null);
  }

  text(slot: number): string | null {
    const value = this.#values[slot];
    return typeof value === 'string' ? value : null;
  }

  number(slot: number): number {
    const value = this.#values[slot];
    return typeof value === 'number' ? value : Number.NaN;
  }

  set(slot: number, value: string | number): void {
    this.#used = true;
    this.#values[slot] = value;
  }

  /** Keeps `bytes[start..end)`, a text without escapes. */
  setPlain(slot: number, bytes: Uint8Array, start: number, end: number): void {
    this.set(slot, this.#isMemo(bytes, start, end) ? this.#memoText : this.#decode(bytes, start, end));
  }

  #isMemo(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start !== this.#memoLength) return false;
    for (let i = start; i < end; i += 1) if (bytes[i] !== this.#memo[i - start]) return false;
    return true;
  }

  #decode(bytes: Uint8Array, start: number, end: number): string {
    this.#held.add(bytes, start, end);
    const text = this.#held.take(false);
    if (end - start > MAX_MEMO) return text;
    this.#memo.set(bytes.subarray(start, end));
    this.#memoLength = end - start;
    this.#memoText = text;
    return text;
  }
}
