import type { JsonValue } from '../../core/json.ts';

/** Deeper values are no request anybody makes, and would cost stack. */
const MAX_DEPTH = 200;

class NotCanonical extends Error {}

/**
 * One text per value: keys sorted by code unit, no white space, strings as `JSON.stringify` writes them
 * (lone surrogates escaped, so that two different strings never share bytes).
 *
 * Null where equality of texts would not prove equality of requests: integers past 2^53 and infinities
 * (`JSON.parse` has already rounded them, so two different seeds could look alike), and values
 * nested deeper than 200.
 */
export function canonicalJson(value: JsonValue): string | null {
  try {
    return write(value, 0);
  } catch (error) {
    if (error instanceof NotCanonical) return null;
    throw error;
  }
}

function write(value: JsonValue, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return writeNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (depth === MAX_DEPTH) throw new NotCanonical('nested too deeply');
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += (text === '' ? '' : ',') + write(item, depth + 1);
    return `[${text}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${write(item, depth + 1)}`;
  }
  return `{${text}}`;
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw new NotCanonical('a number that JSON.parse has rounded');
  // -0 and 0 are one number, and both are written as 0.
  return String(value);
}
