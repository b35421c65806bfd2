/**
 * Whether a key was there not long ago, in fixed memory: each key has a place, in which the last one that fell there is marked. It may forget
 * a key early, and takes one key for another once in a billion: fit to decide what is worth keeping, not what is true.
 */
export class SeenMarks {
  readonly #marks: Int32Array;

  /** `places`: a power of two. */
  constructor(places: number) {
    this.#marks = new Int32Array(places);
  }

  has(key: string): boolean {
    const mark = markOf(key);
    return this.#marks[mark & (this.#marks.length - 1)] === mark;
  }

  /** Marks it. Answers whether it was marked before. */
  add(key: string): boolean {
    const mark = markOf(key);
    const place = mark & (this.#marks.length - 1);
    const seen = this.#marks[place] === mark;
    this.#marks[place] = mark;
    return seen;
  }
}

/** Of keys that are hashes, and so differ in any few characters. Never 0, which stands for nothing. */
function markOf(key: string): number {
  let mark = 1;
  for (let at = 0; at < 5; at += 1) mark = (mark << 6) ^ key.charCodeAt(at);
  return mark === 0 ? 1 : mark;
}
