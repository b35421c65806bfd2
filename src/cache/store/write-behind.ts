/**
 * Writes what the outbox holds behind the requests: a moment after the first change, one batch at a time,
 * the next when that is done. A batch that fails is sent again, the same one, after a pause that doubles;
 * meanwhile changes gather in the outbox, where they cost next to nothing.
 */
import type { Clock, Timer } from '../../runtime/clock.ts';
import { sizeOf, type Batch, type Outbox } from './outbox.ts';
import type { Counts } from './port.ts';

export interface WriteBehindDeps {
  readonly clock: Clock;
  readonly outbox: Outbox;
  /** From the first change to the write of its batch, milliseconds. */
  readonly delayMs: number;
  /** What an entry takes, so that no batch holds up the thread or fills the memory. */
  readonly bytesOf: (key: string) => number;
  /** Rejects when the batch may not have been written. */
  readonly send: (batch: Batch) => Promise<void>;
  readonly written: (batch: Batch, durationMs: number) => void;
  readonly failed: (error: unknown) => void;
}

const BATCH = 256;
const BATCH_BYTES = 2 * 1024 * 1024;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export class WriteBehind {
  readonly #deps: WriteBehindDeps;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  /** Taken from the outbox and not known to be written. */
  #unsure: Batch | null = null;
  #pauseMs = 0;
  /** Nothing is sent while it is held. */
  #held = true;
  #closed = false;

  constructor(deps: WriteBehindDeps) {
    this.#deps = deps;
  }

  get pending(): number {
    return this.#deps.outbox.size + (this.#unsure === null ? 0 : sizeOf(this.#unsure));
  }

  /** What was added under each key and is not known to be written. */
  unsent(): Map<string, Counts> {
    const sums = this.#deps.outbox.counts();
    for (const [key, { deltas }] of this.#unsure?.counts ?? []) {
      const known: Record<string, number> = { ...sums.get(key) };
      for (const [name, delta] of Object.entries(deltas)) known[name] = (known[name] ?? 0) + delta;
      sums.set(key, known);
    }
    return sums;
  }

  /** Whether an entry is not known to be written. */
  waitsFor(key: string): boolean {
    return this.#deps.outbox.has(key) || this.#unsure?.puts.includes(key) === true;
  }

  /** There is something new in the outbox. */
  touch(): void {
    if (this.#timer !== null || this.#running !== null || this.#held || this.#closed) return;
    this.#schedule(this.#pauseMs > 0 ? this.#pauseMs : this.#deps.delayMs);
  }

  hold(): void {
    this.#held = true;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Sends again from now on, without waiting for what is left of a pause. */
  release(): void {
    this.#held = false;
    this.#pauseMs = 0;
    this.#timer?.cancel();
    this.#timer = null;
    if (this.pending > 0) this.touch();
  }

  /** Whatever could be left over, once: for a place that has lost what was written there. */
  forgetUnsure(): void {
    this.#unsure = null;
  }

  /** Settles when everything so far is written or a batch has failed. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#running !== null) await this.#running;
    if (!this.#held && this.pending > 0) await this.#start();
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    this.hold();
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#deps.clock.setTimer(delayMs, () => {
      this.#timer = null;
      void this.#start();
    });
  }

  #start(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.pending > 0) this.touch();
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { clock, outbox, bytesOf, send, written, failed } = this.#deps;
    while (!this.#held) {
      const batch = (this.#unsure ??= outbox.take(BATCH, BATCH_BYTES, bytesOf));
      if (batch === null) return;
      const startedAt = clock.now();
      try {
        await send(batch);
      } catch (error) {
        this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
        failed(error);
        return;
      }
      this.#unsure = null;
      this.#pauseMs = 0;
      written(batch, clock.now() - startedAt);
    }
  }
}
