import { CARDINALS, FIXED_NUMBERS, FRACTIONS, MAGNITUDES, ORDINALS, ROMAN } from './lexicon-numbers.ts';
import type { Token } from './tokens.ts';

/** What has been read of a text. */
export interface Reading {
  readonly numbers: string[];
  readonly operators: string[];
  readonly units: string[];
  readonly words: Token[];
  pronounOnes: number;
}

/** Behind these a Roman numeral is one in lower case too. */
const NUMBERED: ReadonlySet<string> = new Set(
  'war type part chapter phase stage class level volume act title grade ww book season episode'.split(' '),
);
const SECOND_IS_TIME: ReadonlySet<string> = new Set(['per', 'a', 'each', 'every', 'split', '/']);

/** Any word that a number may begin with, but for Roman ones. */
const NUMBER_WORDS: ReadonlySet<string> = new Set(
  [FIXED_NUMBERS, CARDINALS, ORDINALS, MAGNITUDES, FRACTIONS].flatMap(Object.keys),
);

/** "two hundred and five", "twenty-first", "half", "II". Answers `at` when no number begins there. */
export function readSpelled(tokens: readonly Token[], at: number, into: Reading): number {
  const token = tokens[at] as Token;
  const roman = romanAt(tokens, at);
  if (roman !== undefined) {
    into.numbers.push(String(roman));
    return at + 1;
  }
  if (!NUMBER_WORDS.has(token.text)) return at;
  const fixed = FIXED_NUMBERS[token.text];
  if (fixed !== undefined && Object.hasOwn(FIXED_NUMBERS, token.text)) {
    into.numbers.push(fixed);
    return at + 1;
  }
  if (
    token.text === 'second' &&
    (SECOND_IS_TIME.has(tokens[at - 1]?.text ?? '') || isNumeric(tokens[at - 1]))
  )
    return at;
  return readFraction(tokens, at, into) ?? readCounted(tokens, at, into);
}

function romanAt(tokens: readonly Token[], at: number): number | undefined {
  if (at === 0) return undefined;
  const { raw } = tokens[at] as Token;
  if (raw.charCodeAt(0) < 97)
    return own(ROMAN, NUMBERED.has(tokens[at - 1]?.text ?? '') ? raw.toUpperCase() : raw);
  return NUMBERED.has(tokens[at - 1]?.text ?? '') ? own(ROMAN, raw.toUpperCase()) : undefined;
}

/** "three quarters", "one third", "a third of". */
function readFraction(tokens: readonly Token[], at: number, into: Reading): number | null {
  const word = (tokens[at] as Token).text;
  if (tokens[at - 1]?.text === 'a' && tokens[at + 1]?.text === 'of') {
    const part = own(FRACTIONS, word);
    if (part !== undefined) return pushFraction(into, 1, part, at + 1);
  }
  const count = own(CARDINALS, word);
  if (count === undefined) return null;
  const next = tokens[at + 1]?.text === '-' ? at + 2 : at + 1;
  const name = tokens[next]?.text ?? '';
  const part = own(FRACTIONS, count === 1 ? name : name.replace(/s$/, '').replace('halve', 'half'));
  if (part === undefined || (count > 1 && !name.endsWith('s'))) return null;
  return pushFraction(into, count, part, next + 1);
}

function pushFraction(into: Reading, count: number, part: number, next: number): number {
  into.numbers.push(String(Number((count / part).toFixed(4))));
  return next;
}

function readCounted(tokens: readonly Token[], at: number, into: Reading): number {
  let sum = 0;
  let group = 0;
  let next = at;
  let ended = false;
  for (; !ended && next < tokens.length; next++) {
    const word = (tokens[next] as Token).text;
    const cardinal = own(CARDINALS, word);
    const ordinal = own(ORDINALS, word);
    const magnitude = own(MAGNITUDES, word);
    if (cardinal !== undefined && fits(group, cardinal)) group += cardinal;
    else if (
      ordinal !== undefined &&
      fits(group, ordinal) &&
      !(word === 'second' && next > at && group < 20)
    ) {
      group += ordinal;
      ended = true;
    } else if (magnitude === 100 && group < 100) group = Math.max(1, group) * 100;
    else if (magnitude !== undefined && magnitude > 100) {
      sum += Math.max(1, group) * magnitude;
      group = 0;
    } else if (!(next > at && isJoint(tokens, next, group))) break;
  }
  if (next === at) return at;
  if (next === at + 1 && (tokens[at] as Token).text === 'one') {
    into.pronounOnes += 1;
  }
  into.numbers.push(String(sum + group));
  return next;
}

/** "twenty" takes "one" to "nine", "hundred" takes anything below it, nothing takes everything. */
function fits(group: number, value: number): boolean {
  if (group === 0) return true;
  if (group % 100 === 0) return value < 100;
  return group % 100 >= 20 && group % 10 === 0 && value > 0 && value < 10;
}

/** The hyphen in "twenty-one" and the "and" in "hundred and five". */
function isJoint(tokens: readonly Token[], at: number, group: number): boolean {
  const word = (tokens[at] as Token).text;
  const after = tokens[at + 1]?.text ?? '';
  const value = own(CARDINALS, after) ?? own(ORDINALS, after);
  if (word === '-') return value !== undefined && value < 10 && group % 100 >= 20;
  return word === 'and' && group >= 100 && group % 100 === 0 && value !== undefined;
}

/** Digits, a number word or the ending of "2nd". */
export function isNumeric(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return (
    token.kind === 'number' ||
    own(CARDINALS, token.text) !== undefined ||
    /^(?:st|nd|rd|th)$/.test(token.text)
  );
}

/** What `table` has for the word, not what every object has. */
function own(table: Readonly<Record<string, number>>, word: string): number | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
