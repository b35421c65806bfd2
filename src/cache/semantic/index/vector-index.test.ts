import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../runtime/rng.ts';
import type { CacheEntry } from '../../store/port.ts';
import { sampleEntry } from '../../store/sample-entry.ts';
import { cosine, ScopeRows } from './scope-rows.ts';
import { VectorIndex } from './vector-index.ts';

function unit(rng: { next(): number }, dimensions: number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => rng.next() + rng.next() - 1);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function near(vector: Float32Array, distance: number, rng: { next(): number }): Float32Array {
  const moved = vector.map((value) => value + (rng.next() - 0.5) * distance);
  const length = Math.hypot(...moved);
  return moved.map((value) => value / length);
}

const entry = (id: string, vector: Float32Array, scope = 'scope', identity = 'e'): CacheEntry =>
  sampleEntry(`key-${id}`, { id, scope, embedding: { identity, vector } });

describe('ScopeRows', () => {
  it.each([16, 64, 130])('finds the true nearest of hard neighbours with %i dimensions', (dimensions) => {
    const rng = seededRng(dimensions);
    const rows = new ScopeRows(dimensions);
    const centre = unit(rng, dimensions);
    const all = Array.from({ length: 500 }, (_, i) => ({
      id: `i${i}`,
      key: `k${i}`,
      text: '',
      vector: i % 2 === 0 ? unit(rng, dimensions) : near(centre, 0.3, rng),
    }));
    for (const one of all) rows.put({ ...one, answerClass: '', particulars: null });
    for (let i = 0; i < 20; i += 1) {
      const query = near(centre, 0.2, rng);
      const expected = all
        .map(({ id, vector }) => ({ id, similarity: cosine(query, vector) }))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, 8);
      const found = rows.nearest(query, 8, 0);
      // The first is exact; further down int8 may only confuse neighbours that hardly differ.
      expect(found[0]!.similarity).toBe(expected[0]!.similarity);
      for (const [position, { similarity }] of found.entries())
        expect(expected[position]!.similarity - similarity).toBeLessThan(0.01);
    }
  });

  it('agrees with a plain list under any sequence of writes and removals, few rows or many', () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 70 }), remove: fc.boolean(), seed: fc.nat() });
    const steps = fc.array(step, { maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(0, 20, 70), steps, fc.nat(), (filled, changes, seed) => {
        const rows = new ScopeRows(16);
        const plain = new Map<string, Float32Array>();
        const put = (name: string, vectorSeed: number): void => {
          const vector = unit(seededRng(vectorSeed), 16);
          rows.put({ id: name, key: name, text: '', answerClass: 'a', vector, particulars: null });
          plain.set(name, vector);
        };
        for (let i = 0; i < filled; i += 1) put(`i${i}`, i);
        for (const { id, remove, seed: vectorSeed } of changes) {
          if (remove) expect(rows.remove(`i${id}`)).toBe(plain.delete(`i${id}`));
          else put(`i${id}`, vectorSeed);
          expect(rows.size).toBe(plain.size);
        }
        const query = unit(seededRng(seed), 16);
        const expected = [...plain.values()].map((vector) => cosine(query, vector)).sort((a, b) => b - a);
        const all = rows.nearest(query, 100, -1).map((neighbour) => neighbour.similarity);
        expect(all).toEqual(expected);
        const nearest = rows.nearest(query, 4, -1);
        expect(nearest.length).toBe(Math.min(4, plain.size));
        for (const [position, { entry: found, similarity }] of nearest.entries()) {
          expect(similarity).toBe(cosine(query, plain.get(found.id)!));
          expect(expected[position]! - similarity).toBeLessThan(0.02);
        }
      }),
    );
  });

  it('gives its memory back when most rows are gone, and still finds the rest', () => {
    const rng = seededRng(1);
    const rows = new ScopeRows(8);
    const vectors = Array.from({ length: 300 }, () => unit(rng, 8));
    for (const [i, vector] of vectors.entries())
      rows.put({ id: `i${i}`, key: '', text: '', answerClass: 'a', vector, particulars: null });
    for (let i = 0; i < 295; i += 1) {
      rows.remove(`i${i}`);
      expect(rows.nearest(vectors[299]!, 1, 0)[0]?.entry.id).toBe('i299');
    }
    expect(rows.size).toBe(5);
  });

  it('leaves out what is below the floor', () => {
    const rows = new ScopeRows(2);
    rows.put({
      id: 'a',
      key: 'a',
      text: '',
      answerClass: 'a',
      vector: new Float32Array([1, 0]),
      particulars: null,
    });
    rows.put({
      id: 'b',
      key: 'b',
      text: '',
      answerClass: 'a',
      vector: new Float32Array([0, 1]),
      particulars: null,
    });
    const found = rows.nearest(new Float32Array([1, 0]), 8, 0.1);
    expect(found.map((neighbour) => [neighbour.entry.id, neighbour.similarity])).toEqual([['a', 1]]);
  });
});

describe('VectorIndex', () => {
  const a = new Float32Array([1, 0]);
  const b = new Float32Array([0.6, 0.8]);

  it('sees one scope at a time and forgets empty ones', async () => {
    const index = new VectorIndex('e', 2);
    index.add(entry('1', a, 'here'));
    index.add(entry('2', b, 'there'));
    expect((await index.find('here', a, 8, -1)).map(({ entry: found }) => found.id)).toEqual(['1']);
    expect(await index.find('elsewhere', a, 8, -1)).toEqual([]);
    index.remove(entry('2', b, 'there'));
    index.remove(entry('2', b, 'there'));
    index.remove(entry('1', a, 'there'));
    expect([index.sizeOf('here'), index.sizeOf('there'), index.size]).toEqual([1, 0, 1]);
  });

  it('takes no vector of another embedder, of another length, and no entry without one', async () => {
    const index = new VectorIndex('e', 2);
    index.add(entry('1', a, 'scope', 'other'));
    index.add(entry('2', new Float32Array([1, 0, 0])));
    index.add(sampleEntry('3'));
    expect(index.size).toBe(0);
  });

  it('gives an entry that is added again its new vector', async () => {
    const index = new VectorIndex('e', 2);
    index.add(entry('1', a));
    index.add(entry('1', b));
    expect(index.size).toBe(1);
    expect((await index.find('scope', b, 8, 0))[0]?.similarity).toBeCloseTo(1);
  });
});
