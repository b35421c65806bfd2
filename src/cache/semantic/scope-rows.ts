import { Int8Scan } from './int8-scan.ts';

/** What the index keeps of an entry. */
export interface IndexedEntry {
  readonly id: string;
  readonly key: string;
  readonly text: string;
  /** Unit length. */
  readonly vector: Float32Array;
}

export interface Neighbour {
  readonly entry: IndexedEntry;
  /** Cosine in [-1, 1], from the exact vectors. */
  readonly similarity: number;
}

/** Scanned rows that are compared again exactly, per neighbour wanted: int8 alone misorders near ties. */
const RERANK = 3;

/** The entries of one scope: int8 rows side by side for the scan, exact vectors for the decision. */
export class ScopeRows {
  readonly #scan: Int8Scan;
  readonly #entries: IndexedEntry[] = [];
  readonly #positions = new Map<string, number>();

  constructor(dimensions: number) {
    this.#scan = new Int8Scan(dimensions);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Adds an entry, or gives the one with its id this vector. */
  put(entry: IndexedEntry): void {
    const position = this.#positions.get(entry.id) ?? this.#entries.length;
    this.#scan.write(position, entry.vector);
    this.#entries[position] = entry;
    this.#positions.set(entry.id, position);
  }

  /** The last row moves into the gap. False when there is no such entry. */
  remove(id: string): boolean {
    const position = this.#positions.get(id);
    if (position === undefined) return false;
    this.#positions.delete(id);
    const last = this.#entries.pop() as IndexedEntry;
    if (last.id !== id) {
      this.#entries[position] = last;
      this.#positions.set(last.id, position);
      this.#scan.move(this.#entries.length, position);
    }
    this.#scan.shrinkTo(this.#entries.length);
    return true;
  }

  /** The `k` nearest of at least `floor`, nearest first; of equals the one that was stored first is not preferred. */
  nearest(query: Float32Array, k: number, floor: number): Neighbour[] {
    const size = this.#entries.length;
    const candidates = k * RERANK;
    const positions = size <= candidates ? everyRow(size) : this.#scan.top(query, size, candidates);
    const neighbours: Neighbour[] = [];
    for (const position of positions) {
      const entry = this.#entries[position] as IndexedEntry;
      const similarity = cosine(query, entry.vector);
      if (similarity >= floor) neighbours.push({ entry, similarity });
    }
    neighbours.sort((a, b) => b.similarity - a.similarity);
    return neighbours.length > k ? neighbours.slice(0, k) : neighbours;
  }
}

function everyRow(size: number): Iterable<number> {
  return Array.from({ length: size }, (_, position) => position);
}

/** Of unit vectors; rounding past 1 is cut off. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return Math.max(-1, Math.min(1, sum));
}
