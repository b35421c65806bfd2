/**
 * One panel: a question, and the expressions that answer it. The live page and Grafana are both made from it, so
 * that they cannot disagree about what a panel means. Its description ends with the metrics it reads, found in its
 * expressions and not written by hand.
 */
import type { MetricName } from '../../telemetry/catalogue.ts';
import type { AnyExpr } from '../expression.ts';
import { metricsOf } from '../expression-node.ts';

/** What a value is, for axis and tooltip. `state`: 0 closed, 1 open, 2 half open. `per_second`: of anything. */
export type PanelUnit =
  'seconds' | 'bytes' | 'ratio' | 'count' | 'per_second' | 'tokens_per_second' | 'cores' | 'state' | 'flag';

/** `stacked` only where the sum of the series means something. */
export type PanelDrawing = 'line' | 'stacked' | 'states';

export interface PanelSeries {
  /** Unique in the panel; part of URLs and colours, so it stays. */
  readonly id: string;
  /** `{label}` stands for the label's value: `{upstream} p95`. */
  readonly legend: string;
  readonly expr: AnyExpr;
}

export interface Threshold {
  readonly at: number;
  readonly level: 'warn' | 'bad';
  /** Which side of `at` is wrong. */
  readonly side: 'above' | 'below';
}

export interface Panel {
  /** Unique; part of URLs, so it stays. */
  readonly id: string;
  readonly title: string;
  /** What somebody wants to know who looks here. */
  readonly question: string;
  readonly unit: PanelUnit;
  readonly drawing: PanelDrawing;
  /** For a tooltip: how to read it. Ends with the names of its metrics. */
  readonly description: string;
  readonly metrics: readonly MetricName[];
  readonly series: readonly PanelSeries[];
  readonly thresholds: readonly Threshold[];
  /** What an empty panel says. */
  readonly whenEmpty: string;
  /** The shortest window its rates and quantiles are taken over, seconds. */
  readonly minWindowSeconds: number;
}

export interface PanelInput {
  readonly title: string;
  readonly question: string;
  readonly unit: PanelUnit;
  readonly drawing?: PanelDrawing;
  readonly description: string;
  /** By id: legend and expression. */
  readonly series: Readonly<Record<string, readonly [legend: string, expr: AnyExpr]>>;
  readonly thresholds?: readonly Threshold[];
  readonly whenEmpty?: string;
  readonly minWindowSeconds?: number;
}

/** Long enough that single requests do not make a rate jump, short enough to see a change at once. */
export const RATE_WINDOW_SECONDS = 10;
/** A quantile of a handful of requests says nothing. */
export const QUANTILE_WINDOW_SECONDS = 60;

export function definePanel(id: string, input: PanelInput): Panel {
  const series = Object.entries(input.series).map(([name, [legend, expr]]) => ({ id: name, legend, expr }));
  const metrics = [...new Set(series.flatMap(({ expr }) => metricsOf(expr.node)))];
  return {
    id,
    title: input.title,
    question: input.question,
    unit: input.unit,
    drawing: input.drawing ?? 'line',
    description: `${input.description} Metrics: ${metrics.join(', ')}.`,
    metrics,
    series,
    thresholds: input.thresholds ?? [],
    whenEmpty: input.whenEmpty ?? 'No traffic in this range.',
    minWindowSeconds: input.minWindowSeconds ?? RATE_WINDOW_SECONDS,
  };
}

/** A page of panels: in the live page a view, in Grafana a dashboard. */
export interface View {
  readonly id: ViewId;
  readonly title: string;
  readonly question: string;
  readonly panels: readonly Panel[];
}

export type ViewId = 'overview' | 'upstreams' | 'cache' | 'serving' | 'clients' | 'slo' | 'runtime';
