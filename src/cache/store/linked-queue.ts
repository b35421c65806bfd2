/** A place in a `LinkedQueue`. */
export interface Link<T> {
  readonly value: T;
  previous: Link<T> | null;
  next: Link<T> | null;
}

/**
 * An order that can change anywhere in O(1). A `Map` keeps insertion order too, but finding its first key
 * after many deletions walks over the holes they left.
 */
export class LinkedQueue<T> {
  #first: Link<T> | null = null;
  #last: Link<T> | null = null;
  #size = 0;

  get first(): T | null {
    return this.#first?.value ?? null;
  }

  get last(): T | null {
    return this.#last?.value ?? null;
  }

  get size(): number {
    return this.#size;
  }

  /** The first that is not `value`. */
  firstBut(value: T | null): T | null {
    const first = this.#first;
    if (first === null || first.value !== value) return first?.value ?? null;
    return first.next?.value ?? null;
  }

  clear(): void {
    this.#first = null;
    this.#last = null;
    this.#size = 0;
  }

  /** Puts a value where `before` holds for everything ahead of it: O(1) at either end of a sorted queue. */
  insert(value: T, before: (other: T) => boolean): Link<T> {
    const first = this.#first;
    const link: Link<T> = { value, previous: null, next: null };
    let after: Link<T> | null = null;
    if (first !== null && before(first.value)) {
      after = this.#last;
      while (after !== null && !before(after.value)) after = after.previous;
    }
    const next: Link<T> | null = after === null ? first : after.next;
    link.previous = after;
    link.next = next;
    if (after === null) this.#first = link;
    else after.next = link;
    if (next === null) this.#last = link;
    else next.previous = link;
    this.#size += 1;
    return link;
  }

  /** From the last to the first. */
  *backwards(): Generator<T> {
    for (let link = this.#last; link !== null; link = link.previous) yield link.value;
  }

  /** `link` must be in this queue. */
  remove(link: Link<T>): void {
    const { previous, next } = link;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    link.previous = null;
    link.next = null;
    this.#size -= 1;
  }

  /** Takes a link that has been removed from a queue. */
  append(link: Link<T>): void {
    link.previous = this.#last;
    if (this.#last === null) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#size += 1;
  }

  prepend(link: Link<T>): void {
    link.next = this.#first;
    if (this.#first === null) this.#last = link;
    else this.#first.previous = link;
    this.#first = link;
    this.#size += 1;
  }

  /** `link` must be in this queue. */
  moveToEnd(link: Link<T>): void {
    if (this.#last === link) return;
    this.remove(link);
    this.append(link);
  }
}
