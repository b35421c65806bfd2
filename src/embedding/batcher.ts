/**
 * Joins concurrent embed calls into batches for something that works best on several texts at once. Bounded:
 * when the waiting texts would exceed `maxQueued` the call rejects instead of queueing without end.
 * A failed batch rejects every call that had a text in it, and only those.
 */
export interface BatcherOptions {
  readonly maxBatch: number;
  readonly maxQueued: number;
  readonly maxInFlight: number;
  /** Must answer one vector per text, in order. */
  readonly run: (texts: readonly string[]) => Promise<Float32Array[]>;
}

interface Call {
  readonly texts: readonly string[];
  readonly vectors: Float32Array[];
  /** Texts already handed to a batch. */
  taken: number;
  /** Vectors that have arrived; batches may end in any order. */
  arrived: number;
  failed: boolean;
  readonly resolve: (vectors: Float32Array[]) => void;
  readonly reject: (error: Error) => void;
}

interface Part {
  readonly call: Call;
  readonly from: number;
  readonly count: number;
}

export class Batcher {
  readonly #options: BatcherOptions;
  #calls: Call[] = [];
  #waiting = 0;
  #inFlight = 0;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Texts waiting, not counting those in a running batch. */
  get waiting(): number {
    return this.#waiting;
  }

  /** A single call may be larger than the queue when nothing else waits: its size is the caller's to bound. */
  embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (texts.length === 0) return Promise.resolve([]);
    const { maxQueued } = this.#options;
    if (this.#waiting > 0 && this.#waiting + texts.length > maxQueued)
      return Promise.reject(new Error(`embedding queue is full (${String(maxQueued)} texts)`));
    return new Promise((resolve, reject) => {
      this.#calls.push({ texts, vectors: [], taken: 0, arrived: 0, failed: false, resolve, reject });
      this.#waiting += texts.length;
      this.#pump();
    });
  }

  /** Rejects every call with a text still waiting. Batches already running end by themselves. */
  rejectWaiting(reason: Error): void {
    for (const call of [...this.#calls]) this.#abandon(call, reason);
  }

  #pump(): void {
    while (this.#inFlight < this.#options.maxInFlight && this.#waiting > 0) {
      const texts: string[] = [];
      const parts: Part[] = [];
      while (texts.length < this.#options.maxBatch && this.#calls.length > 0)
        parts.push(this.#take(texts, this.#options.maxBatch - texts.length));
      void this.#run(texts, parts);
    }
  }

  /** Moves up to `room` texts of the oldest call into a batch. */
  #take(texts: string[], room: number): Part {
    const call = this.#calls[0] as Call;
    const from = call.taken;
    const count = Math.min(room, call.texts.length - from);
    for (let i = from; i < from + count; i++) texts.push(call.texts[i] as string);
    call.taken += count;
    this.#waiting -= count;
    if (call.taken === call.texts.length) this.#calls.shift();
    return { call, from, count };
  }

  async #run(texts: readonly string[], parts: readonly Part[]): Promise<void> {
    this.#inFlight += 1;
    try {
      deliver(await this.#options.run(texts), parts);
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const { call } of parts) this.#abandon(call, reason);
    }
    this.#inFlight -= 1;
    this.#pump();
  }

  #abandon(call: Call, reason: Error): void {
    if (call.failed) return;
    call.failed = true;
    this.#waiting -= call.texts.length - call.taken;
    this.#calls = this.#calls.filter((other) => other !== call);
    call.reject(reason);
  }
}

function deliver(vectors: readonly Float32Array[], parts: readonly Part[]): void {
  let offset = 0;
  for (const { call, from, count } of parts) {
    for (let i = 0; i < count; i++) call.vectors[from + i] = vectors[offset + i] as Float32Array;
    offset += count;
    call.arrived += count;
    if (call.arrived === call.texts.length && !call.failed) call.resolve(call.vectors);
  }
}
