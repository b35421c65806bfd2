import { describe, expect, it } from 'vitest';
import { bytes, clockTime, dayTime, duration, figure, format, percent, seconds } from './format.ts';

/** The narrow space between number and unit, as an ordinary one. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.00123, '0.001'],
    [0.1234, '0.12'],
    [1.5, '1.5'],
    [9.996, '10'],
    [12.34, '12.3'],
    [99.96, '100'],
    [1234.5, '1 235'],
    [1234567, '1 234 567'],
  ])('%d is %s', (value, shown) => {
    expect(plain(figure(value))).toBe(shown);
  });

  it.each([
    [0, '0 s'],
    [0.00042, '420 µs'],
    [0.0123, '12.3 ms'],
    [0.9996, '1 s'],
    [1.234, '1.23 s'],
    [90, '90 s'],
    [125, '2 min 5 s'],
  ])('%d seconds are %s', (value, shown) => {
    expect(plain(seconds(value))).toBe(shown);
  });

  it.each([
    [0, '0 s'],
    [59.6, '1 min'],
    [3_600, '1 h'],
    [93_700, '1 d 2 h'],
  ])('a duration of %d s is %s', (value, shown) => {
    expect(plain(duration(value))).toBe(shown);
  });

  it.each([
    [0, '0 B'],
    [1_023, '1 023 B'],
    [1_536, '1.5 KiB'],
    [8_200_000, '7.82 MiB'],
  ])('%d bytes are %s', (value, shown) => {
    expect(plain(bytes(value))).toBe(shown);
  });

  it.each([
    [1, '100 %'],
    [0.99999, '99.99 %'],
    [0.9987, '99.9 %'],
    [0.314, '31 %'],
    [0.031, '3.1 %'],
    [0, '0 %'],
  ])('a share of %d is %s, and what is nearly all is not all', (value, shown) => {
    expect(plain(percent(value))).toBe(shown);
  });

  it('carry the unit of their panel, and a dash stands for none', () => {
    const shown = (
      [
        ['per_second', 12.34],
        ['tokens_per_second', 12_345],
        ['cores', 0.5],
        ['state', 2],
        ['flag', 0],
        ['count', 2_500_000],
        ['ratio', null],
        ['seconds', Number.NaN],
      ] as const
    ).map(([unit, value]) => plain(format(value, unit)));
    expect(shown).toEqual(['12.3 /s', '12.3 k tok/s', '0.5 cores', 'half open', 'no', '2.5 M', '–', '–']);
  });
});

describe('times', () => {
  const noon = new Date(2026, 10, 25, 12, 4, 5).getTime() / 1_000;

  it('are those of the reader’s day, with the day only when it is long ago', () => {
    expect(clockTime(noon)).toBe('12:04:05');
    expect(clockTime(noon, false)).toBe('12:04');
    expect(dayTime(noon, noon + 3_600)).toBe('12:04:05');
    expect(dayTime(noon, noon + 86_400)).toBe('2026-11-25 12:04:05');
  });
});
