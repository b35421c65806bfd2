/**
 * A map that forgets. Two generations: new and recently used keys are in the young one; when that is
 * full it becomes the old one, and what was not used since is gone. Every operation is O(1), at most
 * `2 × generation` keys are held, and the `generation` most recently used ones always are.
 */
export class BoundedMemo<V> {
  readonly #generation: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(generation: number) {
    this.#generation = generation;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#generation && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
