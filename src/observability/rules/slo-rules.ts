/**
 * Recording and alert rules of one objective, by the multi-window multi-burn-rate method of the SRE workbook (chapter 5):
 * a page when 2 % of the budget goes in an hour or 5 % in six, a ticket at 10 % in three days. Each pair has a long
 * window, so that it matters, and a short one, so that it stops when the trouble stops.
 */
import { above, and, minus, number, or, orZero, over, ratio, type Expr } from '../expression.ts';
import { recorded, type RecordedName } from '../outside.ts';
import { errorsOf, PAGE_BURN, PERIOD_DAYS, promiseOf, totalOf, type Objective } from './objective.ts';
import type { Alert, RecordingRule, RuleGroup } from './rule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Short windows are computed from what is scraped, long ones from the five-minute rates: thirty days of raw samples are too much. */
const SHORT = [
  ['slo:sli_error:ratio_rate5m', 5 * MINUTE],
  ['slo:sli_error:ratio_rate30m', 30 * MINUTE],
  ['slo:sli_error:ratio_rate1h', HOUR],
  ['slo:sli_error:ratio_rate2h', 2 * HOUR],
  ['slo:sli_error:ratio_rate6h', 6 * HOUR],
] as const;
const LONG = [
  ['slo:sli_error:ratio_rate1d', DAY],
  ['slo:sli_error:ratio_rate3d', 3 * DAY],
  ['slo:sli_error:ratio_rate30d', PERIOD_DAYS * DAY],
] as const;

export function sloGroup(slo: Objective): RuleGroup {
  return {
    name: `llamascope-slo-${slo.name}`,
    intervalSeconds: null,
    recording: recordingRules(slo),
    alerts: [burnFast(slo), burnSlow(slo)],
  };
}

function recordingRules(slo: Objective): readonly RecordingRule[] {
  const labels = {
    slo: slo.name,
    sloth_id: `llamascope-${slo.name}`,
    sloth_service: 'llamascope',
    sloth_slo: slo.name,
  };
  const rule = (record: RecordedName, expr: Expr<never>): RecordingRule => ({ record, expr, labels });
  const of = { slo: slo.name };
  const budget = 1 - slo.objective;
  const burn = (record: RecordedName): Expr<never> => over(recorded(record, of), round(budget));
  return [
    rule('llamascope:slo_errors:rate5m', orZero(errorsOf(slo, 5 * MINUTE))),
    rule('llamascope:slo_total:rate5m', orZero(totalOf(slo, 5 * MINUTE))),
    ...SHORT.map(([record, window]) => rule(record, ratio(errorsOf(slo, window), totalOf(slo, window)))),
    ...LONG.map(([record, window]) =>
      rule(
        record,
        ratio(
          recorded('llamascope:slo_errors:rate5m', { ...of, over: 'sum', window }),
          recorded('llamascope:slo_total:rate5m', { ...of, over: 'sum', window }),
        ),
      ),
    ),
    rule('slo:objective:ratio', number(slo.objective)),
    rule('slo:error_budget:ratio', number(round(budget))),
    rule('slo:time_period:days', number(PERIOD_DAYS)),
    rule('slo:current_burn_rate:ratio', burn('slo:sli_error:ratio_rate5m')),
    rule('slo:period_burn_rate:ratio', burn('slo:sli_error:ratio_rate30d')),
    rule(
      'slo:period_error_budget_remaining:ratio',
      minus(number(1), recorded('slo:period_burn_rate:ratio', of)),
    ),
  ];
}

function burnFast(slo: Objective): Alert {
  return {
    name: 'LlamascopeErrorBudgetBurnFast',
    severity: 'critical',
    expr: or(
      burning(slo, PAGE_BURN, 'slo:sli_error:ratio_rate1h', 'slo:sli_error:ratio_rate5m'),
      burning(slo, 6, 'slo:sli_error:ratio_rate6h', 'slo:sli_error:ratio_rate30m'),
    ),
    forSeconds: 2 * MINUTE,
    forBecause: 'the windows decide; this bridges a missed evaluation',
    summary: `The error budget of "${slo.name}" is burning fast`,
    description: `{value:percent} of what counts failed lately, where the promise is that ${promiseOf(slo)}. At this pace the budget of ${String(PERIOD_DAYS)} days is gone in days.`,
    labels: ['slo'],
    extraLabels: { slo: slo.name },
    view: 'slo',
  };
}

function burnSlow(slo: Objective): Alert {
  return {
    name: 'LlamascopeErrorBudgetBurnSlow',
    severity: 'warning',
    expr: or(
      burning(slo, 3, 'slo:sli_error:ratio_rate1d', 'slo:sli_error:ratio_rate2h'),
      burning(slo, 1, 'slo:sli_error:ratio_rate3d', 'slo:sli_error:ratio_rate6h'),
    ),
    forSeconds: 15 * MINUTE,
    forBecause: 'it is about days: a quarter of an hour costs nothing and spares a ticket for a blip',
    summary: `The error budget of "${slo.name}" is going down`,
    description: `{value:percent} of what counts failed over hours, where the promise is that ${promiseOf(slo)}. It will not hold over ${String(PERIOD_DAYS)} days if this goes on.`,
    labels: ['slo'],
    extraLabels: { slo: slo.name },
    view: 'slo',
  };
}

/** Both windows burn the budget at least so many times too fast. The value is the long window's error ratio. */
function burning(slo: Objective, factor: number, long: RecordedName, short: RecordedName): Expr<'slo'> {
  const limit = round(factor * (1 - slo.objective));
  const beyond = (name: RecordedName): Expr<'slo'> =>
    above(recorded(name, { slo: slo.name, by: ['slo'] }), limit);
  return and(beyond(long), beyond(short));
}

/** 1 - 0.99 is not 0.01 to a computer. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
