import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.ts';

export interface TestTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export function tensorOf(
  dtype: string,
  shape: readonly number[],
  numbers: Int8Array | Float32Array | Float64Array | Uint16Array | Int32Array | BigInt64Array,
): TestTensor {
  return { dtype, shape, bytes: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength) };
}

/** A safetensors file's bytes. */
export function safetensorsBytes(tensors: Readonly<Record<string, TestTensor>>): Buffer {
  const head: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    head[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

/** What BERT's tokenizer.json says, with these tokens. */
export function wordPieceJson(tokens: readonly string[]): JsonObject {
  return {
    version: '1.0',
    added_tokens: [{ id: 0, content: '[PAD]', special: true }],
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, number) => [token, number])),
    },
  };
}

/** A tokenizer.json as model2vec makes it from another: pieces with scores, the whole text in one part. */
export function unigramJson(pieces: readonly (readonly [string, number])[]): JsonObject {
  return {
    added_tokens: [{ id: 0, content: '<unk>', special: true }],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Precompiled', precompiled_charsmap: '' },
        { type: 'Replace', pattern: { String: '.' }, content: ' . ' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Strip', strip_left: false, strip_right: true },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: false },
    model: {
      type: 'Unigram',
      unk_id: 0,
      byte_fallback: false,
      vocab: pieces.map(([text, score]) => [text, score]),
    },
  };
}

export async function writeModel2vec(
  folder: string,
  tensors: Readonly<Record<string, TestTensor>>,
  tokenizer: JsonObject,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.safetensors'), safetensorsBytes(tensors));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return folder;
}
