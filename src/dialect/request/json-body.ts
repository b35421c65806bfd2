/** Reads a request body as a JSON object, or refuses it with the place and the reason in words. */
import { GatewayError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { describeValue } from './fields.ts';
import { findJsonFault } from './json-fault.ts';

/** Deeper nesting is refused: no real request needs it, and later stages walk values recursively. */
export const MAX_DEPTH = 500;

/** Throws `invalid_json`. */
export function readJsonObject(body: Buffer): JsonObject {
  if (body.length === 0)
    throw new GatewayError('invalid_json', 'the request body is empty; a JSON object was expected');
  // Each level takes two bytes, so most bodies are too short to need the look.
  if (body.length > MAX_DEPTH * 2) refuseDepth(body);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw invalidJson(body);
  }
  if (!isJsonObject(value))
    throw new GatewayError(
      'invalid_json',
      `the request body is ${describeValue(value)}; a JSON object was expected`,
    );
  return value;
}

function invalidJson(body: Buffer): GatewayError {
  const fault = findJsonFault(body.toString('utf8'));
  if (fault === null) return new GatewayError('invalid_json', 'the request body is not valid JSON');
  const { line, column, offset, problem } = fault;
  return new GatewayError(
    'invalid_json',
    `the request body is not valid JSON: ${problem}, at line ${String(line)}, column ${String(column)} (offset ${String(offset)})`,
  );
}

/** Counts brackets outside strings; wrong JSON may pass, `JSON.parse` sees to that. */
function refuseDepth(body: Buffer): void {
  let depth = 0;
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i];
    if (byte === 0x22) i = endOfString(body, i + 1);
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH)
        throw new GatewayError(
          'invalid_json',
          `the request body is nested deeper than ${String(MAX_DEPTH)} levels, at byte offset ${String(i)}`,
        );
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}

function endOfString(body: Buffer, start: number): number {
  let i = start;
  while (i < body.length && body[i] !== 0x22) i += body[i] === 0x5c ? 2 : 1;
  return i;
}
