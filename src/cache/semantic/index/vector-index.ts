import type { Emit } from '../../../core/events.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { answerClass } from '../../bounded/answers.ts';
import type { CacheEntry, MaybePromise } from '../../store/port.ts';
import { ScanThread } from './scan-thread.ts';
import { ScopeRows, type FarSearch, type IndexedEntry, type Neighbour } from './scope-rows.ts';

/**
 * Where a question's neighbours are found: one table per scope, so that a search can see no other
 * scope, and only vectors of one embedder. Follows the store entry by entry.
 */
export class VectorIndex {
  readonly #identity: string;
  readonly #dimensions: number;
  readonly #scopes = new Map<string, ScopeRows>();
  readonly #far: FarSearch | null;
  #size = 0;

  /** `far`: who searches large scopes; closed with this. Null: they are searched here. */
  constructor(identity: string, dimensions: number, far: FarSearch | null = null) {
    this.#identity = identity;
    this.#dimensions = dimensions;
    this.#far = far;
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
    if (rows === undefined)
      this.#scopes.set(entry.scope, (rows = new ScopeRows(this.#dimensions, this.#far)));
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
    if (rows.size === 0) {
      rows.close();
      this.#scopes.delete(entry.scope);
    }
  }

  /** The `k` nearest of at least `floor`, nearest first. A promise where the scope is large. */
  find(scope: string, query: Float32Array, k: number, floor: number): MaybePromise<Neighbour[]> {
    return this.#scopes.get(scope)?.find(query, k, floor) ?? [];
  }

  async close(): Promise<void> {
    await this.#far?.thread.close();
  }
}

/** Large scopes are searched by a thread, started when it is first needed; each search is reported. */
export function farSearch(clock: Clock, emit: Emit): FarSearch {
  return {
    thread: new ScanThread(clock),
    searched: (where) => {
      emit({ type: 'cache.searched', where });
    },
  };
}
