/**
 * The lexical guard: refuses a stored question that merely resembles the one asked. A cosine cannot tell France
 * from Germany or "waived" from "not waived"; words can. Deterministic, microseconds, no model.
 *
 * It refuses when numbers, units, negation, code or addresses differ, when the two stand on opposite sides of a
 * contrast, when a name or rare word has no counterpart, or when what is turned into what is exchanged.
 * It errs on the side of refusing: a refusal costs one upstream call, a wrong answer costs trust.
 */
import type { VetoReason } from '../../core/events.ts';
import { contrastOf, readGuardText, type ContentWord, type GuardText } from './guard-facts.ts';

export type { GuardText } from './guard-facts.ts';

/** A word this rare must have a counterpart even if it only adds to the other text. */
const RARE = 7.2;
/** Two words without counterparts, one on each side, stand for one another from here on: another subject. */
const EXCHANGED = 4.2;
/** Common words beyond this, in all, make a text say more than the other. */
const ADDED = 11;

export function analyse(text: string): GuardText {
  return readGuardText(text);
}

/** Why the two texts are not the same question, or null when nothing speaks against it. Symmetric. */
export function vetoPair(a: GuardText, b: GuardText): VetoReason | null {
  if (a.code !== b.code) return 'code';
  if (a.addresses !== b.addresses) return 'entity';
  if (a.numbers !== b.numbers) return 'number';
  if (a.units !== b.units) return 'unit';
  if (a.negated !== b.negated) return 'negation';
  if (contradict(a.sides, b.sides)) return 'antonym';
  return compareWords(a, b) ?? (exchanged(a, b) ? 'order' : null);
}

/** Both take part in a contrast and share no side of it. */
function contradict(a: readonly number[], b: readonly number[]): boolean {
  for (const side of a) {
    const contrast = contrastOf(side);
    const others = b.filter((other) => contrastOf(other) === contrast);
    if (others.length === 0 || others.includes(side)) continue;
    const mine = a.filter((other) => contrastOf(other) === contrast);
    if (!mine.some((one) => others.includes(one))) return true;
  }
  return false;
}

function compareWords(a: GuardText, b: GuardText): VetoReason | null {
  const left = unmatched(a, b);
  const right = unmatched(b, a);
  for (const word of [...left, ...right]) {
    if (word.proper || word.facts.kind === 'unknown') return 'entity';
    if (word.facts.weight >= RARE) return 'rare_word';
  }
  const heaviest = (words: readonly ContentWord[]): number =>
    words.reduce((most, word) => Math.max(most, word.facts.weight), 0);
  if (Math.min(heaviest(left), heaviest(right)) >= EXCHANGED) return 'rare_word';
  const added = (words: readonly ContentWord[]): number =>
    words.reduce((sum, word) => sum + word.facts.weight, 0);
  return Math.max(added(left), added(right)) > ADDED ? 'rare_word' : null;
}

function unmatched(of: GuardText, against: GuardText): readonly ContentWord[] {
  return of.words.filter(
    (word) => !word.optional && !against.words.some((other) => counterpart(word, other)),
  );
}

function counterpart(one: ContentWord, other: ContentWord): boolean {
  const a = one.facts;
  const b = other.facts;
  if (a.stem === b.stem || a.word === b.word) return true;
  if (a.groups.some((group) => b.groups.includes(group))) return true;
  // "citizen" and "citizenship", "invent" and "inventor": one root, unless it is a name.
  return !one.proper && !other.proper && sameRoot(a.stem, b.stem);
}

function sameRoot(a: string, b: string): boolean {
  const short = Math.min(a.length, b.length);
  if (short < 5) return false;
  let same = 0;
  while (same < short && a.charCodeAt(same) === b.charCodeAt(same)) same += 1;
  return same >= 5 && same >= short - 1 && same >= Math.max(a.length, b.length) * 0.55;
}

/** The same marker points at different words, and each is elsewhere in the other text: A to B became B to A. */
function exchanged(a: GuardText, b: GuardText): boolean {
  for (const [marker, target] of a.directions) {
    const other = b.directions.get(marker);
    if (other === undefined || other === target) continue;
    const has = (text: GuardText, stem: string): boolean =>
      text.words.some((word) => word.facts.stem === stem);
    if (has(a, other) && has(b, target)) return true;
  }
  return false;
}
