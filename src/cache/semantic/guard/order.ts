import { isSame } from './align.ts';
import type { GuardText, GuardWord } from './text.ts';

/**
 * Who does what to whom: two texts of the same words may ask opposite things. Looks for words that changed
 * places around "to", "than", a verb, and for a name that is the source in one and the goal in the other.
 */
export function isReordered(a: GuardText, b: GuardText): boolean {
  if (a.content.length > MAX_ORDERED || b.content.length > MAX_ORDERED) return false;
  return swapsSourceAndGoal(a, b) || swapsAround(a, b, CONNECTIVES) || swapsActors(a, b);
}

/** Longer texts say "to" and "from" so often that their order tells nothing. */
const MAX_ORDERED = 30;
const CONNECTIVES: readonly string[] = ['to', 'into', 'than', 'before', 'after', 'over'];
const SYMMETRIC: ReadonlySet<string> = new Set(['and', 'or', 'vs', 'versus', 'between', 'with']);

/** "flights from Oslo" against "flights to Oslo". */
function swapsSourceAndGoal(a: GuardText, b: GuardText): boolean {
  for (const word of argumentsOf(a, 'from'))
    if (
      includes(argumentsOf(b, 'to'), word) &&
      !includes(argumentsOf(b, 'from'), word) &&
      !includes(argumentsOf(a, 'to'), word)
    )
      return true;
  for (const word of argumentsOf(b, 'from'))
    if (
      includes(argumentsOf(a, 'to'), word) &&
      !includes(argumentsOf(a, 'from'), word) &&
      !includes(argumentsOf(b, 'to'), word)
    )
      return true;
  return false;
}

/** The content word that follows each `preposition`. */
function argumentsOf(text: GuardText, preposition: string): GuardWord[] {
  const found: GuardWord[] = [];
  for (let i = 0; i < text.words.length; i++) {
    if (text.words[i]?.facts.word !== preposition) continue;
    const next = nextContent(text, i + 1);
    if (next !== null) found.push(next);
  }
  return found;
}

function nextContent(text: GuardText, from: number): GuardWord | null {
  for (let i = from; i < text.words.length && i < from + 4; i++) {
    const word = text.words[i] as GuardWord;
    if (word.facts.word === 'to' || word.facts.word === 'from') return null;
    if (word.facts.weight > 0 || word.proper) return word;
  }
  return null;
}

/** "A than B" against "B than A", for each of the connectives. */
function swapsAround(a: GuardText, b: GuardText, connectives: readonly string[]): boolean {
  for (const connective of connectives) {
    const at = indexOfWord(a, connective);
    const bt = indexOfWord(b, connective);
    if (at === -1 || bt === -1) continue;
    if (crosses(a, at, b, bt)) return true;
  }
  return false;
}

/** Some word stands before the connective in one and behind it in the other, and another the other way round. */
function crosses(a: GuardText, at: number, b: GuardText, bt: number): boolean {
  let forward = false;
  let backward = false;
  for (let i = 0; i < a.words.length; i++) {
    const word = a.words[i] as GuardWord;
    if (i === at || (word.facts.weight === 0 && !word.proper)) continue;
    const j = b.words.findIndex((candidate) => isSame(word, candidate));
    if (j === -1 || j === bt || i < at === j < bt) continue;
    if (i < at) forward = true;
    else backward = true;
  }
  return forward && backward;
}

/**
 * "x verb y" against "y verb x": three content words in reversed order around the same middle one. A passive
 * ("by") or a genitive ("of") in one of them turns the order without turning the meaning.
 */
function swapsActors(a: GuardText, b: GuardText): boolean {
  const { content } = a;
  if (content.length < 3 || b.content.length < 3) return false;
  for (const turn of TURNING)
    if ((indexOfWord(a, turn) === -1) !== (indexOfWord(b, turn) === -1)) return false;
  if (isPassive(a) !== isPassive(b) || a.words.some(({ facts }) => SYMMETRIC.has(facts.word))) return false;
  const places = content.map((word) => b.content.findIndex((candidate) => isSame(word, candidate)));
  for (let i = 0; i + 2 < places.length; i++) {
    const [x, y, z] = [places[i] as number, places[i + 1] as number, places[i + 2] as number];
    if (z < 0 || z >= y || y >= x) continue;
    if (isDirect(a, content, i, i + 2) && isDirect(b, b.content, z, x)) return true;
  }
  return false;
}

/** Nothing but articles and adverbs between two content words: a verb with its subject and object. */
function isDirect(text: GuardText, content: readonly GuardWord[], from: number, to: number): boolean {
  const start = text.words.indexOf(content[from] as GuardWord);
  const end = text.words.indexOf(content[to] as GuardWord);
  for (let i = start + 1; i < end; i++) {
    const { facts } = text.words[i] as GuardWord;
    if (facts.weight === 0 && !TRANSPARENT.has(facts.word) && !(text.words[i]?.proper ?? false)) return false;
  }
  return true;
}

const TRANSPARENT: ReadonlySet<string> = new Set(
  'a an the ever also often usually always his her their its'.split(' '),
);

/** "is used", "can be supported": a form of "be" before a participle. */
function isPassive(text: GuardText): boolean {
  for (let i = 0; i + 1 < text.words.length; i++)
    if (BE.has(text.words[i]?.facts.word ?? '') && /(?:ed|en)$/.test(text.words[i + 1]?.facts.word ?? ''))
      return true;
  return false;
}

const BE: ReadonlySet<string> = new Set(['is', 'are', 'was', 'were', 'be', 'been', 'being']);
const TURNING: readonly string[] = ['by', 'of'];

function indexOfWord(text: GuardText, word: string): number {
  for (let i = 0; i < text.words.length; i++) if (text.words[i]?.facts.word === word) return i;
  return -1;
}

function includes(words: readonly GuardWord[], word: GuardWord): boolean {
  return words.some((other) => isSame(word, other));
}
