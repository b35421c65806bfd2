import { AMBIGUOUS_MONTHS, MAGNITUDES, MONTHS, SHORT_UNITS, UNITS } from './lexicon-numbers.ts';
import { isNumeric, readSpelled, type Reading } from './spelled.ts';
import type { Token } from './tokens.ts';

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
const OPERATOR_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    plus: '+',
    minus: '-',
    times: '*',
    over: '/',
    divided: '/',
    multiplied: '*',
    x: '*',
  }),
);
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
  const month = MONTHS.get(token.text);
  if (month !== undefined && isMonth(tokens, at)) {
    into.numbers.push(`month:${String(month)}`);
    return at + 1;
  }
  const operator = OPERATOR_WORDS.get(token.text);
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
  return Number(month.text) <= 12
    ? [`month:${String(Number(month.text))}`, String(Number(day.text)), year.text]
    : null;
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

function isQuantity(token: Token | undefined): boolean {
  return isNumeric(token) || (token !== undefined && isMagnitude(token.text));
}

/** A number here, or behind the "by" of "divided by" or an opening bracket. */
function isNumericSoon(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.text === 'by' || token?.text === '(' || token?.text === '-') return isNumeric(tokens[at + 1]);
  return isNumeric(token);
}

function scaled(value: string, factor: number): string {
  const product = Number(value) * factor;
  return Number.isFinite(product) ? String(product) : value;
}
