/** Every alert has a runbook and every runbook an alert: a test holds them to it. */
import { cacheRunbooks } from './cache.ts';
import { gatewayRunbooks } from './gateway.ts';
import type { Runbook } from './runbook.ts';
import { servingRunbooks } from './serving.ts';
import { sloRunbooks } from './slo.ts';
import { upstreamRunbooks } from './upstreams.ts';

export const RUNBOOKS: readonly Runbook[] = [
  ...gatewayRunbooks,
  ...upstreamRunbooks,
  ...servingRunbooks,
  ...cacheRunbooks,
  ...sloRunbooks,
];

export function runbookOf(alert: string): Runbook | null {
  return RUNBOOKS.find((runbook) => runbook.alert === alert) ?? null;
}
