import { isSame } from './align.ts';
import type { GuardText, GuardWord } from './text.ts';
import { areAlike, isApposition, sameContrast, type WordFacts } from './lexicon.ts';

/**
 * Whether one text is the other with something put in another's place: "trains from the east", "currents from the east". The texts
 * are laid side by side along the words that both have in the same order; what stands in the same gap takes each other's place.
 *
 * In two texts of one build, where most words are the same, any gap counts in which something is said. In others two words must be
 * able to be the same part of speech: a noun in place of a verb is another way to say it.
 */
export function swapsWord(
  a: GuardText,
  b: GuardText,
  left: readonly GuardWord[],
  right: readonly GuardWord[],
): boolean {
  const { gaps, shared } = compare(a.words, b.words);
  const alike = shared >= ALIKE * Math.max(a.words.length, b.words.length);
  return gaps.some(([x, y]) => {
    if (x.length === 0 || y.length === 0) return alike && (adds(x, a, left) || adds(y, b, right));
    // "Who won" and "which team won": what kind of answer they ask for is compared elsewhere.
    if ((alike || (x.length === 1 && y.length === 1)) && !opensQuestion(x, a) && !opensQuestion(y, b))
      return says(a, b, [x, y], left, right) || says(b, a, [y, x], right, left);
    return swaps(x, y, left, right);
  });
}

const ASKING: ReadonlySet<string> = new Set('what which who whom whose when where why how'.split(' '));

/** With its question word in it or right before it: "long" in "how long". */
function opensQuestion(gap: readonly GuardWord[], { words }: GuardText): boolean {
  const before = words[words.indexOf(gap[0] as GuardWord) - 1];
  return gap.some(asks) || (before !== undefined && asks(before));
}

function asks({ facts }: GuardWord): boolean {
  return ASKING.has(facts.word);
}

/** Between the first and the last word that differ; what is longer is taken for one gap. */
const MAX_COMPARED = 40;
/** From this share of common words on, two texts are of one build. */
const ALIKE = 0.6;
/** From this weight on a word in another's place asks for something else. */
const SWAPPED_WEIGHT = 3;
/** From this weight on a word beside another makes another thing of it, in texts of one build. */
const ADDED_WEIGHT = 5;

/** An unmatched word of `x` that stands for something, with anything but articles in its place. */
function says(
  a: GuardText,
  b: GuardText,
  [x, y]: Gap,
  left: readonly GuardWord[],
  right: readonly GuardWord[],
): boolean {
  if (x.some((word) => left.includes(word) && word.facts.weight >= SWAPPED_WEIGHT))
    return y.some((word) => right.includes(word) || !EMPTY.has(word.facts.word));
  const here = x.filter(({ facts }) => !b.vocabulary.has(facts.word));
  const there = y.filter(({ facts }) => !a.vocabulary.has(facts.word));
  return (
    opposed(here, there) ||
    (here.some(isGenericSubject) && there.some(isGenericSubject)) ||
    (here.length === 1 && there.length === 1 && here.every(isAction) && there.every(isAction))
  );
}

/** Verbs that say little in most questions; one for another alone is another thing to do: "use a drill", "get a drill". */
const ACTIONS: ReadonlySet<string> = new Set(
  'make get use keep put try find see learn understand start work help'.split(' '),
);

function isAction({ facts }: GuardWord): boolean {
  return ACTIONS.has(facts.stem);
}

/** "Arguments for", "arguments against": these words are opposites only where one stands in the other's place. */
function opposed(x: readonly GuardWord[], y: readonly GuardWord[]): boolean {
  return (
    x.length === 1 && y.length === 1 && x.some(({ facts: a }) => y.some(({ facts: b }) => excludes(a, b)))
  );
}

function excludes(a: WordFacts, b: WordFacts): boolean {
  return a.sides.some((side) => b.sides.some((other) => side !== other && sameContrast(side, other)));
}

/** Words that say little in most questions, and are what is asked for in some. */
const GENERIC_SUBJECTS: ReadonlySet<string> = new Set(
  'number word name country city town nation company language person people human year world earth time place fact amount'.split(
    ' ',
  ),
);

function isGenericSubject({ facts }: GuardWord): boolean {
  return GENERIC_SUBJECTS.has(facts.stem);
}

