/**
 * Before and after: the same seeded requests and faults with and without protection. Variants take turns within
 * each repeat, so that whatever else the machine does meets all of them alike.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import { seededRng } from '../runtime/rng.ts';
import { faultPlan, runOnce, type RealUpstream, type RunResult } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { VariantName } from './variants.ts';
import type { Topic } from './workload/questions.ts';
import { planWorkload, type Workload } from './workload/workload.ts';

export interface ExperimentPlan {
  readonly scenario: Scenario;
  readonly variants: readonly VariantName[];
  readonly seed: number;
  readonly repeats: number;
  readonly topics: readonly Topic[];
  readonly upstream: RealUpstream | null;
}

export interface ExperimentResult {
  readonly plan: ExperimentPlan;
  /** Identifies requests and faults: equal for equal seeds, whatever machine it runs on. */
  readonly planHash: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly runs: readonly RunResult[];
}

/** Tells how far it has come; `done` of `total` requests. */
export type Progress = (state: {
  readonly variant: VariantName;
  readonly repeat: number;
  readonly done: number;
  readonly total: number;
}) => void;

export async function runExperiment(
  plan: ExperimentPlan,
  clock: Clock,
  progress: Progress = () => undefined,
): Promise<ExperimentResult> {
  const startedAt = clock.wallMs();
  const repeats = repeatsOf(plan);
  const total = repeats.length * plan.variants.length * plan.scenario.workload.requests;
  const runs: RunResult[] = [];
  let done = 0;
  for (const [repeat, { seed, workload }] of repeats.entries()) {
    for (const variant of turnsOf(plan.variants, repeat)) {
      const { scenario, upstream } = plan;
      runs.push(
        await runOnce({ scenario, variant, seed, workload, upstream }, clock, () => {
          done += 1;
          progress({ variant, repeat, done, total });
        }),
      );
    }
  }
  return { plan, planHash: hashOf(plan, repeats), startedAt, runs };
}

/** Each repeat starts with another variant, so that none is always the one that meets a warm machine. */
function turnsOf(variants: readonly VariantName[], repeat: number): readonly VariantName[] {
  const from = repeat % variants.length;
  return [...variants.slice(from), ...variants.slice(0, from)];
}

interface Repeat {
  readonly seed: number;
  readonly workload: Workload;
}

function repeatsOf({ scenario, topics, seed, repeats }: ExperimentPlan): readonly Repeat[] {
  const rng = seededRng(seed);
  return Array.from({ length: repeats }, () => {
    const one = Math.floor(rng.next() * 4_294_967_296);
    return { seed: one, workload: planWorkload(scenario.workload, topics, one) };
  });
}

/** Without running anything: what `runExperiment` of this plan will say. */
export function planHash(plan: ExperimentPlan): string {
  return hashOf(plan, repeatsOf(plan));
}

function hashOf({ scenario }: ExperimentPlan, repeats: readonly Repeat[]): string {
  const what = repeats.map(({ seed, workload }) => ({ faults: faultPlan(scenario, seed), workload }));
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);
}
