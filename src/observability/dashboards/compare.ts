/**
 * The before/after dashboard: a comparison that was backfilled into Prometheus, its variants over each other. Its metrics
 * are no gateway's, so its queries are written here and not taken from the panels of the live page.
 */
import { COMPARE_METRICS } from '../../core/compare-metrics.ts';
import type { JsonObject } from '../../core/json.ts';
import { DATASOURCE, queryVariable, SCHEMA_VERSION, standardVariables, targets } from './grafana-json.ts';
import type { DashboardOptions } from './scope.ts';

interface ComparePanel {
  readonly type: 'timeseries' | 'stat' | 'state-timeline' | 'bargauge';
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly expr: string;
  readonly legend: string;
  readonly width: number;
}

const SCOPE = 'scenario=~"$scenario",variant=~"$variant"';
const ended = `${COMPARE_METRICS.requests}_total`;
const right = `sum by (variant) (${ended}{${SCOPE},outcome=~"served|cached"})`;
const all = `sum by (variant) (${ended}{${SCOPE}})`;

/** Counters of a comparison start at 0 and are never reset, so their values are the sums so far. */
const PANELS: readonly ComparePanel[] = [
  {
    type: 'bargauge',
    title: 'Success so far',
    description: `Which variant answers rightly, up to the end of the range? Metrics: ${ended}.`,
    unit: 'percentunit',
    expr: `${right} / (${all} > 0)`,
    legend: '{{variant}}',
    width: 12,
  },
  {
    type: 'timeseries',
    title: 'Successes as they add up',
    description: `How far is each variant after so many seconds? Metrics: ${ended}.`,
    unit: 'short',
    expr: right,
    legend: '{{variant}}',
    width: 12,
  },
  {
    type: 'timeseries',
    title: 'How requests end',
    description: `What became of the requests, all variants and repeats? Metrics: ${ended}.`,
    unit: 'short',
    expr: `sum by (variant, outcome) (${ended}{${SCOPE}})`,
    legend: '{{variant}}: {{outcome}}',
    width: 12,
  },
  {
    type: 'timeseries',
    title: 'Duration of right answers, p95',
    description: `How long do right answers take, in simulated time? Metrics: ${COMPARE_METRICS.duration}.`,
    unit: 's',
    expr: `histogram_quantile(0.95, sum by (le, variant) (${COMPARE_METRICS.duration}_bucket{${SCOPE}}))`,
    legend: '{{variant}}',
    width: 12,
  },
  {
    type: 'timeseries',
    title: 'In flight',
    description: `How many requests are under way? Metrics: ${COMPARE_METRICS.inflight}.`,
    unit: 'short',
    expr: `sum by (variant) (${COMPARE_METRICS.inflight}{${SCOPE}})`,
    legend: '{{variant}}',
    width: 12,
  },
  {
    type: 'state-timeline',
    title: 'Breaker',
    description: `When does the breaker keep requests away? 0 CLOSED, 1 OPEN, 2 HALF_OPEN. Metrics: ${COMPARE_METRICS.breaker}.`,
    unit: 'short',
    expr: `max by (variant) (${COMPARE_METRICS.breaker}{${SCOPE}})`,
    legend: '{{variant}}',
    width: 12,
  },
];

export const COMPARE_DASHBOARD_UID = 'llamascope-compare';

export function compareDashboard({ datasource }: Pick<DashboardOptions, 'datasource'>): JsonObject {
  const [source] = standardVariables(ended, datasource);
  return {
    uid: COMPARE_DASHBOARD_UID,
    title: 'Llamascope: Before/after',
    description: 'What is protection worth? A comparison that was backfilled with promtool.',
    tags: ['llamascope'],
    schemaVersion: SCHEMA_VERSION,
    timezone: 'browser',
    editable: true,
    graphTooltip: 1,
    refresh: '',
    time: { from: 'now-15m', to: 'now' },
    templating: {
      list: [
        ...(source === undefined ? [] : [source]),
        queryVariable('scenario', 'Scenario', `label_values(${ended}, scenario)`, { multi: true }),
        queryVariable('variant', 'Variant', `label_values(${ended}, variant)`, { multi: true }),
      ],
    },
    annotations: { list: [] },
    panels: PANELS.map((panel, index) => panelOf(panel, index)),
  };
}

function panelOf(
  { type, title, description, unit, expr, legend, width }: ComparePanel,
  index: number,
): JsonObject {
  return {
    type,
    id: index + 1,
    title,
    description,
    datasource: DATASOURCE,
    gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: width, h: 8 },
    targets: targets([{ expr, legend, instant: type === 'bargauge' }]),
    fieldConfig: {
      defaults: {
        unit,
        noValue: 'Nothing backfilled in this range.',
        min: 0,
        ...(unit === 'percentunit' ? { max: 1 } : {}),
        thresholds: { mode: 'absolute', steps: [{ value: null, color: 'green' }] },
        mappings: [],
      },
      overrides: [],
    },
    options: {},
  };
}
