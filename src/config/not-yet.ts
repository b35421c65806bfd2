/**
 * Keys that the documentation of the project speaks of and that this version does not have.
 * They are refused with a sentence of their own: nothing that somebody configures is silently ignored.
 */
const KEYS: Readonly<Record<string, string>> = {
  workers: 'several worker processes',
};

export function notYetKey(key: string): string | null {
  const plain = key.replace(/\[\d+\]/g, '');
  return Object.hasOwn(KEYS, plain) ? `${KEYS[plain] ?? ''}: not available yet in this version` : null;
}
