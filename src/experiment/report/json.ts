import type { ExperimentResult } from '../experiment.ts';
import type { Summary } from '../summary.ts';
import type { Environment } from './environment.ts';
import { verdictSentence } from './sentence.ts';

/** Everything, for programs: plan, figures and each single request. `version` changes when a field changes its meaning. */
export function jsonReport(result: ExperimentResult, summary: Summary, environment: Environment): string {
  const { plan, planHash, startedAt, runs } = result;
  const { scenario, variants, seed, repeats, upstream } = plan;
  const last = summary.comparisons.at(-1);
  const report = {
    version: 1,
    startedAt: new Date(startedAt).toISOString(),
    environment,
    plan: {
      hash: planHash,
      seed,
      repeats,
      variants,
      scenario,
      upstream: upstream === null ? null : { url: upstream.url, kind: upstream.kind, model: upstream.model },
    },
    /** What was found, in a sentence; empty when there was nothing to compare with. */
    verdict: last === undefined ? '' : verdictSentence(summary, last),
    summary,
    runs,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
