import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { TextEmbedder } from '../core/embedder.ts';
import { readGge1, type Gge1Model } from './gge1.ts';
import { readModel2vec } from './model2vec.ts';
import { recommendedThresholdFor } from './thresholds.ts';
import { normalise } from './unit-vector.ts';
import type { TokenVectors } from './token-vectors.ts';
import { createWordPiece } from './wordpiece.ts';

/**
 * Sentence vectors without a network: the mean of learned token vectors (model2vec style), microseconds per
 * text, in the calling thread. Blind to word order, so a cache must not trust it without the lexical guard.
 * A text without any known token gets the zero vector, which is similar to nothing.
 */
export interface StaticEmbedder extends TextEmbedder {
  /** The vector of one text, without a promise. */
  embedOne(text: string): Float32Array;
}

/** Opens a GGE1 file or the folder of a model2vec model. Rejects with `ModelFileError` when it is malformed. */
export async function openStaticEmbedder(path: string): Promise<StaticEmbedder> {
  const name = basename(resolve(path))
    .replace(/\.bin$/, '')
    .replace(/\.gge1$/, '');
  if ((await stat(path)).isDirectory()) return createTokenEmbedder(await readModel2vec(path), name);
  return createStaticEmbedder(await readGge1(path), name);
}

/** `name` selects the recommended threshold and is part of the identity. */
export function createStaticEmbedder(model: Gge1Model, name: string): StaticEmbedder {
  const { dimensions, rows, scales } = model;
  const pieces = createWordPiece(model.rowOf);
  return createTokenEmbedder(
    {
      dimensions,
      tokenise: (text) => pieces.tokenise(text),
      rowOf: null,
      scales,
      rows,
      digest: digestOf(model),
    },
    name,
  );
}

export function createTokenEmbedder(vectors: TokenVectors, name: string): StaticEmbedder {
  const { dimensions, rows, rowOf, scales } = vectors;
  let closed = false;

  function embedOne(text: string): Float32Array {
    const vector = new Float32Array(dimensions);
    for (const token of vectors.tokenise(text)) {
      const scale = scales[token] as number;
      const start = (rowOf === null ? token : (rowOf[token] as number)) * dimensions;
      for (let i = 0; i < dimensions; i++)
        vector[i] = (vector[i] as number) + scale * (rows[start + i] as number);
    }
    // The mean and the sum point the same way: only the direction is kept.
    return normalise(vector);
  }

  return {
    identity: `static:${name}@${vectors.digest}:${String(dimensions)}`,
    dimensions,
    recommendedThreshold: recommendedThresholdFor(name),
    embedOne,
    embed(texts: readonly string[]): Promise<Float32Array[]> {
      if (closed) return Promise.reject(new Error(`embedder ${name} is closed`));
      return Promise.resolve(texts.map(embedOne));
    },
    close(): Promise<void> {
      closed = true;
      return Promise.resolve();
    },
  };
}

function digestOf(model: Gge1Model): string {
  const hash = createHash('sha256');
  hash.update(new Uint8Array(model.scales.buffer)).update(new Uint8Array(model.rows.buffer));
  hash.update([...model.rowOf.keys()].join('\n'));
  return hash.digest('hex').slice(0, 12);
}
