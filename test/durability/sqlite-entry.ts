import type { CacheEntry } from '../../src/cache/store/port.ts';
import { sampleEntry } from '../../src/cache/store/sample-entry.ts';

/** Everything in it follows from its number, so that a changed byte would show. */
export function numbered(i: number): CacheEntry {
  const vector = new Float32Array(64).map((_, at) => Math.sin(i * 64 + at));
  return sampleEntry(`key-${i}`, {
    text: `question ${i} ${'x'.repeat(i % 300)}`,
    storedAt: STORED_AT + i,
    embedding: { identity: 'test', vector },
  });
}

/** Of today, as the store looks at ages. */
const STORED_AT = Math.floor(Date.now() / 86_400_000) * 86_400_000;
