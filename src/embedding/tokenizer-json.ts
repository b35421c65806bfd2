/**
 * A `tokenizer.json` as Hugging Face's tokenizers write it, of type WordPiece or Unigram. No special tokens are added, and what the
 * vocabulary does not know gives nothing.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { refuse, readNormaliser, readSplitter, type Place } from './text-steps.ts';
import { createUnigram, type Piece } from './unigram.ts';
import { createPieceMatcher, MAX_CHARACTERS } from './wordpiece.ts';

export interface Tokeniser {
  /** The largest number of a token, plus one. */
  readonly size: number;
  /** Numbers of the text's tokens, in order. Reads at most `MAX_CHARACTERS` of the text. */
  readonly tokenise: (text: string) => number[];
}

/** `file` is only for error messages. */
export function readTokeniser(json: JsonValue, file: string): Tokeniser {
  if (!isJsonObject(json)) return refuse({ file, path: 'the whole file' }, 'a JSON object', json);
  const normalise = readNormaliser(json['normalizer'], { file, path: 'normalizer' });
  const split = readSplitter(json['pre_tokenizer'], { file, path: 'pre_tokenizer' });
  const { size, cut } = readModel(json['model'], specialTokens(json), { file, path: 'model' });
  return {
    size,
    tokenise: (text) => {
      const tokens: number[] = [];
      if (text.trim() === '') return tokens;
      for (const part of split([normalise(text.slice(0, MAX_CHARACTERS))])) cut(part, tokens);
      return tokens;
    },
  };
}

interface PieceModel {
  readonly size: number;
  readonly cut: (part: string, into: number[]) => void;
}

function readModel(model: JsonValue | undefined, special: ReadonlySet<string>, place: Place): PieceModel {
  const type = isJsonObject(model) ? model['type'] : undefined;
  if (isJsonObject(model) && type === 'WordPiece') return readWordPiece(model, special, place);
  if (isJsonObject(model) && type === 'Unigram') return readUnigram(model, special, place);
  return refuse(within(place, 'type'), '"WordPiece" or "Unigram"', type);
}

function readWordPiece(model: JsonObject, special: ReadonlySet<string>, place: Place): PieceModel {
  const prefix = model['continuing_subword_prefix'] ?? '##';
  if (prefix !== '##') refuse(within(place, 'continuing_subword_prefix'), '"##"', prefix);
  const most = model['max_input_chars_per_word'] ?? 100;
  if (typeof most !== 'number') return refuse(within(place, 'max_input_chars_per_word'), 'a number', most);
  const vocabulary = model['vocab'];
  if (!isJsonObject(vocabulary)) return refuse(within(place, 'vocab'), 'an object of tokens', undefined);
  const rowOf = new Map<string, number>();
  let size = 0;
  for (const [token, number] of Object.entries(vocabulary)) {
    if (!Number.isSafeInteger(number) || (number as number) < 0)
      return refuse(within(place, `vocab[${JSON.stringify(token)}]`), "a token's number", number);
    size = Math.max(size, (number as number) + 1);
    if (token !== model['unk_token'] && !special.has(token)) rowOf.set(token, number as number);
  }
  return { size, cut: createPieceMatcher(rowOf, most) };
}

function readUnigram(model: JsonObject, special: ReadonlySet<string>, place: Place): PieceModel {
  if (model['byte_fallback'] === true) refuse(within(place, 'byte_fallback'), 'false', true);
  const vocabulary = model['vocab'];
  if (!Array.isArray(vocabulary)) return refuse(within(place, 'vocab'), 'a list of pieces', undefined);
  const pieces: Piece[] = [];
  for (const [token, pair] of vocabulary.entries()) {
    const [text, score] = Array.isArray(pair) ? pair : [];
    if (typeof text !== 'string' || typeof score !== 'number')
      return refuse(within(place, `vocab[${String(token)}]`), 'a piece and its score', pair);
    if (token !== model['unk_id'] && text !== '' && !special.has(text)) pieces.push({ text, token, score });
  }
  return { size: vocabulary.length, cut: createUnigram(pieces) };
}

/** Marks for the model, which no text of a user may stand for. */
function specialTokens(json: JsonObject): ReadonlySet<string> {
  const added = Array.isArray(json['added_tokens']) ? json['added_tokens'] : [];
  const texts = added.map((one) => (isJsonObject(one) && one['special'] === true ? one['content'] : null));
  return new Set(texts.filter((text) => typeof text === 'string'));
}

function within({ file, path }: Place, name: string): Place {
  return { file, path: `${path}.${name}` };
}
