import type { WordFacts } from './lexicon.ts';

/**
 * What kind of answer a text asks for. "Who", "when", "where", "why", "how many" and a yes-or-no question over the
 * same words have different answers, and vectors hardly see it.
 */
export interface Question {
  /** The kind of its first question word; `open` for "what", "which", "how"; `none` for a statement or command. */
  readonly asks: number;
  /** The kinds it can be read as, from all its words: "in what year" is a "when". */
  readonly accepts: number;
}

export const ASKS = {
  none: 0,
  open: 1,
  who: 2,
  when: 4,
  where: 8,
  why: 16,
  quantity: 32,
  duration: 64,
  frequency: 128,
  yesNo: 256,
} as const;

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Nouns and verbs with which "what" asks the same as a more definite question word. */
const READ_AS: ReadonlyMap<string, number> = byWord([
  [
    ASKS.when,
    'year date day month time century decade age birthday anniversary hour week season deadline start case situation circumstance condition point occasion moment stage',
  ],
  [
    ASKS.where,
    'place location locate city country nation state town continent region county province capital origin birthplace ' +
      'address site venue home headquarters headquarter base area part position direction birth death shop store',
  ],
  [ASKS.why, 'reason cause make explain explanation purpose point lead happen'],
  [
    ASKS.quantity,
    'number amount quantity count total population cost price fee charge rate percentage percent share distance height length ' +
      'weight size speed age temperature volume area calorie limit budget salary value sum degree dose tall worth pay quota maximum minimum weigh',
  ],
  [ASKS.duration, 'time length duration long distance hour minute day week month year last'],
  [ASKS.frequency, 'frequency often many interval time rate'],
]);

/** Flags added up, for a word of several kinds. */
function byWord(kinds: readonly (readonly [number, string])[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const [kind, words] of kinds)
    for (const word of words.split(' ')) found.set(word, (found.get(word) ?? 0) | kind);
  return found;
}

const AUXILIARIES = set(
  'is are was were am do does did can could will would shall should may might must has have had',
);
const GREETINGS = set('hi hello hey please so ok okay well oh and but dear sir quick question also now just');
/** "Can you tell me ..." asks for what follows, not for a yes. */
const ASKING = set(
  'tell explain describe give show help list name define provide clarify write teach say recommend suggest remind know summarize share please ask get find',
);
/** A question whose first word is open to any of these. */
const LENIENT = ASKS.who;

/** `measured`: the text gives a number or a unit, so that "what is 3 feet in metres" asks how many. */
export function readQuestion(words: readonly { readonly facts: WordFacts }[], measured = false): Question {
  let asks: number = ASKS.none;
  let accepts: number = measured ? ASKS.quantity : ASKS.none;
  for (let i = 0; i < words.length; i++) {
    const { facts } = words[i] as { facts: WordFacts };
    const kind = kindOf(facts.word, words[i + 1]?.facts.word ?? '', words[i + 2]?.facts.word ?? '');
    if (kind !== ASKS.none) {
      if (asks === ASKS.none) asks = kind;
      accepts |= kind;
    }
    accepts |= (READ_AS.get(facts.stem) ?? 0) | (READ_AS.get(facts.word) ?? 0);
  }
  if (asks === ASKS.none && isYesNo(words)) asks = ASKS.yesNo;
  return { asks, accepts: accepts | asks | (asks === ASKS.open ? LENIENT : 0) };
}

/** True when no answer to one could be an answer to the other. */
export function asksOtherwise(a: Question, b: Question): boolean {
  if (a.asks === ASKS.none || b.asks === ASKS.none) return false;
  if (a.asks === ASKS.yesNo || b.asks === ASKS.yesNo) return a.asks !== b.asks;
  return !fits(a, b) || !fits(b, a);
}

function fits(definite: Question, other: Question): boolean {
  return definite.asks === ASKS.open || (definite.asks & other.accepts) !== 0;
}

function kindOf(word: string, next: string, afterNext: string): number {
  switch (word) {
    case 'what':
    case 'which':
      return ASKS.open;
    case 'how':
      return next === 'much' && afterNext === 'time' ? ASKS.duration : degreeOf(next);
    case 'who':
    case 'whom':
    case 'whose':
      return ASKS.who;
    case 'when':
      return ASKS.when;
    case 'where':
      return ASKS.where;
    case 'why':
      return ASKS.why;
    default:
      return ASKS.none;
  }
}

function degreeOf(next: string): number {
  if (next === 'many' || next === 'much') return ASKS.quantity;
  if (next === 'often' || next === 'frequently') return ASKS.frequency;
  return next === 'long' ? ASKS.duration : ASKS.open;
}

function isYesNo(words: readonly { readonly facts: WordFacts }[]): boolean {
  let at = 0;
  while (at < words.length && at < 4 && GREETINGS.has(words[at]?.facts.word ?? '')) at += 1;
  if (!AUXILIARIES.has(words[at]?.facts.word ?? '')) return false;
  const who = words[at + 1]?.facts.word ?? '';
  if (who !== 'you' && who !== 'i' && who !== 'someone' && who !== 'anyone' && who !== 'we') return true;
  for (let i = at + 2; i < at + 5; i++) if (ASKING.has(words[i]?.facts.word ?? '')) return false;
  return true;
}
