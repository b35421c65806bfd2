/** Panels as the page is told of them: everything but the expressions, which stay here, as PromQL to copy. */
import { labelsOf } from '../observability/expression-node.ts';
import type { Panel, View } from '../observability/panels/panel.ts';
import { printPromql } from '../observability/promql.ts';
import type { PanelInfo, ViewInfo } from './protocol.ts';

/** `prefix`: that of the contract metrics, as the gateway exposes them. */
export function describeViews(views: readonly View[], prefix: string): readonly ViewInfo[] {
  return views.map(({ id, title, question, panels }) => ({
    id,
    title,
    question,
    panels: panels.map((panel) => describePanel(panel, prefix)),
  }));
}

function describePanel(panel: Panel, prefix: string): PanelInfo {
  const { id, title, question, description, unit, drawing, thresholds, whenEmpty } = panel;
  return {
    id,
    title,
    question,
    description,
    unit,
    drawing,
    thresholds,
    whenEmpty,
    windowSeconds: panel.minWindowSeconds,
    queries: panel.series.map((series) => ({
      id: series.id,
      legend: series.legend,
      labels: labelsOf(series.expr.node),
      promql: printPromql(series.expr, { range: '5m', prefix }),
    })),
  };
}
