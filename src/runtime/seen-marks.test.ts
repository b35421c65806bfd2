import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { SeenMarks } from './seen-marks.ts';

const key = (at: number): string => hash('sha256', String(at), 'base64url');

it('knows the keys that were there lately, forgets others, and takes none for another', () => {
  const marks = new SeenMarks(1_024);
  for (let at = 0; at < 20_000; at += 1) {
    expect(marks.has(key(at))).toBe(false);
    expect(marks.add(key(at))).toBe(false);
    expect(marks.has(key(at))).toBe(true);
    expect(marks.add(key(at))).toBe(true);
  }
  const known = Array.from({ length: 20_000 }, (_, at) => marks.has(key(at)));
  expect(known.slice(-100).filter(Boolean).length).toBeGreaterThan(80);
  expect(known.filter(Boolean).length).toBeLessThanOrEqual(1_024);
});
