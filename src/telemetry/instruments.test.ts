import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counter, Gauge, Histogram } from './instruments.ts';

describe('Counter', () => {
  it('grows by what it is given and by nothing else', () => {
    const counter = new Counter();
    counter.inc();
    counter.add(2.5);
    for (const nonsense of [NaN, Infinity, -Infinity, -1, 0]) counter.add(nonsense);
    expect(counter.value()).toBe(3.5);
    counter.riseTo(10);
    for (const nonsense of [9, NaN, Infinity]) counter.riseTo(nonsense);
    expect(counter.value()).toBe(10);
  });

  it('never goes down, whatever is added', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (amounts) => {
        const counter = new Counter();
        let before = 0;
        for (const amount of amounts.filter((value) => Math.abs(value) < 1e300)) {
          counter.add(amount);
          expect(counter.value()).toBeGreaterThanOrEqual(before);
          before = counter.value();
        }
      }),
    );
  });
});

describe('Gauge', () => {
  it('is what it was set to, and does not count below zero', () => {
    const gauge = new Gauge();
    gauge.dec();
    expect(gauge.value()).toBe(0);
    gauge.inc();
    gauge.inc();
    gauge.dec();
    expect(gauge.value()).toBe(1);
    gauge.set(-4.5);
    gauge.set(NaN);
    expect(gauge.value()).toBe(-4.5);
  });
});

describe('Histogram', () => {
  it('counts a value that equals a bound below it, as `le` says', () => {
    const histogram = new Histogram([1, 2, 5]);
    for (const value of [-1, 0, 1, 1.0001, 2, 5, 5.0001, 1e9]) histogram.observe(value);
    expect([...histogram.counts]).toEqual([3, 2, 1, 2]);
    expect(histogram.count()).toBe(8);
    expect(histogram.sum()).toBeCloseTo(1e9 + 13.0002, 4);
  });

  it('leaves out what is no number', () => {
    const histogram = new Histogram([1]);
    for (const nonsense of [NaN, Infinity, -Infinity]) histogram.observe(nonsense);
    expect([histogram.count(), histogram.sum()]).toEqual([0, 0]);
  });

  it('agrees with counting directly, for any bounds and values', () => {
    const bounded = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.uniqueArray(bounded, { minLength: 1, maxLength: 40 }),
        fc.array(bounded, { maxLength: 200 }),
        (unordered, values) => {
          const bounds = unordered.toSorted((a, b) => a - b);
          // Values on a bound are the interesting ones.
          const observed = [...values, ...bounds];
          const histogram = new Histogram(bounds);
          for (const value of observed) histogram.observe(value);
          let cumulated = 0;
          bounds.forEach((bound, index) => {
            cumulated += histogram.counts[index] as number;
            expect(cumulated).toBe(observed.filter((value) => value <= bound).length);
          });
          expect(histogram.count()).toBe(observed.length);
          expect(histogram.sum()).toBeCloseTo(
            observed.reduce((a, b) => a + b, 0),
            3,
          );
        },
      ),
    );
  });

  it('gives snapshots whose difference is what happened between them', () => {
    const histogram = new Histogram([1, 2]);
    histogram.observe(0.5);
    const before = histogram.snapshot();
    histogram.observe(1.5);
    histogram.observe(9);
    const after = histogram.snapshot();
    expect(after.counts.map((count, i) => count - (before.counts[i] as number))).toEqual(
      new Float64Array([0, 1, 1]),
    );
    expect([after.count - before.count, after.sum - before.sum]).toEqual([2, 10.5]);
    expect([before.count, before.bounds]).toEqual([1, [1, 2]]);
  });
});
