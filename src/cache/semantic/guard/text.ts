import { readQuantities } from './quantities.ts';
import { readQuestion, type Question } from './question.ts';
import { tokenise, type Token } from './tokens.ts';
import { factsOf, type WordFacts } from './lexicon.ts';
import { PARTICLES } from './lexicon-contrasts.ts';
import { PHRASES } from './lexicon-synonyms.ts';
import { NEGATED_WORDS, NEGATORS, NOT_NEGATED } from './lexicon-words.ts';

/** One word of a text, in its place. */
export interface GuardWord {
  readonly facts: WordFacts;
  /** Written with a capital inside a sentence: a name, most likely. */
  readonly proper: boolean;
  /** "NLP", "TCP": may stand for words with these initials. */
  readonly acronym: boolean;
}

/** What two texts must have alike whatever their words are. Small, unlike the rest: it can be kept with the text. */
export interface Particulars {
  readonly code: string;
  readonly addresses: string;
  readonly numbers: readonly string[];
  readonly operators: string;
  /** Ones that may be the pronoun. */
  readonly pronounOnes: number;
  readonly units: readonly string[];
  /** Whether an odd number of words turn the meaning round. */
  readonly negated: boolean;
}

/** All the guard needs to know about a text: analysed once, then compared with many. Not to be stored. */
export interface GuardText extends Particulars {
  readonly question: Question;
  /** What stands in double quotes, lower case. */
  readonly quoted: string;
  /** Speaks of a song, film or book, whose title may be made of any words. */
  readonly titled: boolean;
  /** Every word as it stands, for looking up. */
  readonly vocabulary: ReadonlySet<string>;
  /** Sides of contrasts that its words stand on; particles do not count. */
  readonly sides: ReadonlySet<number>;
  /** All words in order, function words too. */
  readonly words: readonly GuardWord[];
  /** Those of them that carry content. */
  readonly content: readonly GuardWord[];
}

const negators: ReadonlySet<string> = new Set(NEGATORS);
const negatedWords: ReadonlyMap<string, string> = new Map(
  NEGATED_WORDS.map((entry) => entry.split(':') as [string, string]),
);
const phrases: ReadonlyMap<
  string,
  readonly { readonly words: readonly string[]; readonly means: readonly string[] }[]
> = indexPhrases(PHRASES);

const TITLED: ReadonlySet<string> = new Set(
  'song sing singer movie film book novel show episode album lyrics poem band theme series soundtrack cover tv'.split(
    ' ',
  ),
);

/** Microseconds for a sentence; linear in the text's length. */
export function analyse(text: string): GuardText {
  const { tokens, code, addresses } = tokenise(text);
  const quantities = readQuantities(tokens);
  const written = writeOut(quantities.words);
  // Phrases such as "ww2" bring numbers of their own.
  const numbers = [...quantities.numbers];
  const words: GuardWord[] = [];
  let negations = isIgnorance(written) ? -1 : 0;
  for (let at = 0; at < written.length; at++) {
    const token = written[at] as Token;
    if (token.kind === 'number') {
      numbers.push(token.text);
      continue;
    }
    const base = negators.has(token.text) || isWithout(token, words) ? '' : baseOfNegated(token.text);
    if (base !== null) negations += 1;
    words.push({
      facts: factsOf(
        isLoneLetter(written, at) ? `letter ${token.text}` : base === null || base === '' ? token.text : base,
      ),
      proper: token.proper,
      acronym: token.raw.length >= 2 && token.raw.length <= 6 && token.raw === token.raw.toUpperCase(),
    });
  }
  return {
    code: code.join('\n'),
    addresses: addresses.join('\n'),
    numbers,
    operators: quantities.operators.join(''),
    pronounOnes: quantities.pronounOnes,
    units: quantities.units,
    negated: (negations & 1) === 1,
    question: readQuestion(words, numbers.length > 0 || quantities.units.length > 0),
    quoted: quotedIn(text),
    titled: words.some(({ facts }) => TITLED.has(facts.stem)),
    vocabulary: new Set(words.map(({ facts }) => facts.word)),
    sides: sidesOf(words),
    words,
    content: words.filter(({ facts, proper }) => (proper ? facts.kind !== 'function' : facts.weight > 0)),
  };
}

