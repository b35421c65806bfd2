/** Reading a complete JSON answer. */
import type { BodyReport } from '../../core/dialect.ts';
import type { Answer, NativeForm } from '../../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Route } from '../../core/route.ts';

/**
 * The body is looked at twice on its way (first for its outcome, then to be stored), so its text and value are
 * remembered for as long as the buffer lives. Callers must not change it. They hang on the buffer itself: the collector of the young
 * generation takes what a long-lived WeakMap holds for alive, and copies every answer twice.
 */
const READ: unique symbol = Symbol('what a JSON body says');
type Read = Buffer & { [READ]?: { readonly text: string; readonly value: JsonObject } };

/** The body as a JSON object, or null when it is anything else. */
export function parseBody(body: Read): JsonObject | null {
  const known = body[READ];
  if (known !== undefined) return known.value;
  try {
    const text = body.toString('utf8');
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return null;
    body[READ] = { text, value };
    return value;
  } catch {
    return null;
  }
}

/** The form in which `json` is kept: the body that says it, or, of a stream, what it was assembled to. */
export function nativeForm(route: Route, json: JsonObject, body: Read): NativeForm {
  const read = body[READ];
  return { template: route.template, text: read?.value === json ? read.text : JSON.stringify(json) };
}

/** What an answer said on this very route, or null when it came from another. */
export function nativeJson(route: Route, { native }: Answer): JsonObject | null {
  return native?.template === route.template ? (JSON.parse(native.text) as JsonObject) : null;
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
