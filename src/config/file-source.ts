/** The configuration file, YAML or JSON, with the place of every key in it. */
import { readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { define, type Layer } from './layers.ts';
import { ConfigError, type ConfigProblem, type KeyPath, type Origin } from './problems.ts';
import { nodeAt } from './schema-tree.ts';

const MAX_FILE_BYTES = 4 * 1_048_576;

/** Reads and parses the file; `label` is how messages call it. Throws `ConfigError`. */
export function readConfigFile(path: string, label: string = path): Layer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([{ key: label, message: reason(error), origin: null }]);
  }
  if (text.length > MAX_FILE_BYTES) {
    throw new ConfigError([{ key: label, message: `larger than ${MAX_FILE_BYTES} bytes`, origin: null }]);
  }
  return parseConfigText(text, label);
}

export function parseConfigText(text: string, label: string): Layer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const at = (offset: number): { line: number; col: number } => lines.linePos(offset);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = at(error.pos[0]);
      return problem(`not valid YAML: ${error.message}`, label, line, col);
    });
    throw new ConfigError(problems);
  }
  const tree = toTree(document, label);
  return {
    tree,
    originOf(path: KeyPath): Origin {
      const { line, col } = at(offsetOf(document, path));
      return { source: 'file', file: label, line, column: col };
    },
  };
}

function toTree(document: Document, label: string): JsonObject {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError([problem(`not usable: ${(error as Error).message}`, label, 1, 1)]);
  }
  if (value === null || value === undefined) return {};
  if (!isJsonObject(value)) {
    throw new ConfigError([problem('expected keys and values at the top of the file', label, 1, 1)]);
  }
  const tree = groupsFromNothing(value, []) as JsonObject;
  delete tree['$schema']; // for editors, not for us
  return tree;
}

/** A group whose keys are all commented out reads as null; it means no keys. */
function groupsFromNothing(value: JsonValue, path: KeyPath): JsonValue {
  if (value === null) return nodeAt(path)?.properties === undefined ? null : {};
  if (Array.isArray(value)) return value.map((item, index) => groupsFromNothing(item, [...path, index]));
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    define(copy, key, groupsFromNothing(child ?? null, [...path, key]));
  }
  return copy;
}

/** Offset of the value (of a missing one: of what should hold it; of an unknown key: of the key). */
function offsetOf(document: Document, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === part,
      );
      if (pair === undefined) return offset;
      const known = nodeAt(path.slice(0, index + 1)) !== null;
      const target = last && known ? (rangeStart(pair.value) ?? rangeStart(pair.key)) : rangeStart(pair.key);
      offset = target ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      offset = rangeStart(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function rangeStart(node: unknown): number | null {
  return (node as Node | null | undefined)?.range?.[0] ?? null;
}

function problem(message: string, file: string, line: number, column: number): ConfigProblem {
  return { key: '', message, origin: { source: 'file', file, line, column } };
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  return `cannot be read: ${message}`;
}
