/**
 * What the pair scorer sees of two questions: their cosine, how much of each the other covers (word for word, by meaning, and by the
 * guard's reading), the one word that is covered worst, what kind of answer they ask for, and their lengths. Symmetric.
 */
import type { ModelWord, WordModel } from '../../../core/word-model.ts';
import { align } from '../guard/align.ts';
import type { GuardText, GuardWord } from '../guard/text.ts';

/** In the order of the values that `pairFeatures` writes. */
export const FEATURE_NAMES = [
  'cosine',
  'meaning',
  'shared_least',
  'shared_most',
  'covered_least',
  'covered_most',
  'worst_most',
  'worst_least',
  'added_most',
  'added_least',
  'heaviest_most',
  'heaviest_least',
  'content_shared',
  'rare_shared',
  'question_same',
  'question_unlike',
  'grammar_shared',
  'first_same',
  'last_same',
  'length_least',
  'length_ratio',
] as const;

/** A question read once, to be compared with several. Not to be stored. */
export interface PairText {
  readonly words: readonly ModelWord[];
  readonly weight: number;
  readonly meaning: Float32Array;
  readonly guard: GuardText;
}

export function readPairText(text: string, guard: GuardText, model: WordModel): PairText {
  const words = model.read(text);
  let weight = 0;
  for (const word of words) weight += word.weight;
  return { words, weight, meaning: model.meaningOf(words), guard };
}

/** Writes one value per name of `FEATURE_NAMES` into `into`. */
export function pairFeatures(
  a: PairText,
  b: PairText,
  similarity: number,
  model: WordModel,
  into: Float64Array,
): void {
  findLikest(a, b, model);
  const left = coverage(a, leftBest);
  const right = coverage(b, rightBest);
  const unmatched = align(a.guard, b.guard);
  const added = [weightOf(unmatched.left), weightOf(unmatched.right)] as const;
  const heaviest = [heaviestOf(unmatched.left), heaviestOf(unmatched.right)] as const;
  // Numbers are content too; the guard has made sure that both have the same.
  const content =
    a.guard.content.length + b.guard.content.length + a.guard.numbers.length + b.guard.numbers.length;
  const asks = [a.guard.question.asks, b.guard.question.asks] as const;
  let at = 0;
  into[at++] = similarity;
  into[at++] = dot(a.meaning, b.meaning);
  at = both(into, at, left.shared, right.shared);
  at = both(into, at, left.covered, right.covered);
  into[at++] = Math.max(left.worst, right.worst);
  into[at++] = Math.min(left.worst, right.worst);
  into[at++] = Math.max(...added) / 10;
  into[at++] = Math.min(...added) / 10;
  into[at++] = Math.max(...heaviest) / 10;
  into[at++] = Math.min(...heaviest) / 10;
  into[at++] = content === 0 ? 0 : 1 - (unmatched.left.length + unmatched.right.length) / content;
  into[at++] = Math.max(rareWeight(a.guard, unmatched.left), rareWeight(b.guard, unmatched.right)) / 10;
  into[at++] = asks[0] === asks[1] ? 1 : 0;
  into[at++] = asks[0] !== 0 && asks[1] !== 0 && asks[0] !== asks[1] ? 1 : 0;
  into[at++] = grammarShared(a.guard, b.guard);
  into[at++] = a.words[0]?.text === b.words[0]?.text ? 1 : 0;
  into[at++] = a.words.at(-1)?.text === b.words.at(-1)?.text ? 1 : 0;
  const lengths = [a.words.length, b.words.length] as const;
  into[at++] = Math.log(1 + Math.min(...lengths));
  into[at] = Math.log((1 + Math.max(...lengths)) / (1 + Math.min(...lengths)));
}

function both(into: Float64Array, at: number, x: number, y: number): number {
  into[at] = Math.min(x, y);
  into[at + 1] = Math.max(x, y);
  return at + 2;
}

interface Coverage {
  /** Share of the weight in words that the other text has too. */
  readonly shared: number;
  /** Share of the weight, each word counted as far as the likest word of the other text covers it. */
  readonly covered: number;
  /** The weight that the worst covered word is left with. */
  readonly worst: number;
}

/** How far each word of both texts is covered by the likest of the other. Longer texts are compared by their beginning. */
const MAX_COMPARED = 64;
const leftBest = new Float64Array(MAX_COMPARED);
const rightBest = new Float64Array(MAX_COMPARED);
/** Another word never covers as the same one does. */
const ANOTHER = 0.999;

function findLikest(a: PairText, b: PairText, model: WordModel): void {
  leftBest.fill(0);
  rightBest.fill(0);
  const m = Math.min(MAX_COMPARED, a.words.length);
  const n = Math.min(MAX_COMPARED, b.words.length);
  for (let i = 0; i < m; i++) {
    const x = a.words[i] as ModelWord;
    for (let j = 0; j < n; j++) {
      const y = b.words[j] as ModelWord;
      if (leftBest[i] === 1 && rightBest[j] === 1) continue;
      const likeness = likenessOf(x, y, model);
      if (likeness > (leftBest[i] as number)) leftBest[i] = likeness;
      if (likeness > (rightBest[j] as number)) rightBest[j] = likeness;
    }
  }
}

function likenessOf(x: ModelWord, y: ModelWord, model: WordModel): number {
  if (x.text === y.text) return 1;
  if (x.row === -1 || y.row === -1) return 0;
  return Math.min(ANOTHER, model.cosine(x.row, y.row));
}

function coverage({ words, weight }: PairText, best: Float64Array): Coverage {
  let shared = 0;
  let covered = 0;
  let worst = 0;
  for (let i = 0; i < words.length && i < MAX_COMPARED; i++) {
    const likeness = best[i] as number;
    const share = (words[i] as ModelWord).weight;
    if (likeness === 1) shared += share;
    covered += share * likeness;
    worst = Math.max(worst, share * (1 - likeness));
  }
  const whole = weight === 0 ? 1 : weight;
  return { shared: shared / whole, covered: covered / whole, worst };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function weightOf(words: readonly GuardWord[]): number {
  let sum = 0;
  for (const { facts } of words) sum += facts.weight;
  return sum;
}

function heaviestOf(words: readonly GuardWord[]): number {
  let most = 0;
  for (const { facts } of words) most = Math.max(most, facts.weight);
  return most;
}

/** Weight of the rarest word that both have. */
function rareWeight(text: GuardText, unmatched: readonly GuardWord[]): number {
  let most = 0;
  for (const word of text.content) if (!unmatched.includes(word)) most = Math.max(most, word.facts.weight);
  return most;
}

/** Of the words that carry grammar alone, the share that both texts have. */
function grammarShared(a: GuardText, b: GuardText): number {
  let all = 0;
  let shared = 0;
  for (const { facts } of a.words) {
    if (facts.weight > 0) continue;
    all += 1;
    if (b.vocabulary.has(facts.word)) shared += 1;
  }
  for (const { facts } of b.words) {
    if (facts.weight > 0) continue;
    all += 1;
    if (a.vocabulary.has(facts.word)) shared += 1;
  }
  return all === 0 ? 1 : shared / all;
}
