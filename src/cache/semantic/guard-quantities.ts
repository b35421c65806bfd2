import {
  AMBIGUOUS_MONTHS,
  CARDINALS,
  FIXED_NUMBERS,
  MAGNITUDES,
  MONTHS,
  ORDINALS,
  ROMAN,
  SHORT_UNITS,
  UNITS,
} from './lexicon-numbers.ts';
import type { Token } from './guard-tokens.ts';

/**
 * The numbers and units of a text in one form: "the 2nd", "second", "II" and "2" are the same, "5 thousand" is 5000,
 * "Jan" and "January" are one month, "kilometres" are "km". What is left are the words.
 */
export interface Quantities {
  /** In the order of the text. Months read `month:5`. */
  readonly numbers: readonly string[];
  /** Signs of arithmetic between numbers or comparing them, in order. */
  readonly operators: readonly string[];
  readonly units: readonly string[];
  /** "one" is as often a pronoun: a 1 that came from it may go unmatched. */
  readonly pronounOnes: number;
  readonly words: readonly Token[];
}

interface Reading {
  readonly numbers: string[];
  readonly operators: string[];
  readonly units: string[];
  readonly words: Token[];
  pronounOnes: number;
}

const MONTH_LEADS: ReadonlySet<string> = new Set([
  'in',
  'of',
  'since',
  'until',
  'till',
  'last',
  'next',
  'by',
  'during',
]);
/** Behind these a Roman numeral is one in lower case too. */
const NUMBERED: ReadonlySet<string> = new Set(
  'war type part chapter phase stage class level volume act title grade ww book season episode'.split(' '),
);
const SECOND_IS_TIME: ReadonlySet<string> = new Set(['per', 'a', 'each', 'every', 'split', '/']);
const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  plus: '+',
  minus: '-',
  times: '*',
  over: '/',
  divided: '/',
  multiplied: '*',
};
const OPERATORS = new Map(
  Object.entries({
    '+': '+',
    '-': '-',
    '−': '-',
    '*': '*',
    '×': '*',
    x: '*',
    '/': '/',
    '÷': '/',
    '^': '^',
    '=': '=',
    '<': '<',
    '>': '>',
  }),
);

export function readQuantities(tokens: readonly Token[]): Quantities {
  const reading: Reading = { numbers: [], operators: [], units: [], words: [], pronounOnes: 0 };
  let at = 0;
  while (at < tokens.length) at = readOne(tokens, at, reading);
  return reading;
}

/** Reads what begins at `at` and answers where the next begins. */
function readOne(tokens: readonly Token[], at: number, into: Reading): number {
  const token = tokens[at] as Token;
  if (token.kind === 'number') return readDigits(tokens, at, into);
  if (token.kind === 'sign') {
    readSign(tokens, at, into);
    return at + 1;
  }
  const spelled = readSpelled(tokens, at, into);
  if (spelled > at) return spelled;
  const month = MONTHS[token.text];
  if (month !== undefined && Object.hasOwn(MONTHS, token.text) && isMonth(tokens, at)) {
    into.numbers.push(`month:${month}`);
    return at + 1;
  }
  const operator = OPERATOR_WORDS[token.text] ?? (token.text === 'x' ? '*' : undefined);
  if (operator !== undefined && isNumeric(tokens[at - 1]) && isNumericSoon(tokens, at + 1)) {
    into.operators.push(operator);
    return at + 1;
  }
  readWord(tokens, at, into);
  return at + 1;
}

/** A unit is also a word ("how many days", "miles to km"): it stays one, under one name, unless a number stands before it. */
function readWord(tokens: readonly Token[], at: number, into: Reading): void {
  const token = tokens[at] as Token;
  const unit = UNITS.get(token.text);
  if (unit === undefined || token.text === 'am') {
    into.words.push(token);
    return;
  }
  into.units.push(unit.unit);
  if (unit.unit === '%' && tokens[at + 1]?.text === 'of') into.operators.push('%');
  if (!unit.always) into.words.push(token);
  else if (unit.unit !== '%' && !isQuantity(tokens[at - 1])) into.words.push({ ...token, text: unit.unit });
}

