/** Panels computed: their values now, over a range in steps, and as one value over the whole of it. */
import { evaluate, type Sample, type SeriesReader } from '../observability/evaluate.ts';
import type { Panel, PanelSeries } from '../observability/panels/panel.ts';
import type { SeriesInfo } from './protocol.ts';
import type { HistorySeries } from './protocol-replies.ts';

/** `key` is unique within the panel. */
export function describeSeries(
  panel: string,
  { id, legend }: PanelSeries,
  labels: Sample['labels'],
): SeriesInfo {
  return { panel, key: seriesKey(id, labels), query: id, labels, legend: fillLegend(legend, labels) };
}

export function seriesKey(query: string, labels: Sample['labels']): string {
  const names = Object.keys(labels);
  if (names.length === 0) return query;
  return `${query}{${names.map((name) => `${name}=${JSON.stringify(labels[name])}`).join(',')}}`;
}

export const fillLegend = (legend: string, labels: Sample['labels']): string =>
  legend.replace(/\{(\w+)\}/g, (_, name: string) => labels[name] ?? '');

/** Seven digits say more than an eye can see, and make a frame a third shorter. */
const shorten = (value: number): number => Number(value.toPrecision(7));

/** The values of all panels at one moment, and the series that have not been met before. */
export class PanelValues {
  readonly #panels: readonly Panel[];
  readonly #reader: SeriesReader;
  readonly #met = new Map<string, SeriesInfo>();

  constructor(panels: Iterable<Panel>, reader: SeriesReader) {
    this.#panels = [...panels];
    this.#reader = reader;
  }

  /** Every series met so far. */
  get series(): readonly SeriesInfo[] {
    return [...this.#met.values()];
  }

  at(endMs: number): {
    readonly values: Record<string, Record<string, number>>;
    readonly added: readonly SeriesInfo[];
  } {
    const values: Record<string, Record<string, number>> = {};
    const added: SeriesInfo[] = [];
    for (const panel of this.#panels) {
      const here: Record<string, number> = {};
      values[panel.id] = here;
      for (const query of panel.series) {
        const moment = { endMs, rangeSeconds: panel.minWindowSeconds };
        for (const { labels, value } of evaluate(query.expr.node, this.#reader, moment)) {
          if (!Number.isFinite(value)) continue;
          const key = seriesKey(query.id, labels);
          here[key] = shorten(value);
          const name = `${panel.id} ${key}`;
          if (this.#met.has(name)) continue;
          const info = describeSeries(panel.id, query, labels);
          this.#met.set(name, info);
          added.push(info);
        }
      }
    }
    return { values, added };
  }
}

/** One panel over a range. The times are the ends of the steps. */
export function panelHistory(
  panel: Panel,
  reader: SeriesReader,
  range: {
    readonly times: readonly number[];
    readonly windowSeconds: number;
    /** The whole of it ends here, which may be after the last full step. */
    readonly endMs: number;
    readonly wholeSeconds: number;
  },
): readonly HistorySeries[] {
  const { times, windowSeconds, endMs: wholeEndMs, wholeSeconds } = range;
  const found = new Map<string, { info: SeriesInfo; values: (number | null)[]; whole: number | null }>();
  const seriesOf = (
    query: PanelSeries,
    labels: Sample['labels'],
  ): { values: (number | null)[]; whole: number | null } => {
    const key = seriesKey(query.id, labels);
    let series = found.get(key);
    if (series === undefined) {
      const values = new Array<number | null>(times.length).fill(null);
      series = { info: describeSeries(panel.id, query, labels), values, whole: null };
      found.set(key, series);
    }
    return series;
  };
  for (const query of panel.series) {
    for (const [index, endMs] of times.entries()) {
      for (const { labels, value } of evaluate(query.expr.node, reader, {
        endMs,
        rangeSeconds: windowSeconds,
      })) {
        if (Number.isFinite(value)) seriesOf(query, labels).values[index] = shorten(value);
      }
    }
    for (const { labels, value } of evaluate(query.expr.node, reader, {
      endMs: wholeEndMs,
      rangeSeconds: wholeSeconds,
    })) {
      if (Number.isFinite(value)) seriesOf(query, labels).whole = shorten(value);
    }
  }
  return [...found.values()].map(({ info, values, whole }) => ({ ...info, values, whole }));
}
