import type { TextEmbedder } from '../core/embedder.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { ThreadLine } from '../runtime/thread-line.ts';
import { Batcher } from './batcher.ts';
import { recommendedThresholdFor } from './thresholds.ts';
import { normalise } from './unit-vector.ts';
import type { UseLiteReply, UseLiteRequest } from './use-lite-protocol.ts';

/**
 * Universal Sentence Encoder (lite, English) from the npm packages `@energetic-ai/*`, in a worker thread because
 * one call takes tens of milliseconds. Calls that arrive while it is busy are joined into one batch. A worker that dies or
 * hangs rejects what it was given, and is replaced.
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

const WORKER_SCRIPT: URL = new URL(
  import.meta.url.endsWith('.ts') ? './use-lite-worker.ts' : './use-lite-worker.js',
  import.meta.url,
);

export interface UseLiteEmbedder extends TextEmbedder {
  /** Workers started so far: more than one means that it had to be replaced. */
  readonly starts: number;
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

  readonly #line: ThreadLine<UseLiteReply>;
  readonly #batcher: Batcher;
  #closed = false;

  constructor(options: UseLiteOptions) {
    this.#line = new ThreadLine({
      name: 'llamascope-use-lite',
      called: 'use-lite worker',
      script: options.script ?? WORKER_SCRIPT,
      clock: options.clock ?? systemClock,
      timeoutMs: options.batchTimeoutMs ?? 30_000,
    });
    this.#batcher = new Batcher({
      maxBatch: options.maxBatch ?? 32,
      maxQueued: options.maxQueued ?? 1_024,
      maxInFlight: 1,
      run: (texts) => this.#run(texts),
    });
  }

  get starts(): number {
    return this.#line.starts;
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
    await this.#line.close(closed);
  }

  async #run(texts: readonly string[]): Promise<Float32Array[]> {
    const reply = await this.#line.ask({ texts } satisfies Omit<UseLiteRequest, 'id'>);
    if ('error' in reply) throw new Error(`use-lite model failed: ${reply.error}`);
    if (
      reply.dimensions !== USE_LITE_DIMENSIONS ||
      reply.vectors.length !== texts.length * USE_LITE_DIMENSIONS
    )
      throw new Error(
        `use-lite model answered ${String(reply.vectors.length)} numbers for ${String(texts.length)} texts, expected ${String(USE_LITE_DIMENSIONS)} each`,
      );
    return splitRows(reply.vectors, texts.length);
  }
}

function splitRows(vectors: Float32Array, count: number): Float32Array[] {
  const rows: Float32Array[] = [];
  for (let row = 0; row < count; row++)
    rows.push(normalise(vectors.slice(row * USE_LITE_DIMENSIONS, (row + 1) * USE_LITE_DIMENSIONS)));
  return rows;
}
