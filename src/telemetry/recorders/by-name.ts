/**
 * Instruments by the name of something that comes and goes (a breaker, an upstream). Added ones exist with all their
 * counters at 0; removed ones are gone from `/metrics`, and what still arrives for them is not counted, so
 * that a late event does not bring a dead name back for ever.
 *
 * A reload builds the new part before it drains the old, so one name may be added twice: it goes when it has been
 * removed as often. A name that was never announced is made on first use: counting it is better than losing it.
 */
const REMEMBERED_REMOVALS = 1_000;

export class ByName<B> {
  readonly #make: (name: string) => B;
  readonly #drop: (name: string) => void;
  readonly #bundles = new Map<string, B>();
  readonly #owners = new Map<string, number>();
  readonly #gone = new Set<string>();

  constructor(make: (name: string) => B, drop: (name: string) => void) {
    this.#make = make;
    this.#drop = drop;
  }

  /** Undefined for a removed name. */
  at(name: string): B | undefined {
    const bundle = this.#bundles.get(name);
    if (bundle !== undefined) return bundle;
    return this.#gone.has(name) ? undefined : this.ensure(name);
  }

  /** For a name that the state lists now: it exists, whatever was heard of it. */
  ensure(name: string): B {
    let bundle = this.#bundles.get(name);
    if (bundle === undefined) {
      this.#gone.delete(name);
      bundle = this.#make(name);
      this.#bundles.set(name, bundle);
    }
    return bundle;
  }

  added(name: string): void {
    this.#owners.set(name, (this.#owners.get(name) ?? 0) + 1);
    this.ensure(name);
  }

  removed(name: string): void {
    const owners = (this.#owners.get(name) ?? 1) - 1;
    if (owners > 0) {
      this.#owners.set(name, owners);
      return;
    }
    this.#owners.delete(name);
    if (this.#gone.size >= REMEMBERED_REMOVALS) this.#gone.clear();
    this.#gone.add(name);
    if (this.#bundles.delete(name)) this.#drop(name);
  }
}
