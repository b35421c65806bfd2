/**
 * An entry as one line of JSON, for export and import. The vector goes as base64 of its little-endian floats. What
 * comes in was perhaps edited: every field is looked at, and what is wrong is said with its place and what was expected.
 */
import type { Answer, NativeForm } from '../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { CacheEntry, EntryEmbedding } from './store/port.ts';

/** The first line of an export, so that a file of another form is not half read. */
export const PORTABLE_VERSION = 1;

export function toPortable(entry: CacheEntry): JsonObject {
  const { embedding, answer: kept, ...rest } = entry;
  const native =
    kept.native === null ? null : { template: kept.native.template, json: nativeValue(kept.native) };
  const plain = { ...rest, answer: { ...kept, native } } as unknown as JsonObject;
  if (embedding === null) return { ...plain, embedding: null };
  const { buffer, byteOffset, byteLength } = embedding.vector;
  const vector = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return { ...plain, embedding: { identity: embedding.identity, vector } };
}

/** In a line the native form is JSON like the rest, for whoever reads or edits it. */
function nativeValue({ text: written }: NativeForm): JsonValue {
  return JSON.parse(written) as JsonValue;
}

/** Says what is wrong with a line. */
export class PortableError extends Error {}

/** Throws `PortableError`. */
export function fromPortable(value: JsonValue): CacheEntry {
  const line = object(value, 'the line');
  return {
    id: text(line, 'id'),
    key: text(line, 'key'),
    scope: text(line, 'scope'),
    tenant: text(line, 'tenant'),
    model: text(line, 'model'),
    text: text(line, 'text', true),
    answer: answer(line['answer'] ?? null),
    storedAt: amount(line, 'storedAt'),
    costMs: amount(line, 'costMs'),
    embedding: embedding(line['embedding'] ?? null),
  };
}

function answer(value: JsonValue): Answer {
  const given = object(value, 'answer');
  const { kind } = given;
  if (kind !== 'text' && kind !== 'embedding') refuse('answer.kind', kind, 'text or embedding');
  text(given, 'model', false, 'answer.');
  amount(given, 'createdAt', 'answer.');
  usage(given['usage'] ?? null);
  if (kind === 'text') textAnswer(given);
  const native = given['native'] ?? null;
  return {
    ...(given as unknown as Answer),
    native: native === null && kind === 'text' ? null : nativeForm(native),
  } as Answer;
}

function nativeForm(value: JsonValue): NativeForm {
  const form = object(value, 'answer.native');
  return {
    template: text(form, 'template', false, 'answer.native.'),
    text: JSON.stringify(object(form['json'] ?? null, 'answer.native.json')),
  };
}

function textAnswer(given: JsonObject): void {
  text(given, 'text', true, 'answer.');
  if (given['thinking'] !== null) text(given, 'thinking', true, 'answer.');
  const finish = given['finish'];
  if (finish !== 'stop' && finish !== 'length' && finish !== 'tool_calls')
    refuse('answer.finish', finish, 'stop, length or tool_calls');
  const times = given['times'] ?? null;
  if (times !== null)
    for (const name of ['totalNs', 'loadNs', 'promptEvalNs', 'evalNs'])
      amount(object(times, 'answer.times'), name, 'answer.times.');
  const calls = given['toolCalls'];
  if (!Array.isArray(calls)) refuse('answer.toolCalls', calls, 'a list');
  for (const [i, item] of calls.entries()) {
    const place = `answer.toolCalls[${i}]`;
    const call = object(item, place);
    text(call, 'name', false, `${place}.`);
    if (call['id'] !== null) text(call, 'id', true, `${place}.`);
    object(call['arguments'] ?? null, `${place}.arguments`);
  }
}

function usage(value: JsonValue): void {
  if (value === null) return;
  const given = object(value, 'answer.usage');
  amount(given, 'promptTokens', 'answer.usage.');
  amount(given, 'completionTokens', 'answer.usage.');
}

function embedding(value: JsonValue): EntryEmbedding | null {
  if (value === null) return null;
  const given = object(value, 'embedding');
  const identity = text(given, 'identity', false, 'embedding.');
  const bytes = Buffer.from(text(given, 'vector', false, 'embedding.'), 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0)
    refuse('embedding.vector', given['vector'], 'base64 of four bytes a number');
  const vector = new Float32Array(new Uint8Array(bytes).buffer);
  const length = Math.hypot(...vector);
  if (!(Math.abs(length - 1) < 0.01))
    refuse('embedding.vector', `of length ${length}`, 'a vector of length 1');
  return { identity, vector };
}

function object(value: JsonValue, place: string): JsonObject {
  if (!isJsonObject(value)) refuse(place, value, 'an object');
  return value;
}

function text(from: JsonObject, name: string, empty = false, place = ''): string {
  const value = from[name];
  if (typeof value !== 'string' || (!empty && value === ''))
    refuse(`${place}${name}`, value, empty ? 'a text' : 'a text that is not empty');
  return value;
}

function amount(from: JsonObject, name: string, place = ''): number {
  const value = from[name];
  if (typeof value !== 'number' || !(value >= 0)) refuse(`${place}${name}`, value, 'a number of at least 0');
  return value;
}

function refuse(place: string, value: JsonValue | undefined, expected: string): never {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
  throw new PortableError(`${place}: expected ${expected}, got ${shown}`);
}
