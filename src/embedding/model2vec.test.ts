import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  safetensorsBytes,
  tensorOf,
  unigramJson,
  wordPieceJson,
  writeModel2vec,
  type TestTensor,
} from '../../test/support/model2vec-folder.ts';
import type { JsonObject } from '../core/json.ts';
import { ModelFileError } from './gge1.ts';
import { openStaticEmbedder, type StaticEmbedder } from './static.ts';

let home = '';
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'model2vec-'));
});
afterAll(() => rm(home, { recursive: true }));

const TOKENS = ['[PAD]', '[UNK]', 'cat', '##s', 'dog', '!'];
const ROWS = [9, 9, 9, 9, 3, 0, 0, 4, -3, 0, 1, 1];
const f32 = (numbers: readonly number[], shape: readonly number[]): TestTensor =>
  tensorOf('F32', shape, Float32Array.from(numbers));
const embeddings = f32(ROWS, [6, 2]);

function folderOf(tensors: Record<string, TestTensor>, tokenizer = wordPieceJson(TOKENS)): Promise<string> {
  return writeModel2vec(join(home, String(made++)), tensors, tokenizer);
}

async function open(tensors: Record<string, TestTensor>, tokenizer?: JsonObject): Promise<StaticEmbedder> {
  return openStaticEmbedder(await folderOf(tensors, tokenizer));
}

const rounded = (vector: Float32Array): number[] => [...vector].map((one) => Math.round(one * 100) / 100);

