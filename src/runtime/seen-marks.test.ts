import { expect, it } from 'vitest';
import { markOf, SeenMarks } from './seen-marks.ts';

const mark = (at: number): number => markOf(Buffer.from(`{"prompt":"question ${String(at)}"}`));

it('knows the marks that were there lately and forgets others', () => {
  const marks = new SeenMarks(1_024);
  for (let at = 0; at < 20_000; at += 1) {
    expect(marks.has(mark(at))).toBe(false);
    marks.add(mark(at));
    expect(marks.has(mark(at))).toBe(true);
  }
  const known = Array.from({ length: 20_000 }, (_, at) => marks.has(mark(at)));
  expect(known.slice(-100).filter(Boolean).length).toBeGreaterThan(80);
  expect(known.filter(Boolean).length).toBeLessThanOrEqual(1_024);
});

it('takes an empty place for no mark, and the mark 0 for one', () => {
  const marks = new SeenMarks(8);
  expect(markOf(new Uint8Array(0))).toBe(0);
  expect(marks.has(0)).toBe(false);
  marks.add(0);
  expect(marks.has(0)).toBe(true);
});
