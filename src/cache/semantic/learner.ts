/**
 * Gives stored answers their vectors, off the path of any request: one batch at a time, bounded, and
 * patient with an embedder that is absent or paused. What is dropped stays in the exact tier.
 */
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { EntryEmbedding, MaybePromise } from '../store/port.ts';
import type { EmbedCall, EmbedderGate } from './embedder-gate.ts';

/** What has to be known of an entry to give it a vector. */
export interface Unlearned {
  readonly id: string;
  readonly key: string;
  readonly scope: string;
  readonly text: string;
}

export type Attach = (key: string, id: string, embedding: EntryEmbedding) => MaybePromise<boolean>;

export interface LearnerDeps {
  readonly clock: Clock;
  readonly gate: EmbedderGate;
  readonly attach: Attach;
}

const BATCH = 16;
/** Entries that wait for the embedder; the oldest are dropped first. */
const MAX_WAITING = 1_000;
const BATCH_DEADLINE_MS = 30_000;

interface PendingScope {
  count: number;
  readonly settled: PromiseWithResolvers<void>;
}

export class Learner {
  readonly #deps: LearnerDeps;
  #waiting: Unlearned[] = [];
  readonly #pending = new Map<string, PendingScope>();
  readonly #working = new Set<Promise<void>>();
  #running = false;
  #resume: Timer | null = null;
  #closed = false;

  constructor(deps: LearnerDeps) {
    this.#deps = deps;
  }

  /** `call` is the embedding of the same text that a lookup has begun, if one has. */
  learn(entry: Unlearned, call: EmbedCall | null): void {
    if (this.#closed) return;
    this.#begin(entry.scope);
    if (call !== null) {
      this.#track(this.#finishCall(entry, call));
      return;
    }
    this.#waiting.push(entry);
    if (this.#waiting.length > MAX_WAITING) this.#end((this.#waiting.shift() as Unlearned).scope);
    this.kick();
  }

  /** Settles when every entry of the scope that is on its way has arrived; null when none is. */
  pendingIn(scope: string): Promise<void> | null {
    return this.#pending.get(scope)?.settled.promise ?? null;
  }

  /** Starts work that waits; to be called when an embedder has appeared. */
  kick(): void {
    if (this.#running || this.#closed || this.#waiting.length === 0) return;
    const { gate, clock } = this.#deps;
    if (gate.usable) {
      this.#track(this.#run());
    } else if (gate.embedder !== null && this.#resume === null) {
      this.#resume = clock.setTimer(gate.pausedForMs, () => {
        this.#resume = null;
        this.kick();
      });
    }
  }

  /** Settles when nothing is being worked on; what waits for an embedder is left waiting. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  close(): void {
    this.#closed = true;
    this.#resume?.cancel();
    this.#resume = null;
    for (const { scope } of this.#waiting.splice(0)) this.#end(scope);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0 && this.#deps.gate.usable && !this.#closed) {
      const batch = this.#waiting.splice(0, BATCH);
      const texts = batch.map((entry) => entry.text);
      const embedded = await this.#deps.gate.embed(texts, BATCH_DEADLINE_MS).prompt;
      for (const [position, entry] of batch.entries()) {
        const vector = embedded?.vectors[position] ?? null;
        await this.#give(entry, embedded?.identity ?? '', vector);
      }
    }
    this.#running = false;
    this.kick();
  }

  async #finishCall(entry: Unlearned, call: EmbedCall): Promise<void> {
    const embedded = await call.eventual;
    await this.#give(entry, embedded?.identity ?? '', embedded?.vectors[0] ?? null);
  }

  async #give(entry: Unlearned, identity: string, vector: Float32Array | null): Promise<void> {
    try {
      if (vector !== null && !this.#closed)
        await this.#deps.attach(entry.key, entry.id, { identity, vector });
    } catch {
      // The store is out of order: the entry has no vector, and its questions are misses.
    }
    this.#end(entry.scope);
  }

  #track(work: Promise<void>): void {
    this.#working.add(work);
    void work.finally(() => this.#working.delete(work));
  }

  #begin(scope: string): void {
    const pending = this.#pending.get(scope);
    if (pending === undefined) this.#pending.set(scope, { count: 1, settled: Promise.withResolvers() });
    else pending.count += 1;
  }

  #end(scope: string): void {
    const pending = this.#pending.get(scope);
    if (pending === undefined) return;
    pending.count -= 1;
    if (pending.count > 0) return;
    this.#pending.delete(scope);
    pending.settled.resolve();
  }
}
