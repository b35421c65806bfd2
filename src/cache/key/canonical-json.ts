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
    // Put together in order, as our own forms are: then the runtime writes the very same, and in one go.
    return inOrder(value, 0) ? JSON.stringify(value) : write(value, 0);
  } catch (error) {
    if (error instanceof NotCanonical) return null;
    throw error;
  }
}

/** Whether all keys, at every depth, stand in their order. Throws for what has no canonical form. */
function inOrder(value: JsonValue, depth: number): boolean {
  if (typeof value === 'number') checkNumber(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MAX_DEPTH) throw new NotCanonical('nested too deeply');
  if (Array.isArray(value)) {
    for (const item of value) if (!inOrder(item, depth + 1)) return false;
    return true;
  }
  let last = '';
  for (const key in value) {
    if (last > key) return false;
    last = key;
    const item = value[key];
    if (item !== undefined && !inOrder(item, depth + 1)) return false;
  }
  return true;
}

function write(value: JsonValue, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return writeNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (depth === MAX_DEPTH) throw new NotCanonical('nested too deeply');
  if (Array.isArray(value)) {
    let text = '';
    for (const item of value) text += (text === '' ? '' : ',') + write(item, depth + 1);
    return `[${text}]`;
  }
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item === undefined) continue;
    text += (text === '' ? '' : ',') + writeKey(key) + write(item, depth + 1);
  }
  return `{${text}}`;
}

/** Requests have few names of fields, over and over; what their tools call their arguments must not fill the memory. */
const KNOWN_KEYS = 1_000;
const LONGEST_KNOWN = 64;
const writtenKeys = new Map<string, string>();

function writeKey(key: string): string {
  const known = writtenKeys.get(key);
  if (known !== undefined) return known;
  const written = `${JSON.stringify(key)}:`;
  if (writtenKeys.size < KNOWN_KEYS && key.length <= LONGEST_KNOWN) writtenKeys.set(key, written);
  return written;
}

function writeNumber(value: number): string {
  checkNumber(value);
  // -0 and 0 are one number, and both are written as 0.
  return String(value);
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw new NotCanonical('a number that JSON.parse has rounded');
}
