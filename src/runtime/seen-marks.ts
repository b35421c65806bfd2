import { crc32 } from 'node:zlib';

/** CRC-32: a tenth of what a hash costs that proves anything. */
export function markOf(bytes: Uint8Array): number {
  return crc32(bytes) | 0;
}

/**
 * Whether bytes were there not long ago, by their mark, in fixed memory: each mark has a place, in which the last one that fell there stands. It
 * may forget early, and takes some for others, whose mark is the same: fit to decide what is worth keeping, not what is true.
 */
export class SeenMarks {
  readonly #marks: Int32Array;

  /** `places`: a power of two. */
  constructor(places: number) {
    this.#marks = new Int32Array(places);
  }

  has(mark: number): boolean {
    return this.#marks[mark & (this.#marks.length - 1)] === (mark === 0 ? NONE : mark);
  }

  add(mark: number): void {
    this.#marks[mark & (this.#marks.length - 1)] = mark === 0 ? NONE : mark;
  }
}

/** Instead of 0, which stands for nothing. */
const NONE = -0x80000000;
