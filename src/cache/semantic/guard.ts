/**
 * Refuses to take one question for another when words say that they differ, however near their vectors are:
 * other numbers, units or dates, a "not" more or less, opposites, other names, other subjects, other code,
 * or the same words in an order that turns the meaning round. Deterministic and without a model; it
 * can only refuse, so the most it costs is a request to the upstream.
 *
 * Made for short English questions. In other languages nearly every differing word counts as rare: it
 * refuses too much there, not too little.
 */
import type { VetoReason } from '../../core/events.ts';
import { align, titleWords } from './guard-align.ts';
import { isReordered } from './guard-order.ts';
import { asksOtherwise } from './guard-question.ts';
import type { GuardText, GuardWord } from './guard-text.ts';
import { isApposition, MAX_SIDES, type WordFacts } from './lexicon.ts';
import { PARTICLES } from './lexicon-contrasts.ts';

export { analyse } from './guard-text.ts';
export type { GuardText } from './guard-text.ts';

/** From this weight on, a word on each side that has no counterpart on the other means another subject. */
const SUBJECT_WEIGHT = 5;

/** Words on one side alone that weigh more than this together say something the other text does not. */
const ADDED_WEIGHT = 14;
/** From this weight on, a word beside a name makes another name of it: "ipod mini". */
const NAME_PART_WEIGHT = 5.5;

/** Null when nothing speaks against serving the answer to one for the other. Symmetric. */
export function vetoPair(a: GuardText, b: GuardText): VetoReason | null {
  if (a.code !== b.code) return 'code';
  if (a.addresses !== b.addresses || !sameNumbers(a, b)) return 'number';
  if (!sameUnits(a, b)) return 'unit';
  if (a.negated !== b.negated) return 'negation';
  if (excludeEachOther(a, b) || asksOtherwise(a.question, b.question)) return 'antonym';
  const { left, right } = align(a, b);
  if (left.length > 0 || right.length > 0) {
    if (left.some(isName) || right.some(isName)) return 'entity';
    if (left.some(isRare) || right.some(isRare)) return 'rare_word';
    if (heaviest(left) >= SUBJECT_WEIGHT && heaviest(right) >= SUBJECT_WEIGHT) return 'rare_word';
    if (total(left) > ADDED_WEIGHT || total(right) > ADDED_WEIGHT) return 'rare_word';
    if (extendsName(left, a) || extendsName(right, b)) return 'rare_word';
  }
  if (a.titled && b.titled && titleWords(a, b) > 0 && titleWords(b, a) > 0) return 'rare_word';
  return isReordered(a, b) ? 'order' : null;
}

function isName(word: GuardWord): boolean {
  return word.proper && !(word.facts.kind !== 'unknown' && isApposition(word.facts));
}

function isRare(word: GuardWord): boolean {
  return word.facts.kind === 'unknown';
}

function heaviest(words: readonly GuardWord[]): number {
  let most = 0;
  for (const { facts } of words) if (facts.weight > most) most = facts.weight;
  return most;
}

function total(words: readonly GuardWord[]): number {
  let sum = 0;
  for (const { facts } of words) sum += facts.weight;
  return sum;
}

/** One of `words` stands directly beside a rare word of its text, as part of a longer name. */
function extendsName(words: readonly GuardWord[], text: GuardText): boolean {
  return words.some((word) => {
    if (word.facts.weight < NAME_PART_WEIGHT || isApposition(word.facts)) return false;
    const at = text.words.indexOf(word);
    return text.words[at - 1]?.facts.kind === 'unknown' || text.words[at + 1]?.facts.kind === 'unknown';
  });
}

/** The same numbers; in the same order too where arithmetic or a comparison depends on it. */
function sameNumbers(a: GuardText, b: GuardText): boolean {
  if (a.operators !== b.operators) return false;
  if (a.numbers.length === 0 && b.numbers.length === 0) return true;
  if (a.operators !== '' && a.operators !== '+' && a.operators !== '*')
    return a.numbers.length === b.numbers.length && a.numbers.every((number, i) => number === b.numbers[i]);
  const left = without(a.numbers, b.numbers);
  const right = without(b.numbers, a.numbers);
  return onlyPronouns(left, a.pronounOnes) && onlyPronouns(right, b.pronounOnes);
}

function onlyPronouns(numbers: readonly string[], pronounOnes: number): boolean {
  return numbers.length <= pronounOnes && numbers.every((number) => number === '1');
}

/** A unit that only one text names is often left open ("how tall is it", "how tall is it in feet"): refused as well. */
function sameUnits(a: GuardText, b: GuardText): boolean {
  if (a.units.length === 0 && b.units.length === 0) return true;
  const left = without(a.units, b.units);
  const right = without(b.units, a.units);
  if (left.length > 0 && right.length > 0) return false;
  return left.every(isLoose) && right.every(isLoose);
}

const LOOSE_UNITS: ReadonlySet<string> = new Set([
  'ms',
  'sec',
  'min',
  'hour',
  'day',
  'week',
  'month',
  'year',
]);

function isLoose(unit: string): boolean {
  return LOOSE_UNITS.has(unit);
}

/** What is left of `items` when each of `others` takes one equal away. */
function without(items: readonly string[], others: readonly string[]): readonly string[] {
  if (items.length === 0) return items;
  const rest = [...others];
  return items.filter((item) => {
    const at = rest.indexOf(item);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

/** Each text stands on a side of some contrast that the other does not. */
function excludeEachOther(a: GuardText, b: GuardText): boolean {
  for (const word of a.words) {
    for (const side of word.facts.sides) {
      if (hasSide(b, side)) continue;
      for (const other of b.words)
        if (opposes(side, other.facts, a) && !hasWordOf(word.facts, b) && particlesMatch(a, word, b, other))
          return true;
    }
  }
  return false;
}

/** `facts` stands on another side of the same contrast, which `text` has no word for. */
function opposes(side: number, facts: WordFacts, text: GuardText): boolean {
  for (const other of facts.sides)
    if (other !== side && sameContrast(other, side) && !hasSide(text, other)) return true;
  return false;
}

function sameContrast(a: number, b: number): boolean {
  return Math.floor(a / MAX_SIDES) === Math.floor(b / MAX_SIDES);
}

function hasSide(text: GuardText, side: number): boolean {
  for (const { facts } of text.words) if (facts.sides.includes(side)) return true;
  return false;
}

function hasWordOf(facts: WordFacts, text: GuardText): boolean {
  return text.words.some((word) => word.facts.word === facts.word);
}

/** "on" against "off" counts behind the same verb only, else they are mere prepositions. */
function particlesMatch(a: GuardText, word: GuardWord, b: GuardText, other: GuardWord): boolean {
  if (!PARTICLES.has(word.facts.word) && !PARTICLES.has(other.facts.word)) return true;
  const before = a.words[a.words.indexOf(word) - 1]?.facts;
  const beforeOther = b.words[b.words.indexOf(other) - 1]?.facts;
  return before !== undefined && before.stem === beforeOther?.stem && before.kind !== 'function';
}
