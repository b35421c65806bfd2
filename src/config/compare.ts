/**
 * What a reload would change: every key that differs, and among them those that only a start can change (an address
 * that is listened on, the names of metrics). Those keep the running value, whole, so that nothing is half applied.
 */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Config } from './config.ts';
import { setAt, valueAt } from './layers.ts';
import { formatKey, type KeyPath } from './problems.ts';
import { resolveConfig } from './resolve.ts';

/** Keys that a running gateway keeps, each with the reason. */
export const FIXED_AT_START: Readonly<Record<string, string>> = {
  listen: 'the address is being listened on',
  workers: 'the processes are there',
  'admin.listen': 'the address is being listened on',
  'limits.headerBytes': 'the HTTP parser is set up with the listener',
  'limits.headerTimeoutMs': 'the HTTP parser is set up with the listener',
  'metrics.enabled': 'counters that begin in between would be read as if they had counted all along',
  'metrics.prefix': 'the names of metrics are set up at the start',
  dashboard: 'the page keeps its history and its readers',
  'cache.store': 'the entries are where they are',
  'cache.snapshot': 'the entries are where they are',
  'cache.sqlite': 'the entries are where they are',
  'cache.redis': 'the entries are where they are',
  'cache.showText': 'the routes that show texts are made at the start',
};

export interface ConfigComparison {
  /** What is in force after the reload: the new one, with the running values of the keys in `needsRestart`. */
  readonly effective: Config;
  /** Keys that take effect, as one writes them; an upstream is one key, `upstreams.NAME`. */
  readonly changed: readonly string[];
  readonly needsRestart: readonly string[];
}

/** Throws `ConfigError` when the new values cannot stand beside those that only a start can change. */
export function compareConfigs(running: Config, next: Config): ConfigComparison {
  const before = running as unknown as JsonObject;
  const after = structuredClone(next) as unknown as JsonObject;
  const needsRestart: string[] = [];
  for (const key of Object.keys(FIXED_AT_START)) {
    const path = key.split('.');
    const value = valueAt(before, path);
    if (value === undefined || isDeepStrictEqual(value, valueAt(after, path))) continue;
    needsRestart.push(key);
    setAt(after, path, value);
  }
  const effective = resolveConfig(after as unknown as Config);
  return { effective, needsRestart, changed: [...differences(before, after, [])] };
}

function* differences(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: KeyPath,
): Generator<string> {
  if (isDeepStrictEqual(before, after)) return;
  if (path.length === 1 && path[0] === 'upstreams') yield* upstreamDifferences(before, after);
  else if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(before[key], after[key], [...path, key]);
  } else yield formatKey(path);
}

function* upstreamDifferences(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): Generator<string> {
  const [old, now] = [byName(before), byName(after)];
  for (const name of new Set([...old.keys(), ...now.keys()]))
    if (!isDeepStrictEqual(old.get(name), now.get(name))) yield `upstreams.${name}`;
  // The order decides which of several embedding models is the first.
  if (!isDeepStrictEqual([...old.keys()].toSorted(), [...now.keys()].toSorted())) return;
  if (!isDeepStrictEqual([...old.keys()], [...now.keys()])) yield 'upstreams';
}

function byName(list: JsonValue | undefined): ReadonlyMap<string, JsonValue> {
  const items = Array.isArray(list) ? list : [];
  return new Map(
    items.map((item) => [isJsonObject(item) && typeof item['name'] === 'string' ? item['name'] : '', item]),
  );
}
