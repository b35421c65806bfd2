import { describe, expect, it } from 'vitest';
import type { HistoryReply } from '../../../src/live/protocol-replies.ts';
import type { SeriesInfo, Tick } from '../../../src/live/protocol.ts';
import { grow, hasGap, windowStart } from './history.ts';
import type { Snapshot } from './snapshot.ts';

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

describe('the window of a range', () => {
  const from = (since: number | null, range: number): number =>
    windowStart(
      { hello: { history: { since, tiers: [{ spanSeconds: 172_800 }] } } } as unknown as Snapshot,
      range,
      1e9,
    );

  it('begins with the gateway when that is younger, and is a minute at least', () => {
    expect(from(1e9 - 600_000, 900)).toBe(1e9 - 600_000);
    expect(from(1e9 - 5_000, 900)).toBe(1e9 - 60_000);
    expect(from(1e9 - 3_600_000, 900)).toBe(1e9 - 900_000);
    expect(from(null, 900)).toBe(1e9 - 900_000);
  });

  it('reaches back as far as asked where a Prometheus may know more', () => {
    expect(from(1e9 - 600_000, 604_800)).toBe(1e9 - 604_800_000);
  });
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

  it('is asked for again when ticks were lost', () => {
    expect(hasGap(past, tick(4_000, {}))).toBe(false);
    expect(hasGap(past, tick(60_000, {}))).toBe(true);
    expect(hasGap({ ...past, stepSeconds: 60 }, tick(60_000, {}))).toBe(false);
  });

  it('does not take a tick twice, nor one within its last step', () => {
    expect(grow(past, tick(3_000, { a: 9 }), [info('a')], 60_000)).toBe(past);
    const coarse = { ...past, stepSeconds: 5 };
    expect(grow(coarse, tick(6_000, { a: 9 }), [info('a')], 60_000)).toBe(coarse);
  });
});
