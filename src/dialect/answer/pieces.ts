/** Cuts a stored text into the pieces of a replayed stream. */

/** A replay has at most this many pieces of text: each costs an item, and the text is known anyway. */
const MAX_PIECES = 64;
const MIN_PIECE = 16;

/**
 * Pieces that concatenate to the text, cut after white space where there is some within reach, and never
 * inside a surrogate pair. An empty text has none.
 */
export function pieces(text: string): string[] {
  const out: string[] = [];
  const size = Math.max(MIN_PIECE, Math.ceil(text.length / MAX_PIECES));
  let start = 0;
  while (start < text.length) {
    const end = cut(text, start, size);
    out.push(text.slice(start, end));
    start = end;
  }
  return out;
}

function cut(text: string, start: number, size: number): number {
  const target = start + size;
  if (target >= text.length) return text.length;
  const limit = Math.min(target + size, text.length);
  for (let i = target; i < limit; i += 1) {
    const code = text.charCodeAt(i - 1);
    if (code === 0x20 || code === 0x0a) return i;
  }
  const code = text.charCodeAt(target);
  return code >= 0xdc00 && code <= 0xdfff ? target + 1 : target;
}
