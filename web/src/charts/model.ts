/** What a chart draws: lines over one list of times, in one unit. How the panels of the gateway become this is in panel-data.ts. */
import type { Unit } from '../format.ts';

/** Named colours of the style sheet. State tones are for what is good or bad in itself, the numbered ones for everything else. */
export type Tone =
  'series-1' | 'series-2' | 'series-3' | 'series-4' | 'series-5' | 'series-6' | 'ok' | 'warn' | 'bad';

export interface ChartLine {
  readonly key: string;
  readonly label: string;
  readonly tone: Tone;
  /** On and off lengths, so that lines can be told apart without their colour. Empty is a solid line. */
  readonly dash: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface ChartData {
  readonly unit: Unit;
  /** Unix seconds, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Areas on top of each other: parts of a whole. */
  readonly stacked: boolean;
  /** A ratio watched for falling: its axis may start above 0. */
  readonly closeUp: boolean;
  readonly thresholds: readonly { readonly at: number; readonly level: 'warn' | 'bad' }[];
  /** The window shown, unix seconds; wider than the data when there is little of it. */
  readonly from: number;
  readonly to: number;
}

/** A time in which a breaker was not closed. */
export interface OpenSpan {
  readonly breaker: string;
  /** Unix seconds; -Infinity when it began before the window. */
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
}

/** The last value of a line that is one. */
export function latest(values: readonly (number | null)[]): number | null {
  for (let at = values.length - 1; at >= 0; at--) {
    const value = values[at];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** Parts on top of each other, first at the bottom; where a part is missing the sum goes on without it. */
export function pileUp(lines: readonly ChartLine[]): readonly (readonly (number | null)[])[] {
  const length = lines[0]?.values.length ?? 0;
  const sum = new Array<number>(length).fill(0);
  return lines.map(({ values }) =>
    Array.from({ length }, (_, at) => {
      const anyHere = lines.some((line) => line.values[at] !== null && line.values[at] !== undefined);
      sum[at] = (sum[at] ?? 0) + (values[at] ?? 0);
      return anyHere ? (sum[at] ?? 0) : null;
    }),
  );
}
