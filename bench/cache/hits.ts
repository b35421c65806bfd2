/** How many hits each mode has, and how many of them are wrong, over streams of a labelled data set. */
import { upperBound } from '../../src/cache/bounded/clopper-pearson.ts';
import { pool, replayBounded, replayThreshold, type Outcome } from './replay.ts';
import type { RequestStream } from './stream.ts';
import { drawPlot } from '../svg.ts';

export interface HitReport {
  readonly markdown: string;
  readonly plots: Readonly<Record<string, string>>;
}

const DELTAS = [0.01, 0.02, 0.05] as const;
const THRESHOLDS = [
  ...Array.from({ length: 18 }, (_, i) => 0.4 + i * 0.025),
  ...Array.from({ length: 30 }, (_, i) => 0.85 + i * 0.005),
  0.9975,
  0.999,
  1,
];
const AUDIT = 0.03;

interface Curve {
  readonly threshold: number;
  readonly outcome: Outcome;
}

export function reportHits(
  name: string,
  embedder: string,
  recommended: number,
  streams: readonly RequestStream[],
): HitReport {
  const curve = (guard: boolean): readonly Curve[] =>
    THRESHOLDS.map((threshold) => ({
      threshold,
      outcome: pool(streams.map((stream) => replayThreshold(stream, threshold, guard))),
    }));
  const guarded = curve(true);
  const bare = curve(false);
  const bounded = (guard: boolean, witnesses: boolean): readonly Outcome[] =>
    DELTAS.map((delta) =>
      pool(
        streams.map((stream, i) =>
          replayBounded(stream, { delta, guard, audit: AUDIT, seed: i + 1, witnesses }),
        ),
      ),
    );
  const fixed = (guard: boolean, threshold: number): Outcome =>
    pool(streams.map((stream) => replayThreshold(stream, threshold, guard)));
  const asShipped = bounded(true, true);
  const rows = [
    line('threshold 0.90', fixed(true, 0.9)),
    line('threshold 0.95', fixed(true, 0.95)),
    line(`threshold ${recommended.toFixed(2)}, the recommended one`, fixed(true, recommended)),
    line('threshold 0.90, no guard', fixed(false, 0.9)),
    line('threshold 0.95, no guard', fixed(false, 0.95)),
    ...DELTAS.flatMap((delta, i) => [
      line(
        `**bounded, δ = ${percent(delta)}**`,
        asShipped[i] as Outcome,
        verdict(asShipped[i] as Outcome, delta),
      ),
      oracleLine(delta, guarded, asShipped[i] as Outcome),
    ]),
    ...bounded(false, true).map((outcome, i) =>
      line(`bounded, δ = ${percent(DELTAS[i] as number)}, no guard`, outcome),
    ),
    ...bounded(true, false).map((outcome, i) =>
      line(`bounded, δ = ${percent(DELTAS[i] as number)}, neighbours not asked`, outcome),
    ),
  ];
  const file = `${name}-${embedder}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return {
    markdown: `### ${name}, ${embedder}\n\n![Wrong hits against hit ratio](semantic-cache/${file}.svg)\n\n| mode | hits, of requests | wrong, of hits | at most (95 %) | |\n|---|---|---|---|---|\n${rows.join('\n')}\n`,
    plots: { [file]: plot(`${name}, ${embedder}`, guarded, bare, asShipped) },
  };
}

/** The threshold that would have been best, chosen with the answers at hand. */
function oracleLine(delta: number, curve: readonly Curve[], bounded: Outcome): string {
  let best: Curve | null = null;
  for (const point of curve)
    if (
      point.outcome.hits > 0 &&
      share(point.outcome) <= delta &&
      point.outcome.hits > (best?.outcome.hits ?? 0)
    )
      best = point;
  if (best === null)
    return `| oracle threshold, δ = ${percent(delta)} | none: no threshold has so few wrong | | | |`;
  const times = bounded.hits / best.outcome.hits;
  return line(
    `oracle threshold ${best.threshold.toFixed(3)}, δ = ${percent(delta)}`,
    best.outcome,
    `bounded has ${times.toFixed(2)} × its hits`,
  );
}

function verdict(outcome: Outcome, delta: number): string {
  if (outcome.hits === 0) return 'serves nothing';
  return upperBound(outcome.wrong, outcome.hits, 0.95) <= delta ? 'held' : '**missed**';
}

function line(mode: string, outcome: Outcome, note = ''): string {
  const { requests, hits, wrong } = outcome;
  if (hits === 0) return `| ${mode} | 0 | | | ${note} |`;
  return `| ${mode} | ${percent(hits / requests)} | ${percent(wrong / hits)} | ${percent(upperBound(wrong, hits, 0.95))} | ${note} |`;
}

function share({ hits, wrong }: Outcome): number {
  return wrong / hits;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(value < 0.1 ? 2 : 1)} %`;
}

function plot(
  title: string,
  guarded: readonly Curve[],
  bare: readonly Curve[],
  bounded: readonly Outcome[],
): string {
  const points = (outcomes: readonly Outcome[]): (readonly [number, number])[] =>
    outcomes
      .filter(({ hits, requests }) => hits > requests / 1_000)
      .map((outcome): readonly [number, number] => [outcome.hits / outcome.requests, share(outcome)])
      .sort(([a], [b]) => a - b);
  const ticks = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
  return drawPlot({
    title: `Wrong hits against hit ratio: ${title}`,
    x: {
      label: 'hits, share of requests',
      min: 0,
      max: 0.6,
      ticks,
      format: (value) => `${String(Math.round(value * 100))} %`,
    },
    y: {
      label: 'wrong, share of hits',
      min: 0,
      max: 0.2,
      ticks: [0, 0.05, 0.1, 0.15, 0.2],
      format: (value) => `${String(Math.round(value * 100))} %`,
    },
    series: [
      { name: 'bounded 1, 2, 5 %', points: points(bounded), style: 'dots' },
      { name: 'threshold', points: points(guarded.map(({ outcome }) => outcome)), style: 'line' },
      { name: 'threshold, no guard', points: points(bare.map(({ outcome }) => outcome)), style: 'dashed' },
    ],
  });
}
