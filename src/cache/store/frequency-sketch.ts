/**
 * About how often a key was asked for lately, in eight bytes an entry: a count-min sketch of four rows whose
 * counters end at 15 and are halved once ten times as many uses as entries were counted, so that yesterday's
 * favourites fade. It never says less than the truth since the last halving.
 */
const ROWS = 4;
const MAX_COUNT = 15;
const COLUMNS_PER_ENTRY = 2;
const USES_PER_COLUMN = 10 / COLUMNS_PER_ENTRY;
const FIRST_WIDTH = 256;

export class FrequencySketch {
  /** Columns of a row, a power of two. */
  #width = FIRST_WIDTH;
  #counts = new Uint8Array(ROWS * FIRST_WIDTH);
  #uses = 0;

  /** A wider table begins with what the narrower one knew. */
  ensure(entries: number): void {
    while (entries * COLUMNS_PER_ENTRY > this.#width) {
      const wider = new Uint8Array(this.#counts.length * 2);
      for (let row = 0; row < ROWS; row += 1) {
        const known = this.#counts.subarray(row * this.#width, (row + 1) * this.#width);
        wider.set(known, row * 2 * this.#width);
        wider.set(known, (row * 2 + 1) * this.#width);
      }
      this.#counts = wider;
      this.#width *= 2;
    }
  }

  count(hash: number): void {
    for (let row = 0; row < ROWS; row += 1) {
      const at = this.#at(hash, row);
      const known = this.#counts[at] as number;
      if (known < MAX_COUNT) this.#counts[at] = known + 1;
    }
    this.#uses += 1;
    if (this.#uses >= this.#width * USES_PER_COLUMN) this.#halve();
  }

  estimate(hash: number): number {
    let least = MAX_COUNT;
    for (let row = 0; row < ROWS; row += 1)
      least = Math.min(least, this.#counts[this.#at(hash, row)] as number);
    return least;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#uses = 0;
  }

  #at(hash: number, row: number): number {
    let mixed = Math.imul(hash ^ (hash >>> 16), SEEDS[row] as number);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    mixed ^= mixed >>> 13;
    return row * this.#width + (mixed & (this.#width - 1));
  }

  /** Four counters at a time: a million of them take about a millisecond, once in ten million uses. */
  #halve(): void {
    const words = new Uint32Array(this.#counts.buffer);
    for (let i = 0; i < words.length; i += 1) words[i] = ((words[i] as number) >>> 1) & 0x7f7f7f7f;
    this.#uses = Math.floor(this.#uses / 2);
  }
}

const SEEDS: readonly number[] = [0x2545f491, 0x9e6c63d0, 0x5bd1e995, 0x1b873593];
