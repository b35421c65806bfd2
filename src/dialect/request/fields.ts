/**
 * Type checks of the fields that are read. Unknown fields pass; an absent or null field counts as not
 * given. A refusal names the path, the value (shortened, never a whole prompt) and what was expected.
 */
import { GatewayError } from '../../core/errors.ts';
import { modelId, type ModelId } from '../../core/ids.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

type Given = JsonValue | undefined;

/** What a value is, in words fit for an error message. Long strings are cut. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'object':
      return 'an object';
    case 'number':
    case 'boolean':
      return `the ${typeof value} ${String(value)}`;
    case 'string':
      return `the string ${JSON.stringify(value.length <= 24 ? value : `${value.slice(0, 24)}…`)}`;
    default:
      return `a ${typeof value}`;
  }
}

export function invalidField(path: string, value: unknown, expected: string): GatewayError {
  return new GatewayError('invalid_field', `${path}: expected ${expected}, got ${describeValue(value)}`);
}

function given(value: Given): value is JsonValue {
  return value !== undefined && value !== null;
}

/** The model's name. Throws `missing_model` when there is none. */
export function requireModel(json: JsonObject, ...names: readonly string[]): ModelId {
  for (const name of names) {
    const value = json[name];
    if (!given(value)) continue;
    if (typeof value !== 'string') throw invalidField(name, value, 'a string');
    if (value !== '') return modelId(value);
  }
  throw new GatewayError(
    'missing_model',
    `the request names no model: expected a non-empty string in "${String(names[0])}"`,
  );
}

export function booleanOr(json: JsonObject, name: string, fallback: boolean): boolean {
  const value = json[name];
  if (!given(value)) return fallback;
  if (typeof value !== 'boolean') throw invalidField(name, value, 'a boolean');
  return value;
}

export function checkString(json: JsonObject, name: string, prefix = ''): void {
  const value = json[name];
  if (given(value) && typeof value !== 'string') throw invalidField(prefix + name, value, 'a string');
}

export function checkBoolean(json: JsonObject, name: string, prefix = ''): void {
  const value = json[name];
  if (given(value) && typeof value !== 'boolean') throw invalidField(prefix + name, value, 'a boolean');
}

export function checkNumber(json: JsonObject, name: string, prefix = ''): void {
  const value = json[name];
  if (given(value) && typeof value !== 'number') throw invalidField(prefix + name, value, 'a number');
}

export function checkInteger(json: JsonObject, name: string, prefix = ''): void {
  const value = json[name];
  if (given(value) && !Number.isInteger(value)) throw invalidField(prefix + name, value, 'an integer');
}

/** The object of that name, or null when it is not given. */
export function optionalObject(json: JsonObject, name: string): JsonObject | null {
  const value = json[name];
  if (!given(value)) return null;
  if (!isJsonObject(value)) throw invalidField(name, value, 'an object');
  return value;
}

export function checkArray(json: JsonObject, name: string, of: string, prefix = ''): void {
  const value = json[name];
  if (!given(value)) return;
  const expected = `an array of ${of}s`;
  if (!Array.isArray(value)) throw invalidField(prefix + name, value, expected);
  const index = value.findIndex((element) =>
    of === 'object' ? !isJsonObject(element) : typeof element !== of,
  );
  if (index !== -1)
    throw invalidField(`${prefix}${name}[${String(index)}]`, value[index], `${article(of)} ${of}`);
}

/** `prompt` and `input`: a string or an array of strings, and with `tokens` also arrays of token numbers. */
export function checkTexts(json: JsonObject, name: string, tokens: boolean): void {
  const value = json[name];
  if (!given(value) || typeof value === 'string') return;
  const expected = tokens
    ? 'a string, or an array of strings or of token numbers'
    : 'a string or an array of strings';
  if (!Array.isArray(value)) throw invalidField(name, value, expected);
  value.forEach((element, index) => {
    const isTokens = tokens && (typeof element === 'number' || Array.isArray(element));
    if (typeof element !== 'string' && !isTokens)
      throw invalidField(
        `${name}[${String(index)}]`,
        element,
        tokens ? 'a string or token numbers' : 'a string',
      );
  });
}

export interface MessageRules {
  readonly required: boolean;
  /** Whether content may be an array of typed parts. */
  readonly parts: boolean;
}

/** `messages`: an array of objects with a string `role` and content of a known shape. */
export function checkMessages(json: JsonObject, rules: MessageRules): void {
  const value = json['messages'];
  if (!given(value) && !rules.required) return;
  if (!Array.isArray(value)) throw invalidField('messages', value, 'an array of objects');
  if (rules.required && value.length === 0)
    throw new GatewayError('invalid_field', 'messages: expected at least one message, got an empty array');
  for (let index = 0; index < value.length; index += 1) checkMessage(value[index], index, rules.parts);
}

/** Paths are put together only for a refusal: a long history is checked at every turn. */
function checkMessage(message: Given, index: number, parts: boolean): void {
  const path = (field: string): string => `messages[${String(index)}]${field}`;
  if (!isJsonObject(message)) throw invalidField(path(''), message, 'an object');
  if (typeof message['role'] !== 'string') throw invalidField(path('.role'), message['role'], 'a string');
  const content = message['content'];
  if (given(content) && typeof content !== 'string') checkContent(content, path('.content'), parts);
  if (given(message['tool_calls'])) checkArray(message, 'tool_calls', 'object', path('.'));
  if (given(message['images'])) checkArray(message, 'images', 'string', path('.'));
}

function checkContent(content: JsonValue, path: string, parts: boolean): void {
  if (!parts) throw invalidField(path, content, 'a string');
  if (!Array.isArray(content)) throw invalidField(path, content, 'a string or an array of parts');
  content.forEach((part, index) => {
    const at = `${path}[${String(index)}]`;
    if (!isJsonObject(part)) throw invalidField(at, part, 'an object');
    if (typeof part['type'] !== 'string') throw invalidField(`${at}.type`, part['type'], 'a string');
  });
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? 'an' : 'a';
}
