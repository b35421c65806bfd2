/** Every query there is, where it stands, and in which driven state it has to answer. */
import type { JsonObject } from '../../src/core/json.ts';
import { grafanaDashboards } from '../../src/observability/dashboards/dashboards.ts';
import type { Node } from '../../src/observability/expression-node.ts';
import { printPromql } from '../../src/observability/promql.ts';
import { alertsOf, DEFAULT_OBJECTIVES, ruleGroups } from '../../src/observability/rules/rules.ts';
import { RUNBOOKS } from '../../src/observability/runbooks/runbooks.ts';
import type { DrivenState } from './states/state.ts';

export const OPTIONS = {
  job: 'llamascope',
  prefix: '',
  gatewayUrl: 'http://gateway',
  grafanaUrl: 'http://grafana',
};

export interface Query {
  readonly place: string;
  readonly expr: string;
  readonly state: DrivenState['name'];
}

/** What one gateway in front of one upstream cannot show. */
const ELSEWHERE: Readonly<Record<string, DrivenState['name']>> = {
  'llamascope-upstreams: Waits in vain A': 'replicas',
  'llamascope-upstreams: Hedged embeddings A': 'replicas',
  'llamascope-cache: Answers held against a fresh one A': 'replicas',
  'llamascope-cache: Audited hits by rule A': 'replicas',
  'llamascope-cache: Store writes and errors B': 'replicas',
  'llamascope-cache: Store times B': 'replicas',
  'llamascope-cache: Taken in from elsewhere C': 'replicas',
  'llamascope-serving: Models loaded again A': 'replicas',
  'LlamascopeModelReloadThrash: operand 1': 'replicas',
  'LlamascopeFalseHitRateHigh: operand 1': 'replicas',
  'runbook LlamascopeFalseHitRateHigh: step 1': 'replicas',
  'runbook LlamascopeCacheStoreDegraded: step 2': 'replicas',
  'runbook LlamascopeModelReloadThrash: step 1': 'replicas',
  'LlamascopeMetricSeriesDropped: operand 1': 'misread',
  'runbook LlamascopeMetricSeriesDropped: step 1': 'misread',
  'llamascope-runtime: Problems of the telemetry itself A': 'misread',
  'llamascope-runtime: Problems of the telemetry itself B': 'misread',
  'llamascope-runtime: Worker processes A': 'workers',
  'llamascope-runtime: Worker processes B': 'workers',
  'llamascope-runtime: Worker processes C': 'workers',
  'LlamascopeWorkerCrashed: operand 1': 'workers',
  'LlamascopeWorkersMissing: operand 1': 'workers',
  'runbook LlamascopeWorkerCrashed: step 2': 'workers',
  'runbook LlamascopeWorkersMissing: step 3': 'workers',
  'llamascope-runtime: Readers of this page B': 'replicas',
  'llamascope-runtime: Snapshots and long ranges A': 'replicas',
  'llamascope-runtime: Snapshots and long ranges B': 'replicas',
};

export const ALL_QUERIES: readonly Query[] = [
  ...Object.entries(grafanaDashboards({ prefix: '', datasource: null })).flatMap(([uid, json]) => ofDashboard(uid, json)),
  ...ruleGroups(DEFAULT_OBJECTIVES).flatMap((group) =>
    group.recording.map(({ record, labels }) => query(`${group.name}: ${record}`, selector(record, labels))),
  ),
  ...alertsOf(ruleGroups(DEFAULT_OBJECTIVES)).flatMap(({ name, extraLabels, expr }) =>
    operands(expr.node).map((node, at) =>
      query(
        `${[name, ...Object.values(extraLabels ?? {})].join(' ')}: operand ${String(at + 1)}`,
        printPromql({ node }, { range: '5m', scope: `job="${OPTIONS.job}",instance=~"$instance"` }),
      ),
    ),
  ),
  ...RUNBOOKS.flatMap(({ alert, diagnosis }) =>
    diagnosis.flatMap(({ query: asked }, at) =>
      asked === undefined
        ? []
        : [
            query(
              `runbook ${alert}: step ${String(at + 1)}`,
              printPromql(asked, { range: '5m', scope: `job="${OPTIONS.job}",instance=~"$instance"` }),
            ),
          ],
    ),
  ),
];

function query(place: string, expr: string): Query {
  return { place, expr, state: ELSEWHERE[place] ?? 'alone' };
}

function ofDashboard(uid: string, json: JsonObject): readonly Query[] {
  const panels = json['panels'] as unknown as readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
  }[];
  return panels.flatMap(({ title, targets }) =>
    (targets ?? []).map(({ expr, refId }) => query(`${uid}: ${title} ${refId}`, expr)),
  );
}

function selector(record: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return matchers.length === 0 ? record : `${record}{${matchers.join(',')}}`;
}

/** An alert is empty while all is well: what it compares is not. */
function operands(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'set':
      return [...operands(node.left), ...operands(node.right)];
    case 'compare':
      return [node.left];
    case 'outside':
      // `absent(...)` answers only when nothing is there: shown where the alert fires.
      return node.absent ? [] : [node];
    default:
      return [node];
  }
}

/** As Grafana fills it in when all of a state's gateways are chosen. */
export function filledIn(expr: string, urls: readonly string[]): string {
  const hosts = urls.map((url) => new URL(url).host.replaceAll('.', '\\\\.'));
  return expr
    .replaceAll('$__rate_interval', '30s')
    .replaceAll('$job', OPTIONS.job)
    .replaceAll('$instance', hosts.join('|'))
    .replaceAll(/\$(upstream|model)/g, '.*');
}

const STATES: Readonly<Record<DrivenState['name'], string>> = {
  alone: 'one gateway, one upstream: hits of both kinds, misses, errors, refusals, aborts, full queue, open breaker',
  replicas: 'two gateways on one Redis, three upstreams: bounded and shadow mode, hedging, Redis away for a while',
  workers: 'one gateway of two worker processes, one of which is killed',
  misread: 'the metrics alone, in a program whose state cannot be read and whose labels are too many',
};

export function queriesReport(queries: readonly Query[]): string {
  return [
    '# Every query',
    '',
    'Each query of the dashboards, the recording rules, what the alerts compare, and the runbooks: executed against a real Prometheus that',
    'scraped real gateways (`test/monitoring/queries.test.ts`), each with at least one finite value in the state it names. No query is exempt.',
    '',
    '| state | what is driven |',
    '|---|---|',
    ...Object.entries(STATES).map(([name, text]) => `| ${name} | ${text} |`),
    '',
    `${String(queries.length)} queries: ${Object.keys(STATES)
      .map((name) => `${String(queries.filter(({ state }) => state === name).length)} ${name}`)
      .join(', ')}.`,
    '',
    '| query | state | PromQL |',
    '|---|---|---|',
    ...queries.map(({ place, state, expr }) => `| ${place} | ${state} | \`${expr.replaceAll('|', '\\|')}\` |`),
    '',
  ].join('\n');
}
