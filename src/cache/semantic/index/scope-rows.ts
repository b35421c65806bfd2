import type { MaybePromise } from '../../store/port.ts';
import type { Particulars } from '../guard/text.ts';
import { Int8Scan, type RowScan } from './int8-scan.ts';
import type { ScanThread } from './scan-thread.ts';
import { SimdScan } from './simd-scan.ts';

/** What the index keeps of an entry. */
export interface IndexedEntry {
  readonly id: string;
  readonly key: string;
  readonly text: string;
  /** Equal for equal answers. */
  readonly answerClass: string;
  /** Unit length. */
  readonly vector: Float32Array;
  /** What the guard has read in the text; null until it was first compared. */
  particulars: Particulars | null;
}

export interface Neighbour {
  readonly entry: IndexedEntry;
  /** Cosine in [-1, 1], from the exact vectors. */
  readonly similarity: number;
}

/** Scanned rows that are compared again exactly, beside the neighbours wanted: int8 alone misorders near ties. */
const RERANK = 16;
/**
 * Up to so many rows, all are compared exactly and nothing else is kept. Most scopes are the history
 * of one conversation and hold one question: they should cost no more than that.
 */
const FEW = 24;

/** From so many rows on, the scan has a memory of its own and SIMD; below, that would not pay. */
const SIMD_ROWS = 256;

/** From so many rows on, a lookup takes more than a millisecond: it is done in another thread. */
const FAR_ROWS = 131_072;

/** Where a scope of `FAR_ROWS` rows and more was searched: in the other thread, or here because that was not there. */
export type SearchedIn = 'thread' | 'loop';

export interface FarSearch {
  readonly thread: ScanThread;
  readonly searched: (where: SearchedIn) => void;
}

/** What makes many rows quick to search and to remove from. */
interface Many {
  scan: RowScan;
  readonly positions: Map<string, number>;
}

/** The entries of one scope: exact vectors for the decision and, once they are many, int8 rows for the scan. */
export class ScopeRows {
  readonly #dimensions: number;
  readonly #far: FarSearch | null;
  readonly #entries: IndexedEntry[] = [];
  #many: Many | null = null;

  /** Without `far` all is searched here, however much it is. */
  constructor(dimensions: number, far: FarSearch | null = null) {
    this.#dimensions = dimensions;
    this.#far = far;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Adds an entry, or gives the one with its id this vector. */
  put(entry: IndexedEntry): void {
    const position = this.#positionOf(entry.id) ?? this.#entries.length;
    this.#entries[position] = entry;
    const many = this.#many;
    if (many !== null) {
      this.#place(many, entry, position);
    } else if (this.#entries.length > FEW) {
      const begun: Many = { scan: new Int8Scan(this.#dimensions), positions: new Map<string, number>() };
      for (const [at, held] of this.#entries.entries()) begun.positions.set(held.id, at);
      this.#writeAll(begun.scan);
      this.#many = begun;
    }
  }

  /** The last row moves into the gap. False when there is no such entry. */
  remove(id: string): boolean {
    const position = this.#positionOf(id);
    if (position === undefined) return false;
    const many = this.#many;
    many?.positions.delete(id);
    const last = this.#entries.pop() as IndexedEntry;
    const size = this.#entries.length;
    if (last.id !== id) {
      this.#entries[position] = last;
      many?.positions.set(last.id, position);
      many?.scan.move(size, position);
    }
    many?.scan.shrinkTo(size);
    if (size < FEW / 2) {
      this.close();
      this.#many = null;
    }
    return true;
  }

  /** The `k` nearest of at least `floor`, nearest first. */
  nearest(query: Float32Array, k: number, floor: number): Neighbour[] {
    const size = this.#entries.length;
    const positions =
      this.#many === null || size <= k + RERANK
        ? this.#entries.keys()
        : this.#many.scan.top(query, size, k + RERANK);
    return this.#exactly(positions, query, k, floor);
  }

  /** The same; in another thread, where that takes long and there is one. */
  find(query: Float32Array, k: number, floor: number): MaybePromise<Neighbour[]> {
    const scan = this.#many?.scan;
    if (this.#far === null || this.#entries.length < FAR_ROWS || !(scan instanceof SimdScan))
      return this.nearest(query, k, floor);
    return this.#findFar(scan, this.#far, query, k, floor);
  }

  /** Lets the other thread go. */
  close(): void {
    if (this.#many?.scan instanceof SimdScan) this.#many.scan.close();
  }

  async #findFar(
    scan: SimdScan,
    { searched }: FarSearch,
    query: Float32Array,
    k: number,
    floor: number,
  ): Promise<Neighbour[]> {
    const positions = await scan.topElsewhere(query, this.#entries.length, k + RERANK);
    searched(positions === null ? 'loop' : 'thread');
    return positions === null ? this.nearest(query, k, floor) : this.#exactly(positions, query, k, floor);
  }

  /** Rows may have gone or moved since they were found: what stands in their places is compared as it is. */
  #exactly(positions: Iterable<number>, query: Float32Array, k: number, floor: number): Neighbour[] {
    const neighbours: Neighbour[] = [];
    for (const position of positions) {
      const entry = this.#entries[position];
      if (entry === undefined) continue;
      const similarity = cosine(query, entry.vector);
      if (similarity >= floor) neighbours.push({ entry, similarity });
    }
    neighbours.sort((a, b) => b.similarity - a.similarity);
    return neighbours.length > k ? neighbours.slice(0, k) : neighbours;
  }

  #place(many: Many, entry: IndexedEntry, position: number): void {
    many.positions.set(entry.id, position);
    try {
      const size = this.#entries.length;
      if (size === SIMD_ROWS && !(many.scan instanceof SimdScan)) this.#use(many, null);
      else if (size === FAR_ROWS && position === size - 1 && this.#far !== null)
        this.#use(many, this.#far.thread);
      else many.scan.write(position, entry.vector);
    } catch {
      // A process can have only so much memory of that kind: slower is better than not at all.
      many.scan = new Int8Scan(this.#dimensions);
      this.#writeAll(many.scan);
    }
  }

  /** Another scan with the same rows, as far as there is memory for one. */
  #use(many: Many, thread: ScanThread | null): void {
    const before = many.scan;
    many.scan = SimdScan.open(this.#dimensions, thread, Math.ceil(this.#entries.length * 1.5)) ?? before;
    this.#writeAll(many.scan);
    if (before !== many.scan && before instanceof SimdScan) before.close();
  }

  #writeAll(scan: RowScan): void {
    for (const [position, { vector }] of this.#entries.entries()) scan.write(position, vector);
  }

  #positionOf(id: string): number | undefined {
    if (this.#many !== null) return this.#many.positions.get(id);
    const position = this.#entries.findIndex((entry) => entry.id === id);
    return position === -1 ? undefined : position;
  }
}

/** Of unit vectors; rounding past 1 is cut off. Four sums side by side: one waits for itself at each step. */
export function cosine(a: Float32Array, b: Float32Array): number {
  const whole = a.length & ~3;
  let [w, x, y, z] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    w += (a[i] as number) * (b[i] as number);
    x += (a[i + 1] as number) * (b[i + 1] as number);
    y += (a[i + 2] as number) * (b[i + 2] as number);
    z += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (let i = whole; i < a.length; i += 1) w += (a[i] as number) * (b[i] as number);
  return Math.max(-1, Math.min(1, w + x + y + z));
}
