import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

/** Deep enough for any schema people write; a recursive one ends here. */
const MAX_DEPTH = 12;

/** How the free parts of a value are chosen. */
export interface Filler {
  text(property: string, description: string): string;
  number(property: string): number;
}

/**
 * A value that a JSON schema accepts: const, enum, default, type, properties (all of them), items, minimum,
 * maximum, length limits, anyOf/oneOf/allOf and local `$ref`s. Formats and patterns are filled with text as it comes.
 */
export function valueFromSchema(schema: JsonObject, fill: Filler): JsonValue {
  return build(schema, { fill, root: schema, depth: 0, property: 'answer' });
}

interface Place {
  readonly fill: Filler;
  readonly root: JsonObject;
  readonly depth: number;
  readonly property: string;
}

function build(schema: JsonObject, place: Place): JsonValue {
  if (place.depth > MAX_DEPTH) return null;
  const inner = { ...place, depth: place.depth + 1 };
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return pickFromEnum(schema['enum'], place);
  const target = typeof schema['$ref'] === 'string' ? resolve(schema['$ref'], place.root) : null;
  if (target !== null) return build(target, inner);
  for (const key of ['anyOf', 'oneOf']) {
    const options = schema[key];
    const first = Array.isArray(options) ? options.find(isJsonObject) : undefined;
    if (first !== undefined) return build({ ...first, ...without(schema, key) }, inner);
  }
  if (Array.isArray(schema['allOf'])) {
    const merged = schema['allOf'].filter(isJsonObject).reduce<JsonObject>(merge, without(schema, 'allOf'));
    return build(merged, inner);
  }
  return buildTyped(schema, typeOf(schema), inner);
}

function buildTyped(schema: JsonObject, type: string, place: Place): JsonValue {
  switch (type) {
    case 'object':
      return buildObject(schema, place);
    case 'array':
      return buildArray(schema, place);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'integer':
    case 'number':
      return buildNumber(schema, type === 'integer', place);
    default:
      return buildText(schema, place);
  }
}

function typeOf(schema: JsonObject): string {
  const type = Array.isArray(schema['type'])
    ? schema['type'].find((item) => item !== 'null')
    : schema['type'];
  if (typeof type === 'string') return type;
  if (schema['properties'] !== undefined) return 'object';
  return schema['items'] === undefined ? 'string' : 'array';
}

function buildObject(schema: JsonObject, place: Place): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const result: JsonObject = {};
  for (const [property, inner] of Object.entries(properties)) {
    result[property] = build(isJsonObject(inner) ? inner : {}, { ...place, property });
  }
  return result;
}

function buildArray(schema: JsonObject, place: Place): JsonValue[] {
  const tuple = schema['prefixItems'];
  if (Array.isArray(tuple)) return tuple.map((item) => build(isJsonObject(item) ? item : {}, place));
  const min = typeof schema['minItems'] === 'number' ? schema['minItems'] : 1;
  const item = isJsonObject(schema['items']) ? schema['items'] : {};
  return Array.from({ length: Math.min(Math.max(0, min), 100) }, () => build(item, place));
}

function buildNumber(schema: JsonObject, whole: boolean, place: Place): number {
  const read = (key: string, fallback: number): number => {
    const value = schema[key];
    return typeof value === 'number' ? value : fallback;
  };
  const step = whole ? 1 : 1e-6;
  const low = Math.max(read('minimum', -Infinity), read('exclusiveMinimum', -Infinity) + step);
  const high = Math.min(read('maximum', Infinity), read('exclusiveMaximum', Infinity) - step);
  const wanted = place.fill.number(place.property);
  const value = Math.min(Math.max(whole ? Math.round(wanted) : wanted, low), high);
  return whole ? Math.ceil(value) : value;
}

function buildText(schema: JsonObject, place: Place): string {
  const description = typeof schema['description'] === 'string' ? schema['description'] : '';
  let text = place.fill.text(place.property, description);
  const { minLength, maxLength } = schema;
  if (typeof minLength === 'number' && text.length < minLength)
    text = text.padEnd(Math.min(minLength, 10_000), '.');
  return typeof maxLength === 'number' ? text.slice(0, Math.max(0, maxLength)) : text;
}

/** The first value that the text mentions, else the first. */
function pickFromEnum(values: readonly JsonValue[], place: Place): JsonValue {
  const text = place.fill.text(place.property, '').toLowerCase();
  const named = values.find(
    (value) => typeof value === 'string' && value !== '' && text.includes(value.toLowerCase()),
  );
  return named ?? values[0] ?? null;
}

function resolve(ref: string, root: JsonObject): JsonObject | null {
  if (!ref.startsWith('#')) return null;
  let value: JsonValue | undefined = root;
  for (const step of ref
    .slice(1)
    .split('/')
    .filter((part) => part !== '')) {
    value = isJsonObject(value) ? value[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return isJsonObject(value) ? value : null;
}

function without(schema: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const properties = {
    ...(isJsonObject(a['properties']) ? a['properties'] : {}),
    ...(isJsonObject(b['properties']) ? b['properties'] : {}),
  };
  return { ...a, ...b, ...(Object.keys(properties).length === 0 ? {} : { properties }) };
}
