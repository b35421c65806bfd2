/** Reading canonical fields: null and absent are the same, and copies never touch a prototype. */
import type { JsonObject, JsonValue } from '../../core/json.ts';

export function given(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

/** A non-empty string, or undefined. */
export function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function nonEmptyArray(value: JsonValue | undefined): JsonValue[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

/** What `Object.create(null)` makes is a table from the first field on, at several times the cost of an object that has a constructor. */
const Bare = function Bare() {
  // has no fields yet
} as unknown as { new (): JsonObject; prototype: unknown };
Bare.prototype = Object.freeze(Object.create(null));

/** Inherits nothing, so a key called `__proto__` is a key like any other. */
export function emptyObject(): JsonObject {
  return new Bare();
}

export function isEmpty(fields: JsonObject): boolean {
  for (const _ in fields) return false;
  return true;
}

/** The given fields of `json` that are not in `known`, or undefined when there are none. */
export function restOf(json: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  let rest: JsonObject | undefined;
  for (const key in json) {
    const value = json[key];
    if (known.has(key) || !given(value)) continue;
    rest ??= emptyObject();
    rest[key] = value;
  }
  return rest;
}

/** `fields` without those that are undefined. */
export function compact(fields: JsonObject): JsonObject {
  const out = emptyObject();
  for (const key in fields) if (fields[key] !== undefined) out[key] = fields[key];
  return out;
}
