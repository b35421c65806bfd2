import { tokenise, type Token } from './guard-tokens.ts';
import { factsOf, isApposition, MAX_SIDES, type WordFacts } from './lexicon.ts';
import { PARTICLES } from './lexicon-contrasts.ts';
import {
  CARDINALS,
  FIXED_NUMBERS,
  MAGNITUDES,
  ORDINALS,
  ROMAN,
  SHORT_UNITS,
  UNITS,
} from './lexicon-numbers.ts';
import { PHRASES } from './lexicon-synonyms.ts';
import { NEGATED_WORDS, NEGATORS, NOT_NEGATED } from './lexicon-words.ts';

/** A word that says something, and whether it was written as a name. */
export interface ContentWord {
  readonly facts: WordFacts;
  readonly proper: boolean;
  /** A word that may stand beside a name without changing what is meant. */
  readonly optional: boolean;
}

/** What the guard compares of a text. Computed once per text; plain data. */
export interface GuardText {
  /** Code and addresses, joined. */
  readonly code: string;
  readonly addresses: string;
  /** Canonical numbers, sorted and joined; ordinals marked. */
  readonly numbers: string;
  readonly units: string;
  readonly negated: boolean;
  /** Contrast × 16 + side. */
  readonly sides: readonly number[];
  readonly words: readonly ContentWord[];
  /** The content word behind each directional marker: what is converted to what, who is compared with whom. */
  readonly directions: ReadonlyMap<string, string>;
}

