import { CATALOGUE } from '../../telemetry/catalogue.ts';
import type { MetricShape } from '../../telemetry/catalogue/definition.ts';
import type { Panel } from '../panels/panel.ts';

export interface DashboardOptions {
  /** `metrics.prefix` of the gateways. */
  readonly prefix: string;
  /** The uid of the data source that dashboards start with; null: Grafana's default. */
  readonly datasource: string | null;
}

/** Labels that a dashboard may be narrowed by, with the variable each has. */
export const NARROWING = ['upstream', 'model'] as const;
export type Narrowing = (typeof NARROWING)[number];

/** What is put into every selector of a panel: the job and its instances, and what its metrics can be narrowed by. */
export function scopeOf(panel: Panel): string {
  const narrowed = NARROWING.filter((label) => canNarrow(panel, label));
  return ['job="$job"', 'instance=~"$instance"', ...narrowed.map((label) => `${label}=~"$${label}"`)].join(
    ',',
  );
}

/** Only where every metric of the panel has the label: else half of it would be narrowed and the other not. */
export function canNarrow({ metrics }: Panel, label: Narrowing): boolean {
  return metrics.length > 0 && metrics.every((name) => label in (CATALOGUE[name] as MetricShape).labels);
}
