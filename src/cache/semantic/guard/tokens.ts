/**
 * A text as the guard reads it: identifiers set apart, contractions and known phrases written out, everything
 * else as words, numbers and signs in order.
 */
export interface Token {
  /** Lower case, without accents; a number without thousands separators; or one sign. */
  readonly text: string;
  readonly kind: 'word' | 'number' | 'sign';
  /** As written: an upper-case word may be a Roman numeral or an acronym. */
  readonly raw: string;
  /** Written directly behind the token before it. */
  readonly attached: boolean;
  /** Begins with a capital where a common word would not. */
  readonly proper: boolean;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Fenced and inline code and code-like names, white space normalised, in order. */
  readonly code: readonly string[];
  /** Web and mail addresses and paths, sorted. */
  readonly addresses: readonly string[];
}

const CODE =
  /```[\s\S]*?(?:```|$)|`[^`\n]+`|\b[A-Za-z_]\w*(?:(?:\.|::)[A-Za-z_]\w*)*\(\)|\b\w*[A-Za-z0-9]_\w+|\b\w+::\w+|(?<!\S)--?[a-z][\w-]*(?=[\s=,.?]|$)/g;
const ADDRESS =
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"')]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/])~?(?:\/[\w.-]+){2,}/gi;
const TOKEN = /\d+(?:[.,:]\d+)*|\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)*|[^\s\p{L}\d]/gu;
/** The same for plain ASCII, several times as fast. */
const ASCII_TOKEN = /\d+(?:[.,:]\d+)*|[A-Za-z]+(?:'[A-Za-z]+)*|[^\sA-Za-z\d]/g;
const NEEDS_CODE = /[`_:()/@-]/;
const ACCENT = /\p{M}/gu;

const ASCII = /^[\x00-\x7f]*$/;
const SENTENCE_END = /[.!?:;"“”(\n]/;

const CONTRACTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "can't": 'can not',
    cannot: 'can not',
    cant: 'can not',
    "won't": 'will not',
    wont: 'will not',
    "shan't": 'shall not',
    dont: 'do not',
    doesnt: 'does not',
    didnt: 'did not',
    isnt: 'is not',
    arent: 'are not',
    wasnt: 'was not',
    werent: 'were not',
    havent: 'have not',
    hasnt: 'has not',
    couldnt: 'could not',
    wouldnt: 'would not',
    shouldnt: 'should not',
    "ain't": 'is not',
    whats: 'what is',
    hows: 'how is',
    wheres: 'where is',
    whos: 'who is',
    im: 'i am',
    ive: 'i have',
    lets: 'let us',
    wanna: 'want to',
    gonna: 'going to',
    gotta: 'got to',
    "let's": 'let us',
    thats: 'that is',
    u: 'you',
    pls: 'please',
    plz: 'please',
  }).map(([short, long]) => [short, long.split(' ')]),
);

export function tokenise(text: string): Tokens {
  const code: string[] = [];
  const addresses: string[] = [];
  let rest = ASCII.test(text) ? text : text.normalize('NFKC');
  if (NEEDS_CODE.test(rest)) {
    rest = rest.replace(ADDRESS, (address) => {
      addresses.push(address.replace(/[.,;:!?]+$/, ''));
      return ' ';
    });
    rest = rest.replace(CODE, (part) => {
      code.push(
        part
          .replace(/^`+|`+$/g, '')
          .trim()
          .replace(/\s+/g, ' '),
      );
      return ' ';
    });
    addresses.sort();
  }
  rest = rest.replace(/\bU\.\s?S\.(?:\s?A\.?)?/g, 'USA').replace(/\bU\.\s?K\./g, 'UK');
  return { tokens: readTokens(rest), code, addresses };
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  const ascii = ASCII.test(text);
  const capitals = ascii ? usesAsciiCapitals(text) : usesCapitals(text);
  let sentenceStart = true;
  let end = -1;
  for (const match of text.matchAll(ascii ? ASCII_TOKEN : TOKEN)) {
    const raw = match[0];
    const attached = match.index === end;
    end = match.index + raw.length;
    const first = raw.charCodeAt(0);
    if (first >= 48 && first <= 57) {
      tokens.push({ text: plainNumber(raw), kind: 'number', raw, attached, proper: false });
      sentenceStart = false;
    } else if (isLetter(raw)) {
      pushWord(tokens, raw, attached, capitals && !sentenceStart && startsUpper(raw) && raw !== 'I');
      sentenceStart = false;
    } else {
      tokens.push({ text: raw, kind: 'sign', raw, attached, proper: false });
      if (SENTENCE_END.test(raw)) sentenceStart = true;
    }
  }
  return tokens;
}

function pushWord(tokens: Token[], raw: string, attached: boolean, proper: boolean): void {
  let word = fold(raw);
  if (raw === 'US' || raw === 'USA') word = 'usa';
  else if (word.includes("'")) {
    const apostrophe = word.indexOf("'");
    const tail = word.slice(apostrophe + 1);
    if (tail === 't' && !CONTRACTIONS.has(word)) {
      // "doesn't": the n belongs to the "not".
      push(tokens, word.slice(0, apostrophe - 1), raw, attached, proper);
      push(tokens, 'not', 'not', true, false);
      return;
    }
    if (!CONTRACTIONS.has(word))
      word = tail.length > 2 ? word.replaceAll("'", '') : word.slice(0, apostrophe);
  }
  const written = CONTRACTIONS.get(word);
  if (written === undefined) push(tokens, word, raw, attached, proper);
  else for (const part of written) push(tokens, part, part, attached, false);
}

function push(tokens: Token[], text: string, raw: string, attached: boolean, proper: boolean): void {
  if (text !== '') tokens.push({ text, kind: 'word', raw, attached, proper });
}

function fold(raw: string): string {
  const lower = raw.toLowerCase();
  if (ASCII.test(lower)) return lower;
  return lower.replaceAll('’', "'").normalize('NFD').replace(ACCENT, '');
}

/** Capitals tell names apart only where the writer uses them for that: not in headlines, not in shouting. */
function usesCapitals(text: string): boolean {
  let words = 0;
  let upper = 0;
  for (const match of text.matchAll(/\p{L}{2,}/gu)) {
    words += 1;
    if (startsUpper(match[0])) upper += 1;
  }
  return upper > 0 && (upper < words || words === 1);
}

function usesAsciiCapitals(text: string): boolean {
  let words = 0;
  let upper = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isAsciiLetter(text.charCodeAt(i))) continue;
    const start = i;
    while (isAsciiLetter(text.charCodeAt(i + 1))) i += 1;
    if (i === start) continue;
    words += 1;
    if (text.charCodeAt(start) < 91) upper += 1;
  }
  return upper > 0 && (upper < words || words === 1);
}

function isAsciiLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function startsUpper(word: string): boolean {
  const first = word.charAt(0);
  return first !== first.toLowerCase();
}

function isLetter(raw: string): boolean {
  if (isAsciiLetter(raw.charCodeAt(0))) return true;
  const first = raw.charAt(0);
  return first.toLowerCase() !== first.toUpperCase() || /^\p{L}/u.test(first);
}

function plainNumber(raw: string): string {
  const grouped = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(raw) ? raw.replaceAll(',', '') : raw;
  const whole = /^(\d+)[.,]0+$/.exec(grouped);
  // "Cone 06" is not cone 6, but 06:00 is 6:00.
  return whole?.[1] ?? (grouped.includes(':') ? grouped.replace(/^0(?=\d)/, '') : grouped);
}
