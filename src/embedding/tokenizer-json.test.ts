import { describe, expect, it } from 'vitest';
import { unigramJson, wordPieceJson } from '../../test/support/model2vec-folder.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { readNormaliser, readSplitter } from './text-steps.ts';
import { readTokeniser } from './tokenizer-json.ts';

const AT = { file: 'f', path: 'step' };
const PIECES = wordPieceJson(['[UNK]', 'a']);
const UNIGRAM = unigramJson([['<unk>', 0]]);
const withModel = (json: JsonObject, change: JsonObject): JsonObject => ({
  ...json,
  model: { ...(json['model'] as JsonObject), ...change },
});

describe('normalisers', () => {
  it.each<[JsonValue, string, string]>([
    [null, ' Aé ', ' Aé '],
    [{ type: 'Lowercase' }, 'ÀB', 'àb'],
    [{ type: 'NFC' }, 'e\u0301', 'é'],
    [{ type: 'NFD' }, 'é', 'e\u0301'],
    [{ type: 'NFKC' }, 'ﬁ', 'fi'],
    [{ type: 'NFKD' }, 'ﬁé', 'fie\u0301'],
    [{ type: 'StripAccents' }, 'e\u0301', 'e'],
    [{ type: 'Precompiled' }, 'a\tﬁ\u0000', 'a fi'],
    [{ type: 'Prepend', prepend: '_' }, 'a', '_a'],
    [{ type: 'Prepend', prepend: '_' }, '', ''],
    [{ type: 'Strip', strip_left: true, strip_right: true }, ' a ', 'a'],
    [{ type: 'Strip', strip_left: false, strip_right: false }, ' a ', ' a '],
    [{ type: 'Replace', pattern: { String: '$' }, content: '$&' }, 'a$b', 'a$&b'],
    [{ type: 'Replace', pattern: { Regex: '[0-9]+' }, content: '#' }, 'a12b3', 'a#b#'],
    [{ type: 'BertNormalizer' }, 'É\u200b日\t', 'e 日  '],
    [
      {
        type: 'BertNormalizer',
        clean_text: false,
        handle_chinese_chars: false,
        strip_accents: true,
        lowercase: false,
      },
      'É日\t',
      'E日\t',
    ],
    [{ type: 'Sequence', normalizers: [{ type: 'Lowercase' }, { type: 'StripAccents' }] }, 'Áa\u0301', 'áa'],
  ])('%j makes of %j', (step, text, expected) => {
    expect(readNormaliser(step, AT)(text)).toBe(expected);
  });
});

describe('splitters', () => {
  const metaspace = { type: 'Metaspace', replacement: '_' };
  it.each<[JsonValue, string, string[]]>([
    [null, 'a b', ['a b']],
    [{ type: 'WhitespaceSplit' }, ' a-b  c', ['a-b', 'c']],
    [{ type: 'Whitespace' }, "don't  stop!?", ['don', "'", 't', 'stop', '!?']],
    [{ type: 'BertPreTokenizer' }, "don't stop!?", ['don', "'", 't', 'stop', '!', '?']],
    [{ type: 'Punctuation' }, 'a, b', ['a', ',', ' b']],
    [metaspace, 'a b', ['_a', '_b']],
    [{ ...metaspace, prepend_scheme: 'never' }, 'a b', ['a', '_b']],
    [{ ...metaspace, add_prefix_space: false }, 'a', ['a']],
    [{ ...metaspace, split: false }, 'a b', ['_a_b']],
    [
      {
        type: 'Sequence',
        pretokenizers: [{ type: 'WhitespaceSplit' }, { ...metaspace, prepend_scheme: 'first' }],
      },
      'a b',
      ['_a', 'b'],
    ],
  ])('%j makes of %j', (step, text, expected) => {
    expect(readSplitter(step, AT)([text])).toEqual(expected);
  });
});

describe('readTokeniser refuses, with file, field and expectation,', () => {
  it.each<[JsonValue, string]>([
    [[], 'f: the whole file: expected a JSON object, found []'],
    [{}, 'f: model.type: expected "WordPiece" or "Unigram", found nothing'],
    [{ model: { type: 'BPE' } }, 'f: model.type: expected "WordPiece" or "Unigram", found "BPE"'],
    [
      { ...PIECES, normalizer: { type: 'Magic' } },
      'f: normalizer.type: expected one of Sequence, BertNormalizer',
    ],
    [{ ...PIECES, normalizer: 5 }, 'normalizer.type: expected one of'],
    [
      { ...PIECES, normalizer: { type: 'Sequence' } },
      'f: normalizer.normalizers: expected a list, found nothing',
    ],
    [
      { ...PIECES, normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend' }] } },
      'f: normalizer.normalizers[0].prepend: expected a text, found nothing',
    ],
    [
      { ...PIECES, normalizer: { type: 'Replace', content: '' } },
      'f: normalizer.pattern: expected {"String": …} or {"Regex": …}, found nothing',
    ],
    [
      { ...PIECES, normalizer: { type: 'Replace', content: '', pattern: { Regex: '(' } } },
      'f: normalizer.pattern: expected a regular expression that can be read here, found "("',
    ],
    [
      { ...PIECES, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'ByteLevel' }] } },
      'f: pre_tokenizer.pretokenizers[0].type: expected one of',
    ],
    [
      { ...PIECES, pre_tokenizer: { type: 'Punctuation', behavior: 'Removed' } },
      'f: pre_tokenizer.behavior: expected "Isolated", found "Removed"',
    ],
    [
      { ...PIECES, pre_tokenizer: { type: 'Metaspace', prepend_scheme: 'x' } },
      'f: pre_tokenizer.prepend_scheme: expected "always", "first" or "never", found "x"',
    ],
    [
      withModel(PIECES, { continuing_subword_prefix: '@' }),
      'model.continuing_subword_prefix: expected "##", found "@"',
    ],
    [
      withModel(PIECES, { max_input_chars_per_word: 'x' }),
      'model.max_input_chars_per_word: expected a number',
    ],
    [withModel(PIECES, { vocab: [] }), 'model.vocab: expected an object of tokens'],
    [withModel(PIECES, { vocab: { a: -1 } }), 'model.vocab["a"]: expected a token\'s number, found -1'],
    [withModel(UNIGRAM, { byte_fallback: true }), 'model.byte_fallback: expected false, found true'],
    [withModel(UNIGRAM, { vocab: {} }), 'model.vocab: expected a list of pieces'],
    [withModel(UNIGRAM, { vocab: [['a']] }), 'model.vocab[0]: expected a piece and its score, found ["a"]'],
  ])('%j', (json, message) => {
    expect(() => readTokeniser(json, 'f')).toThrow(message);
  });
});
