/** Reading a complete JSON answer. */
import type { BodyReport } from '../../core/dialect.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

/**
 * The body is looked at twice on its way (first for its outcome, then to be stored), so its value is
 * remembered for as long as the buffer lives. Callers must not change it. It hangs on the buffer itself: the collector of the young
 * generation takes what a long-lived WeakMap holds for alive, and copies every answer twice.
 */
const VALUE: unique symbol = Symbol('the value of a JSON body');
type Read = Buffer & { [VALUE]?: JsonObject };

/** The body as a JSON object, or null when it is anything else. */
export function parseBody(body: Read): JsonObject | null {
  const known = body[VALUE];
  if (known !== undefined) return known;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (!isJsonObject(value)) return null;
    body[VALUE] = value;
    return value;
  } catch {
    return null;
  }
}

export const MALFORMED: BodyReport = { valid: false, error: null, usage: null, times: null };
/** Bodies that nobody has to understand: an empty one (HEAD), or plain text by contract. */
export const OPAQUE: BodyReport = { valid: true, error: null, usage: null, times: null };

/** The message of an `error` field, whichever form it has; null when there is none. */
export function errorMessage(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || value === false || value === '') return null;
  if (typeof value === 'string') return value;
  const message = isJsonObject(value) ? value['message'] : undefined;
  return typeof message === 'string' && message !== ''
    ? message
    : 'the upstream reported an error without a message';
}

/** A count or duration; null when absent or not a number. */
export function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
