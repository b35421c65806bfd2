/**
 * The schema as a tree one can walk: which keys there are, what each expects, which are secret. Derived from
 * the JSON Schema, so that errors, environment names, flags and docs cannot disagree with what is checked.
 */
import { z } from 'zod';
import { formatKey, type KeyPath } from './problems.ts';
import { configSchema } from './schema.ts';

/** The part of JSON Schema that zod writes for our keys. */
export interface SchemaNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly writeOnly?: boolean;
}

/** The JSON Schema of a configuration file. */
export const configJsonSchema: SchemaNode = z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode;

export interface SchemaLeaf {
  readonly path: readonly string[];
  readonly node: SchemaNode;
}

/** Every key that holds a value rather than more keys, in the order of the schema. Lists count as values. */
export const leaves: readonly SchemaLeaf[] = [...walk(configJsonSchema, [])];

function* walk(node: SchemaNode, path: readonly string[]): Generator<SchemaLeaf> {
  if (node.properties === undefined) {
    yield { path, node };
    return;
  }
  for (const [key, child] of Object.entries(node.properties)) yield* walk(child, [...path, key]);
}

/** The node that describes the key, or null when there is no such key. */
export function nodeAt(path: KeyPath): SchemaNode | null {
  let node: SchemaNode | undefined = configJsonSchema;
  for (const part of path) {
    node = typeof part === 'number' ? itemsOf(node) : propertyOf(node, part);
    if (node === undefined) return null;
  }
  return node;
}

function itemsOf(node: SchemaNode): SchemaNode | undefined {
  return alternatives(node).find((one) => one.items !== undefined)?.items;
}

function propertyOf(node: SchemaNode, key: string): SchemaNode | undefined {
  const group = alternatives(node).find((one) => one.properties !== undefined);
  if (group?.properties !== undefined) {
    return Object.hasOwn(group.properties, key) ? group.properties[key] : undefined;
  }
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

export function alternatives(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf ?? [node];
}

export function accepts(node: SchemaNode, type: string): boolean {
  return alternatives(node).some((one) => one.type === type || (type === 'number' && one.type === 'integer'));
}

/** Whether the value, or anything it lies in, must not be shown. */
export function isSecret(path: KeyPath): boolean {
  return path.some((_, index) => nodeAt(path.slice(0, index + 1))?.writeOnly === true);
}

/** Completes "expected …". */
export function expectation(node: SchemaNode): string {
  return node.title ?? alternatives(node).map(expectationOfOne).join(', or ');
}

function expectationOfOne(node: SchemaNode): string {
  if (node.title !== undefined) return node.title;
  if (node.enum !== undefined) {
    return node.enum.length === 1 ? String(node.enum[0]) : `one of ${node.enum.join(', ')}`;
  }
  switch (node.type) {
    case 'integer':
      return `a whole number${bounds(node)}`;
    case 'number':
      return `a number${bounds(node)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'null':
      return 'null';
    case 'array':
      return 'a list';
    default:
      return 'a group of keys';
  }
}

function bounds(node: SchemaNode): string {
  const low = bound(node.minimum ?? node.exclusiveMinimum);
  const high = bound(node.maximum ?? node.exclusiveMaximum);
  if (low !== null && high !== null && node.minimum !== undefined && node.maximum !== undefined) {
    return ` from ${low} to ${high}`;
  }
  const least =
    low === null ? null : node.exclusiveMinimum === undefined ? `at least ${low}` : `above ${low}`;
  const most =
    high === null ? null : node.exclusiveMaximum === undefined ? `at most ${high}` : `below ${high}`;
  const words = [least, most].filter((word) => word !== null).join(' and ');
  return words === '' ? '' : ` ${words.startsWith('at') ? 'of ' : ''}${words}`;
}

/** zod writes the largest safe integers where no bound was asked for. */
function bound(value: number | undefined): number | null {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;
}

/** Keys beside `path`, written in full: candidates when one of them was misspelt. */
export function siblings(path: KeyPath): readonly string[] {
  const parent = nodeAt(path.slice(0, -1));
  const group =
    parent === null ? undefined : alternatives(parent).find((one) => one.properties !== undefined);
  return Object.keys(group?.properties ?? {}).map((key) => formatKey([...path.slice(0, -1), key]));
}
