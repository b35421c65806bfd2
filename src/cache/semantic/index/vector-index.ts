import { answerClass } from '../../bounded/answers.ts';
import type { CacheEntry } from '../../store/port.ts';
import { ScopeRows, type IndexedEntry, type Neighbour } from './scope-rows.ts';

/**
 * Where a question's neighbours are found: one table per scope, so that a search can see no other
 * scope, and only vectors of one embedder. Follows the store entry by entry.
 */
export class VectorIndex {
  readonly #identity: string;
  readonly #dimensions: number;
  readonly #scopes = new Map<string, ScopeRows>();
  #size = 0;

  constructor(identity: string, dimensions: number) {
    this.#identity = identity;
    this.#dimensions = dimensions;
  }

  get size(): number {
    return this.#size;
  }

  sizeOf(scope: string): number {
    return this.#scopes.get(scope)?.size ?? 0;
  }

  /** Takes an entry whose vector this embedder made; any other is left out. */
  add(entry: CacheEntry): void {
    const { embedding } = entry;
    if (embedding === null || embedding.identity !== this.#identity) return;
    if (embedding.vector.length !== this.#dimensions) return;
    let rows = this.#scopes.get(entry.scope);
    if (rows === undefined) this.#scopes.set(entry.scope, (rows = new ScopeRows(this.#dimensions)));
    const before = rows.size;
    const indexed: IndexedEntry = {
      id: entry.id,
      key: entry.key,
      text: entry.text,
      answerClass: answerClass(entry.answer),
      vector: embedding.vector,
      particulars: null,
    };
    rows.put(indexed);
    this.#size += rows.size - before;
  }

  remove(entry: CacheEntry): void {
    const rows = this.#scopes.get(entry.scope);
    if (rows === undefined || !rows.remove(entry.id)) return;
    this.#size -= 1;
    if (rows.size === 0) this.#scopes.delete(entry.scope);
  }

  nearest(scope: string, query: Float32Array, k: number, floor: number): Neighbour[] {
    return this.#scopes.get(scope)?.nearest(query, k, floor) ?? [];
  }
}
