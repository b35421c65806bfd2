/**
 * Environment variables: `LLAMASCOPE_` and the key's path in capitals (`LLAMASCOPE_CACHE_MAX_ENTRIES`); underscores
 * inside a key's own name are optional (`LLAMASCOPE_CACHE_MAXENTRIES`). An empty variable counts as not set. A secret can stand
 * in a file of its own, which is how containers are handed theirs: `LLAMASCOPE_ADMIN_TOKEN_FILE` names it. A name that begins with `LLAMASCOPE_` and means nothing is refused: it is a typing error.
 */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../core/json.ts';
import { setAt, type Layer } from './layers.ts';
import { nearest } from './nearest.ts';
import { formatKey, type ConfigProblem, type KeyPath, type Origin } from './problems.ts';
import { readText } from './read-text.ts';
import { leaves, type SchemaLeaf } from './schema-tree.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'LLAMASCOPE_';
/** Names with another meaning: the file to read, the gateway that commands talk to, and what the project's own tests ask for. */
const OTHER_NAMES: ReadonlySet<string> = new Set([
  'LLAMASCOPE_CONFIG',
  'LLAMASCOPE_URL',
  'LLAMASCOPE_REQUIRE_SHARED',
]);
const IN_FILE = '_FILE';
const ALIASES: Readonly<Record<string, string>> = { METRICS_ENABLED: 'metrics.enabled' };

/** The documented name of a key's variable. */
export function environmentName(path: readonly string[]): string {
  return PREFIX + path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_');
}

const leafByFolded = new Map<string, SchemaLeaf>(
  leaves.map((leaf) => [fold(environmentName(leaf.path)), leaf]),
);
const leafByKey = new Map<string, SchemaLeaf>(leaves.map((leaf) => [formatKey(leaf.path), leaf]));

function fold(name: string): string {
  return name.slice(PREFIX.length).replaceAll('_', '');
}

export function readEnvironment(env: Environment): {
  readonly layer: Layer;
  readonly problems: readonly ConfigProblem[];
} {
  const tree: JsonObject = {};
  const problems: ConfigProblem[] = [];
  const names = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const [name, given] of Object.entries(env)) {
    if (given === undefined || given.trim() === '' || OTHER_NAMES.has(name)) continue;
    const inFile = secretInFile(name);
    const leaf = inFile ?? leafOf(name);
    if (leaf === null) {
      if (name.startsWith(PREFIX)) problems.push(unknownName(name));
      continue;
    }
    const key = formatKey(leaf.path);
    const origin: Origin = { source: 'environment', name };
    const text = inFile === null ? given.trim() : textOf(given.trim());
    if (text === null) {
      problems.push({ key, message: `${given.trim()} cannot be read`, origin });
      continue;
    }
    const earlier = names.get(key);
    if (earlier !== undefined && texts.get(earlier) !== text) {
      problems.push({ key, message: `also set by ${earlier}, to another value`, origin });
      continue;
    }
    names.set(key, name);
    texts.set(name, text);
    const reading = readText(text, leaf.node);
    if ('problem' in reading) problems.push({ key, message: reading.problem, origin });
    else setAt(tree, leaf.path, reading.value);
  }
  return { layer: { tree, originOf: (path) => originOf(path, names) }, problems };
}

function leafOf(name: string): SchemaLeaf | null {
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  if (alias !== undefined) return leafByKey.get(alias) ?? null;
  return name.startsWith(PREFIX) ? (leafByFolded.get(fold(name)) ?? null) : null;
}

/** The secret whose file the variable names. */
function secretInFile(name: string): SchemaLeaf | null {
  if (!name.endsWith(IN_FILE) || leafOf(name) !== null) return null;
  const leaf = leafOf(name.slice(0, -IN_FILE.length));
  return leaf?.node.writeOnly === true ? leaf : null;
}

/** Without the line's end that editors leave. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** The variable that set the key or the list it lies in. */
function originOf(path: KeyPath, names: ReadonlyMap<string, string>): Origin {
  for (let length = path.length; length > 0; length--) {
    const name = names.get(formatKey(path.slice(0, length)));
    if (name !== undefined) return { source: 'environment', name };
  }
  return { source: 'default' };
}

function unknownName(name: string): ConfigProblem {
  const known = [...leaves.map((leaf) => environmentName(leaf.path)), ...OTHER_NAMES];
  const meant = nearest(name, known);
  const hint = meant === null ? '; docs/configuration.md lists the names' : `; did you mean ${meant}?`;
  return { key: name, message: `unknown environment variable${hint}`, origin: null };
}