const EMPTY: ReadonlySet<string> = new Set(
  (
    'a an the this that these those it its is are was were be been being am do does did have has had can could would should may ' +
    'might must to of in on at for with by from as s what which i you we they he she one there'
  ).split(' '),
);

/** An unmatched word beside one that both have. */
function adds(inserted: readonly GuardWord[], text: GuardText, unmatched: readonly GuardWord[]): boolean {
  return inserted.some((word) => {
    if (!unmatched.includes(word) || word.facts.weight < ADDED_WEIGHT || isApposition(word.facts))
      return false;
    const at = text.words.indexOf(word);
    return isContent(text.words[at - 1], unmatched) || isContent(text.words[at + 1], unmatched);
  });
}

function isContent(word: GuardWord | undefined, unmatched: readonly GuardWord[]): boolean {
  return word !== undefined && word.facts.weight > 0 && !unmatched.includes(word);
}

/** An unmatched word of either side meets one of the other that is as good a subject. */
function swaps(
  x: readonly GuardWord[],
  y: readonly GuardWord[],
  left: readonly GuardWord[],
  right: readonly GuardWord[],
): boolean {
  return x.some(
    (word) =>
      left.includes(word) &&
      word.facts.weight >= SWAPPED_WEIGHT &&
      y.some(
        (other) =>
          right.includes(other) && other.facts.weight >= SWAPPED_WEIGHT && areAlike(word.facts, other.facts),
      ),
  );
}

type Gap = readonly [readonly GuardWord[], readonly GuardWord[]];

const lengths = new Uint8Array((MAX_COMPARED + 1) * (MAX_COMPARED + 1));

interface Comparison {
  readonly gaps: readonly Gap[];
  /** How many words both have in the same order. */
  readonly shared: number;
}

/** What stands between the words of a longest common subsequence, and how long that is. */
function compare(a: readonly GuardWord[], b: readonly GuardWord[]): Comparison {
  const most = Math.min(a.length, b.length);
  let before = 0;
  while (before < most && areSame(a[before], b[before])) before += 1;
  let after = 0;
  while (after < most - before && areSame(a[a.length - 1 - after], b[b.length - 1 - after])) after += 1;
  const x = a.slice(before, a.length - after);
  const y = b.slice(before, b.length - after);
  const ends = before + after;
  if (x.length === 0 && y.length === 0) return { gaps: [], shared: ends };
  if (x.length === 0 || y.length === 0 || Math.max(x.length, y.length) > MAX_COMPARED)
    return { gaps: [[x, y]], shared: ends };
  measure(x, y);
  return { gaps: gapsBetween(x, y), shared: ends + (lengths[0] as number) };
}

function areSame(a: GuardWord | undefined, b: GuardWord | undefined): boolean {
  return a !== undefined && b !== undefined && isSame(a, b);
}

/** After `measure`. */
function gapsBetween(a: readonly GuardWord[], b: readonly GuardWord[]): readonly Gap[] {
  const width = b.length + 1;
  const gaps: Gap[] = [];
  let [i, j, fromI, fromJ] = [0, 0, 0, 0];
  const close = (): void => {
    if (i > fromI || j > fromJ) gaps.push([a.slice(fromI, i), b.slice(fromJ, j)]);
  };
  while (i < a.length && j < b.length) {
    const here = lengths[i * width + j] as number;
    if (lengths[(i + 1) * width + j] === here) i += 1;
    else if (lengths[i * width + j + 1] === here) j += 1;
    else {
      close();
      i += 1;
      j += 1;
      [fromI, fromJ] = [i, j];
    }
  }
  i = a.length;
  j = b.length;
  close();
  return gaps;
}

/** `lengths[i, j]`: of the longest common subsequence of what follows. */
function measure(a: readonly GuardWord[], b: readonly GuardWord[]): void {
  const width = b.length + 1;
  for (let i = a.length; i >= 0; i--)
    for (let j = b.length; j >= 0; j--) {
      const at = i * width + j;
      if (i === a.length || j === b.length) lengths[at] = 0;
      else if (isSame(a[i] as GuardWord, b[j] as GuardWord))
        lengths[at] = 1 + (lengths[at + width + 1] as number);
      else lengths[at] = Math.max(lengths[at + width] as number, lengths[at + 1] as number);
    }
}
