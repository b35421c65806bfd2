import type { TextEmbedder } from '../core/embedder.ts';
import { readGge1, type Gge1Model } from './gge1.ts';
import { recommendedThresholdFor } from './thresholds.ts';
import { normalise } from './unit-vector.ts';
import { createWordPiece } from './wordpiece.ts';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/**
 * Sentence vectors without a network: the mean of learned token vectors (model2vec style), microseconds per
 * text, in the calling thread. Blind to word order, so a cache must not trust it without the lexical guard.
 * A text without any known token gets the zero vector, which is similar to nothing.
 */
export interface StaticEmbedder extends TextEmbedder {
  /** The vector of one text, without a promise. */
  embedOne(text: string): Float32Array;
}

/** Opens a GGE1 file. Rejects with `ModelFileError` when it is malformed. */
export async function openStaticEmbedder(file: string): Promise<StaticEmbedder> {
  const name = basename(file)
    .replace(/\.bin$/, '')
    .replace(/\.gge1$/, '');
  return createStaticEmbedder(await readGge1(file), name);
}

/** `name` selects the recommended threshold and is part of the identity. */
export function createStaticEmbedder(model: Gge1Model, name: string): StaticEmbedder {
  const { dimensions, rows, scales } = model;
  const pieces = createWordPiece(model.rowOf);
  let closed = false;

  function embedOne(text: string): Float32Array {
    const vector = new Float32Array(dimensions);
    for (const row of pieces.tokenise(text)) {
      const scale = scales[row] as number;
      const start = row * dimensions;
      for (let i = 0; i < dimensions; i++)
        vector[i] = (vector[i] as number) + scale * (rows[start + i] as number);
    }
    // The mean and the sum point the same way: only the direction is kept.
    return normalise(vector);
  }

  return {
    identity: `static:${name}@${digestOf(model)}:${String(dimensions)}`,
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

/** The weights themselves, so that two files of the same name never share vectors. */
function digestOf(model: Gge1Model): string {
  const hash = createHash('sha256');
  hash.update(new Uint8Array(model.scales.buffer)).update(new Uint8Array(model.rows.buffer));
  hash.update([...model.rowOf.keys()].join('\n'));
  return hash.digest('hex').slice(0, 12);
}
