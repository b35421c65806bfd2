/** The figures that are easier seen than read. */
import { drawBars, drawPlot } from '../svg.ts';
import { median, type Measured } from './measure.ts';
import { ARRIVALS, QUANTILES, type Latency } from './open-loop.ts';

export interface Figure {
  /** Beside the page, in a folder of its name. */
  readonly file: string;
  readonly svg: string;
}

export function figures(json: readonly Measured[], open: readonly Latency[]): readonly Figure[] {
  const out: Figure[] = [];
  if (json.length > 0)
    out.push({
      file: 'processor-time.svg',
      svg: drawBars({
        title: 'Processor time of a request, µs (JSON, each new)',
        bars: json.map(({ name, cpu }) => ({
          name: name.split(', ').slice(0, 2).join(', '),
          value: median(cpu),
          own: name.startsWith('Llamascope'),
        })),
        format: (value) => value.toFixed(0),
      }),
    });
  if (open.length > 0) out.push({ file: 'latency.svg', svg: latencies(open) });
  return out;
}

/** Quantiles by their nines, milliseconds by their tens. */
function latencies(open: readonly Latency[]): string {
  const x = (q: number): number => -Math.log10(1 - q);
  return drawPlot({
    title: `Latency, ${ARRIVALS.toLocaleString('en-GB')} requests a second`,
    x: {
      label: 'share of requests that are answered by then',
      min: x(0.5),
      max: x(0.999),
      ticks: [0.5, 0.9, 0.99, 0.999].map(x),
      format: (value) => `${String(Math.round((1 - 10 ** -value) * 1_000) / 10)} %`,
    },
    y: {
      label: 'ms',
      min: -1,
      max: 3,
      ticks: [-1, 0, 1, 2, 3],
      format: (value) => String(10 ** value),
    },
    series: open.map(({ name, ms }) => ({
      name,
      style: name === 'direct' ? ('dashed' as const) : ('line' as const),
      points: ms.map((value, at) => [x(QUANTILES[at] ?? NaN), Math.log10(value)] as const),
    })),
  });
}
