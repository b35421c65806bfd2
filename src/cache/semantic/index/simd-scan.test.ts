import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../runtime/rng.ts';
import { Int8Scan } from './int8-scan.ts';
import { kthLargest } from './kth-largest.ts';
import { cosine, ScopeRows, type IndexedEntry } from './scope-rows.ts';
import { SimdScan } from './simd-scan.ts';

function vector(rng: { next(): number }, dimensions: number): Float32Array {
  const values = Float32Array.from({ length: dimensions }, () => rng.next() + rng.next() - 1);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

describe('the scan with SIMD', () => {
  it.each([1, 15, 16, 64, 100, 384])('finds what the plain scan finds, with %d dimensions', (dimensions) => {
    const rng = seededRng(dimensions);
    const plain = new Int8Scan(dimensions);
    const simd = SimdScan.open(dimensions)!;
    const scales = (position: number): Float32Array =>
      vector(rng, dimensions).map((value) => value * (1 + position / 9));
    for (let i = 0; i < 3_001; i += 1) {
      const row = scales(i % 7);
      plain.write(i, row);
      simd.write(i, row);
    }
    // Downwards: rows from `size` on count as gone.
    for (const size of [3_001, 1_000, 97, 33, 32, 31, 3, 1]) {
      const query = vector(rng, dimensions);
      const expected = [...plain.top(query, size, 24)];
      const found = [...simd.top(query, size, 24)];
      expect(found.length).toBe(Math.min(24, size));
      // With one dimension there are many ties, and either order of those is right.
      if (dimensions > 1) expect(found).toEqual(expected);
    }
    for (let i = 0; i < 60; i += 1) {
      const row = scales(i);
      plain.write(i, row);
      simd.write(i, row);
    }
    simd.move(50, 5);
    plain.move(50, 5);
    simd.shrinkTo(40);
    plain.shrinkTo(40);
    const query = vector(rng, dimensions);
    if (dimensions > 1) expect([...simd.top(query, 40, 5)]).toEqual([...plain.top(query, 40, 5)]);
    expect(simd.bytes).toBeLessThan(3_001 * (dimensions + 30) + 200_000);
  });

  it('is behind a scope of many rows, through growth and removal', () => {
    const rng = seededRng(3);
    const rows = new ScopeRows(64);
    const all = new Map<string, IndexedEntry>();
    for (let i = 0; i < 2_500; i += 1) {
      const entry = {
        id: `i${String(i)}`,
        key: '',
        text: '',
        answerClass: '',
        vector: vector(rng, 64),
        particulars: null,
      };
      rows.put(entry);
      all.set(entry.id, entry);
    }
    for (let i = 0; i < 2_500; i += 3) {
      rows.remove(`i${String(i)}`);
      all.delete(`i${String(i)}`);
    }
    for (let i = 0; i < 30; i += 1) {
      const query = vector(rng, 64);
      const [best] = [...all.values()].sort((a, b) => cosine(query, b.vector) - cosine(query, a.vector));
      expect(rows.nearest(query, 8, -1)[0]?.entry.id).toBe(best?.id);
    }
  });
});

describe('the k-th largest', () => {
  it('is what sorting says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1 }), fc.nat(), (list, seed) => {
        const k = (seed % list.length) + 1;
        const sorted = [...list].sort((a, b) => b - a);
        expect(kthLargest(Float32Array.from(list), k)).toBe(sorted[k - 1]);
      }),
    );
  });
});