function readDigits(tokens: readonly Token[], at: number, into: Reading): number {
  const token = tokens[at] as Token;
  let next = at + 1;
  const date = readIsoDate(tokens, at);
  if (date !== null) {
    into.numbers.push(...date);
    return at + 5;
  }
  let value = token.text;
  const behind = tokens[next];
  if (behind?.kind === 'word' && behind.attached && /^(?:st|nd|rd|th|s)$/.test(behind.text)) next += 1;
  else if (behind?.kind === 'word' && behind.attached && behind.text === 'k') {
    value = scaled(value, 1000);
    next += 1;
  }
  for (let word = tokens[next]; word?.kind === 'word' && isMagnitude(word.text); word = tokens[next]) {
    value = scaled(value, MAGNITUDES[word.text] as number);
    next += 1;
  }
  into.numbers.push(value);
  const unit = tokens[next];
  if (unit?.kind === 'word' && Object.hasOwn(SHORT_UNITS, unit.text)) {
    // "in" behind a number is a unit only when written onto it.
    if (unit.text === 'in' && !unit.attached) return next;
    into.units.push(SHORT_UNITS[unit.text] as string);
    return next + 1;
  }
  return next;
}

/** `2024-05-01`: year, month, day. */
function readIsoDate(tokens: readonly Token[], at: number): string[] | null {
  const [year, first, month, second, day] = tokens.slice(at, at + 5);
  if (year?.text.length !== 4 || first?.text !== '-' || second?.text !== '-') return null;
  if (!first.attached || month?.kind !== 'number' || day?.kind !== 'number' || !day.attached) return null;
  return Number(month.text) <= 12 ? [`month:${month.text}`, day.text, year.text] : null;
}

/** "two hundred and five", "twenty-first", "half", "II". Answers `at` when no number begins there. */
function readSpelled(tokens: readonly Token[], at: number, into: Reading): number {
  const token = tokens[at] as Token;
  const fixed = FIXED_NUMBERS[token.text];
  if (fixed !== undefined && Object.hasOwn(FIXED_NUMBERS, token.text)) {
    into.numbers.push(fixed);
    return at + 1;
  }
  const roman = own(ROMAN, NUMBERED.has(tokens[at - 1]?.text ?? '') ? token.raw.toUpperCase() : token.raw);
  if (roman !== undefined && at > 0) {
    into.numbers.push(String(roman));
    return at + 1;
  }
  if (
    token.text === 'second' &&
    (SECOND_IS_TIME.has(tokens[at - 1]?.text ?? '') || isNumeric(tokens[at - 1]))
  )
    return at;
  return readCounted(tokens, at, into);
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

function readSign(tokens: readonly Token[], at: number, into: Reading): void {
  const sign = tokens[at] as Token;
  const unit = UNITS.get(sign.text);
  if (unit !== undefined) into.units.push(unit.unit);
  if (sign.text === '%' && tokens[at + 1]?.text === 'of') into.operators.push('%');
  const operator = OPERATORS.get(sign.text);
  if (
    operator !== undefined &&
    isNumericSoon(tokens, at + 1) &&
    (isNumeric(tokens[at - 1]) || '<>='.includes(operator))
  )
    into.operators.push(operator);
}

function isMonth(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at] as Token;
  if (!AMBIGUOUS_MONTHS.has(token.text)) return true;
  return (
    isNumeric(tokens[at - 1]) ||
    isNumeric(tokens[at + 1]) ||
    (tokens[at - 1]?.text === 'of' && isNumeric(tokens[at - 2])) ||
    (MONTH_LEADS.has(tokens[at - 1]?.text ?? '') && (token.proper || token.text === 'august'))
  );
}

function isMagnitude(word: string): boolean {
  return Object.hasOwn(MAGNITUDES, word);
}

function isNumeric(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return (
    token.kind === 'number' ||
    own(CARDINALS, token.text) !== undefined ||
    /^(?:st|nd|rd|th)$/.test(token.text)
  );
}

function isQuantity(token: Token | undefined): boolean {
  return isNumeric(token) || (token !== undefined && isMagnitude(token.text));
}

/** A number here, or behind the "by" of "divided by" or an opening bracket. */
function isNumericSoon(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.text === 'by' || token?.text === '(' || token?.text === '-') return isNumeric(tokens[at + 1]);
  return isNumeric(token);
}

function own(table: Readonly<Record<string, number>>, word: string): number | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

function scaled(value: string, factor: number): string {
  const product = Number(value) * factor;
  return Number.isFinite(product) ? String(product) : value;
}
