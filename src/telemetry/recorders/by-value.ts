/**
 * Instruments by one label value, made on first use: after that a look-up is one `Map.get`, with no label hashing.
 * Holds only values of closed sets, so it stays small.
 */
export class ByValue<V extends string, I> {
  readonly #made = new Map<V, I>();
  readonly #make: (value: V) => I;

  constructor(make: (value: V) => I) {
    this.#make = make;
  }

  at(value: V): I {
    const made = this.#made.get(value);
    if (made !== undefined) return made;
    const instrument = this.#make(value);
    this.#made.set(value, instrument);
    return instrument;
  }
}
