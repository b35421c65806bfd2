import { COMMON_WORDS } from './lexicon-common.ts';
import { CONTRASTS } from './lexicon-contrasts.ts';
import { DEMONYMS, SYNONYMS } from './lexicon-synonyms.ts';
import { EVERYDAY_WORDS, PARTS_OF_SPEECH, WORDNET_SYNONYMS } from './lexicon-wordnet.ts';
import {
  APPOSITION_WORDS,
  FUNCTION_WORDS,
  GENERIC_WORDS,
  GRADED_ADJECTIVES,
  IRREGULAR_FORMS,
  SHORT_COMMON_WORDS,
} from './lexicon-words.ts';

/**
 * What the guard knows about a word: its base form, how common it is, what it means the same as and what it
 * excludes. English. Words it has never met are rare, and a rare word that only one of two texts has is a
 * reason not to serve; so in other languages the guard errs on the side of refusing.
 */
export interface WordFacts {
  /** Lower case. */
  readonly word: string;
  /** The base form. */
  readonly stem: string;
  readonly kind: WordKind;
  /** How much it says: 0 for function and generic words, then rising with rarity up to `RARE_WEIGHT`. */
  readonly weight: number;
  /** Synonym groups it belongs to. */
  readonly groups: readonly number[];
  /** Sides of contrasts it stands on: contrast × 16 + side. */
  readonly sides: readonly number[];
  /** What it is used as: 1 noun, 2 verb, 4 adjective, 8 adverb, added up. All, where nothing is known. */
  readonly parts: number;
}

/**
 * - `function`: grammar; `generic`: frames a question, says nothing about its subject
 * - `common`: in the list, by itself or in an inflected form
 * - `derived`: made of common words ("birthplace", "citizenship")
 * - `unknown`: none of these, so most likely a name or a technical term
 */
export type WordKind = 'function' | 'generic' | 'common' | 'derived' | 'unknown';

export const RARE_WEIGHT = 10;
export const MAX_SIDES = 16;

const NOUN = 1;
const VERB = 2;
const ADJECTIVE = 4;
const ANY_PART = 15;
const NOTHING: readonly number[] = [];
const functionWords: ReadonlySet<string> = new Set(FUNCTION_WORDS);
const genericWords: ReadonlySet<string> = new Set(GENERIC_WORDS);
const appositions: ReadonlySet<string> = new Set(APPOSITION_WORDS);
const graded: ReadonlySet<string> = new Set(GRADED_ADJECTIVES);
const irregular: ReadonlyMap<string, string> = new Map(
  IRREGULAR_FORMS.map((entry) => entry.split(':') as [string, string]),
);

