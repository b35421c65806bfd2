/**
 * Refuses to take one question for another when words say that they differ, however near their vectors are:
 * other numbers, units or dates, a "not" more or less, opposites, other names, other subjects, other code,
 * or the same words in an order that turns the meaning round. Deterministic and without a model; it
 * can only refuse, so the most it costs is a request to the upstream.
 *
 * Made for short English questions. In other languages nearly every differing word counts as rare: it
 * refuses too much there, not too little.
 */
import type { VetoReason } from '../../../core/events.ts';
import { align, titleWords } from './align.ts';
import { isReordered } from './order.ts';
import { swapsWord } from './swap.ts';
import { asksOtherwise } from './question.ts';
import type { GuardText, GuardWord, Particulars } from './text.ts';
import { areAlike, isApposition, sameContrast } from './lexicon.ts';
import { PARTICLES } from './lexicon-contrasts.ts';

export { analyse, particularsOf } from './text.ts';
export type { GuardText, Particulars } from './text.ts';

/** From this weight on, a word on each side that has no counterpart on the other means another subject. */
const SUBJECT_WEIGHT = 4.5;

/** Words on one side alone that weigh more than this together say something the other text does not. */
const ADDED_WEIGHT = 14;
/** From this weight on, a word beside a name makes another name of it: "ipod mini". */
const NAME_PART_WEIGHT = 5.5;
/** From this weight on, a word beside any other content word names another thing: "router password". */
const PART_WEIGHT = 7;

/** Null when nothing speaks against serving the answer to one for the other. Symmetric. */
export function vetoPair(a: GuardText, b: GuardText): VetoReason | null {
  return vetoParticulars(a, b) ?? vetoWording(a, b);
}

/** The part of `vetoPair` that looks at no word. */
export function vetoParticulars(a: Particulars, b: Particulars): VetoReason | null {
  if (a.code !== b.code) return 'code';
  if (a.addresses !== b.addresses || !sameNumbers(a, b)) return 'number';
  if (!sameUnits(a, b)) return 'unit';
  return a.negated !== b.negated ? 'negation' : null;
}

/** The rest of `vetoPair`, for texts with the same particulars. */
export function vetoWording(a: GuardText, b: GuardText): VetoReason | null {
  if (a.quoted !== '' && b.quoted !== '' && a.quoted !== b.quoted) return 'entity';
  if (excludeEachOther(a, b) || asksOtherwise(a.question, b.question)) return 'antonym';
  const { left, right } = align(a, b);
  if (left.length > 0 || right.length > 0) {
    if (left.some(isName) || right.some(isName)) return 'entity';
    // Nothing in common but grammar: "how old are you" and "how are you".
    if (left.length === a.content.length && right.length === b.content.length) return 'rare_word';
    if (left.some(isRare) || right.some(isRare)) return 'rare_word';
    if (otherSubject(left, right, a, b)) return 'rare_word';
    if (total(left) > ADDED_WEIGHT || total(right) > ADDED_WEIGHT) return 'rare_word';
    if (extendsName(left, a) || extendsName(right, b)) return 'rare_word';
  }
  if (a.titled && b.titled && titleWords(a, b) > 0 && titleWords(b, a) > 0) return 'rare_word';
  if (isReordered(a, b)) return 'order';
  return swapsWord(a, b, left, right) ? 'rare_word' : null;
}

function isName(word: GuardWord): boolean {
  return word.proper && !(word.facts.kind !== 'unknown' && isApposition(word.facts));
}

function isRare(word: GuardWord): boolean {
  return word.facts.kind === 'unknown';
}

/**
 * A heavy word on each side: another subject, unless most of what both say is the same and neither could stand in the other's place,
 * as "eat" and "food".
 */
function otherSubject(
  left: readonly GuardWord[],
  right: readonly GuardWord[],
  a: GuardText,
  b: GuardText,
): boolean {
  const alike = 2 * total(left) < total(a.content) && 2 * total(right) < total(b.content);
  return left.some(
    ({ facts }) =>
      facts.weight >= SUBJECT_WEIGHT &&
      right.some((other) => other.facts.weight >= SUBJECT_WEIGHT && (!alike || areAlike(other.facts, facts))),
  );
}

