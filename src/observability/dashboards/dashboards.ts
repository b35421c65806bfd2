/**
 * Grafana dashboards from the same panels as the live page, one for each of its views, so that the two cannot
 * disagree. Each says which question it answers, links to the others with time and variables kept, and marks breaker
 * openings, restarts, reloads and firing alerts on every chart.
 */
import type { JsonObject } from '../../core/json.ts';
import { above, below, gauge, increase, minusEach, now } from '../expression.ts';
import { firingAlerts } from '../outside.ts';
import type { Panel, View } from '../panels/panel.ts';
import { PANELS, VIEWS } from '../panels/views.ts';
import { printPromql } from '../promql.ts';
import { annotation, queryVariable, row, SCHEMA_VERSION, standardVariables } from './grafana-json.ts';
import { panelJson, statJson } from './panel-json.ts';
import { canNarrow, NARROWING, type DashboardOptions } from './scope.ts';

const SCOPE = 'job="$job",instance=~"$instance"';
/** A metric that every gateway has from its first scrape on: what variables ask for. */
const ALWAYS_THERE = 'llamascope_build_info';
/** Where the values of a narrowing label are looked up. */
const LOOKED_UP = { upstream: 'llamascope_upstream_healthy', model: 'llamascope_tokens_total' } as const;

/** The strip on top of the overview: panel, title. */
const STATS: readonly (readonly [panel: string, title: string])[] = [
  ['success', 'Success'],
  ['requests', 'Requests'],
  ['first-token', 'First token p50'],
  ['hit-ratio', 'Cache hits'],
  ['inflight', 'In flight'],
  ['saturation', 'Slots taken'],
];

/** By uid. */
export function grafanaDashboards(options: DashboardOptions): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(VIEWS.map((view) => [`llamascope-${view.id}`, dashboard(view, options)]));
}

function dashboard(view: View, options: DashboardOptions): JsonObject {
  const narrowed = NARROWING.filter((label) => view.panels.some((panel) => canNarrow(panel, label)));
  return {
    uid: `llamascope-${view.id}`,
    title: `Llamascope: ${view.title}`,
    description: view.question,
    tags: ['llamascope'],
    schemaVersion: SCHEMA_VERSION,
    timezone: 'browser',
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    links: [
      {
        type: 'dashboards',
        title: 'Llamascope',
        tags: ['llamascope'],
        asDropdown: false,
        includeVars: true,
        keepTime: true,
        targetBlank: false,
        icon: 'external link',
        tooltip: '',
        url: '',
      },
    ],
    templating: {
      list: [
        ...standardVariables(ALWAYS_THERE, options.datasource),
        ...narrowed.map((label) =>
          queryVariable(
            label,
            label === 'upstream' ? 'Upstream' : 'Model',
            `label_values(${LOOKED_UP[label]}{job="$job",instance=~"$instance"}, ${label})`,
            { multi: true },
          ),
        ),
      ],
    },
    annotations: { list: annotations(options) },
    panels: view.id === 'overview' ? overview(view, options) : grid(view.panels, 1, 0, options),
  };
}

function overview(view: View, options: DashboardOptions): JsonObject[] {
  const width = 24 / STATS.length;
  const stats = STATS.flatMap(([id, title], index) => {
    const panel = PANELS.get(id);
    return panel === undefined
      ? []
      : [statJson(panel, title, index + 1, { x: index * width, y: 0, w: width, h: 4 }, options)];
  });
  const from = STATS.length + 1;
  return [
    ...stats,
    row('Rate, errors, duration, and what stands between', from, 4),
    ...grid(view.panels, from + 1, 5, options),
  ];
}

/** Two to a row. */
function grid(
  panels: readonly Panel[],
  firstId: number,
  fromY: number,
  options: DashboardOptions,
): JsonObject[] {
  return panels.map((panel, index) =>
    panelJson(
      panel,
      firstId + index,
      { x: (index % 2) * 12, y: fromY + Math.floor(index / 2) * 8, w: 12, h: 8 },
      options,
    ),
  );
}

function annotations({ prefix }: DashboardOptions): JsonObject[] {
  const print = (expr: Parameters<typeof printPromql>[0]): string =>
    printPromql(expr, { range: '1m', scope: SCOPE, prefix });
  const opened = above(
    increase('circuit_breaker_transitions_total', {
      where: { to_state: 'open' },
      by: ['breaker_name'],
      window: 60,
    }),
    0,
  );
  const restarted = below(minusEach(now, gauge('llamascope_start_time_seconds', { aggregate: 'max' })), 60);
  const reloaded = above(increase('llamascope_config_reloads_total', { by: ['result'], window: 60 }), 0);
  return [
    annotation('Breaker openings', print(opened), 'red', 'breaker {{breaker_name}} opened'),
    annotation('Restarts', print(restarted), 'blue', 'restart'),
    annotation('Reloads', print(reloaded), 'purple', 'configuration {{result}}'),
    annotation('Firing alerts', print(firingAlerts), 'orange', '{{alertname}}'),
  ];
}