interface Tables {
  /** Rank by word: 1 is the most frequent. Hand-written short words and adjectives count as rank 500. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, readonly number[]>;
  readonly sides: ReadonlyMap<string, readonly number[]>;
  readonly parts: ReadonlyMap<string, number>;
}

let made: Tables | null = null;

/** Made when the first text is read: never, where the cache knows identical requests alone. */
function tables(): Tables {
  made ??= {
    ranks: new Map<string, number>([
      ...EVERYDAY_WORDS.map((word, index) => [word, COMMON_WORDS.length + index + 1] as const),
      ...[...SHORT_COMMON_WORDS, ...GRADED_ADJECTIVES].map((word) => [word, 500] as const),
      ...COMMON_WORDS.map((word, index) => [word, index + 1] as const),
    ]),
    groups: indexLines([...SYNONYMS, ...DEMONYMS, ...WORDNET_SYNONYMS]),
    sides: indexSides(CONTRASTS),
    parts: new Map(
      PARTS_OF_SPEECH.flatMap(([parts, words]) =>
        words
          .trim()
          .split(/\s+/)
          .map((word) => [word, parts]),
      ),
    ),
  };
  return made;
}

/** Facts computed so far. Started anew when full, so that memory stays bounded whatever people write. */
const known = new Map<string, WordFacts>();
const MAX_KNOWN = 16_384;
/** Longer "words" are not kept: they are never seen again. */
const MAX_KNOWN_LENGTH = 40;

/** `word` in lower case, without apostrophes. */
export function factsOf(word: string): WordFacts {
  const remembered = known.get(word);
  if (remembered !== undefined) return remembered;
  const facts = describe(word);
  if (word.length <= MAX_KNOWN_LENGTH) {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(word, facts);
  }
  return facts;
}

/** Whether one could stand in the other's place: a verb could not in a noun's, an adjective may be used as a noun. */
export function areAlike(a: WordFacts, b: WordFacts): boolean {
  return (asNoun(a.parts) & asNoun(b.parts)) !== 0;
}

function asNoun(parts: number): number {
  return (parts & ADJECTIVE) === 0 ? parts : parts | NOUN;
}

/** Whether two sides, as in `WordFacts.sides`, are of one contrast. */
export function sameContrast(a: number, b: number): boolean {
  return Math.floor(a / MAX_SIDES) === Math.floor(b / MAX_SIDES);
}

/** A word that may stand beside a name without changing what is meant ("the city of Paris"). */
export function isApposition(facts: WordFacts): boolean {
  return appositions.has(facts.word) || appositions.has(facts.stem);
}

function describe(word: string): WordFacts {
  const stem = stemOf(word);
  const kind = kindOf(word, stem);
  return {
    word,
    stem,
    kind,
    weight: weightOf(kind, tables().ranks.get(stem) ?? tables().ranks.get(word)),
    groups: tables().groups.get(stem) ?? tables().groups.get(word) ?? NOTHING,
    sides: union(tables().sides.get(word), stem === word ? sidesOfAdverb(word) : tables().sides.get(stem)),
    parts: partsOf(word, stem),
  };
}

/** "Slowly" stands where "slow" does. */
function sidesOfAdverb(word: string): readonly number[] | undefined {
  if (!word.endsWith('ly') || word.length < 6) return undefined;
  const base = word.slice(0, -2);
  return (
    tables().sides.get(base) ?? (base.endsWith('i') ? tables().sides.get(`${base.slice(0, -1)}y`) : undefined)
  );
}

/** An inflected form may be used as what its base seldom is: "sweets", "fasting". */
function partsOf(word: string, stem: string): number {
  const known = tables().parts.get(stem) ?? tables().parts.get(word);
  if (known === undefined) return ANY_PART;
  if (word === stem) return known;
  if (word.endsWith('s')) return known | NOUN | VERB;
  if (word.endsWith('ing')) return known | NOUN | VERB | ADJECTIVE;
  return word.endsWith('ed') ? known | VERB | ADJECTIVE : known;
}

function kindOf(word: string, stem: string): WordKind {
  if (functionWords.has(word)) return 'function';
  if (genericWords.has(word) || genericWords.has(stem)) return 'generic';
  if (tables().ranks.has(word) || tables().ranks.has(stem)) return 'common';
  return isDerived(word) ? 'derived' : 'unknown';
}

function weightOf(kind: WordKind, rank: number | undefined): number {
  if (kind === 'function' || kind === 'generic') return 0;
  if (kind === 'unknown') return RARE_WEIGHT;
  return rank === undefined ? 8 : Math.log(rank + 1);
}

/**
 * The base form of an inflected English word, when rules and list agree on one: plural, third person,
 * past, participle, comparative and superlative. Never a root: "national" stays "national".
 */
export function stemOf(word: string): string {
  const fixed = irregular.get(word);
  if (fixed !== undefined) return fixed;
  if (word.length < 4 || functionWords.has(word)) return word;
  if (word.endsWith('s')) return singular(word);
  if (word.endsWith('ing') && word.length > 5) return verbBase(word, word.slice(0, -3));
  if (word.endsWith('ied') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (word.endsWith('ed') && word.length > 4) return verbBase(word, word.slice(0, -2));
  if (word.endsWith('est') && word.length > 5) return gradedBase(word, word.slice(0, -3));
  if (word.endsWith('er') && word.length > 4) return gradedBase(word, word.slice(0, -2));
  return word;
}

function singular(word: string): string {
  if (/(?:ss|us|is|[^aeiou]ous)$/.test(word)) return word;
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  const base = word.slice(0, -1);
  if (/(?:[sxz]|ch|sh|o)es$/.test(word) && !tables().ranks.has(base)) return word.slice(0, -2);
  return base;
}

function verbBase(word: string, cut: string): string {
  if (cut.length < 3 || !/[aeiouy]/.test(cut)) return word;
  const last = cut.at(-1) ?? '';
  if (last === cut.at(-2) && !tables().ranks.has(cut) && !'aeiou'.includes(last)) return cut.slice(0, -1);
  if (
    tables().ranks.has(`${cut}e`) &&
    !(tables().ranks.has(cut) && (tables().ranks.get(cut) ?? 0) < (tables().ranks.get(`${cut}e`) ?? 0))
  )
    return `${cut}e`;
  if (tables().ranks.has(cut)) return cut;
  // A common word that only looks inflected ("morning", "hundred") stays as it is.
  return tables().ranks.has(word) ? word : cut;
}

function gradedBase(word: string, cut: string): string {
  if (graded.has(cut)) return cut;
  if (graded.has(`${cut}e`)) return `${cut}e`;
  if (cut.at(-1) === cut.at(-2) && graded.has(cut.slice(0, -1))) return cut.slice(0, -1);
  if (cut.endsWith('i') && graded.has(`${cut.slice(0, -1)}y`)) return `${cut.slice(0, -1)}y`;
  return word;
}

const SUFFIXES =
  /(?:ships?|ments?|ness|ities|ity|hood|less|ful|ly|ists?|isms?|ations?|ions?|ors?|ers?|able|ible|al|ally|ance|ence|ive|ish|ize|ized|izes|izing|ise|ised|y|ed)$/;
const PREFIXES = /^(?:un|re|non|pre|anti|over|under|sub|inter|mis|dis|multi|super|semi|auto|co)(?=[a-z]{4})/;

/** Made of common words by a prefix, a suffix or as a compound. */
function isDerived(word: string): boolean {
  if (word.length < 6) return false;
  const root = word.replace(SUFFIXES, '');
  if (root !== word && root.length >= 4 && hasCommonRoot(root)) return true;
  const rest = word.replace(PREFIXES, '');
  if (rest !== word && hasCommonRoot(stemOf(rest))) return true;
  for (let at = 4; at <= word.length - 4; at++)
    if (tables().ranks.has(word.slice(0, at)) && tables().ranks.has(stemOf(word.slice(at)))) return true;
  return false;
}

function hasCommonRoot(root: string): boolean {
  return (
    tables().ranks.has(root) ||
    tables().ranks.has(`${root}e`) ||
    tables().ranks.has(`${root}y`) ||
    tables().ranks.has(stemOf(root))
  );
}

function indexLines(lines: readonly string[]): Map<string, readonly number[]> {
  const index = new Map<string, number[]>();
  for (const [group, line] of lines.entries())
    for (const word of line.trim().split(/\s+/)) addTo(index, word, group);
  return index;
}

function indexSides(lines: readonly string[]): Map<string, readonly number[]> {
  const index = new Map<string, number[]>();
  for (const [contrast, line] of lines.entries())
    for (const [side, words] of line.split('|').entries())
      for (const word of words.trim().split(/\s+/)) addTo(index, word, contrast * MAX_SIDES + side);
  return index;
}

function addTo(index: Map<string, number[]>, word: string, value: number): void {
  const values = index.get(word);
  if (values === undefined) index.set(word, [value]);
  else if (!values.includes(value)) values.push(value);
}

function union(a: readonly number[] | undefined, b: readonly number[] | undefined): readonly number[] {
  if (a === undefined) return b ?? NOTHING;
  return b === undefined ? a : [...new Set([...a, ...b])];
}