function total(words: readonly GuardWord[]): number {
  let sum = 0;
  for (const { facts } of words) sum += facts.weight;
  return sum;
}

/** One of `words` stands directly beside a word that both texts have, and makes another thing of it. */
function extendsName(words: readonly GuardWord[], text: GuardText): boolean {
  return words.some((word) => {
    const { facts } = word;
    if (facts.weight < NAME_PART_WEIGHT || isApposition(facts) || /(?:ed|ing|ly)$/.test(facts.word))
      return false;
    const at = text.words.indexOf(word);
    return (
      isAnchor(text.words[at - 1], facts.weight, words) || isAnchor(text.words[at + 1], facts.weight, words)
    );
  });
}

function isAnchor(neighbour: GuardWord | undefined, weight: number, words: readonly GuardWord[]): boolean {
  if (neighbour === undefined || neighbour.facts.weight === 0 || words.includes(neighbour)) return false;
  return neighbour.facts.kind === 'unknown' || weight >= PART_WEIGHT;
}

/** The same numbers; in the same order too where arithmetic or a comparison depends on it. */
function sameNumbers(a: Particulars, b: Particulars): boolean {
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
function sameUnits(a: Particulars, b: Particulars): boolean {
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
  if (turnsPhrasal(a, b)) return true;
  for (const word of a.words) {
    const { facts } = word;
    if (facts.sides.length === 0) continue;
    if (PARTICLES.has(facts.word)) {
      if (turnsOtherWay(a, word, b)) return true;
    } else if (!b.vocabulary.has(facts.word)) {
      for (const side of facts.sides) if (!b.sides.has(side) && opposes(side, b, a)) return true;
    }
  }
  return false;
}

/** `text` stands on another side of the contrast, where `other` does not. */
function opposes(side: number, text: GuardText, other: GuardText): boolean {
  for (const opposite of text.sides)
    if (opposite !== side && sameContrast(opposite, side) && !other.sides.has(opposite)) return true;
  return false;
}

/** "turn on" against "turn off": behind the same verb; anywhere else these words are mere prepositions. */
function turnsOtherWay(a: GuardText, particle: GuardWord, b: GuardText): boolean {
  const verb = a.words[a.words.indexOf(particle) - 1]?.facts;
  if (verb === undefined || verb.kind === 'function') return false;
  const [side = 0] = particle.facts.sides;
  let opposed = false;
  for (let i = 1; i < b.words.length; i++) {
    const { word, sides } = (b.words[i] as GuardWord).facts;
    if (b.words[i - 1]?.facts.stem !== verb.stem || !PARTICLES.has(word)) continue;
    if (sides.includes(side)) return false;
    if (sides.some((opposite) => sameContrast(opposite, side))) opposed = true;
  }
  return opposed;
}

/** Verbs whose particle may stand behind their object: "turn the light off". */
const PHRASAL: ReadonlySet<string> = new Set([
  'turn',
  'switch',
  'put',
  'shut',
  'zoom',
  'log',
  'roll',
  'scroll',
  'pull',
  'push',
]);
/** How far behind. */
const PARTICLE_REACH = 6;

/** "turn on the light" against "turn the light off". */
function turnsPhrasal(a: GuardText, b: GuardText): boolean {
  for (const { facts } of a.words) {
    if (!PHRASAL.has(facts.stem)) continue;
    const mine = particlesOf(a, facts.stem);
    const theirs = particlesOf(b, facts.stem);
    if (mine.some((side) => theirs.includes(side))) continue;
    if (mine.some((side) => theirs.some((other) => sameContrast(other, side)))) return true;
  }
  return false;
}

/** Sides of the particles behind each form of the verb. */
function particlesOf(text: GuardText, verb: string): readonly number[] {
  return text.words.flatMap(({ facts }, at) =>
    facts.stem !== verb
      ? []
      : text.words
          .slice(at + 1, at + 1 + PARTICLE_REACH)
          .flatMap(({ facts: after }) => (PARTICLES.has(after.word) ? after.sides : [])),
  );
}