describe('a model2vec folder', () => {
  it.each<[string, TestTensor]>([
    ['F32', embeddings],
    ['F64', tensorOf('F64', [6, 2], Float64Array.from(ROWS))],
    ['I8', tensorOf('I8', [6, 2], Int8Array.from(ROWS))],
    // 9, 3, 0, 4, -3 and 1 in half precision.
    [
      'F16',
      tensorOf(
        'F16',
        [6, 2],
        Uint16Array.from([0x4880, 0x4880, 0x4880, 0x4880, 0x4200, 0, 0, 0x4400, 0xc200, 0, 0x3c00, 0x3c00]),
      ),
    ],
  ])('adds up rows of type %s, and nothing for what it does not know', async (_type, tensor) => {
    const embedder = await open({ embeddings: tensor });
    expect(embedder.dimensions).toBe(2);
    expect(rounded(embedder.embedOne('CÁTs zzz'))).toEqual([0.6, 0.8]);
    expect(rounded(embedder.embedOne('cat dog'))).toEqual([0, 0]);
    expect(rounded(embedder.embedOne('[PAD] [UNK]'))).toEqual([0, 0]);
    expect(rounded(embedder.embedOne('!'))).toEqual([0.71, 0.71]);
  });

  it('takes the tensor by the name that sentence-transformers gives it', async () => {
    const embedder = await open({ 'embedding.weight': embeddings });
    expect(rounded(embedder.embedOne('cats'))).toEqual([0.6, 0.8]);
  });

  it('honours weights, and a mapping of tokens to fewer rows', async () => {
    const weights = tensorOf('F64', [6], Float64Array.from([1, 1, 1, 0.5, 2, 1]));
    expect(rounded((await open({ embeddings, weights })).embedOne('cats dog'))).toEqual([-0.83, 0.55]);
    const mapping = tensorOf('I64', [6], BigInt64Array.from([0n, 0n, 1n, 0n, 1n, 0n]));
    const few = await open({ embeddings: f32([0, 1, 1, 0], [2, 2]), mapping });
    expect(rounded(few.embedOne('cat'))).toEqual([1, 0]);
    expect(rounded(few.embedOne('dog !'))).toEqual([0.71, 0.71]);
    const small = tensorOf('I32', [6], Int32Array.from([0, 0, 1, 0, 1, 0]));
    const same = await open({ embeddings: f32([0, 1, 1, 0], [2, 2]), mapping: small });
    expect(rounded(same.embedOne('cat'))).toEqual([1, 0]);
  });

  it('cuts by a unigram model into the likeliest pieces', async () => {
    const pieces = [
      ['<unk>', 0],
      ['\u2581cat', -2],
      ['s', -3],
      ['\u2581ca', -1],
      ['ts', -9],
      ['.', -4],
      ['\u2581', -5],
    ] as const;
    const rows = [9, 9, 1, 0, 0, 1, 0, -5, 0, -5, -1, 0, 0, 0];
    const embedder = await open({ embeddings: f32(rows, [7, 2]) }, unigramJson(pieces));
    expect(rounded(embedder.embedOne('cats'))).toEqual([0.71, 0.71]);
    expect(rounded(embedder.embedOne('cats.'))).toEqual([0, 1]);
    expect(rounded(embedder.embedOne('😀s <unk>'))).toEqual([0, 1]);
    expect(rounded(embedder.embedOne(' \n '))).toEqual([0, 0]);
  });

  it('is known by its folder’s name and its bytes', async () => {
    const folder = join(home, 'potion-base-2M');
    await writeModel2vec(folder, { embeddings }, wordPieceJson(TOKENS));
    const embedder = await openStaticEmbedder(`${folder}/`);
    expect(embedder.identity).toMatch(/^static:potion-base-2M@[0-9a-f]{12}:2$/);
    expect(embedder.recommendedThreshold).toBe(0.8);
    const other = await open({ embeddings: f32(ROWS.with(0, 1), [6, 2]) });
    expect(other.identity.split('@')[1]).not.toBe(embedder.identity.split('@')[1]);
  });

  const i8 = (count: number): TestTensor => tensorOf('I8', [count], new Int8Array(count));
  it.each<[string, Record<string, TestTensor>, string]>([
    [
      'no embeddings',
      { other: embeddings },
      'tensor "embeddings": expected a row for each token, found tensors other',
    ],
    [
      'a vector of them',
      { embeddings: f32([1], [1]) },
      'expected a shape of tokens × dimensions, at most 8192 of these, found [1]',
    ],
    [
      'a type that is none of numbers',
      { embeddings: { ...embeddings, dtype: 'BOOL' } },
      'expected dtype F64, F32, F16 or I8, found BOOL',
    ],
    [
      'too few rows',
      { embeddings: f32([1, 2], [1, 2]) },
      'expected a row for each of the 6 tokens of tokenizer.json, found 1 rows',
    ],
    [
      'a number that is none',
      { embeddings: f32(ROWS.with(3, NaN), [6, 2]) },
      'tensor "embeddings": expected finite numbers, found NaN at 3',
    ],
    [
      'too few bytes',
      { embeddings: { ...embeddings, shape: [7, 2] } },
      'expected 56 bytes for F32 [7,2], found 48',
    ],
    [
      'whole weights',
      { embeddings, weights: i8(6) },
      'tensor "weights": expected dtype F64, F32 or F16, found I8',
    ],
    [
      'too few weights',
      { embeddings, weights: f32([1], [1]) },
      'expected a weight for each of 6 tokens, found 1',
    ],
    [
      'a mapping of fractions',
      { embeddings, mapping: f32([1], [1]) },
      'tensor "mapping": expected dtype I64 or I32, found F32',
    ],
    [
      'a mapping too short',
      { embeddings, mapping: tensorOf('I32', [1], new Int32Array(1)) },
      'expected a row for each of 6 tokens, found 1',
    ],
    [
      'a mapping out of the rows',
      { embeddings, mapping: tensorOf('I32', [6], Int32Array.of(0, 0, 6, 0, 0, 0)) },
      'expected rows from 0 to 5, found 6',
    ],
  ])('refuses %s', async (_what, tensors, message) => {
    const opening = open(tensors);
    await expect(opening).rejects.toThrow(ModelFileError);
    await expect(opening).rejects.toThrow(`model.safetensors: `);
    await expect(opening).rejects.toThrow(message);
  });

  const whole = safetensorsBytes({ embeddings });
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(3), 'at byte 0: expected the length of the head in 8 bytes, found 3 bytes'],
    ['a head too long', whole.subarray(0, 20), 'at byte 0: expected a head that fits into 20 bytes'],
    [
      'a head of other bytes',
      Buffer.from(whole).fill('x', 8),
      'at byte 8: expected a head that is a JSON object',
    ],
    [
      'bytes cut off',
      whole.subarray(0, -4),
      'tensor "embeddings": expected data_offsets within 44 bytes, found [0,48]',
    ],
    [
      'a tensor that says nothing',
      Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a":{}}')]),
      'tensor "a": expected dtype, shape and data_offsets, found {}',
    ],
  ])('refuses a tensor file of %s', async (_what, bytes, message) => {
    const folder = await folderOf({ embeddings });
    await writeFile(join(folder, 'model.safetensors'), bytes);
    await expect(openStaticEmbedder(folder)).rejects.toThrow(message);
  });

  it('passes on the system’s error for a file that is not there', async () => {
    const folder = await folderOf({ embeddings });
    await rm(join(folder, 'tokenizer.json'));
    await expect(openStaticEmbedder(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
