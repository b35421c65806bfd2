import { Worker } from 'node:worker_threads';
import type { TextEmbedder } from '../core/embedder.ts';
import { systemClock, type Clock, type Timer } from '../runtime/clock.ts';
import { Batcher } from './batcher.ts';
import { recommendedThresholdFor } from './thresholds.ts';
import { normalise } from './unit-vector.ts';
import type { UseLiteReply, UseLiteRequest } from './use-lite-protocol.ts';

/**
 * Universal Sentence Encoder (lite, English) from the npm packages `@energetic-ai/*`, in a worker thread because
 * one call takes tens of milliseconds. Calls that arrive while it is busy are joined into one batch.
 *
 * A worker that dies or hangs rejects what it was given; the next call starts a new one, but not within
 * `RESTART_PAUSE_MS` of the last start. The worker keeps the process alive only while somebody waits for it.
 */
export interface UseLiteOptions {
  /** Most texts in one call of the model. */
  readonly maxBatch?: number;
  /** Most texts waiting; beyond it calls reject. */
  readonly maxQueued?: number;
  /** Milliseconds after which a batch is given up and the worker replaced. Includes the model's load. */
  readonly batchTimeoutMs?: number;
  readonly clock?: Clock;
  /** The worker's script. */
  readonly script?: URL;
}

export const USE_LITE_DIMENSIONS = 512;

/** Longer texts are cut: the packages' tokeniser takes the square of the length. */
export const USE_LITE_MAX_CHARACTERS = 2_048;

const RESTART_PAUSE_MS = 1_000;

const WORKER_SCRIPT: URL = new URL(
  import.meta.url.endsWith('.ts') ? './use-lite-worker.ts' : './use-lite-worker.js',
  import.meta.url,
);

export interface UseLiteEmbedder extends TextEmbedder {
  /** Workers started so far: more than one means that it had to be replaced. */
  readonly starts: number;
}

interface Pending {
  readonly worker: Worker;
  readonly texts: number;
  readonly timer: Timer;
  readonly resolve: (vectors: Float32Array[]) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the worker and waits until the model has answered once. Rejects when it cannot be loaded. */
export async function openUseLiteEmbedder(options: UseLiteOptions = {}): Promise<UseLiteEmbedder> {
  const embedder = new UseLite(options);
  try {
    await embedder.embed(['ready']);
  } catch (error) {
    await embedder.close();
    throw error;
  }
  return embedder;
}

class UseLite implements UseLiteEmbedder {
  readonly identity: string = `use-lite:energetic-ai-en@0.2:${String(USE_LITE_DIMENSIONS)}`;
  readonly dimensions: number = USE_LITE_DIMENSIONS;
  readonly recommendedThreshold: number = recommendedThresholdFor('use-lite');
  starts = 0;

  readonly #clock: Clock;
  readonly #script: URL;
  readonly #timeoutMs: number;
  readonly #batcher: Batcher;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #startedAt = -Infinity;
  #nextId = 0;
  #closed = false;

  constructor(options: UseLiteOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#script = options.script ?? WORKER_SCRIPT;
    this.#timeoutMs = options.batchTimeoutMs ?? 30_000;
    this.#batcher = new Batcher({
      maxBatch: options.maxBatch ?? 32,
      maxQueued: options.maxQueued ?? 1_024,
      maxInFlight: 1,
      run: (texts) => this.#run(texts),
    });
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (this.#closed) throw new Error('embedder use-lite is closed');
    const readable: string[] = [];
    for (const text of texts) if (text.trim() !== '') readable.push(text.slice(0, USE_LITE_MAX_CHARACTERS));
    const vectors = await this.#batcher.embed(readable);
    if (readable.length === texts.length) return vectors;
    let next = 0;
    return texts.map((text) =>
      text.trim() === '' ? new Float32Array(USE_LITE_DIMENSIONS) : (vectors[next++] as Float32Array),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closed = new Error('embedder use-lite is closed');
    this.#batcher.rejectWaiting(closed);
    const worker = this.#worker;
    if (worker === null) return;
    this.#discard(worker, closed);
    await worker.terminate();
  }

  #run(texts: readonly string[]): Promise<Float32Array[]> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker ?? this.#start();
      const id = this.#nextId++;
      const timer = this.#clock.setTimer(this.#timeoutMs, () => {
        this.#discard(worker, new Error(`use-lite worker gave no answer in ${String(this.#timeoutMs)} ms`));
        void worker.terminate();
      });
      this.#pending.set(id, { worker, texts: texts.length, timer, resolve, reject });
      worker.ref();
      worker.postMessage({ id, texts } satisfies UseLiteRequest);
    });
  }

  #start(): Worker {
    if (this.#closed) throw new Error('embedder use-lite is closed');
    const now = this.#clock.now();
    if (now - this.#startedAt < RESTART_PAUSE_MS)
      throw new Error('use-lite worker stopped a moment ago and is not restarted yet');
    this.#startedAt = now;
    this.starts += 1;
    const worker = new Worker(this.#script, { name: 'llamascope-use-lite' });
    worker.on('message', (reply: UseLiteReply) => {
      this.#settle(worker, reply);
    });
    worker.on('error', (error) => {
      this.#discard(worker, new Error('use-lite worker failed', { cause: error }));
    });
    worker.on('exit', (code) => {
      this.#discard(worker, new Error(`use-lite worker ended with code ${String(code)}`));
    });
    this.#worker = worker;
    return worker;
  }

  #settle(worker: Worker, reply: UseLiteReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    pending.timer.cancel();
    if (this.#pending.size === 0) worker.unref();
    if ('error' in reply) pending.reject(new Error(`use-lite model failed: ${reply.error}`));
    else if (
      reply.dimensions !== USE_LITE_DIMENSIONS ||
      reply.vectors.length !== pending.texts * USE_LITE_DIMENSIONS
    )
      pending.reject(
        new Error(
          `use-lite model answered ${String(reply.vectors.length)} numbers for ${String(pending.texts)} texts, expected ${String(USE_LITE_DIMENSIONS)} each`,
        ),
      );
    else pending.resolve(splitRows(reply.vectors, pending.texts));
  }

  /** Forgets a worker that is gone or given up, and rejects what it was asked. */
  #discard(worker: Worker, reason: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const [id, pending] of this.#pending) {
      if (pending.worker !== worker) continue;
      this.#pending.delete(id);
      pending.timer.cancel();
      pending.reject(reason);
    }
  }
}

function splitRows(vectors: Float32Array, count: number): Float32Array[] {
  const rows: Float32Array[] = [];
  for (let row = 0; row < count; row++)
    rows.push(normalise(vectors.slice(row * USE_LITE_DIMENSIONS, (row + 1) * USE_LITE_DIMENSIONS)));
  return rows;
}
