import type { GuardText, GuardWord } from './text.ts';
import type { WordFacts } from './lexicon.ts';

/** Which content words of two texts have no counterpart in the other. */
export interface Alignment {
  readonly left: readonly GuardWord[];
  readonly right: readonly GuardWord[];
}

const NONE: readonly GuardWord[] = [];

/** Parts of a question that a title of other words may be told apart without. */
const GLUE: ReadonlySet<string> = new Set(
  (
    'the a an is are was were be been am do does did has have had of in by to for from on at with and as that this it its ' +
    'who whom whose what which when where why how name called call tell me can you could please i know give s ' +
    'original originally first ever there also come came out like'
  ).split(' '),
);

/** Words of any kind that a title may consist of and that the other text does not have. */
export function titleWords(from: GuardText, other: GuardText): number {
  let count = 0;
  for (const word of from.words) if (!GLUE.has(word.facts.word) && !hasCounterpart(word, other)) count += 1;
  return count;
}

export function align(a: GuardText, b: GuardText): Alignment {
  const left = unmatched(a, b);
  const right = unmatched(b, a);
  if (left.length === 0 && right.length === 0) return { left: NONE, right: NONE };
  return { left, right };
}

function unmatched(from: GuardText, other: GuardText): readonly GuardWord[] {
  let missing: GuardWord[] | null = null;
  for (let i = 0; i < from.content.length; i++) {
    const word = from.content[i] as GuardWord;
    if (
      !isSurplus(from.content, i, other.content) &&
      (hasCounterpart(word, other) || isSpelledOut(word, from, other))
    )
      continue;
    (missing ??= []).push(word);
  }
  return missing ?? NONE;
}

/** The word has come before, and oftener than in the other text: "the beast in Beauty and the Beast". */
function isSurplus(content: readonly GuardWord[], at: number, other: readonly GuardWord[]): boolean {
  const { stem } = (content[at] as GuardWord).facts;
  let before = 0;
  for (let i = 0; i < at; i++) if (content[i]?.facts.stem === stem) before += 1;
  if (before === 0) return false;
  let there = 0;
  for (const { facts } of other) if (facts.stem === stem) there += 1;
  return there > 0 && there <= before;
}

function hasCounterpart(word: GuardWord, other: GuardText): boolean {
  if (other.vocabulary.has(word.facts.word)) return true;
  for (const candidate of other.words) if (isSame(word, candidate)) return true;
  return false;
}

/** The same word, an inflection, a derivation, a synonym or a misspelling. */
export function isSame(a: GuardWord, b: GuardWord): boolean {
  const left = a.facts;
  const right = b.facts;
  if (left === right || left.word === right.word) return true;
  // "Adam" and "Adams" are two names, "apple" and "apples" one word.
  if (a.proper && b.proper && (left.kind === 'unknown' || right.kind === 'unknown'))
    return shareGroup(left, right);
  if (left.stem === right.stem) return true;
  return shareGroup(left, right) || isRelated(left, right) || isMisspelt(left, right);
}

function shareGroup(a: WordFacts, b: WordFacts): boolean {
  if (a.groups.length === 0 || b.groups.length === 0) return false;
  for (const group of a.groups) if (b.groups.includes(group)) return true;
  return false;
}

const ENDINGS: ReadonlySet<string> = new Set(
  (
    'e er or ed ing ment ments ion ions tion ation ations ence ent ance ant ship ity ness ly al y ist ic ical ive ' +
    'able ize ise ized ised ization isation ial ian ies ied es s d r rs ers ors ing ings'
  ).split(' '),
);
/** Same beginning and usual endings, but nothing to do with each other. */
const UNRELATED: ReadonlySet<string> = new Set(
  (
    'organ organization|universe university|author authority|general generation|general generate|import importance|' +
    'import important|commune community|contract contraction|inform information|station stationary|' +
    'particle particular|relate relative|roman romanian|passion passive|mission missive|custom customer|' +
    'nature nation|internal international|employer employee|object objective|subject subjective|' +
    'compute computer|depart department|apart apartment|press pressure|count county|count country'
  ).split('|'),
);

