/**
 * The embedder that comes with the package: word vectors, summed. A vector has two parts. The first 64 dimensions are what
 * the words mean, learned so that questions of one intent lie together. The last 32 are the words as themselves, hashed to signs: two
 * questions about different names stay apart however alike they are otherwise, also about names that no vocabulary holds.
 *
 * Microseconds per text, in the calling thread. English; in other languages only the second part is at work, so it finds
 * questions that share their words. Blind to word order: never to be trusted without the lexical guard.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { TextEmbedder } from '../core/embedder.ts';
import type { ModelWord, WordModel } from '../core/word-model.ts';
import { recommendedThresholdFor } from './thresholds.ts';
import { normalise } from './unit-vector.ts';
import { findRow, splitWords } from './word-split.ts';
import { parseWordTable, type WordTable } from './word-table.ts';

export const BUILTIN_FILE: string = fileURLToPath(new URL('../../models/builtin-en.lsw1', import.meta.url));

/** Signs of a word as itself: one for each bit of its hash. */
export const NAME_DIMENSIONS = 32;
const NAME_SCALE = 1 / Math.sqrt(NAME_DIMENSIONS);
/** Bounds the work: longer texts are cut. */
const MAX_CHARACTERS = 16_384;

export interface BuiltinEmbedder extends TextEmbedder {
  readonly words: WordModel;
  /** The vector of one text, without a promise. */
  embedOne(text: string): Float32Array;
}

export async function openBuiltinEmbedder(file: string = BUILTIN_FILE): Promise<BuiltinEmbedder> {
  return createBuiltinEmbedder(parseWordTable(await readFile(file), file));
}

export function createBuiltinEmbedder(table: WordTable): BuiltinEmbedder {
  const dimensions = table.dimensions + NAME_DIMENSIONS;
  const identity = `builtin:en@${table.digest}:${String(dimensions)}`;
  let closed = false;
  const embedOne = (text: string): Float32Array => {
    const vector = new Float32Array(dimensions);
    for (const word of splitWords(text.slice(0, MAX_CHARACTERS))) addWord(vector, table, word);
    return normalise(vector);
  };
  return {
    identity,
    dimensions,
    recommendedThreshold: recommendedThresholdFor('builtin'),
    words: createWordModel(table, identity),
    embedOne,
    embed(texts: readonly string[]): Promise<Float32Array[]> {
      if (closed) return Promise.reject(new Error('embedder builtin is closed'));
      return Promise.resolve(texts.map(embedOne));
    },
    close(): Promise<void> {
      closed = true;
      return Promise.resolve();
    },
  };
}

function addMeaning(vector: Float32Array, { dimensions, rows, scales }: WordTable, row: number): void {
  const scale = scales[row] as number;
  const start = row * dimensions;
  for (let i = 0; i < dimensions; i++)
    vector[i] = (vector[i] as number) + scale * (rows[start + i] as number);
}

function addWord(vector: Float32Array, table: WordTable, word: string): void {
  const { dimensions, nameWeights, unknownWeight } = table;
  const row = findRow(table.rowOf, word);
  if (row !== -1) addMeaning(vector, table, row);
  const weight = (row === -1 ? unknownWeight : (nameWeights[row] as number)) * NAME_SCALE;
  const bits = hashOf(word);
  for (let i = 0; i < NAME_DIMENSIONS; i++) {
    const at = dimensions + i;
    vector[at] = (vector[at] as number) + ((bits >>> i) & 1 ? weight : -weight);
  }
}

/** FNV-1a with a final mix, so that each bit depends on every letter. */
export function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function createWordModel(table: WordTable, identity: string): WordModel {
  const { dimensions, rows, scales } = table;
  const lengths = new Float32Array(scales.length);
  for (let row = 0; row < scales.length; row++) lengths[row] = Math.sqrt(dot(rows, row, row, dimensions));
  return {
    identity,
    read: (text) =>
      splitWords(text).map((word): ModelWord => {
        const row = findRow(table.rowOf, word);
        const weight = row === -1 ? table.unknownWeight : (lengths[row] as number) * (scales[row] as number);
        return { text: word, row, weight };
      }),
    cosine: (a, b) => {
      if (a === b) return 1;
      const length = (lengths[a] as number) * (lengths[b] as number);
      return length === 0 ? 0 : dot(rows, a, b, dimensions) / length;
    },
    meaningOf: (words) => {
      const sum = new Float32Array(dimensions);
      for (const { row } of words) if (row !== -1) addMeaning(sum, table, row);
      return normalise(sum);
    },
  };
}

function dot(rows: Int8Array, a: number, b: number, dimensions: number): number {
  let sum = 0;
  const x = a * dimensions;
  const y = b * dimensions;
  for (let i = 0; i < dimensions; i++) sum += (rows[x + i] as number) * (rows[y + i] as number);
  return sum;
}
