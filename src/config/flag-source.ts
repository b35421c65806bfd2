/**
 * Flags: `--` and the key's path in lower case with dashes (`--cache-max-entries`), for every key that is one
 * value. Secrets have none, because other users can read a process's arguments. `--upstream` stands for
 * the list: each one adds an upstream, and together they replace the list of every other source.
 */
import type { JsonObject, JsonValue } from '../core/json.ts';
import { setAt, type Layer } from './layers.ts';
import { formatKey, hideCredentials, type ConfigProblem, type KeyPath, type Origin } from './problems.ts';
import { readText } from './read-text.ts';
import { leaves, type SchemaNode } from './schema-tree.ts';

export interface ConfigFlag {
  /** Without the dashes. */
  readonly name: string;
  readonly path: readonly string[];
  readonly node: SchemaNode;
  /** A switch takes no value and has a `--no-` form. */
  readonly isSwitch: boolean;
}

/** What was given: a text, or true or false for a switch; a list for `upstream`. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export const UPSTREAM_FLAG_FORM = 'NAME=URL or NAME=openai+URL';

export const configFlags: readonly ConfigFlag[] = leaves
  .filter((leaf) => leaf.node.writeOnly !== true && formatKey(leaf.path) !== 'upstreams')
  .map(({ path, node }) => ({ name: flagName(path), path, node, isSwitch: node.type === 'boolean' }));

/** Keys that are secrets, by the flag they would have had. */
export const secretFlags: ReadonlyMap<string, string> = new Map(
  leaves
    .filter((leaf) => leaf.node.writeOnly === true)
    .map((leaf) => [flagName(leaf.path), formatKey(leaf.path)]),
);

function flagName(path: readonly string[]): string {
  return path.map((key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).join('-');
}

export function readFlags(values: FlagValues): {
  readonly layer: Layer;
  readonly problems: readonly ConfigProblem[];
} {
  const tree: JsonObject = {};
  const problems: ConfigProblem[] = [];
  const names = new Map<string, string>();
  for (const { name, path, node } of configFlags) {
    const given = values[name];
    if (given === undefined || Array.isArray(given)) continue;
    const key = formatKey(path);
    const shown = given === false ? `--no-${name}` : `--${name}`;
    names.set(key, shown);
    const reading = typeof given === 'string' ? readText(given, node) : { value: given as JsonValue };
    if ('problem' in reading) {
      problems.push({ key, message: reading.problem, origin: { source: 'flag', name: shown } });
    } else setAt(tree, path, reading.value);
  }
  const upstreams = values['upstream'];
  if (Array.isArray(upstreams)) {
    names.set('upstreams', '--upstream');
    tree['upstreams'] = upstreams.flatMap((text: string) => {
      const entry = readUpstream(text);
      if (entry === null) problems.push(upstreamProblem(text));
      return entry === null ? [] : [entry];
    });
  }
  return { layer: { tree, originOf: (path) => originOf(path, names) }, problems };
}

function readUpstream(text: string): JsonObject | null {
  const match = /^([^=]+)=(?:(ollama|openai)\+)?(.+)$/.exec(text);
  if (match === null) return null;
  const [, name = '', kind, url = ''] = match;
  return { name, ...(kind === undefined ? {} : { kind }), url };
}

function upstreamProblem(text: string): ConfigProblem {
  const message = `expected ${UPSTREAM_FLAG_FORM}, got ${hideCredentials(JSON.stringify(text))}`;
  return { key: 'upstreams', message, origin: { source: 'flag', name: '--upstream' } };
}

function originOf(path: KeyPath, names: ReadonlyMap<string, string>): Origin {
  for (let length = path.length; length > 0; length--) {
    const name = names.get(formatKey(path.slice(0, length)));
    if (name !== undefined) return { source: 'flag', name };
  }
  return { source: 'default' };
}
