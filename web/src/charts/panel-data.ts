/** A panel's history as lines to draw: which colour, which dashes, which few when there are many. */
import type { HistoryReply, HistorySeries } from '../../../src/live/protocol-replies.ts';
import type { PanelInfo } from '../../../src/live/protocol.ts';
import type { ChartData, ChartLine, OpenSpan, Tone } from './model.ts';

/** Lines that a person can still tell apart. The table and the CSV have all. */
export const MOST_LINES = 6;

const TONES = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'] as const;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 3]];

/** Labels that mean the same wherever they appear, and what is good or bad in itself. */
const MEANING: Readonly<Record<string, Tone>> = {
  ok: 'series-1',
  success: 'series-1',
  exact: 'series-1',
  semantic: 'series-2',
  miss: 'series-5',
  client_error: 'series-5',
  aborted: 'series-3',
  timeout: 'series-6',
  shed: 'warn',
  rejected: 'warn',
  upstream_error: 'bad',
  failure: 'bad',
};
const MEANING_LABELS = ['outcome', 'status', 'type'] as const;

function meaning(series: HistorySeries): Tone | undefined {
  for (const label of MEANING_LABELS) {
    const value = series.labels[label];
    if (value !== undefined) return MEANING[value];
  }
  return MEANING[series.legend];
}

function weight({ values }: HistorySeries): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value ?? 0);
  return sum;
}

/** Parts that never happened add nothing to a pile but noise in its legend; the first is kept so that 0 can be seen. */
export function chosenSeries(reply: HistoryReply, panel: PanelInfo): readonly HistorySeries[] {
  const some = reply.series.filter(({ values }) => values.some((value) => value !== null));
  const happened = some.filter((series, at) => panel.drawing !== 'stacked' || at === 0 || weight(series) > 0);
  if (happened.length <= MOST_LINES) return happened;
  const heaviest = new Set([...happened].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_LINES));
  return happened.filter((series) => heaviest.has(series));
}

export function toLines(series: readonly HistorySeries[]): readonly ChartLine[] {
  const taken = new Set(series.map(meaning));
  const free = TONES.filter((tone) => !taken.has(tone));
  let next = 0;
  return series.map((one, at) => {
    const fixed = meaning(one);
    return {
      key: one.key,
      label: one.legend.replaceAll('_', ' '),
      tone: fixed ?? free[next++ % Math.max(1, free.length)] ?? 'series-5',
      dash: DASHES[at % DASHES.length] ?? [],
      values: one.values,
    };
  });
}

export function toChartData(reply: HistoryReply, panel: PanelInfo, from: number, to: number): ChartData {
  return {
    unit: panel.unit,
    times: reply.times.map((time) => time / 1_000),
    lines: toLines(chosenSeries(reply, panel)),
    stacked: panel.drawing === 'stacked',
    closeUp: panel.thresholds.some(({ side }) => side === 'below'),
    thresholds: panel.thresholds,
    from: from / 1_000,
    to: to / 1_000,
  };
}

/** Nothing at all to draw: no series, or none with a value. */
export function isEmpty(reply: HistoryReply): boolean {
  return reply.series.every(({ values }) => values.every((value) => value === null));
}

/** When breakers were open, from the history of their states. Half open belongs to it: it is not well yet. */
export function openSpans(reply: HistoryReply | undefined): readonly OpenSpan[] {
  if (reply === undefined) return [];
  const step = reply.stepSeconds;
  return reply.series.flatMap(({ legend, values }) => {
    const spans: { breaker: string; from: number; to: number | null }[] = [];
    values.forEach((value, at) => {
      const time = (reply.times[at] ?? 0) / 1_000;
      const current = spans.at(-1);
      if (current !== undefined && current.to === null) {
        if (value === 0) current.to = time - step;
      } else if (value === 1) {
        // Open at the first sample: it opened before the window, where nothing is known of it.
        spans.push({ breaker: legend, from: at === 0 ? -Infinity : time - step, to: null });
      }
    });
    return spans;
  });
}
