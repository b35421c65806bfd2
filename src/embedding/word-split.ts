/**
 * A text as the words of the built-in model: lower case, without accents, short forms written out ("don't" is "do not"),
 * runs of digits as words; each character of a script that is written without blanks is a word of its own.
 */
const ASCII_ONLY = /^[\x00-\x7f]*$/;
const ACCENTS = /\p{M}/gu;
const ASCII_WORDS = /[a-z]+|[0-9]+/g;
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\P{L}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|\p{N}+/gu;
const SHORT_FORMS = /n['’]t\b|['’](?:s|m|re|ve|ll|d)\b/g;

export function splitWords(text: string): readonly string[] {
  let rest = text.toLowerCase();
  if (rest.includes("'") || rest.includes('’'))
    rest = rest.replace(SHORT_FORMS, (form) => (form.startsWith('n') ? ' not' : ' '));
  if (ASCII_ONLY.test(rest)) return rest.match(ASCII_WORDS) ?? [];
  return rest.normalize('NFKD').replace(ACCENTS, '').match(WORDS) ?? [];
}

/** Longest first: "natively" is looked up as "native", "unplugging" as "unplug". */
const ENDINGS: readonly (readonly [string, string])[] = [
  ['ies', 'y'],
  ['ily', 'y'],
  ['ness', ''],
  ['ing', ''],
  ['ing', 'e'],
  ['ers', ''],
  ['ed', ''],
  ['ed', 'e'],
  ['er', ''],
  ['ly', ''],
  ['es', ''],
  ['s', ''],
];

/**
 * A word's row, or else that of its base form; -1 when the vocabulary lacks both. Digits have none: to a vocabulary, "1998" and
 * "1999" mean nearly the same.
 */
export function findRow(rowOf: ReadonlyMap<string, number>, word: string): number {
  const row = rowOf.get(word);
  if (row !== undefined) return row;
  if (word.length < 6) return -1;
  for (const [ending, instead] of ENDINGS) {
    if (!word.endsWith(ending)) continue;
    const base = rowOf.get(word.slice(0, -ending.length) + instead);
    if (base !== undefined) return base;
  }
  return -1;
}
