import { describe, expect, it } from 'vitest';
import { cosine, normalise } from './unit-vector.ts';

describe('normalise', () => {
  it('scales to length one, in place', () => {
    const vector = Float32Array.of(3, -4);
    expect(normalise(vector)).toBe(vector);
    expect(vector[0]).toBeCloseTo(0.6);
    expect(vector[1]).toBeCloseTo(-0.8);
  });

  it.each([[[0, 0]], [[NaN, 1]], [[Infinity, 1]], [[]]])('makes %j a zero vector', (values) => {
    expect([...normalise(Float32Array.from(values))]).toEqual(values.map(() => 0));
  });
});

describe('cosine', () => {
  it('is 1 for the same, 0 for the orthogonal and -1 for the opposite direction', () => {
    const a = Float32Array.of(1, 0);
    expect(cosine(a, a)).toBe(1);
    expect(cosine(a, Float32Array.of(0, 1))).toBe(0);
    expect(cosine(a, Float32Array.of(-1, 0))).toBe(-1);
    expect(cosine(a, Float32Array.of(1))).toBe(1);
  });
});
