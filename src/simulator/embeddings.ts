import type { TextEmbedder } from '../core/embedder.ts';
import { openInProcessEmbedder } from '../embedding/in-process.ts';
import { SimulatorError } from './error.ts';
import { embeddingModel } from './models/spec.ts';
import type { ModelSpec } from './models/spec.ts';
import type { SimulatorOptions } from './options.ts';

/**
 * The one embedder of a simulator, opened when it is first needed: a start costs nothing, and the first
 * `/api/embed` waits. One that was handed in is not closed here.
 */
export class Embeddings {
  /** Its entry among the models, or null when there is no embedder. */
  readonly model: ModelSpec | null;
  readonly #open: (() => Promise<TextEmbedder>) | null;
  readonly #owned: boolean;
  #embedder: Promise<TextEmbedder> | null = null;

  constructor(model: ModelSpec | null, open: (() => Promise<TextEmbedder>) | null, owned: boolean) {
    this.model = model;
    this.#open = open;
    this.#owned = owned;
  }

  /** The embedder, null when there is none or it cannot be opened. */
  async embedder(): Promise<TextEmbedder | null> {
    if (this.#open === null) return null;
    try {
      return await (this.#embedder ??= this.#open());
    } catch {
      this.#embedder = null;
      return null;
    }
  }

  /** Unit vectors, in order, cut to `dimensions` (and made unit again) when given. */
  async embed(texts: readonly string[], dimensions: number | null): Promise<Float32Array[]> {
    const embedder = await this.embedder();
    if (embedder === null) throw new SimulatorError(500, 'this model does not support embeddings');
    const vectors = await embedder.embed(texts);
    if (dimensions === null || dimensions <= 0 || dimensions >= embedder.dimensions) return vectors;
    return vectors.map((vector) => unit(vector.slice(0, dimensions)));
  }

  async close(): Promise<void> {
    const opening = this.#embedder;
    this.#embedder = null;
    if (!this.#owned || opening === null) return;
    await opening.then(
      (embedder) => embedder.close(),
      () => undefined,
    );
  }
}

function unit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const norm = Math.sqrt(sum) || 1;
  return vector.map((value) => value / norm);
}

/** Names under which embedders are on offer, by what their identities hold. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/potion/i, 'potion-base-2m'],
  [/use-lite/i, 'use-lite'],
  [/builtin/i, 'builtin-en'],
];
const BUILTIN = { name: 'builtin-en', dimensions: 96 };

/** By options: none, a given one under the name of what it is, or the built-in one. */
export function chooseEmbeddings(option: SimulatorOptions['embedder']): Embeddings {
  if (option === null) return new Embeddings(null, null, false);
  if (typeof option === 'object') {
    const name = NAMES.find(([pattern]) => pattern.test(option.identity))?.[1] ?? 'embedder';
    return new Embeddings(embeddingModel(name, option.dimensions), () => Promise.resolve(option), false);
  }
  const open = option ?? (() => openInProcessEmbedder());
  return new Embeddings(embeddingModel(BUILTIN.name, BUILTIN.dimensions), open, true);
}
