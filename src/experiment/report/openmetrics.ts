/**
 * A comparison as OpenMetrics with timestamps, for `promtool tsdb create-blocks-from openmetrics`: afterwards a
 * Prometheus answers about it as if it had scraped each variant. All variants start at the same moment, so that they lie
 * over each other in a graph; time is the scenario's (simulated) time, a sample a second.
 */
import { COMPARE_METRICS } from '../../core/compare-metrics.ts';
import type { ExperimentResult } from '../experiment.ts';
import { durationMs, isSuccess, OUTCOMES, type RequestResult } from '../outcome.ts';
import type { RunResult } from '../run.ts';

/** Upper bounds of the latency histogram, simulated seconds. */
const BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const STATE = { closed: 0, open: 1, half_open: 2 } as const;

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit: string | null;
  readonly help: string;
  /** The lines of one run at a moment, without timestamps. */
  readonly lines: (run: RunResult, labels: string, atMs: number, speed: number) => readonly string[];
}

const FAMILIES: readonly Family[] = [
  {
    name: COMPARE_METRICS.requests,
    type: 'counter',
    unit: null,
    help: 'Requests of a comparison that have ended, by how.',
    lines: ({ results }, labels, atMs) =>
      OUTCOMES.map((outcome) => {
        const count = results.filter((one) => one.endedMs <= atMs && one.outcome === outcome).length;
        return `${COMPARE_METRICS.requests}_total{${labels},outcome="${outcome}"} ${String(count)}`;
      }),
  },
  {
    name: COMPARE_METRICS.duration,
    type: 'histogram',
    unit: 'seconds',
    help: 'How long successful requests of a comparison took, in simulated time.',
    lines: ({ results }, labels, atMs, speed) => histogram(results, labels, atMs, speed),
  },
  {
    name: COMPARE_METRICS.inflight,
    type: 'gauge',
    unit: null,
    help: 'Requests of a comparison under way.',
    lines: ({ results }, labels, atMs) => {
      const open = results.filter(({ startedMs, endedMs }) => startedMs <= atMs && endedMs > atMs).length;
      return [`${COMPARE_METRICS.inflight}{${labels}} ${String(open)}`];
    },
  },
  {
    name: COMPARE_METRICS.breaker,
    type: 'gauge',
    unit: null,
    help: 'The breaker in a comparison: 0 = CLOSED, 1 = OPEN, 2 = HALF_OPEN.',
    lines: ({ transitions, variant }, labels, atMs) => {
      if (variant === 'direct') return [];
      const state = transitions.filter((one) => one.atMs <= atMs).at(-1)?.to ?? 'closed';
      return [`${COMPARE_METRICS.breaker}{${labels}} ${String(STATE[state])}`];
    },
  },
];

export function openMetricsReport({ plan, runs, startedAt }: ExperimentResult): string {
  const { scenario } = plan;
  const start = Math.floor(startedAt / 1_000);
  const longest = Math.max(...runs.map((run) => run.durationMs)) * scenario.speed;
  const seconds = Math.ceil(longest / 1_000) + 1;
  const lines: string[] = [];
  for (const { name, type, unit, help, lines: linesOf } of FAMILIES) {
    lines.push(`# TYPE ${name} ${type}`);
    if (unit !== null) lines.push(`# UNIT ${name} ${unit}`);
    lines.push(`# HELP ${name} ${help}`);
    for (const [index, run] of runs.entries()) {
      const labels = labelsOf(run, index, runs, scenario.name);
      // Series by series: the format wants the samples of one metric point together, oldest first.
      for (let second = 0; second <= seconds; second += 1) {
        const atMs = (second * 1_000) / scenario.speed;
        for (const line of linesOf(run, labels, atMs, scenario.speed))
          lines.push(`${line} ${String(start + second)}`);
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

function labelsOf(run: RunResult, index: number, runs: readonly RunResult[], scenario: string): string {
  const repeat = runs.slice(0, index).filter(({ variant }) => variant === run.variant).length;
  return `scenario="${scenario}",variant="${run.variant}",repeat="${String(repeat)}"`;
}

function histogram(results: readonly RequestResult[], labels: string, atMs: number, speed: number): string[] {
  const took = results
    .filter(({ outcome, endedMs }) => isSuccess(outcome) && endedMs <= atMs)
    .map((one) => (durationMs(one) * speed) / 1_000);
  const name = COMPARE_METRICS.duration;
  const buckets = [...BOUNDS, Infinity].map((bound) => {
    const le =
      bound === Infinity ? '+Inf' : bound.toFixed(bound % 1 === 0 ? 1 : 3).replace(/(\.\d*?[1-9])0+$/, '$1');
    return `${name}_bucket{${labels},le="${le}"} ${String(took.filter((seconds) => seconds <= bound).length)}`;
  });
  const sum = took.reduce((total, seconds) => total + seconds, 0);
  return [
    ...buckets,
    `${name}_sum{${labels}} ${String(sum)}`,
    `${name}_count{${labels}} ${String(took.length)}`,
  ];
}
