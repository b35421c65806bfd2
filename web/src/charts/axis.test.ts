import { describe, expect, it } from 'vitest';
import { axisSpan, tickLabel, ticks, timeTicks } from './axis.ts';

const labels = (
  largest: number,
  unit: Parameters<typeof axisSpan>[2],
  smallest = 0,
  closeUp = false,
): string =>
  ticks(axisSpan(smallest, largest, unit, closeUp), unit)
    .map((value) => tickLabel(value, unit).replaceAll('\u202f', ' '))
    .join(' | ');

describe('the axis of values', () => {
  it.each([
    [11.7, 'per_second', '0 | 5 /s | 10 /s | 15 /s'],
    [0, 'per_second', '0 | 0.25 /s | 0.5 /s | 0.75 /s | 1 /s'],
    [0.42, 'seconds', '0 | 200 ms | 400 ms | 600 ms'],
    [3, 'count', '0 | 1 | 2 | 3 | 4'],
    [9.4, 'count', '0 | 5 | 10'],
    [0.4, 'ratio', '0 | 25 % | 50 % | 75 % | 100 %'],
    [30 * 1_048_576, 'bytes', '0 | 10 MiB | 20 MiB | 30 MiB | 40 MiB'],
  ] as const)('up to %d %s has the ticks %s', (largest, unit, shown) => {
    expect(labels(largest, unit)).toBe(shown);
  });

  it('never cuts off what it shows', () => {
    for (const largest of [0.001, 0.97, 1, 7.3, 49.9, 50, 1_023, 99_999]) {
      expect(axisSpan(0, largest, 'per_second', false).top).toBeGreaterThanOrEqual(largest);
    }
  });

  it('of a ratio that is watched for falling comes as close as its lowest value allows', () => {
    expect(labels(1, 'ratio', 0.998, true)).toBe('99 % | 99.5 % | 100 %');
    expect(labels(1, 'ratio', 0.93, true)).toBe('90 % | 95 % | 100 %');
    expect(axisSpan(0.69, 1, 'ratio', true).bottom).toBe(0.5);
    expect(axisSpan(0.2, 1, 'ratio', true).bottom).toBe(0);
    expect(axisSpan(0.998, 1, 'ratio', false).bottom).toBe(0);
  });
});

describe('the axis of time', () => {
  const at = new Date(2026, 10, 25, 12, 3, 20).getTime() / 1_000;

  it.each([300, 900, 3_600, 21_600, 86_400])('over %d s has round times, as many as have room', (range) => {
    const shown = timeTicks(at - range, at, 6);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.length).toBeLessThanOrEqual(7);
    expect(shown.every((tick) => new Date(tick * 1_000).getSeconds() === 0)).toBe(true);
  });
});
