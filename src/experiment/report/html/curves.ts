/** Curves over one another: successes as they add up, and how long requests took. */
import { durationMs, isSuccess } from '../../outcome.ts';
import type { RunResult } from '../../run.ts';
import type { Scenario } from '../../scenario.ts';
import type { VariantName } from '../../variants.ts';
import { milliseconds } from '../table.ts';
import { drawing, element, label, line, scale, ticks } from './markup.ts';

const WIDTH = 470;
const HEIGHT = 280;
const LEFT = 48;
const RIGHT = 116;
const TOP = 12;
const BOTTOM = 34;

type Point = readonly [x: number, y: number];
interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

/** Successes by simulated seconds, one repeat. */
export function cumulativeSuccesses(runs: readonly RunResult[], scenario: Scenario): string {
  const curves = runs.map(({ variant, results, durationMs: end }): Curve => {
    const ends = results.filter(({ outcome }) => isSuccess(outcome)).map(({ endedMs }) => endedMs);
    const seconds = (ms: number): number => (ms * scenario.speed) / 1_000;
    const points = ends.sort((a, b) => a - b).map((at, index): Point => [seconds(at), index + 1]);
    return { name: variant, points: [[0, 0], ...points, [seconds(end), ends.length]] };
  });
  return chart('Successes so far, by seconds', curves, (at) => `${String(at)} s`, String, false);
}

/** The share of requests, successful or not, that had ended after so long. Only successes count as ended. */
export function latencyCurves(runs: readonly RunResult[], variants: readonly VariantName[]): string {
  const curves = variants.map((variant): Curve => {
    const results = runs.filter((run) => run.variant === variant).flatMap((run) => run.results);
    const took = results
      .filter(({ outcome }) => isSuccess(outcome))
      .map(durationMs)
      .sort((a, b) => a - b);
    const points = took.map((ms, index): Point => [ms, (index + 1) / results.length]);
    return { name: variant, points: [[0, 0], ...points] };
  });
  return chart(
    'Share of all requests answered rightly within',
    curves,
    milliseconds,
    (share) => `${String(Math.round(share * 100))} %`,
    true,
  );
}

function chart(
  title: string,
  curves: readonly Curve[],
  xLabel: (value: number) => string,
  yLabel: (value: number) => string,
  share: boolean,
): string {
  const all = curves.flatMap(({ points }) => points);
  const mostX = Math.max(1e-9, ...all.map(([x]) => x));
  const mostY = share ? 1 : Math.max(1, ...all.map(([, y]) => y));
  const x = scale(mostX, LEFT, WIDTH - LEFT - RIGHT);
  const up = scale(mostY, 0, HEIGHT - TOP - BOTTOM);
  const y = (value: number): number => HEIGHT - BOTTOM - up(value);
  const grid = [
    ...ticks(mostY).flatMap((at) => [
      line(LEFT, y(at), WIDTH - RIGHT, y(at), 'grid'),
      label(LEFT - 6, y(at) + 4, yLabel(at), 'tick', 'end'),
    ]),
    ...ticks(mostX)
      .filter((_, index) => index % 2 === 0)
      .map((at) => label(x(at), HEIGHT - BOTTOM + 18, xLabel(at), 'tick', 'middle')),
  ];
  const heights = spread(curves.map(({ points }) => y(points.at(-1)?.[1] ?? 0)));
  const drawn = curves.flatMap(({ name, points }, index) => [
    element('path', { d: steps(points, x, y, mostX), class: `curve c${String(index)}` }),
    label(WIDTH - RIGHT + 8, (heights[index] ?? 0) + 4, name, `tiny t${String(index)}`),
  ]);
  return drawing(WIDTH, HEIGHT, title, ...grid, ...drawn);
}

/** A staircase through the points, on to the right edge. */
function steps(
  points: readonly Point[],
  x: (v: number) => number,
  y: (v: number) => number,
  end: number,
): string {
  const [first] = points;
  if (first === undefined) return '';
  const at = (value: number): string => value.toFixed(1);
  const path = points.slice(1).map(([px, py]) => `H${at(x(px))}V${at(y(py))}`);
  return `M${at(x(first[0]))},${at(y(first[1]))}${path.join('')}H${at(x(end))}`;
}

/** Moves labels apart that would lie on each other, keeping their order. */
function spread(wanted: readonly number[]): readonly number[] {
  const GAP = 13;
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  let last = TOP - GAP;
  for (const one of order) last = one.y = Math.max(one.y, last + GAP);
  let above = HEIGHT - BOTTOM + GAP;
  for (const one of [...order].reverse()) above = one.y = Math.min(one.y, above - GAP);
  return wanted.map((_, index) => order.find((one) => one.index === index)?.y ?? 0);
}
