/** The words of a text, as far as they decide whether two questions are the same one. */

/** Words that carry no meaning of their own in a question. Negations are not among them. */
const STOP = new Set(
  (
    'a an the of in on at to for from by with about as is are was were be been being am do does did doing done ' +
    'have has had having can could would will shall should may might must i me my we us our you your it its they them ' +
    'their he she his her this that these those there here and or but if then than so too very just please tell give ' +
    'show explain describe what whats which who whom whose when where why how many much me know name called exactly ' +
    'actually briefly simple simply short words sentence answer question let lets want like need get got make makes work works mean means happen happens'
  ).split(' '),
);

/** Number words: as telling as digits. */
const NUMBER_WORDS = new Set(
  'first second third fourth fifth sixth seventh eighth ninth tenth last two three four five six seven eight nine ten'.split(
    ' ',
  ),
);

const NEGATION = /\b(?:not|no|never|without|cannot|none|neither|nor)\b|n['’]t\b/giu;

export interface Words {
  /** The text, lower-cased, without punctuation: equal for texts that differ in nothing else. */
  readonly plain: string;
  /** Stems of the words that carry meaning. */
  readonly content: ReadonlySet<string>;
  /** Stems of numbers, in digits or words, and of words written as names (a capital inside the sentence). */
  readonly names: ReadonlySet<string>;
  readonly negated: boolean;
}

/** The word without the commonest English endings: enough to join `boils` and `boiling`. */
export function stem(word: string): string {
  if (/\d/.test(word)) return word;
  if (word.length < 5) return word.replace(/(?<=\p{L}{3})s$/u, '').replace(/(?<=\p{L}{3})e$/u, '');
  return word
    .replace(/(?:ies)$/u, 'y')
    .replace(/(?:ing|ed|es|s)$/u, '')
    .replace(/([^aeiouls])\1$/u, '$1')
    .replace(/e$/u, '');
}

export function wordsOf(text: string): Words {
  const tokens = [...text.replace(/['’]s\b/gu, '').matchAll(/[\p{L}\p{N}]+(?:\.\d+)?/gu)];
  const content = new Set<string>();
  const names = new Set<string>();
  const plain: string[] = [];
  for (const token of tokens) {
    const word = token[0];
    const lower = word.toLowerCase();
    plain.push(lower);
    if (STOP.has(lower)) continue;
    const root = stem(lower);
    content.add(root);
    const startsSentence = /(?:^|[.!?:]\s*)["'“]*$/u.test(text.slice(0, token.index));
    const written = !startsSentence && /^\p{Lu}/u.test(word);
    if (/\d/u.test(word) || NUMBER_WORDS.has(lower) || written) names.add(root);
  }
  return { plain: plain.join(' '), content, names, negated: (text.match(NEGATION)?.length ?? 0) % 2 === 1 };
}
