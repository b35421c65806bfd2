import { describe, expect, it } from 'vitest';
import type { HistoryReply } from '../../../src/live/protocol-replies.ts';
import type { SeriesInfo, Tick } from '../../../src/live/protocol.ts';
import { grow } from './history.ts';

const info = (key: string): SeriesInfo => ({ panel: 'p', key, query: 'q', labels: {}, legend: key });
const past: HistoryReply = {
  panel: 'p',
  from: 0,
  to: 3_000,
  stepSeconds: 1,
  windowSeconds: 10,
  source: 'live',
  partial: null,
  times: [1_000, 2_000, 3_000],
  series: [{ ...info('a'), values: [1, 2, 3], whole: 2 }],
};
const tick = (at: number, values: Readonly<Record<string, number>>): Tick => ({
  at,
  values: { p: values },
  viewers: 1,
});

describe('the history of a panel', () => {
  it('grows by a tick and loses what leaves the window', () => {
    const grown = grow(past, tick(4_000, { a: 4 }), [info('a')], 2_500);
    expect(grown.times).toEqual([2_000, 3_000, 4_000]);
    expect(grown.series[0]?.values).toEqual([2, 3, 4]);
  });

  it('gets a series that appears for the first time, and a gap where one has no value', () => {
    const grown = grow(past, tick(4_000, { b: 7 }), [info('a'), info('b')], 60_000);
    expect(grown.series.map(({ key, values }) => [key, values])).toEqual([
      ['a', [1, 2, 3, null]],
      ['b', [null, null, null, 7]],
    ]);
  });

  it('does not take a tick twice, nor one within its last step', () => {
    expect(grow(past, tick(3_000, { a: 9 }), [info('a')], 60_000)).toBe(past);
    const coarse = { ...past, stepSeconds: 5 };
    expect(grow(coarse, tick(6_000, { a: 9 }), [info('a')], 60_000)).toBe(coarse);
  });
});
