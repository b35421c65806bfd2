/** Longest text kept, in bytes; the rest of a longer one is dropped. */
const MAX_HELD = 4096;
const FIRST_SIZE = 64;

/** A small bounded collection of bytes that arrive in pieces. Takes no memory until it is used. */
export class HeldBytes {
  #bytes: Buffer | null = null;
  #length = 0;

  /** The first byte; meaningless when empty. */
  get first(): number {
    return this.#bytes?.[0] ?? 0;
  }

  clear(): void {
    this.#length = 0;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    const length = Math.min(end - start, MAX_HELD - this.#length);
    if (length <= 0) return;
    const held = this.#room(this.#length + length);
    for (let i = 0; i < length; i += 1) held[this.#length + i] = bytes[start + i] as number;
    this.#length += length;
  }

  /** The bytes as text, and nothing is held any more. `escaped`: they spell a JSON string with escapes. */
  take(escaped: boolean): string {
    const raw = this.#bytes?.toString('utf8', 0, this.#length) ?? '';
    this.#length = 0;
    if (!escaped) return raw;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      // Cut at the limit inside an escape, or not a valid one: the raw text still tells.
      return raw;
    }
  }

  #room(needed: number): Buffer {
    if (this.#bytes !== null && this.#bytes.length >= needed) return this.#bytes;
    const larger = Buffer.allocUnsafe(needed <= FIRST_SIZE ? FIRST_SIZE : MAX_HELD);
    if (this.#bytes !== null) larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    return larger;
  }
}
