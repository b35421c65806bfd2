/** The right to use one slot, until it is given back. */
export interface Permit {
  /** Gives it back and lets the next in. Later calls do nothing. */
  release(): void;
}

export class HeldPermit implements Permit {
  readonly #grantedAt: number;
  #takeBack: ((grantedAt: number) => void) | null;

  constructor(grantedAt: number, takeBack: (grantedAt: number) => void) {
    this.#grantedAt = grantedAt;
    this.#takeBack = takeBack;
  }

  release(): void {
    const takeBack = this.#takeBack;
    this.#takeBack = null;
    takeBack?.(this.#grantedAt);
  }
}
