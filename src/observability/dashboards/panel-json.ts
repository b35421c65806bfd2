/** A typed panel as Grafana draws it. */
import type { JsonObject } from '../../core/json.ts';
import type { Panel, PanelUnit, Threshold } from '../panels/panel.ts';
import { printPromql } from '../promql.ts';
import { DATASOURCE, targets, type GridPosition } from './grafana-json.ts';
import { scopeOf, type DashboardOptions } from './scope.ts';

const UNITS: Readonly<Record<PanelUnit, string>> = {
  seconds: 's',
  bytes: 'bytes',
  ratio: 'percentunit',
  count: 'short',
  per_second: 'ops',
  tokens_per_second: 'suffix: tok/s',
  cores: 'short',
  state: 'short',
  flag: 'short',
};

const GREEN = 'green';
const COLORS = { warn: 'orange', bad: 'red' } as const;

/** What 0, 1 and 2 mean; the mapping of `circuit_breaker_state` is part of its contract. */
const MAPPINGS: Partial<Readonly<Record<PanelUnit, readonly [string, string, string][]>>> = {
  state: [
    ['0', 'CLOSED', GREEN],
    ['1', 'OPEN', 'red'],
    ['2', 'HALF_OPEN', 'orange'],
  ],
  flag: [
    ['0', 'no', 'red'],
    ['1', 'yes', GREEN],
  ],
};

export function panelJson(
  panel: Panel,
  id: number,
  gridPos: GridPosition,
  options: DashboardOptions,
): JsonObject {
  return {
    type: panel.drawing === 'states' ? 'state-timeline' : 'timeseries',
    id,
    title: panel.title,
    description: `${panel.question} ${panel.description}`,
    datasource: DATASOURCE,
    gridPos: { ...gridPos },
    targets: targets(seriesOf(panel, options, false)),
    fieldConfig: { defaults: { ...fieldDefaults(panel), custom: drawingOf(panel) }, overrides: [] },
    options:
      panel.drawing === 'states'
        ? {
            showValue: 'auto',
            rowHeight: 0.8,
            legend: { displayMode: 'list', placement: 'bottom', showLegend: false },
          }
        : {
            legend: {
              displayMode: 'table',
              placement: 'bottom',
              showLegend: true,
              calcs: ['lastNotNull', 'max'],
            },
            tooltip: { mode: 'multi', sort: 'desc' },
          },
  };
}

/** The present of a panel's first series, large. */
export function statJson(
  panel: Panel,
  title: string,
  id: number,
  gridPos: GridPosition,
  options: DashboardOptions,
): JsonObject {
  const [first] = seriesOf(panel, options, true);
  return {
    type: 'stat',
    id,
    title,
    description: `${panel.question} ${panel.description}`,
    datasource: DATASOURCE,
    gridPos: { ...gridPos },
    targets: targets(first === undefined ? [] : [first]),
    fieldConfig: { defaults: fieldDefaults(panel), overrides: [] },
    options: {
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      textMode: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
  };
}

function seriesOf(
  panel: Panel,
  options: DashboardOptions,
  instant: boolean,
): readonly { readonly expr: string; readonly legend: string; readonly instant: boolean }[] {
  const scope = scopeOf(panel);
  return panel.series.map(({ legend, expr }) => ({
    expr: printPromql(expr, { range: '$__rate_interval', scope, prefix: options.prefix }),
    legend: legend.replace(/\{(\w+)\}/g, '{{$1}}'),
    instant,
  }));
}

function fieldDefaults(panel: Panel): JsonObject {
  const mapping = MAPPINGS[panel.unit];
  return {
    unit: UNITS[panel.unit],
    noValue: panel.whenEmpty,
    ...(panel.unit === 'ratio' ? { min: 0, max: 1 } : panel.unit === 'state' ? {} : { min: 0 }),
    ...(panel.drawing === 'states'
      ? { color: { mode: 'thresholds' } }
      : { color: { mode: 'palette-classic' } }),
    thresholds: { mode: 'absolute', steps: stepsOf(panel.thresholds) },
    mappings:
      mapping === undefined
        ? []
        : [
            {
              type: 'value',
              options: Object.fromEntries(
                mapping.map(([value, text, color], index) => [value, { text, color, index }]),
              ),
            },
          ],
  };
}

/** Grafana's steps begin at minus infinity and each holds until the next. */
function stepsOf(thresholds: readonly Threshold[]): JsonObject[] {
  const below = thresholds.filter(({ side }) => side === 'below').sort((a, b) => a.at - b.at);
  const above = thresholds.filter(({ side }) => side === 'above').sort((a, b) => a.at - b.at);
  const [worst] = below;
  const steps: JsonObject[] = [{ value: null, color: worst === undefined ? GREEN : COLORS[worst.level] }];
  for (const [index, { at }] of below.entries()) {
    const next = below[index + 1];
    steps.push({ value: at, color: next === undefined ? GREEN : COLORS[next.level] });
  }
  for (const { at, level } of above) steps.push({ value: at, color: COLORS[level] });
  return steps;
}

function drawingOf({ drawing, thresholds }: Panel): JsonObject {
  if (drawing === 'states') return { fillOpacity: 80, lineWidth: 0 };
  return {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: drawing === 'stacked' ? 40 : 0,
    showPoints: 'never',
    spanNulls: false,
    stacking: { mode: drawing === 'stacked' ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: thresholds.length > 0 ? 'line' : 'off' },
  };
}
