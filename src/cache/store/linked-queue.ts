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

  get first(): T | null {
    return this.#first?.value ?? null;
  }

  clear(): void {
    this.#first = null;
    this.#last = null;
  }

  push(value: T): Link<T> {
    const link: Link<T> = { value, previous: null, next: null };
    this.#append(link);
    return link;
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
  }

  /** `link` must be in this queue. */
  moveToEnd(link: Link<T>): void {
    if (this.#last === link) return;
    this.remove(link);
    this.#append(link);
  }

  #append(link: Link<T>): void {
    link.previous = this.#last;
    if (this.#last === null) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }
}
