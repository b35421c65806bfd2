/** From results to figures: per variant, against `direct`, with intervals. */
import type { ExperimentResult } from './experiment.ts';
import { durationMs, isSuccess, OUTCOMES, type Outcome, type RequestResult } from './outcome.ts';
import type { RunResult } from './run.ts';
import { medianWithInterval, quantile } from './statistics/median.ts';
import { pairedDifference, wilson, type Interval } from './statistics/proportion.ts';
import type { VariantName } from './variants.ts';

/** Latencies are of successful requests, real milliseconds; null where there were none. */
export interface VariantSummary {
  readonly variant: VariantName;
  readonly n: number;
  readonly successes: number;
  /** 0 to 1. */
  readonly success: number;
  readonly interval: Interval;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The share of success of each repeat, 0 to 1. */
  readonly byRepeat: readonly number[];
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly firstContentP50Ms: number | null;
  /** Successful requests per real second. */
  readonly throughput: number;
  readonly upstreamRequests: number;
  readonly breakerOpenings: number;
}

/** A variant against the first one. */
export interface Comparison {
  readonly variant: VariantName;
  readonly against: VariantName;
  /** Difference of the shares of success, -1 to 1, with its interval. */
  readonly success: Interval & { readonly difference: number };
  /** Whether the interval leaves out 0. */
  readonly differs: boolean;
  /** How much longer a request took that succeeded in both, real milliseconds: median and interval; null if there was none. */
  readonly latency: (Interval & { readonly median: number; readonly n: number }) | null;
  /** Share of the upstream's requests that were not made, 0 to 1; negative when there were more. */
  readonly upstreamSaved: number;
}

export interface Summary {
  readonly variants: readonly VariantSummary[];
  /** Every variant but the first against the first. */
  readonly comparisons: readonly Comparison[];
}

export function summarise({ plan, runs }: ExperimentResult): Summary {
  const variants = plan.variants.map((variant) => summariseVariant(variant, runsOf(runs, variant)));
  const [base] = plan.variants;
  const comparisons =
    base === undefined ? [] : plan.variants.slice(1).map((variant) => compare(base, variant, runs));
  return { variants, comparisons };
}

function summariseVariant(variant: VariantName, runs: readonly RunResult[]): VariantSummary {
  const results = runs.flatMap((run) => run.results);
  const successful = results.filter(({ outcome }) => isSuccess(outcome));
  const n = results.length;
  const successes = successful.length;
  const seconds = runs.reduce((sum, run) => sum + run.durationMs, 0) / 1_000;
  const latencies = successful.map(durationMs);
  return {
    variant,
    n,
    successes,
    success: n === 0 ? 0 : successes / n,
    interval: wilson(successes, n),
    outcomes: countOutcomes(results),
    byRepeat: runs.map(
      ({ results: own }) => own.filter(({ outcome }) => isSuccess(outcome)).length / own.length,
    ),
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    firstContentP50Ms: quantile(
      successful.flatMap(({ firstContentMs }) => (firstContentMs === null ? [] : [firstContentMs])),
      0.5,
    ),
    throughput: seconds === 0 ? 0 : successes / seconds,
    upstreamRequests: runs.reduce((sum, run) => sum + run.upstreamRequests, 0),
    breakerOpenings: runs.reduce(
      (sum, run) => sum + run.transitions.filter(({ to }) => to === 'open').length,
      0,
    ),
  };
}

function countOutcomes(results: readonly RequestResult[]): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

function compare(against: VariantName, variant: VariantName, runs: readonly RunResult[]): Comparison {
  const pairs = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  const later: number[] = [];
  const firstRuns = runsOf(runs, against);
  for (const second of runsOf(runs, variant)) {
    const first = firstRuns.find(({ seed }) => seed === second.seed);
    for (const [index, result] of second.results.entries()) {
      const other = first?.results[index];
      if (other === undefined) continue;
      const [was, is] = [isSuccess(other.outcome), isSuccess(result.outcome)];
      pairs[was ? (is ? 'both' : 'onlyFirst') : is ? 'onlySecond' : 'neither'] += 1;
      if (was && is) later.push(durationMs(result) - durationMs(other));
    }
  }
  const success = pairedDifference(pairs);
  const latency = medianWithInterval(later);
  const [before, after] = [against, variant].map((name) =>
    runsOf(runs, name).reduce((sum, run) => sum + run.upstreamRequests, 0),
  ) as [number, number];
  return {
    variant,
    against,
    success,
    differs: success.low > 0 || success.high < 0,
    latency: latency === null ? null : { ...latency, n: later.length },
    upstreamSaved: before === 0 ? 0 : 1 - after / before,
  };
}

function runsOf(runs: readonly RunResult[], variant: VariantName): readonly RunResult[] {
  return runs.filter((run) => run.variant === variant);
}
