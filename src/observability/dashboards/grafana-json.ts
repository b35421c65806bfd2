/** The parts of Grafana's classic dashboard JSON (schema version 42) that ours are made of. */
import type { JsonObject } from '../../core/json.ts';

export const SCHEMA_VERSION = 42;
/** Whatever the variable `datasource` is set to: no dashboard names one of its own. */
export const DATASOURCE: JsonObject = { type: 'prometheus', uid: '${datasource}' };

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Target {
  readonly expr: string;
  /** Grafana's `{{label}}` for a label's value. */
  readonly legend: string;
  /** One value at the end of the range instead of a series. */
  readonly instant: boolean;
}

export function targets(list: readonly Target[]): JsonObject[] {
  return list.map(({ expr, legend, instant }, index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: DATASOURCE,
    expr,
    legendFormat: legend,
    editorMode: 'code',
    instant,
    range: !instant,
  }));
}

export function row(title: string, id: number, y: number): JsonObject {
  return { type: 'row', id, title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] };
}

/** The data source, the scrape job, and which of its gateways. */
export function standardVariables(metric: string, datasource: string | null): JsonObject[] {
  return [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Data source',
      query: 'prometheus',
      refresh: 1,
      hide: 0,
      ...(datasource === null ? {} : { current: { text: datasource, value: datasource } }),
    },
    queryVariable('job', 'Job', `label_values(${metric}, job)`, { multi: false }),
    queryVariable('instance', 'Instance', `label_values(${metric}{job="$job"}, instance)`, { multi: true }),
  ];
}

/** A variable that asks Prometheus for the values of a label; all of them until somebody chooses. */
export function queryVariable(
  name: string,
  title: string,
  query: string,
  { multi }: { readonly multi: boolean },
): JsonObject {
  return {
    type: 'query',
    name,
    label: title,
    datasource: DATASOURCE,
    query,
    definition: query,
    refresh: 2,
    sort: 1,
    hide: 0,
    multi,
    includeAll: multi,
    ...(multi ? { allValue: '.*', current: { text: 'All', value: '$__all' } } : {}),
  };
}

export function annotation(name: string, expr: string, color: string, title: string): JsonObject {
  return {
    name,
    datasource: DATASOURCE,
    enable: true,
    hide: false,
    iconColor: color,
    target: { expr, refId: 'Anno', step: '30s' },
    expr,
    step: '30s',
    titleFormat: title,
    textFormat: '',
    useValueForTime: false,
  };
}
