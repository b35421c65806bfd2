import type { Counters, Counts } from './port.ts';

/** Keys besides those of entries, of which there are no more than entries. */
const MAX_OTHER_KEYS = 100_000;

export interface CounterListener {
  added(key: string, deltas: Counts): void;
  dropped(key: string): void;
}

/** The counts in this process, and word of every change to whoever keeps them elsewhere. */
export class CounterBook implements Counters {
  readonly #counts = new Map<string, Counts>();
  readonly #listener: CounterListener | null;
  readonly #maxKeys: number;

  constructor(maxEntries: number, listener: CounterListener | null) {
    this.#maxKeys = maxEntries + MAX_OTHER_KEYS;
    this.#listener = listener;
  }

  get size(): number {
    return this.#counts.size;
  }

  get(key: string): Counts | null {
    return this.#counts.get(key) ?? null;
  }

  keys(): IterableIterator<string> {
    return this.#counts.keys();
  }

  add(key: string, deltas: Counts): boolean {
    if (!this.merge(key, deltas)) return false;
    this.#listener?.added(key, deltas);
    return true;
  }

  drop(key: string): void {
    if (this.#counts.delete(key)) this.#listener?.dropped(key);
  }

  /** Adds without telling: the deltas come from where they are kept. */
  merge(key: string, deltas: Counts): boolean {
    const known = this.#counts.get(key);
    if (known === undefined && this.#counts.size >= this.#maxKeys) return false;
    const sums: Record<string, number> = { ...known };
    for (const [name, delta] of Object.entries(deltas)) sums[name] = (sums[name] ?? 0) + delta;
    this.#counts.set(key, sums);
    return true;
  }

  /** Sets without telling. */
  set(key: string, counts: Counts): void {
    if (this.#counts.has(key) || this.#counts.size < this.#maxKeys) this.#counts.set(key, counts);
  }

  /** Forgets without telling. */
  forget(key: string): void {
    this.#counts.delete(key);
  }

  clear(): void {
    this.#counts.clear();
  }
}
