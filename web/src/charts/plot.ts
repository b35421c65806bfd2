/** One uPlot from one ChartData. Colours come from the style sheet, so that both themes need no second list. */
import uPlot from 'uplot';
import { drawMarks, drawThresholds } from './backdrop.ts';
import { colour } from './colour.ts';
import { axisSpan, tickLabel, ticks, timeLabel, timeTicks, type Span } from './axis.ts';
import { drawTimeline } from './timeline-plot.ts';
import { pileUp, type ChartData, type OpenSpan } from './model.ts';

export interface PlotInput {
  /** Read at each drawing: the options of a uPlot are made once. */
  data: ChartData;
  marks: readonly OpenSpan[];
}

/** All charts of the page move one crosshair. */
const SYNC = 'page';

export function drawn(data: ChartData): uPlot.AlignedData {
  const columns = data.stacked ? pileUp(data.lines) : data.lines.map(({ values }) => values);
  // Each part of a pile is filled down to 0, so the upper ones are drawn first.
  return [data.times, ...(data.stacked ? [...columns].reverse() : columns)] as uPlot.AlignedData;
}

/** The axis of values, from what is drawn. */
export function valueSpan(data: ChartData): Span {
  let top = 0;
  let bottom = Infinity;
  for (const column of drawn(data).slice(1)) {
    for (const value of column) {
      if (typeof value !== 'number') continue;
      if (value > top) top = value;
      if (value < bottom) bottom = value;
    }
  }
  return axisSpan(bottom, top, data.unit, data.closeUp);
}

export function makePlot(
  host: HTMLElement,
  input: PlotInput,
  size: { readonly width: number; readonly height: number },
  onCursor: (index: number | null) => void,
): uPlot {
  const { data } = input;
  const states = isTimeline(data);
  const options: uPlot.Options = {
    ...size,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: SYNC, setSeries: false, scales: ['x', null] },
      drag: { x: false, y: false },
      y: false,
      points: { show: !states, size: 6 },
    },
    scales: {
      x: { time: false, range: () => [input.data.from, input.data.to] },
      y: {
        range: () => {
          const { bottom, top } = valueSpan(input.data);
          return [bottom, top];
        },
      },
    },
    axes: [timeAxis(input), valueAxis(input, states)],
    series: [{}, ...drawnSeries(data, states)],
    hooks: {
      drawClear: [
        (plot) => {
          if (states) return;
          drawMarks(plot, input.marks);
          drawThresholds(plot, input.data);
        },
      ],
      draw: [
        (plot) => {
          if (states) drawTimeline(plot, input.data);
        },
      ],
      setCursor: [
        (plot) => {
          onCursor(plot.cursor.idx ?? null);
        },
      ],
    },
  };
  return new uPlot(options, drawn(data), host);
}

/** States are drawn as rows of bars rather than as lines. */
export const isTimeline = ({ unit }: ChartData): boolean => unit === 'state' || unit === 'flag';

function drawnSeries(data: ChartData, states: boolean): uPlot.Series[] {
  const lines = data.stacked ? [...data.lines].reverse() : data.lines;
  return lines.map((line) => ({
    label: line.label,
    stroke: colour(line.tone),
    width: data.stacked ? 1 : 1.5,
    ...(line.dash.length > 0 && !data.stacked ? { dash: [...line.dash] } : {}),
    ...(data.stacked ? { fill: wash(colour(line.tone)) } : {}),
    ...(states ? { paths: () => null } : {}),
    points: { show: states ? false : loneOnly },
    spanGaps: false,
  }));
}

/** A value with no neighbour draws no line; it gets a point, so that it is not lost. */
const loneOnly: uPlot.Series.Points.Show = (plot, series) => {
  const values = plot.data[series] ?? [];
  return values.filter((value) => value !== null && value !== undefined).length === 1;
};

/** Over the paper rather than translucent: what lies beneath a part must not shine through as a third colour. */
function wash(stroke: string): string {
  return `color-mix(in srgb, ${stroke} 34%, ${getComputedStyle(document.body).backgroundColor})`;
}

function timeAxis(input: PlotInput): uPlot.Axis {
  return {
    stroke: colour('ink-3'),
    font: axisFont(),
    size: 26,
    gap: 4,
    grid: { show: false },
    ticks: { stroke: colour('line-2'), width: 1, size: 4 },
    border: { show: true, stroke: colour('line-2'), width: 1 },
    splits: (plot) => [...timeTicks(input.data.from, input.data.to, Math.max(2, plot.width / 76))],
    values: (_, splits) => splits.map((at) => timeLabel(at, input.data.to - input.data.from)),
  };
}

function valueAxis(input: PlotInput, states: boolean): uPlot.Axis {
  const shown = (): string[] =>
    ticks(valueSpan(input.data), input.data.unit).map((value) => tickLabel(value, input.data.unit));
  return {
    stroke: colour('ink-3'),
    font: axisFont(),
    gap: 6,
    // One width for all: charts below each other share their time axis to the pixel.
    size: () => Math.max(68, ...shown().map((label) => label.length * 6.2 + 12)),
    grid: { show: !states, stroke: colour('grid'), width: 1 },
    ticks: { show: false },
    splits: () => [...ticks(valueSpan(input.data), input.data.unit)],
    values: (_, splits) => splits.map((value) => (states ? '' : tickLabel(value, input.data.unit))),
  };
}

const axisFont = (): string => `11px ${getComputedStyle(document.body).fontFamily}`;
