/**
 * What a `tokenizer.json` does to a text before its pieces are looked up: normalisers change characters, splitters cut into
 * words. What is not known here is refused by name, because a text cut otherwise than in training has meaningless vectors.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { ModelFileError } from './gge1.ts';

export type Normaliser = (text: string) => string;
export type Splitter = (parts: readonly string[]) => readonly string[];

/** Where in a file a value stands. */
export interface Place {
  readonly file: string;
  readonly path: string;
}

export function refuse({ file, path }: Place, expectation: string, found: JsonValue | undefined): never {
  throw new ModelFileError(file, path, expectation, found === undefined ? 'nothing' : JSON.stringify(found));
}

const ACCENTS = /\p{Mn}/gu;
const CONTROLS = /[\p{Cc}\p{Cf}\ufffd]/gu;
/** One punctuation mark, or a run of anything else but white space. BERT counts all ASCII symbols as punctuation. */
const BERT_WORDS = /[\p{P}$+<=>^`|~]|[^\s\p{P}$+<=>^`|~]+/gu;
const WORDS_OR_SYMBOLS = /[\p{L}\p{M}\p{N}\p{Pc}]+|[^\s\p{L}\p{M}\p{N}\p{Pc}]+/gu;
const PUNCTUATION = /[\p{P}$+<=>^`|~]|[^\p{P}$+<=>^`|~]+/gu;

const NORMALISERS: Readonly<Record<string, (step: JsonObject, place: Place) => Normaliser>> = {
  Sequence: (step, place) => {
    const steps = list(step, 'normalizers', place).map((one, i) =>
      readNormaliser(one, { ...place, path: `${place.path}.normalizers[${String(i)}]` }),
    );
    return (text) => steps.reduce((done, next) => next(done), text);
  },
  BertNormalizer: bert,
  Lowercase: () => (text) => text.toLowerCase(),
  NFC: () => (text) => text.normalize('NFC'),
  NFD: () => (text) => text.normalize('NFD'),
  NFKC: () => (text) => text.normalize('NFKC'),
  NFKD: () => (text) => text.normalize('NFKD'),
  StripAccents: () => (text) => text.replace(ACCENTS, ''),
  // SentencePiece's own table (nmt_nfkc) is NFKC with white space and controls cleaned.
  Precompiled: () => (text) => text.replace(/\s/g, ' ').replace(CONTROLS, '').normalize('NFKC'),
  Prepend: (step, place) => {
    const prefix = word(step, 'prepend', place);
    return (text) => (text === '' ? text : prefix + text);
  },
  Strip: (step) => (text) => {
    const left = step['strip_left'] === false ? text : text.trimStart();
    return step['strip_right'] === false ? left : left.trimEnd();
  },
  Replace: (step, place) => {
    const pattern = readPattern(step, place);
    const content = word(step, 'content', place);
    return (text) => text.replace(pattern, () => content);
  },
};

/** Null or absent: the text as it is. */
export function readNormaliser(value: JsonValue | undefined, place: Place): Normaliser {
  if (value === undefined || value === null) return (text) => text;
  return known(NORMALISERS, value, place);
}

function bert(step: JsonObject): Normaliser {
  const lower = step['lowercase'] !== false;
  const bare = typeof step['strip_accents'] === 'boolean' ? step['strip_accents'] : lower;
  return (text) => {
    let done = text;
    if (step['clean_text'] !== false) done = done.replace(/\s/g, ' ').replace(CONTROLS, '');
    if (step['handle_chinese_chars'] !== false) done = done.replace(/\p{Script=Han}/gu, ' $& ');
    if (bare) done = done.normalize('NFD').replace(ACCENTS, '');
    return lower ? done.toLowerCase() : done;
  };
}

const SPLITTERS: Readonly<Record<string, (step: JsonObject, place: Place) => Splitter>> = {
  Sequence: (step, place) => {
    const steps = list(step, 'pretokenizers', place).map((one, i) =>
      readSplitter(one, { ...place, path: `${place.path}.pretokenizers[${String(i)}]` }),
    );
    return (parts) => steps.reduce((done, next) => next(done), parts);
  },
  BertPreTokenizer: () => matching(BERT_WORDS),
  Whitespace: () => matching(WORDS_OR_SYMBOLS),
  WhitespaceSplit: () => matching(/\S+/g),
  Punctuation: (step, place) => {
    const behaviour = step['behavior'] ?? 'Isolated';
    if (behaviour !== 'Isolated')
      refuse({ ...place, path: `${place.path}.behavior` }, '"Isolated"', behaviour);
    return matching(PUNCTUATION);
  },
  Metaspace: metaspace,
};

/** Null or absent: the text in one part. */
export function readSplitter(value: JsonValue | undefined, place: Place): Splitter {
  if (value === undefined || value === null) return (parts) => parts;
  return known(SPLITTERS, value, place);
}

function matching(pattern: RegExp): Splitter {
  return (parts) => parts.flatMap((part) => part.match(pattern) ?? []);
}

function metaspace(step: JsonObject, place: Place): Splitter {
  const mark = step['replacement'] === undefined ? '\u2581' : word(step, 'replacement', place);
  const scheme = step['prepend_scheme'] ?? (step['add_prefix_space'] === false ? 'never' : 'always');
  if (scheme !== 'always' && scheme !== 'first' && scheme !== 'never')
    refuse({ ...place, path: `${place.path}.prepend_scheme` }, '"always", "first" or "never"', scheme);
  return (parts) =>
    parts.flatMap((part, i) => {
      const marked = part.replaceAll(' ', mark);
      const prepend = (scheme === 'always' || (scheme === 'first' && i === 0)) && !marked.startsWith(mark);
      const whole = prepend ? mark + marked : marked;
      return step['split'] === false ? [whole] : splitBefore(whole, mark);
    });
}

function splitBefore(text: string, mark: string): string[] {
  const [first = '', ...rest] = text.split(mark);
  return [...(first === '' ? [] : [first]), ...rest.map((part) => mark + part)];
}

function known<T>(
  table: Readonly<Record<string, (step: JsonObject, place: Place) => T>>,
  value: JsonValue,
  place: Place,
): T {
  const type = isJsonObject(value) ? value['type'] : undefined;
  const make = typeof type === 'string' && Object.hasOwn(table, type) ? table[type] : undefined;
  if (make === undefined || !isJsonObject(value))
    return refuse(
      { ...place, path: `${place.path}.type` },
      `one of ${Object.keys(table).join(', ')}`,
      type ?? value,
    );
  return make(value, place);
}

function list(step: JsonObject, name: string, place: Place): readonly JsonValue[] {
  const value = step[name];
  return Array.isArray(value) ? value : refuse({ ...place, path: `${place.path}.${name}` }, 'a list', value);
}

function word(step: JsonObject, name: string, place: Place): string {
  const value = step[name];
  return typeof value === 'string'
    ? value
    : refuse({ ...place, path: `${place.path}.${name}` }, 'a text', value);
}

function readPattern(step: JsonObject, place: Place): RegExp {
  const pattern = step['pattern'];
  const at = { ...place, path: `${place.path}.pattern` };
  const { String: text, Regex: source } = isJsonObject(pattern) ? pattern : {};
  if (typeof text === 'string') return new RegExp(text.replace(/[$()*+.?[\\\]^{|}/-]/g, '\\$&'), 'gu');
  if (typeof source !== 'string') return refuse(at, '{"String": …} or {"Regex": …}', pattern);
  try {
    return new RegExp(source, 'gu');
  } catch {
    return refuse(at, 'a regular expression that can be read here', source);
  }
}
