/**
 * A stand-in for a tokenizer: words with the blank before them, long ones in parts of at most six letters.
 * About four characters a token on English text, as real ones have.
 */
const PIECE = /\s*[\p{L}\p{N}]{1,6}|\s*[^\s\p{L}\p{N}]|\s+/gu;

/** The text in pieces as a model would stream it; joined they are the text again. */
export function tokenize(text: string): string[] {
  return text.match(PIECE) ?? [];
}

export function countTokens(text: string): number {
  return tokenize(text).length;
}
