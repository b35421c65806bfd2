/**
 * Keys and values that the documentation of the project speaks of and that this version does not have.
 * They are refused with a sentence of their own: nothing that somebody configures is silently ignored.
 */
import type { JsonValue } from '../core/json.ts';

const KEYS: Readonly<Record<string, string>> = {
  slo: 'service level objectives',
  workers: 'several worker processes',
};

const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'cache.store': {
    redis: 'the Redis store is not available yet; entries are kept in memory',
  },
};

export function notYetKey(key: string): string | null {
  const plain = key.replace(/\[\d+\]/g, '');
  return Object.hasOwn(KEYS, plain) ? `${KEYS[plain] ?? ''}: not available yet in this version` : null;
}

export function notYetValue(key: string, value: JsonValue): string | null {
  const sentences = VALUES[key];
  if (typeof value !== 'string' || sentences === undefined) return null;
  return Object.hasOwn(sentences, value) ? (sentences[value] ?? null) : null;
}