/** Two forms of one root: "invent" and "inventor", "differ" and "difference". */
function isRelated(a: WordFacts, b: WordFacts): boolean {
  const x = a.stem;
  const y = b.stem;
  const shorter = Math.min(x.length, y.length);
  if (shorter < 4 || x.charCodeAt(0) !== y.charCodeAt(0)) return false;
  let shared = 1;
  while (shared < shorter && x.charCodeAt(shared) === y.charCodeAt(shared)) shared += 1;
  if (shared < 4 || (shared < 5 && shared < shorter)) return false;
  const xEnd = x.slice(shared);
  const yEnd = y.slice(shared);
  if ((xEnd !== '' && !ENDINGS.has(xEnd)) || (yEnd !== '' && !ENDINGS.has(yEnd))) return false;
  return !UNRELATED.has(x < y ? `${x} ${y}` : `${y} ${x}`);
}

/**
 * One slip apart: a letter more, less, another or swapped. Only an unknown word can be a misspelling; of two
 * unknown ones both could be right, so they must be long.
 */
function isMisspelt(a: WordFacts, b: WordFacts): boolean {
  const unknown = (a.kind === 'unknown' ? 1 : 0) + (b.kind === 'unknown' ? 1 : 0);
  if (unknown === 0) return false;
  const least = unknown === 2 ? 8 : 5;
  if (Math.min(a.word.length, b.word.length) < least || a.word[0] !== b.word[0]) return false;
  return isOneSlip(a.word, b.word);
}

function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a.charCodeAt(start) === b.charCodeAt(start)) start += 1;
  let end = 0;
  const room = Math.min(a.length, b.length) - start;
  while (end < room && a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)) end += 1;
  const x = a.slice(start, a.length - end);
  const y = b.slice(start, b.length - end);
  if (x.length <= 1 && y.length <= 1) return true;
  return x.length === 2 && y.length === 2 && x[0] === y[1] && x[1] === y[0];
}

/** "cellphone" for "cell phone", "NLP" for "natural language processing", and the reverse of both. */
function isSpelledOut(word: GuardWord, from: GuardText, other: GuardText): boolean {
  return (
    joins(word.facts.word, other) ||
    partOfJoined(word, from, other) ||
    (word.acronym && hasInitials(word.facts.word, other)) ||
    standsInAcronym(word, from, other)
  );
}

/** Two neighbours of `text` written together give `word`. */
function joins(word: string, text: GuardText): boolean {
  if (word.length < 5) return false;
  for (let i = 0; i + 1 < text.words.length; i++) {
    const first = wordAt(text, i);
    if (word.startsWith(first) && word === first + wordAt(text, i + 1)) return true;
  }
  return false;
}

function partOfJoined(word: GuardWord, from: GuardText, other: GuardText): boolean {
  const at = from.words.indexOf(word);
  const part = word.facts.word;
  const withNext = part + wordAt(from, at + 1);
  const withPrevious = wordAt(from, at - 1) + part;
  for (const { facts } of other.content)
    if (facts.word.length > part.length && (facts.word === withNext || facts.word === withPrevious))
      return true;
  return false;
}

const SKIPPED_IN_ACRONYMS: ReadonlySet<string> = new Set(['of', 'the', 'and', 'for']);

/** Where words with these initials begin in `text`, as the indices [first, last]; null when they do not. */
function initialsSpan(acronym: string, text: GuardText): readonly [number, number] | null {
  if (acronym.length < 2) return null;
  for (let start = 0; start < text.words.length; start++) {
    let letter = 0;
    let i = start;
    for (; i < text.words.length && letter < acronym.length; i++) {
      const word = wordAt(text, i);
      if (word[0] === acronym[letter]) letter += 1;
      else if (letter === 0 || !SKIPPED_IN_ACRONYMS.has(word)) break;
    }
    if (letter === acronym.length) return [start, i - 1];
  }
  return null;
}

function hasInitials(acronym: string, text: GuardText): boolean {
  return initialsSpan(acronym, text) !== null;
}

function standsInAcronym(word: GuardWord, from: GuardText, other: GuardText): boolean {
  for (const { acronym, facts } of other.content) {
    if (!acronym) continue;
    const span = initialsSpan(facts.word, from);
    if (span === null) continue;
    const at = from.words.indexOf(word);
    if (at >= span[0] && at <= span[1]) return true;
  }
  return false;
}

function wordAt(text: GuardText, index: number): string {
  return text.words[index]?.facts.word ?? '';
}
