import type { IncomingMessage } from 'node:http';
import { isJsonObject } from '../core/json.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { SimulatorError } from './error.ts';

/**
 * Request bodies, read and refused in the words of the real server (Go's encoding/json), so that a
 * client's handling of them is tested with what it will meet.
 */

/** The whole body, or 413 beyond `limit` bytes. Rejects when the client goes away. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else if (size - chunk.length <= limit) {
        chunks.length = 0;
        reject(new SimulatorError(413, 'http: request body too large'));
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks, Math.min(size, limit))));
    request.once('close', () => reject(new SimulatorError(499, 'request canceled')));
    request.once('error', () => reject(new SimulatorError(499, 'request canceled')));
  });
}

/** The body as a JSON object; 400 in Go's words otherwise. `whenEmpty` is said of an empty body. */
export function parseBody(body: Buffer, whenEmpty: string, type: string): JsonObject {
  const text = body.toString('utf8');
  if (text.trim() === '') throw new SimulatorError(400, whenEmpty);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SimulatorError(400, syntaxMessage(error instanceof Error ? error.message : '', text));
  }
  if (!isJsonObject(value)) {
    throw new SimulatorError(400, `json: cannot unmarshal ${goKind(value)} into Go value of type ${type}`);
  }
  return value;
}

/** V8's complaint in Go's words: which character, and what was expected there. */
function syntaxMessage(message: string, text: string): string {
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? Infinity);
  const character = /^Unexpected token '?(.)'?/su.exec(message)?.[1] ?? text.trimEnd()[position];
  if (character === undefined) return 'unexpected EOF';
  const where = Object.entries(EXPECTED).find(([start]) => message.startsWith(start))?.[1];
  return `invalid character '${character}' ${where ?? 'looking for beginning of value'}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  "Expected ':'": 'after object key',
  "Expected ',' or '}'": 'after object key:value pair',
  "Expected ',' or ']'": 'after array element',
  'Expected property name': 'looking for beginning of object key string',
  'Expected double-quoted property name': 'looking for beginning of object key string',
  'Unexpected non-whitespace character': 'after top-level value',
};

function goKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

const isString = (value: JsonValue): value is string => typeof value === 'string';
const isBoolean = (value: JsonValue): value is boolean => typeof value === 'boolean';
const isNumber = (value: JsonValue): value is number => typeof value === 'number';
const isWhole = (value: JsonValue): value is number => Number.isInteger(value);
const isList = (value: JsonValue): value is JsonValue[] => Array.isArray(value);

/** Reads the fields of one body; a wrong type is the 400 that Go's decoder would give. */
export class Fields {
  readonly #json: JsonObject;
  readonly #type: string;

  constructor(json: JsonObject, type: string) {
    this.#json = json;
    this.#type = type;
  }

  raw(name: string): JsonValue | undefined {
    return this.#json[name];
  }

  string(name: string): string {
    return this.#read(name, 'string', isString) ?? '';
  }

  boolean(name: string): boolean | null {
    return this.#read(name, 'bool', isBoolean);
  }

  number(name: string): number | null {
    return this.#read(name, 'float64', isNumber);
  }

  integer(name: string): number | null {
    return this.#read(name, 'int', isWhole);
  }

  object(name: string): JsonObject | null {
    return this.#read(name, 'map[string]interface {}', isJsonObject);
  }

  list(name: string): JsonValue[] | null {
    return this.#read(name, '[]interface {}', isList);
  }

  objects(name: string): JsonObject[] | null {
    const list = this.list(name);
    for (const item of list ?? []) {
      if (!isJsonObject(item)) this.fail(name, item, 'struct');
    }
    return list as JsonObject[] | null;
  }

  strings(name: string): string[] | null {
    const list = this.list(name);
    for (const item of list ?? []) {
      if (typeof item !== 'string') this.fail(name, item, 'string');
    }
    return list as string[] | null;
  }

  /** Refuses the field's value in Go's words. */
  fail(name: string, value: unknown, type: string): never {
    throw new SimulatorError(
      400,
      `json: cannot unmarshal ${goKind(value)} into Go struct field ${this.#type}.${name} of type ${type}`,
    );
  }

  #read<T extends JsonValue>(
    name: string,
    type: string,
    accepts: (value: JsonValue) => value is T,
  ): T | null {
    const value = this.#json[name];
    if (value === undefined || value === null) return null;
    if (!accepts(value)) this.fail(name, value, type);
    return value;
  }
}