/** "The A major chord", "plan B": a letter by itself, neither the article nor the pronoun, nor a part of "A3" or "°C". */
function isLoneLetter(tokens: readonly Token[], at: number): boolean {
  const { raw, proper } = tokens[at] as Token;
  if (raw.length !== 1 || !proper || raw === 'I' || at === 0) return false;
  return tokens[at - 1]?.kind === 'word' && tokens[at + 1]?.attached !== true;
}

const QUOTED = /["“”]([^"“”]{1,200})["“”]/g;

function quotedIn(text: string): string {
  if (!text.includes('"') && !text.includes('“')) return '';
  return [...text.matchAll(QUOTED)].map(([, inside = '']) => inside.trim().toLowerCase()).join('\n');
}

const NOTHING: readonly string[] = [];

/** Without a hold on the words. */
export function particularsOf(text: GuardText): Particulars {
  const { code, addresses, numbers, operators, pronounOnes, units, negated } = text;
  return {
    code,
    addresses,
    numbers: numbers.length === 0 ? NOTHING : numbers,
    operators,
    pronounOnes,
    units: units.length === 0 ? NOTHING : units,
    negated,
  };
}

const NO_SIDES: ReadonlySet<number> = new Set();

function sidesOf(words: readonly GuardWord[]): ReadonlySet<number> {
  let sides: Set<number> | null = null;
  for (const { facts } of words) {
    if (facts.sides.length === 0 || PARTICLES.has(facts.word)) continue;
    sides ??= new Set();
    for (const side of facts.sides) sides.add(side);
  }
  return sides ?? NO_SIDES;
}

/** "caffeine-free": the hyphen is gone by now, but a word that is written on directly begins where the last one ended. */
function isWithout(token: Token, before: readonly GuardWord[]): boolean {
  return token.text === 'free' && token.attached && before.length > 0;
}

/** "possible" for "impossible", "safe" for "unsafe"; null for a word without a "not" in it. */
function baseOfNegated(word: string): string | null {
  const listed = negatedWords.get(word);
  if (listed !== undefined) return listed;
  if (!word.startsWith('un') || word.length < 6 || NOT_NEGATED.has(word)) return null;
  const base = word.slice(2);
  const { kind } = factsOf(base);
  return kind === 'common' || kind === 'generic' ? base : null;
}

/** "I don't know how to ...", "I'm not sure why ...": the "not" is the asker's, not the question's. */
function isIgnorance(tokens: readonly Token[]): boolean {
  for (let i = 0; i + 2 < tokens.length && i < 12; i++) {
    if (tokens[i]?.text !== 'not') continue;
    const next = tokens[i + 1]?.text;
    if (
      next === 'know' ||
      next === 'sure' ||
      next === 'understand' ||
      next === 'remember' ||
      next === 'certain'
    )
      return true;
  }
  return false;
}

function writeOut(tokens: readonly Token[]): readonly Token[] {
  let out: Token[] | null = null;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const phrase = phrases.get(token.text)?.find(({ words }) => startsHere(tokens, i, words));
    if (phrase === undefined) {
      out?.push(token);
      continue;
    }
    out ??= tokens.slice(0, i);
    for (const text of phrase.means) {
      const numeric = text.charCodeAt(0) <= 57;
      out.push({ ...token, text, raw: text, kind: numeric ? 'number' : 'word' });
    }
    i += phrase.words.length - 1;
  }
  return out ?? tokens;
}

function startsHere(tokens: readonly Token[], at: number, words: readonly string[]): boolean {
  for (let i = 1; i < words.length; i++) if (tokens[at + i]?.text !== words[i]) return false;
  return true;
}

/** Longest first, so that "united states of america" wins over "united states". */
function indexPhrases(
  lines: readonly string[],
): Map<string, { words: readonly string[]; means: readonly string[] }[]> {
  const index = new Map<string, { words: readonly string[]; means: readonly string[] }[]>();
  for (const line of lines) {
    const [from = '', to = ''] = line.split('>');
    const words = from.split(' ');
    const first = words[0] ?? '';
    const others = index.get(first) ?? [];
    others.push({ words, means: to.split(' ') });
    others.sort((a, b) => b.words.length - a.words.length);
    index.set(first, others);
  }
  return index;
}
