/**
 * WordPiece as BERT (uncased) does it: Unicode NFD, accents dropped, lower-cased, split at white space and
 * punctuation, CJK characters each a word, then greedy longest match with `##` for continuations. A word that
 * cannot be covered gives nothing; there are no special tokens.
 */
export interface WordPiece {
  /** Row numbers of the text's pieces, in order. Reads at most `MAX_CHARACTERS` of the text. */
  tokenise(text: string): number[];
}

/** Bounds the work: longer texts are cut here, as a model with a context limit would. */
export const MAX_CHARACTERS = 16_384;

/** Longer words are noise (base64, hashes), and matching costs the square of the length. */
const MAX_WORD_CHARACTERS = 100;

const ASCII_ONLY = /^[\x00-\x7f]*$/;
const ACCENTS = /\p{Mn}/gu;
const DROPPED = /[\p{Cc}\p{Cf}\ufffd]/gu;
/** One punctuation mark or CJK character, or a run of anything else that is not white space. BERT counts all ASCII symbols as punctuation. */
const WORDS = /[\p{P}$+<=>^`|~\p{Script=Han}]|[^\s\p{P}$+<=>^`|~\p{Script=Han}]+/gu;
const ASCII_WORDS = /[a-z0-9]+|[!-/:-@[-`{-~]/g;

export function createWordPiece(rowOf: ReadonlyMap<string, number>): WordPiece {
  const appendPieces = createPieceMatcher(rowOf);
  return {
    tokenise(text: string): number[] {
      const rows: number[] = [];
      const words = splitWords(text.length > MAX_CHARACTERS ? text.slice(0, MAX_CHARACTERS) : text);
      if (words !== null) for (const word of words) appendPieces(word, rows);
      return rows;
    },
  };
}

/** Appends the pieces of one word, longest match first; nothing when it cannot be covered. */
export type PieceMatcher = (word: string, into: number[]) => void;

export function createPieceMatcher(
  rowOf: ReadonlyMap<string, number>,
  maxWordCharacters: number = MAX_WORD_CHARACTERS,
): PieceMatcher {
  let longest = 1;
  const starts = new Map<string, number>();
  const continuations = new Map<string, number>();
  for (const [token, row] of rowOf) {
    const continues = token.length > 2 && token.startsWith('##');
    const piece = continues ? token.slice(2) : token;
    (continues ? continuations : starts).set(piece, row);
    longest = Math.max(longest, piece.length);
  }

  return (word, into) => {
    const whole = starts.get(word);
    if (whole !== undefined) {
      into.push(whole);
      return;
    }
    if (word.length > maxWordCharacters) return;
    const kept = into.length;
    let start = 0;
    while (start < word.length) {
      const pieces = start === 0 ? starts : continuations;
      let end = Math.min(word.length, start + longest);
      let row: number | undefined;
      for (; end > start; end--) {
        row = pieces.get(word.slice(start, end));
        if (row !== undefined) break;
      }
      if (row === undefined) {
        into.length = kept;
        return;
      }
      into.push(row);
      start = end;
    }
  };
}

function splitWords(text: string): string[] | null {
  if (ASCII_ONLY.test(text)) return text.toLowerCase().match(ASCII_WORDS);
  const spaced = text.replace(/[\t\n\r]/g, ' ').replace(DROPPED, '');
  return spaced.normalize('NFD').replace(ACCENTS, '').toLowerCase().match(WORDS);
}
