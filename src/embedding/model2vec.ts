/**
 * The folder of a model2vec model: `model.safetensors` (a row for each token, and for some models a weight for each and which row
 * it has) and `tokenizer.json`. Its `config.json` is not needed: vectors are compared by direction, normalised or not.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue } from '../core/json.ts';
import { ModelFileError } from './gge1.ts';
import { integersOf, numbersOf, parseSafetensors, type Tensor } from './safetensors.ts';
import type { TokenVectors } from './token-vectors.ts';
import { readTokeniser } from './tokenizer-json.ts';

export const TENSORS_FILE = 'model.safetensors';
export const TOKENIZER_FILE = 'tokenizer.json';
const MAX_DIMENSIONS = 8_192;

/** Rejects with `ModelFileError`, or with the system's error when a file cannot be read. */
export async function readModel2vec(folder: string): Promise<TokenVectors> {
  const tensorsFile = join(folder, TENSORS_FILE);
  const tokenizerFile = join(folder, TOKENIZER_FILE);
  const [tensorBytes, tokenizerBytes] = await Promise.all([readFile(tensorsFile), readFile(tokenizerFile)]);
  const { size, tokenise } = readTokeniser(parseJson(tokenizerBytes, tokenizerFile), tokenizerFile);
  const tensors = parseSafetensors(tensorBytes, tensorsFile);
  const { rows, count, dimensions } = readRows(tensors, tensorsFile);
  const rowOf = readMapping(tensors.get('mapping'), size, count, tensorsFile);
  if (rowOf === null && size > count)
    throw new ModelFileError(
      tensorsFile,
      'tensor "embeddings"',
      `a row for each of the ${String(size)} tokens of ${TOKENIZER_FILE}`,
      `${String(count)} rows`,
    );
  const scales = readWeights(tensors.get('weights'), size, tensorsFile);
  const digest = createHash('sha256').update(tensorBytes).update(tokenizerBytes).digest('hex').slice(0, 12);
  return { dimensions, tokenise, rowOf, scales, rows, digest };
}

function parseJson(bytes: Buffer, file: string): JsonValue {
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch (error) {
    throw new ModelFileError(file, 'the whole file', 'JSON', (error as Error).message);
  }
}

interface Rows {
  readonly rows: Int8Array | Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

/** sentence-transformers calls the very same tensor `embedding.weight`. */
function readRows(tensors: ReadonlyMap<string, Tensor>, file: string): Rows {
  const name =
    tensors.has('embedding.weight') && !tensors.has('embeddings') ? 'embedding.weight' : 'embeddings';
  const tensor = tensors.get(name);
  const place = `tensor "${name}"`;
  if (tensor === undefined)
    throw new ModelFileError(
      file,
      place,
      'a row for each token',
      `tensors ${[...tensors.keys()].join(', ')}`,
    );
  const [count = 0, dimensions = 0, ...more] = tensor.shape;
  if (count < 1 || dimensions < 1 || dimensions > MAX_DIMENSIONS || more.length > 0)
    throw new ModelFileError(
      file,
      place,
      `a shape of tokens × dimensions, at most ${String(MAX_DIMENSIONS)} of these`,
      JSON.stringify(tensor.shape),
    );
  const rows = numbersOf(tensor);
  if (rows === null) throw new ModelFileError(file, place, 'dtype F64, F32, F16 or I8', tensor.dtype);
  return { rows: finite(rows, place, file), count, dimensions };
}

function readWeights(tensor: Tensor | undefined, size: number, file: string): Float32Array {
  if (tensor === undefined) return new Float32Array(size).fill(1);
  const place = 'tensor "weights"';
  const weights = numbersOf(tensor);
  if (!(weights instanceof Float32Array))
    throw new ModelFileError(file, place, 'dtype F64, F32 or F16', tensor.dtype);
  if (weights.length < size)
    throw new ModelFileError(
      file,
      place,
      `a weight for each of ${String(size)} tokens`,
      String(weights.length),
    );
  return finite(weights, place, file);
}

function readMapping(
  tensor: Tensor | undefined,
  size: number,
  count: number,
  file: string,
): Int32Array | null {
  if (tensor === undefined) return null;
  const place = 'tensor "mapping"';
  const rowOf = integersOf(tensor);
  if (rowOf === null) throw new ModelFileError(file, place, 'dtype I64 or I32', tensor.dtype);
  if (rowOf.length < size)
    throw new ModelFileError(file, place, `a row for each of ${String(size)} tokens`, String(rowOf.length));
  const wrong = rowOf.find((row) => row < 0 || row >= count);
  if (wrong !== undefined)
    throw new ModelFileError(file, place, `rows from 0 to ${String(count - 1)}`, String(wrong));
  return rowOf;
}

function finite<T extends Int8Array | Float32Array>(numbers: T, place: string, file: string): T {
  if (numbers instanceof Float32Array) {
    const at = numbers.findIndex((one) => !Number.isFinite(one));
    if (at !== -1)
      throw new ModelFileError(file, place, 'finite numbers', `${String(numbers[at])} at ${String(at)}`);
  }
  return numbers;
}
