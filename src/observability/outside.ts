/** Expressions over series that no gateway exposes: whether a scrape worked, and what recording rules have written. */
import type { Expr } from './expression.ts';
import type { OutsideNode } from './expression-node.ts';

/**
 * The series that our recording rules write, by name: what alerts and dashboards read instead of computing it anew. The
 * error ratios have the names that Sloth gives them; numerator and denominator are kept apart, because one interval
 * without traffic (0/0) would poison every longer average of a ratio.
 */
export const RECORDED = [
  'llamascope:slo_errors:rate5m',
  'llamascope:slo_total:rate5m',
  'slo:sli_error:ratio_rate5m',
  'slo:sli_error:ratio_rate30m',
  'slo:sli_error:ratio_rate1h',
  'slo:sli_error:ratio_rate2h',
  'slo:sli_error:ratio_rate6h',
  'slo:sli_error:ratio_rate1d',
  'slo:sli_error:ratio_rate3d',
  'slo:sli_error:ratio_rate30d',
  'slo:objective:ratio',
  'slo:error_budget:ratio',
  'slo:time_period:days',
  'slo:current_burn_rate:ratio',
  'slo:period_burn_rate:ratio',
  'slo:period_error_budget_remaining:ratio',
] as const;
export type RecordedName = (typeof RECORDED)[number];

/** The labels of recorded series: which objective. */
export type RecordedLabel = 'slo';

export interface RecordedSelection<L extends RecordedLabel> {
  readonly slo?: string;
  readonly by?: readonly L[];
  /** Sum or mean of the window, or the present (the default). */
  readonly over?: 'now' | 'sum' | 'avg';
  /** Seconds, for `over`. */
  readonly window?: number;
}

export function recorded<L extends RecordedLabel = never>(
  name: RecordedName,
  selection: RecordedSelection<L> = {},
): Expr<L> {
  const { slo, by = [], over = 'now', window = 'range' } = selection;
  const where = slo === undefined ? [] : [{ label: 'slo', negated: false, values: [slo] }];
  return {
    node: { kind: 'outside', name, scoped: false, aggregate: 'sum', over, where, by, window, absent: false },
  };
}

const up: OutsideNode = {
  kind: 'outside',
  name: 'up',
  scoped: true,
  aggregate: 'min',
  over: 'now',
  where: [],
  by: ['instance'],
  window: 'range',
  absent: false,
};

/** 1 for each gateway whose last scrape worked, 0 for each where it did not. */
export const targetsUp: Expr<'instance'> = { node: up };
/** 1 when Prometheus has no gateway to scrape at all. */
export const noTargets: Expr<'instance'> = { node: { ...up, absent: true } };

/** Alerts of ours that fire now, by name: Prometheus keeps them as series. */
export const firingAlerts: Expr<'alertname'> = {
  node: {
    kind: 'outside',
    name: 'ALERTS',
    scoped: false,
    aggregate: 'max',
    over: 'now',
    where: [{ label: 'alertstate', negated: false, values: ['firing'] }],
    by: ['alertname'],
    window: 'range',
    absent: false,
  },
};
