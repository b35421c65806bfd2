import { isSame } from './guard-align.ts';
import type { GuardText, GuardWord } from './guard-text.ts';

/**
 * Who does what to whom: two texts of the same words may ask opposite things. Looks for words that changed
 * places around "to", "than", a verb, and for a name that is the source in one and the goal in the other.
 */
export function isReordered(a: GuardText, b: GuardText): boolean {
  return swapsSourceAndGoal(a, b) || swapsAround(a, b, CONNECTIVES) || swapsActors(a, b);
}

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
  if (content.length < 3 || b.content.length < 3 || content.length > MAX_ACTORS) return false;
  for (const turn of TURNING)
    if ((indexOfWord(a, turn) === -1) !== (indexOfWord(b, turn) === -1)) return false;
  if (a.words.some(({ facts }) => SYMMETRIC.has(facts.word))) return false;
  const places = content.map((word) => b.content.findIndex((candidate) => isSame(word, candidate)));
  for (let i = 0; i + 2 < places.length; i++) {
    const [x, y, z] = [places[i] as number, places[i + 1] as number, places[i + 2] as number];
    if (z >= 0 && z < y && y < x) return true;
  }
  return false;
}

const MAX_ACTORS = 40;
const TURNING: readonly string[] = ['by', 'of'];

function indexOfWord(text: GuardText, word: string): number {
  for (let i = 0; i < text.words.length; i++) if (text.words[i]?.facts.word === word) return i;
  return -1;
}

function includes(words: readonly GuardWord[], word: GuardWord): boolean {
  return words.some((other) => isSame(word, other));
}
