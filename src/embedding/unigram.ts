/**
 * The most likely way to cut a text into pieces of a vocabulary, each with a log probability (SentencePiece "unigram"). A
 * character that no piece covers is skipped at a price below every piece, and gives nothing.
 */
const UNKNOWN_BELOW_LEAST = 10;
/** A prefix of a piece that is no piece itself. */
const PREFIX = -1;

export interface Piece {
  readonly text: string;
  readonly token: number;
  readonly score: number;
}

export type UnigramCutter = (text: string, into: number[]) => void;

export function createUnigram(pieces: readonly Piece[]): UnigramCutter {
  const tokenOf = new Map<string, number>();
  const scores: number[] = [];
  let least = 0;
  for (const { text, token, score } of pieces) {
    for (let end = 1; end < text.length; end++) {
      const prefix = text.slice(0, end);
      if (!tokenOf.has(prefix)) tokenOf.set(prefix, PREFIX);
    }
    tokenOf.set(text, token);
    scores[token] = score;
    least = Math.min(least, score);
  }
  const unknown = least - UNKNOWN_BELOW_LEAST;

  return (text, into) => {
    const length = text.length;
    const best = new Float64Array(length + 1).fill(-Infinity);
    const from = new Int32Array(length + 1);
    const token = new Int32Array(length + 1).fill(PREFIX);
    best[0] = 0;
    const reach = (start: number, end: number, score: number, piece: number): void => {
      const total = (best[start] as number) + score;
      if (total <= (best[end] as number)) return;
      best[end] = total;
      from[end] = start;
      token[end] = piece;
    };
    for (let start = 0; start < length;) {
      const next = start + ((text.codePointAt(start) as number) > 0xffff ? 2 : 1);
      for (let end = start + 1; end <= length; end++) {
        const piece = tokenOf.get(text.slice(start, end));
        if (piece === undefined) break;
        if (piece !== PREFIX) reach(start, end, scores[piece] as number, piece);
      }
      reach(start, next, unknown, PREFIX);
      start = next;
    }
    const reversed: number[] = [];
    for (let end = length; end > 0; end = from[end] as number)
      if (token[end] !== PREFIX) reversed.push(token[end] as number);
    for (let i = reversed.length - 1; i >= 0; i--) into.push(reversed[i] as number);
  };
}
