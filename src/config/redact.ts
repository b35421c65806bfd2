import { isJsonObject, type JsonValue } from '../core/json.ts';
import type { Config } from './config.ts';
import type { KeyPath } from './problems.ts';
import { isSecret, nodeAt } from './schema-tree.ts';

const HIDDEN = '(hidden)';

/** The configuration as it may be printed: secrets that are set become `(hidden)`. */
export function redactConfig(config: Config): JsonValue {
  return redact(config as unknown as JsonValue, []);
}

function redact(value: JsonValue, path: KeyPath): JsonValue {
  if (Array.isArray(value)) return value.map((item, index) => redact(item, [...path, index]));
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, redact(child ?? null, [...path, key])]),
    );
  }
  // What everybody has by default is no secret.
  const known = value === null || value === nodeAt(path)?.default;
  return isSecret(path) && !known ? HIDDEN : value;
}
