/** From what the schema says to what a person needs: key, value, expectation and the nearest thing that exists. */
import type { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { valueAt } from './layers.ts';
import { nearest } from './nearest.ts';
import { formatKey, hideCredentials, type ConfigProblem, type KeyPath, type Origin } from './problems.ts';
import { alternatives, expectation, isSecret, leaves, nodeAt, siblings } from './schema-tree.ts';

const SHOWN_CHARACTERS = 80;

export function explain(
  issue: z.core.$ZodIssue,
  tree: JsonObject,
  originOf: (path: KeyPath) => Origin,
): readonly ConfigProblem[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], originOf));
  }
  const inner = issue.code === 'invalid_union' ? issuesOfGroup(issue, valueAt(tree, path)) : [];
  if (inner.length > 0)
    return inner.flatMap((one) => explain({ ...one, path: [...path, ...one.path] }, tree, originOf));
  return [
    { key: formatKey(path), message: describe(issue, path, valueAt(tree, path)), origin: originOf(path) },
  ];
}

/** Where one key takes a text or a group of keys, and a group was given, what is wrong inside it. */
function issuesOfGroup(
  issue: z.core.$ZodIssueInvalidUnion,
  value: JsonValue | undefined,
): readonly z.core.$ZodIssue[] {
  if (!isJsonObject(value)) return [];
  const inside = issue.errors.find(
    (errors) => !errors.some((one) => one.path.length === 0 && one.code === 'invalid_type'),
  );
  return inside ?? [];
}

function describe(issue: z.core.$ZodIssue, path: KeyPath, value: JsonValue | undefined): string {
  if (issue.code === 'custom' && issue.message !== 'Invalid input') return issue.message;
  const node = nodeAt(path);
  const expected = node === null ? 'another value' : expectation(node);
  if (value === undefined)
    return `is missing; expected ${expected}${path.length === 1 ? firstSteps(path) : ''}`;
  const choices = node === null ? [] : alternatives(node).flatMap((one) => one.enum ?? []);
  const meant = typeof value === 'string' ? nearest(value, choices.map(String)) : null;
  const hint = meant === null || choices.length < 2 ? '' : `; did you mean ${meant}?`;
  return `expected ${expected}, got ${show(path, value)}${hint}`;
}

function firstSteps(path: KeyPath): string {
  if (path[0] !== 'upstreams') return '';
  return ' (for example: --upstream local=http://127.0.0.1:11434; or start with --quickstart)';
}

function unknownKey(path: KeyPath, originOf: (path: KeyPath) => Origin): ConfigProblem {
  const key = formatKey(path);
  const meant = nearestKey(path);
  const message = `unknown key${meant === null ? knownKeys(path) : `; did you mean ${meant}?`}`;
  return { key, message, origin: originOf(path) };
}

/** The nearest key beside it; else the key of that name elsewhere. */
function nearestKey(path: KeyPath): string | null {
  const name = String(path.at(-1));
  const beside = siblings(path);
  const prefix = formatKey(path.slice(0, -1));
  const best = nearest(
    name,
    beside.map((key) => (prefix === '' ? key : key.slice(prefix.length + 1))),
  );
  if (best !== null) return prefix === '' ? best : `${prefix}.${best}`;
  const elsewhere = leaves.filter((leaf) => leaf.path.at(-1) === name);
  return elsewhere.length === 1 ? formatKey(elsewhere[0]?.path ?? []) : null;
}

function knownKeys(path: KeyPath): string {
  const prefix = formatKey(path.slice(0, -1));
  const names = siblings(path).map((key) => (prefix === '' ? key : key.slice(prefix.length + 1)));
  return names.length === 0 ? '' : `; known here: ${names.join(', ')}`;
}

/** A value as it may appear in a message. */
export function show(path: KeyPath, value: JsonValue): string {
  if (Array.isArray(value) && value.length === 0) return 'an empty list';
  if (holdsSecret(path)) return 'a value that is not shown';
  const text = hideCredentials(JSON.stringify(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Secret itself, inside a secret, or a list or group that has secrets in it. */
function holdsSecret(path: KeyPath): boolean {
  if (isSecret(path)) return true;
  const text = JSON.stringify(nodeAt(path) ?? {});
  return text.includes('"writeOnly":true');
}
