/**
 * One process's share of a limit that several have in common. Permits are lent: a process keeps what it was lent, also
 * unused, so that a request that finds one free asks nobody; it asks for more when somebody waits, and gives back
 * what another asks for, before it serves its own line. What all hold together never exceeds the limit.
 */

/** Told by the lender. */
export interface LeaseHolder {
  granted(count: number): void;
  /** So many are wanted elsewhere: they go back as soon as they are free; `spare` ones only if nobody waits for them here. */
  recalled(count: number, spare: boolean): void;
}

export interface Lease {
  /** Asks for so many more. */
  want(more: number): void;
  giveBack(count: number): void;
  /** Another limit for all together, as this process sees it; the lowest counts. */
  resize(limit: number): void;
  /** Holds nothing any more and wants nothing. */
  close(): void;
}

export interface PermitLender {
  /** Processes that have the limits in common. */
  readonly members: number;
  /** `name` is the same for the same limit in every process. */
  open(name: string, limit: number, holder: LeaseHolder): Lease;
}

/** The line that the share is for. */
export interface SharedLine {
  inUse(): number;
  waiting(): number;
  /** Has so many permits from now on. */
  hold(held: number): void;
}

export class LeasedShare implements LeaseHolder {
  readonly #lease: Lease;
  readonly #line: SharedLine;
  readonly #members: number;
  #limit: number;
  #held = 0;
  /** Asked for and not granted yet. */
  #asked = 0;
  /** Wanted elsewhere and still in use here. */
  #owed = 0;
  /** Wanted elsewhere unless they are needed here. */
  #wished = 0;
  #closed = false;

  constructor(lender: PermitLender, name: string, limit: number, line: SharedLine) {
    this.#line = line;
    this.#limit = limit;
    this.#members = lender.members;
    this.#lease = lender.open(name, limit, this);
    this.#want(Math.ceil(limit / lender.members));
  }

  /** Of all together. */
  get limit(): number {
    return this.#limit;
  }

  /** What there is to work with as a rule, for estimates: at least one. */
  get usual(): number {
    return Math.max(1, this.#held, this.#limit / this.#members);
  }

  resize(limit: number): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#lease.resize(limit);
  }

  /** Asks for what those who wait need. */
  ask(): void {
    this.#want(Math.min(this.#line.waiting(), this.#limit - this.#held));
  }

  /** A permit has come back from its request. */
  released(): void {
    if (this.#owed + this.#wished === 0) return;
    const free = this.#held - this.#line.inUse();
    const owed = Math.min(this.#owed, free);
    const wished = this.#line.waiting() > 0 ? 0 : Math.min(this.#wished, free - owed);
    this.#owed -= owed;
    this.#wished -= wished;
    this.#giveBack(owed + wished);
  }

  granted(count: number): void {
    if (this.#closed) {
      this.#lease.giveBack(count);
      return;
    }
    this.#asked = Math.max(0, this.#asked - count);
    this.#held += count;
    this.#line.hold(this.#held);
  }

  recalled(count: number, spare: boolean): void {
    if (spare) this.#wished += count;
    else this.#owed += count;
    this.released();
    this.ask();
  }

  close(): void {
    this.#closed = true;
    this.#owed = this.#held;
    this.#wished = 0;
    this.released();
    if (this.#held === 0) this.#lease.close();
  }

  #want(needed: number): void {
    if (needed <= this.#asked || this.#closed) return;
    const more = needed - this.#asked;
    this.#asked = needed;
    this.#lease.want(more);
  }

  #giveBack(count: number): void {
    if (count <= 0) return;
    this.#held -= count;
    // More than what is held cannot be wanted back.
    this.#owed = Math.min(this.#owed, this.#held);
    this.#wished = Math.min(this.#wished, this.#held - this.#owed);
    this.#line.hold(this.#held);
    this.#lease.giveBack(count);
    if (this.#closed && this.#held === 0) this.#lease.close();
  }
}
