import { describe, expect, it } from 'vitest';
import type { HistoryReply } from '../../../src/live/protocol-replies.ts';
import type { PanelInfo } from '../../../src/live/protocol.ts';
import { pileUp } from './model.ts';
import { chosenSeries, isEmpty, MOST_LINES, openSpans, toLines } from './panel-data.ts';

const panel = (drawing: PanelInfo['drawing']): PanelInfo => ({
  id: 'p',
  title: 'P',
  question: '',
  description: '',
  unit: 'per_second',
  drawing,
  thresholds: [],
  whenEmpty: '',
  windowSeconds: 10,
  queries: [],
});

function reply(lines: Readonly<Record<string, readonly (number | null)[]>>, label = 'outcome'): HistoryReply {
  const length = Object.values(lines)[0]?.length ?? 0;
  return {
    panel: 'p',
    from: 0,
    to: length * 1_000,
    stepSeconds: 1,
    windowSeconds: 10,
    source: 'live',
    partial: null,
    times: Array.from({ length }, (_, at) => (at + 1) * 1_000),
    series: Object.entries(lines).map(([legend, values]) => ({
      panel: 'p',
      key: legend,
      query: 'q',
      labels: { [label]: legend },
      legend,
      values,
      whole: null,
    })),
  };
}

describe('the lines of a panel', () => {
  it('of a pile leave out what never happened, the first part excepted', () => {
    const some = reply({ ok: [0, 0], shed: [0, 0], timeout: [0, 1] });
    expect(chosenSeries(some, panel('stacked')).map(({ legend }) => legend)).toEqual(['ok', 'timeout']);
    expect(chosenSeries(some, panel('line')).map(({ legend }) => legend)).toEqual(['ok', 'shed', 'timeout']);
  });

  it('are the heaviest few, in the order they had', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`m${at}`, [at]]));
    const chosen = chosenSeries(reply(many, 'model'), panel('line')).map(({ legend }) => legend);
    expect(chosen).toHaveLength(MOST_LINES);
    expect(chosen).toEqual(['m3', 'm4', 'm5', 'm6', 'm7', 'm8']);
  });

  it('have state colours only where they mean a state, and no two the same colour and dashes', () => {
    const lines = toLines(reply({ ok: [1], shed: [1], upstream_error: [1], timeout: [1] }).series);
    expect(lines.map(({ tone }) => tone)).toEqual(['series-1', 'warn', 'bad', 'series-6']);
    const plain = toLines(reply({ a: [1], b: [1], c: [1], d: [1], e: [1], f: [1] }, 'model').series);
    expect(plain.every(({ tone }) => tone.startsWith('series-'))).toBe(true);
    expect(new Set(plain.map(({ tone, dash }) => `${tone} ${dash.join()}`)).size).toBe(6);
    expect(new Set(plain.map(({ dash }) => dash.join())).size).toBe(6);
  });

  it('pile up, and a gap is one only where every part has it', () => {
    const piled = pileUp(toLines(reply({ ok: [1, 2, null], shed: [3, null, null] }).series));
    expect(piled).toEqual([
      [1, 2, null],
      [4, 2, null],
    ]);
  });

  it('are none when no value was ever there', () => {
    expect(isEmpty(reply({ a: [null, null] }))).toBe(true);
    expect(isEmpty(reply({}))).toBe(true);
    expect(isEmpty(reply({ a: [null, 0] }))).toBe(false);
  });
});

describe('openings of breakers', () => {
  it('begin when one opens and end when it is closed again, half open included', () => {
    const spans = openSpans(reply({ 'gpu-2': [0, 1, 1, 2, 0, 0, 1], 'gpu-1': [0, 0, 0, 0, 0, 0, 0] }));
    expect(spans).toEqual([
      { breaker: 'gpu-2', from: 1, to: 4 },
      { breaker: 'gpu-2', from: 6, to: null },
    ]);
    expect(openSpans(undefined)).toEqual([]);
    expect(openSpans(reply({ 'gpu-1': [1, 1, 0] }))).toEqual([{ breaker: 'gpu-1', from: -Infinity, to: 2 }]);
  });
});
