import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedMemo } from './bounded-memo.ts';

describe('BoundedMemo', () => {
  it('always holds the most recently used keys of one generation, and never more than two', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 })), (used) => {
        const memo = new BoundedMemo<number>(4);
        for (const key of used) if (memo.get(`k${key}`) === undefined) memo.set(`k${key}`, key);
        const recent = [...new Set([...used].reverse())];
        // Looking is using: so look at the most recent one first.
        for (const key of recent.slice(0, 4)) expect(memo.get(`k${key}`)).toBe(key);
      }),
    );
  });

  it('forgets', () => {
    const memo = new BoundedMemo<number>(2);
    for (let i = 0; i < 6; i += 1) memo.set(`k${i}`, i);
    expect(memo.get('k0')).toBeUndefined();
    expect(memo.get('k5')).toBe(5);
    memo.set('k5', 50);
    expect(memo.get('k5')).toBe(50);
    memo.clear();
    expect(memo.get('k5')).toBeUndefined();
  });
});