const negators: ReadonlySet<string> = new Set(NEGATORS);
const negatedBase: ReadonlyMap<string, string> = new Map(
  NEGATED_WORDS.map((entry) => entry.split(':') as [string, string]),
);
const phrases: readonly (readonly [RegExp, string])[] = PHRASES.map((line) => {
  const [from = '', to = ''] = line.split('>');
  const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [new RegExp(`(?<![\\p{L}\\d])${escaped}(?![\\p{L}\\d])`, 'giu'), to] as const;
});
const phraseStart = new RegExp(
  PHRASES.map((line) => (line.split('>')[0] ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
  'i',
);
const DIRECTIONS: ReadonlySet<string> = new Set([
  'from',
  'to',
  'into',
  'than',
  'over',
  'by',
  'before',
  'after',
]);

export function readGuardText(text: string): GuardText {
  const { tokens, code, addresses } = tokenise(withPhrases(text));
  const reading = new Reading();
  for (let at = 0; at < tokens.length;) at += reading.take(tokens, at);
  return reading.finish(code.join('\n'), addresses.join('\n'));
}

function withPhrases(text: string): string {
  if (!phraseStart.test(text)) return text;
  return phrases.reduce((rest, [pattern, to]) => rest.replace(pattern, to), text);
}

class Reading {
  readonly #numbers: string[] = [];
  readonly #units: string[] = [];
  readonly #sides: number[] = [];
  readonly #words: ContentWord[] = [];
  readonly #directions = new Map<string, string>();
  #negations = 0;
  #marker: string | null = null;

  /** Reads one item at `at`; answers how many tokens it took. */
  take(tokens: readonly Token[], at: number): number {
    const token = tokens[at] as Token;
    if (token.kind === 'sign') return 1;
    if (token.kind === 'number') return this.#number(tokens, at);
    const written = writtenNumber(tokens, at);
    if (written !== null) {
      this.#numbers.push(written.value);
      this.#unit(tokens[at + written.length], true);
      return written.length;
    }
    this.#word(token, tokens[at - 1]);
    return 1;
  }

  finish(code: string, addresses: string): GuardText {
    return {
      code,
      addresses,
      numbers: this.#numbers.sort().join(' '),
      units: [...new Set(this.#units)].sort().join(' '),
      negated: this.#negations % 2 === 1,
      sides: this.#sides,
      words: this.#words,
      directions: this.#directions,
    };
  }

  #number(tokens: readonly Token[], at: number): number {
    const { text } = tokens[at] as Token;
    const next = tokens[at + 1];
    if (next?.attached === true && /^(?:st|nd|rd|th)$/.test(next.text)) {
      this.#numbers.push(`#${text}`);
      return 2;
    }
    const magnitude = next === undefined ? undefined : MAGNITUDES[next.text];
    this.#numbers.push(magnitude === undefined ? text : String(Number(text) * magnitude));
    const behind = magnitude === undefined ? next : tokens[at + 2];
    const took = magnitude === undefined ? 1 : 2;
    return took + (this.#unit(behind, true) ? 1 : 0);
  }

  /** Notes the unit that a word is. Behind a number its abbreviations count too. */
  #unit(token: Token | undefined, behindNumber: boolean): boolean {
    if (token === undefined || token.kind !== 'word') return false;
    const short =
      behindNumber && Object.hasOwn(SHORT_UNITS, token.text) ? SHORT_UNITS[token.text] : undefined;
    const entry = UNITS.get(token.text);
    const unit = short ?? (entry !== undefined && (behindNumber || entry.always) ? entry.unit : undefined);
    if (unit === undefined) return false;
    this.#units.push(unit);
    return true;
  }

  #word(token: Token, before: Token | undefined): void {
    const { text } = token;
    const positive = positiveOf(text);
    if (negators.has(text) || positive !== null) this.#negations += 1;
    const facts = factsOf(positive ?? text);
    if (!PARTICLES.has(text) || (before !== undefined && factsOf(before.text).kind === 'common')) {
      this.#sides.push(...facts.sides);
    }
    if (DIRECTIONS.has(text)) {
      this.#marker = text;
      return;
    }
    if (facts.kind === 'function') return;
    if (!this.#unit(token, false) && (facts.kind !== 'generic' || token.proper) && !negators.has(text)) {
      this.#words.push({ facts, proper: token.proper, optional: isApposition(facts) });
    }
    if (this.#marker !== null) this.#directions.set(this.#marker, facts.stem);
    this.#marker = null;
  }
}

/** The word that a prefix negates, or null: "impossible" is a "not" and "possible". */
function positiveOf(word: string): string | null {
  const listed = negatedBase.get(word);
  if (listed !== undefined) return listed;
  if (!word.startsWith('un') || word.length < 6 || NOT_NEGATED.has(word)) return null;
  const base = word.slice(2);
  const { kind } = factsOf(base);
  return kind === 'common' || kind === 'generic' ? base : null;
}

/** A number in words at this place: cardinals with magnitudes, ordinals, fixed ones, Roman numerals. */
function writtenNumber(
  tokens: readonly Token[],
  at: number,
): { readonly value: string; readonly length: number } | null {
  const token = tokens[at] as Token;
  if (Object.hasOwn(ROMAN, token.raw)) return { value: String(ROMAN[token.raw]), length: 1 };
  if (Object.hasOwn(FIXED_NUMBERS, token.text)) return { value: FIXED_NUMBERS[token.text] ?? '', length: 1 };
  if (Object.hasOwn(ORDINALS, token.text)) return { value: `#${String(ORDINALS[token.text])}`, length: 1 };
  if (token.text === 'one' || !Object.hasOwn(CARDINALS, token.text)) return null;
  let value = 0;
  let part = 0;
  let length = 0;
  for (let next = tokens[at]; next !== undefined; next = tokens[at + length]) {
    const cardinal = Object.hasOwn(CARDINALS, next.text) ? CARDINALS[next.text] : undefined;
    const magnitude = Object.hasOwn(MAGNITUDES, next.text) ? MAGNITUDES[next.text] : undefined;
    if (cardinal !== undefined) part += cardinal;
    else if (magnitude === 100) part *= 100;
    else if (magnitude !== undefined) {
      value += part * magnitude;
      part = 0;
    } else if (next.text !== '-') break;
    length += 1;
  }
  return { value: String(value + part), length };
}

export function contrastOf(side: number): number {
  return Math.floor(side / MAX_SIDES);
}
