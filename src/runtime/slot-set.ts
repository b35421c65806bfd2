/** What can stand in a `SlotSet`: it carries its own place. */
export interface Slotted {
  /** Written by the set alone; -1 while it stands in none. */
  slot: number;
}

/**
 * A set for what comes and goes with every request. Add, delete and size are O(1); the order is none; a member stands in one such set at a time.
 *
 * Why not a `Set`: V8 rebuilds the table of a set that has things added and removed all the time, and each table it leaves behind points to the next one. A few
 * of these tables grow old, and from then on the collector of the young generation takes the whole chain, and with it every member
 * that ever stood there, for alive: requests that are long over are copied, twice, and wait for the next full collection.
 */
export class SlotSet<T extends Slotted> implements Iterable<T> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(member: T): void {
    member.slot = this.#members.push(member) - 1;
  }

  /** Whether it stood in the set. */
  delete(member: T): boolean {
    const { slot } = member;
    if (this.#members[slot] !== member) return false;
    member.slot = -1;
    const last = this.#members.pop() as T;
    if (last === member) return true;
    this.#members[slot] = last;
    last.slot = slot;
    return true;
  }

  /** Nothing may be added or deleted meanwhile: copy first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#members.values();
  }
}
