/** Everything that is generated for Grafana, Prometheus, Alertmanager and Kubernetes: paths below the output folder, and contents. */
import { COMPARE_DASHBOARD_UID, compareDashboard } from './dashboards/compare.ts';
import { grafanaDashboards } from './dashboards/dashboards.ts';
import { dashboardProvider, prometheusDatasource } from './dashboards/provisioning.ts';
import { printPrometheusRule, printRules, type RuleOptions } from './rules/print-rules.ts';
import type { Objective } from './rules/objective.ts';
import { ruleGroups } from './rules/rules.ts';
import { alertmanagerExample } from './rules/print-alertmanager.ts';
import { prometheusExample, serviceMonitor } from './rules/print-scrape.ts';
import { runbookIndex, runbookMarkdown } from './runbooks/print-runbook.ts';
import { RUNBOOKS } from './runbooks/runbooks.ts';

export interface ArtefactOptions extends RuleOptions {
  readonly objectives: readonly Objective[];
  /** Where the Alertmanager example sends alerts, below `/pager` and `/tickets`. */
  readonly webhookUrl: string;
  /** The uid of the data source that dashboards start with; null: Grafana's default. */
  readonly datasource: string | null;
}

export function monitoringArtefacts(options: ArtefactOptions): Readonly<Record<string, string>> {
  const groups = ruleGroups(options.objectives);
  const dashboards = Object.entries(grafanaDashboards(options)).map(
    ([uid, json]) => [`grafana/${uid}.json`, `${JSON.stringify(json, null, 2)}\n`] as const,
  );
  return {
    ...Object.fromEntries(dashboards),
    [`grafana/${COMPARE_DASHBOARD_UID}.json`]: `${JSON.stringify(compareDashboard(options), null, 2)}\n`,
    'grafana/provisioning/dashboards.yaml': dashboardProvider(),
    'grafana/provisioning/datasources.yaml': prometheusDatasource(),
    'prometheus/prometheus.yml': prometheusExample(options),
    'prometheus/rules.yml': printRules(groups, options),
    'alertmanager/alertmanager.yml': alertmanagerExample(options),
    'kubernetes/prometheus-rule.yaml': printPrometheusRule(groups, options),
    'kubernetes/service-monitor.yaml': serviceMonitor(options),
  };
}

/** The runbooks as pages, by file name. */
export function runbookPages({
  job,
  prefix,
}: Pick<ArtefactOptions, 'job' | 'prefix'>): Readonly<Record<string, string>> {
  const print = { range: '5m', scope: `job="${job}"`, prefix };
  const pages = RUNBOOKS.map((runbook) => [`${runbook.alert}.md`, runbookMarkdown(runbook, print)] as const);
  return { 'README.md': runbookIndex(RUNBOOKS), ...Object.fromEntries(pages) };
}
