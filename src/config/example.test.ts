import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import { parseConfigText } from './file-source.ts';
import { loadConfig } from './load.ts';
import { resolveConfig } from './resolve.ts';
import { configJsonSchema, nodeAt, type SchemaNode } from './schema-tree.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const NAME = 'llamascope.example.yaml';

/** Every key that the schema has, groups included; those of a list's items with the index of the first. */
function* schemaKeys(node: SchemaNode, path: string): Generator<string> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? key : `${path}.${key}`;
    yield at;
    // A list that is empty by default has no first item to write.
    const empty = Array.isArray(child.default) && child.default.length === 0;
    const listed = child.items?.properties !== undefined && !empty;
    if (empty) continue;
    yield* schemaKeys(listed ? (child.items ?? {}) : child, listed ? `${at}[0]` : at);
  }
}

function* writtenKeys(value: JsonValue | undefined, path: string): Generator<string> {
  if (Array.isArray(value)) {
    yield* writtenKeys(value[0], `${path}[0]`);
  } else if (isJsonObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      yield at;
      yield* writtenKeys(child, at);
    }
  }
}

describe('llamascope.example.yaml', () => {
  it('loads, and says the defaults', () => {
    const { config, file } = loadConfig({ flags: {}, env: {}, file: NAME, cwd: ROOT, quickstart: null });
    expect(file).toBe(NAME);
    expect(config).toEqual(resolveConfig({ upstreams: [{ name: 'local', url: 'http://127.0.0.1:11434' }] }));
  });

  it('has every key of the schema and no other', () => {
    const { tree } = parseConfigText(readFileSync(`${ROOT}${NAME}`, 'utf8'), NAME);
    expect([...writtenKeys(tree, '')].sort()).toEqual([...schemaKeys(configJsonSchema, '')].sort());
  });

  it('and every key of the schema is described', () => {
    const undescribed = [...schemaKeys(configJsonSchema, '')].filter((key) => {
      const path = key.split('.').flatMap((part) => (part.endsWith('[0]') ? [part.slice(0, -3), 0] : [part]));
      return (nodeAt(path)?.description ?? '') === '';
    });
    expect(undescribed).toEqual([]);
  });
});
