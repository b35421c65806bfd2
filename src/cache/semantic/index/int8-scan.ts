/** Rows by position, and which of the first `size` are nearest to a query, by their int8 values. */
export interface RowScan {
  write(position: number, vector: Float32Array): void;
  move(from: number, to: number): void;
  shrinkTo(size: number): void;
  /** At most `limit` positions, nearest first. */
  top(query: Float32Array, size: number, limit: number): Iterable<number>;
}

/**
 * Vectors as int8 rows with one scale each, in one flat array: a quarter of the memory of float32 and
 * a scan without rounding errors of its own (all sums are whole numbers).
 */
export class Int8Scan implements RowScan {
  readonly #dimensions: number;
  /** Row length: dimensions rounded up to a multiple of four, so that the scan has no remainder. */
  readonly #stride: number;
  #rows: Int8Array;
  #scales: Float32Array;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#stride = Math.ceil(dimensions / 4) * 4;
    this.#rows = new Int8Array(MIN_ROWS * this.#stride);
    this.#scales = new Float32Array(MIN_ROWS);
  }

  write(position: number, vector: Float32Array): void {
    if (position >= this.#scales.length) this.#resize(Math.ceil(this.#scales.length * 1.5) + 1);
    this.#scales[position] = quantise(vector, this.#dimensions, this.#rows, position * this.#stride);
  }

  move(from: number, to: number): void {
    const stride = this.#stride;
    this.#rows.copyWithin(to * stride, from * stride, (from + 1) * stride);
    this.#scales[to] = this.#scales[from] as number;
  }

  /** Gives memory back once two thirds of it are unused. */
  shrinkTo(size: number): void {
    const capacity = this.#scales.length;
    if (capacity > MIN_ROWS && size * 3 < capacity) this.#resize(Math.max(MIN_ROWS, Math.ceil(size * 1.5)));
  }

  /** Positions of the (at most) `limit` rows of the first `size` nearest to `query`, nearest first. */
  top(query: Float32Array, size: number, limit: number): Iterable<number> {
    const quantised = new Int16Array(this.#stride);
    quantise(query, this.#dimensions, quantised, 0);
    const best = new TopScores(limit);
    const rows = this.#rows;
    const scales = this.#scales;
    const stride = this.#stride;
    for (let position = 0, offset = 0; position < size; position += 1, offset += stride) {
      // The query's own scale is common to all scores and left out.
      const score = dot(quantised, rows, offset, stride) * (scales[position] as number);
      if (score > best.least) best.offer(score, position);
    }
    return best.positions();
  }

  #resize(capacity: number): void {
    const rows = new Int8Array(capacity * this.#stride);
    const scales = new Float32Array(capacity);
    rows.set(this.#rows.subarray(0, rows.length));
    scales.set(this.#scales.subarray(0, capacity));
    this.#rows = rows;
    this.#scales = scales;
  }
}

/** Fewer are not worth shrinking to. */
const MIN_ROWS = 16;

/** Fills in the row and answers its scale: value ≈ row × scale. */
export function quantise(
  vector: Float32Array,
  dimensions: number,
  into: Int8Array | Int16Array,
  offset: number,
): number {
  let largest = 0;
  for (let i = 0; i < dimensions; i += 1) largest = Math.max(largest, Math.abs(vector[i] as number));
  const scale = largest / 127;
  const factor = largest === 0 ? 0 : 127 / largest;
  for (let i = 0; i < dimensions; i += 1) into[offset + i] = Math.round((vector[i] as number) * factor);
  return scale;
}

/** Four sums side by side keep the multiplier busy; 127² × 8,192 dimensions still fits 32 bits. */
function dot(query: Int16Array, rows: Int8Array, offset: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < length; i += 4) {
    a = (a + (query[i] as number) * (rows[offset + i] as number)) | 0;
    b = (b + (query[i + 1] as number) * (rows[offset + i + 1] as number)) | 0;
    c = (c + (query[i + 2] as number) * (rows[offset + i + 2] as number)) | 0;
    d = (d + (query[i + 3] as number) * (rows[offset + i + 3] as number)) | 0;
  }
  return a + b + c + d;
}

/** The largest scores seen, kept sorted by insertion: few of them, and offers get rare soon. */
class TopScores {
  readonly #limit: number;
  readonly #scores: number[] = [];
  readonly #positions: number[] = [];
  /** A score must exceed this to matter. */
  least = -Infinity;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(score: number, position: number): void {
    let at = this.#scores.length;
    while (at > 0 && (this.#scores[at - 1] as number) < score) at -= 1;
    this.#scores.splice(at, 0, score);
    this.#positions.splice(at, 0, position);
    if (this.#scores.length <= this.#limit) return;
    this.#scores.pop();
    this.#positions.pop();
    this.least = this.#scores.at(-1) as number;
  }

  positions(): readonly number[] {
    return this.#positions;
  }
}
