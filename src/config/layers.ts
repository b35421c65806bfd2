/**
 * Sources stacked on each other. Groups of keys are merged key by key; a list or a value of a higher source
 * replaces that of a lower one as a whole.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { KeyPath, Origin } from './problems.ts';

export interface Layer {
  readonly tree: JsonObject;
  /** Where this source has the key, or the nearest thing above it. */
  originOf(path: KeyPath): Origin;
}

/** Lowest first. */
export function mergeLayers(layers: readonly Layer[]): JsonObject {
  return layers.reduce<JsonObject>((merged, layer) => mergeTrees(merged, layer.tree), {});
}

function mergeTrees(low: JsonObject, high: JsonObject): JsonObject {
  const merged: JsonObject = { ...low };
  for (const [key, value] of Object.entries(high)) {
    const below = merged[key];
    const value_ = isJsonObject(value) && isJsonObject(below) ? mergeTrees(below, value) : value;
    define(merged, key, value_);
  }
  return merged;
}

/** A plain assignment, also for a key called `__proto__`. */
export function define(object: JsonObject, key: string, value: JsonValue | undefined): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Which of the layers (lowest first) the merged value at `path` came from. */
export function originIn(layers: readonly Layer[], path: KeyPath): Origin {
  const list = path.findIndex((part) => typeof part === 'number');
  const replaced = list === -1 ? path : path.slice(0, list);
  for (const layer of layers.toReversed()) {
    if (valueAt(layer.tree, replaced) === undefined) continue;
    return valueAt(layer.tree, path) === undefined ? { source: 'default' } : layer.originOf(path);
  }
  return { source: 'default' };
}

export function valueAt(tree: JsonValue | undefined, path: KeyPath): JsonValue | undefined {
  let value: JsonValue | undefined = tree;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part];
    else if (isJsonObject(value) && typeof part === 'string' && Object.hasOwn(value, part))
      value = value[part];
    else return undefined;
  }
  return value;
}

/** Puts a value at a path of keys, making the groups on the way. */
export function setAt(tree: JsonObject, path: readonly string[], value: JsonValue): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    define(tree, key, value);
    return;
  }
  const child = tree[key];
  const group: JsonObject = isJsonObject(child) ? child : {};
  define(tree, key, group);
  setAt(group, rest, value);
}
