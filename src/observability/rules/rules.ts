import { ALERTS } from './alerts.ts';
import type { Objective } from './objective.ts';
import type { Alert, RuleGroup } from './rule.ts';
import { sloGroup } from './slo-rules.ts';

/** What is promised when the configuration says nothing. */
export const DEFAULT_OBJECTIVES: readonly Objective[] = [
  { name: 'availability', kind: 'availability', objective: 0.99, thresholdMs: null },
  { name: 'first-token', kind: 'first-token', objective: 0.95, thresholdMs: 10_000 },
];

/** Every rule, in the groups in which Prometheus evaluates them. */
export function ruleGroups(objectives: readonly Objective[]): readonly RuleGroup[] {
  return [
    { name: 'llamascope', intervalSeconds: null, recording: [], alerts: ALERTS },
    ...objectives.map(sloGroup),
  ];
}

export function alertsOf(groups: readonly RuleGroup[]): readonly Alert[] {
  return groups.flatMap(({ alerts }) => alerts);
}
