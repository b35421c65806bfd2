import type { Counts, PurgeSelector, RemovalReason } from './port.ts';

/** Changes to be written elsewhere, in this order: purges, removals, entries, counts. */
export interface Batch {
  /** Counts up: a batch that is sent again has the number it had. */
  readonly number: number;
  readonly purges: readonly PurgeSelector[];
  /** Key and id. */
  readonly removes: readonly (readonly [string, string])[];
  /** Keys: what an entry looks like is asked when it is written. */
  readonly puts: readonly string[];
  /** What was added under a key; null when the key was dropped and nothing added since. */
  readonly counts: readonly (readonly [string, CountChange])[];
}

export interface CountChange {
  /** What there was before is void. */
  readonly dropped: boolean;
  readonly deltas: Counts;
}

/** Removals waited with; the oldest are given up beyond it. A purge is never given up. */
const MAX_REMOVES = 100_000;

/**
 * What has changed and is not yet written. Of each key only the latest state matters, so that it holds
 * pointers to what is in memory anyway and is bounded by it, however long the writing is out of order.
 */
export class Outbox {
  readonly #removes = new Map<string, string>();
  readonly #puts = new Set<string>();
  readonly #counts = new Map<string, CountChange>();
  #purges: PurgeSelector[] = [];
  #batches = 0;

  get size(): number {
    return this.#removes.size + this.#puts.size + this.#counts.size + this.#purges.length;
  }

  has(key: string): boolean {
    return this.#puts.has(key);
  }

  /** What was added under each key. A copy. */
  counts(): Map<string, Counts> {
    return new Map([...this.#counts].map(([key, { deltas }]) => [key, deltas]));
  }

  put(key: string): void {
    this.#removes.delete(key);
    this.#puts.add(key);
  }

  /** Replaced entries need no removal, as the next is written over them; purged ones go by their selector. */
  remove(key: string, id: string, reason: RemovalReason): void {
    this.#puts.delete(key);
    if (reason === 'replaced' || reason === 'purge') return;
    this.#removes.set(key, id);
    if (this.#removes.size <= MAX_REMOVES) return;
    for (const oldest of this.#removes.keys()) {
      this.#removes.delete(oldest);
      break;
    }
  }

  purge(selector: PurgeSelector): void {
    if (Object.keys(selector).length === 0) this.#purges = [];
    const wanted = JSON.stringify(selector);
    if (!this.#purges.some((waiting) => JSON.stringify(waiting) === wanted)) this.#purges.push(selector);
  }

  count(key: string, deltas: Counts): void {
    const waiting = this.#counts.get(key) ?? { dropped: false, deltas: {} };
    const sums: Record<string, number> = { ...waiting.deltas };
    for (const [name, delta] of Object.entries(deltas)) sums[name] = (sums[name] ?? 0) + delta;
    this.#counts.set(key, { dropped: waiting.dropped, deltas: sums });
  }

  dropCount(key: string): void {
    this.#counts.set(key, { dropped: true, deltas: {} });
  }

  /** Takes out at most so many changes, and entries of about so many bytes; null when there are none. */
  take(limit: number, maxBytes: number, bytesOf: (key: string) => number): Batch | null {
    if (this.size === 0) return null;
    this.#batches += 1;
    const purges = this.#purges;
    this.#purges = [];
    const removes = takeFrom(this.#removes.entries(), limit);
    for (const [key] of removes) this.#removes.delete(key);
    let bytes = 0;
    const puts = takeFrom(this.#puts.values(), limit - removes.length, (key) => {
      bytes += bytesOf(key);
      return bytes < maxBytes;
    });
    for (const key of puts) this.#puts.delete(key);
    const counts = takeFrom(this.#counts.entries(), limit - removes.length - puts.length);
    for (const [key] of counts) this.#counts.delete(key);
    return { number: this.#batches, purges, removes, puts, counts };
  }

  clear(): void {
    this.#removes.clear();
    this.#puts.clear();
    this.#counts.clear();
    this.#purges = [];
  }
}

export function sizeOf(batch: Batch): number {
  return batch.purges.length + batch.removes.length + batch.puts.length + batch.counts.length;
}

/** Up to and with the first that `goOn` is false for. */
function takeFrom<T>(items: Iterable<T>, limit: number, goOn: (item: T) => boolean = () => true): T[] {
  const taken: T[] = [];
  if (limit <= 0) return taken;
  for (const item of items) {
    taken.push(item);
    if (taken.length >= limit || !goOn(item)) break;
  }
  return taken;
}
