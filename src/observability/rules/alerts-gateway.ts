import { above, and, below, equals, gauge, increase, or, quantile, rate, ratio } from '../expression.ts';
import { noTargets, targetsUp } from '../outside.ts';
import type { Alert } from './rule.ts';

const MINUTE = 60;

/** The gateway as a whole: is it there, does it answer, is it well. */
export const gatewayAlerts: readonly Alert[] = [
  {
    name: 'LlamascopeDown',
    severity: 'critical',
    expr: or(equals(targetsUp, 0), noTargets),
    forSeconds: MINUTE,
    forBecause: 'two or three failed scrapes: a restart takes seconds and is no outage',
    summary: 'Llamascope {instance} cannot be scraped',
    description:
      'Prometheus has not been able to scrape {instance} for a minute, or has no target to scrape. Clients that go through it probably get no answers.',
    labels: ['instance'],
    view: 'overview',
  },
  {
    name: 'LlamascopeHighFailureRate',
    severity: 'critical',
    expr: and(
      above(
        ratio(
          rate('llamascope_requests_total', {
            where: { outcome: ['upstream_error', 'timeout', 'shed'] },
            window: 5 * MINUTE,
          }),
          rate('llamascope_requests_total', {
            where: { outcome: { not: ['client_error', 'aborted'] } },
            window: 5 * MINUTE,
          }),
        ),
        0.1,
      ),
      above(rate('llamascope_requests_total', { window: 5 * MINUTE }), 0.05),
    ),
    forSeconds: 2 * MINUTE,
    forBecause: 'the five-minute window already smooths; two more keep a single burst from waking somebody',
    summary: '{value:percent} of requests fail',
    description:
      '{value:percent} of what clients rightly asked for in the last five minutes ended as upstream error, timeout or refusal.',
    labels: [],
    view: 'overview',
  },
  {
    name: 'LlamascopeEventLoopBlocked',
    severity: 'warning',
    expr: above(quantile(0.99, 'llamascope_event_loop_lag_seconds', { window: 5 * MINUTE }), 0.1),
    forSeconds: 5 * MINUTE,
    forBecause: 'short pauses happen (a large scrape, a collection of garbage); lasting ones are a fault',
    summary: 'The gateway reacts {value:duration} late',
    description:
      'One timer in a hundred fires more than {value:duration} late. Every stream through this process pauses as long.',
    labels: [],
    view: 'runtime',
  },
  {
    name: 'LlamascopeConfigReloadFailed',
    severity: 'warning',
    expr: above(
      increase('llamascope_config_reloads_total', { where: { result: 'rejected' }, window: 15 * MINUTE }),
      0,
    ),
    forSeconds: 0,
    forBecause: 'one refused file is all it takes; the window keeps it visible for a quarter of an hour',
    summary: 'A new configuration was refused',
    description:
      '{value:number} reloads were refused in the last 15 minutes. The gateway goes on with the old configuration, so what somebody changed is not in force.',
    labels: [],
    view: 'runtime',
  },
  {
    name: 'LlamascopeWorkerCrashed',
    severity: 'warning',
    expr: above(
      increase('llamascope_worker_exits_total', {
        where: { reason: ['crashed', 'unresponsive'] },
        window: 15 * MINUTE,
        by: ['reason'],
      }),
      0,
    ),
    forSeconds: 0,
    forBecause: 'each crash ended requests; the window keeps it visible for a quarter of an hour',
    summary: 'A worker process ended: {reason}',
    description:
      '{value:number} worker processes ended ({reason}) in the last 15 minutes. Each was replaced, but the answers that it was giving were cut off.',
    labels: ['reason'],
    view: 'runtime',
  },
  {
    name: 'LlamascopeWorkersMissing',
    severity: 'critical',
    expr: below(
      ratio(
        gauge('llamascope_workers', { where: { state: 'ready' }, aggregate: 'sum' }),
        gauge('llamascope_workers', { where: { state: 'wanted' }, aggregate: 'sum' }),
      ),
      1,
    ),
    forSeconds: 2 * MINUTE,
    forBecause:
      'a worker that crashed is replaced in a second or two, and one that is restarted never leaves a gap',
    summary: 'Only {value:percent} of the worker processes take requests',
    description:
      'For two minutes only {value:percent} of the worker processes have been ready: new ones do not start, or end at once.',
    labels: [],
    view: 'runtime',
  },
  {
    name: 'LlamascopeMetricSeriesDropped',
    severity: 'warning',
    expr: above(
      increase('llamascope_metric_series_dropped_total', { window: 15 * MINUTE, by: ['family'] }),
      0,
    ),
    forSeconds: 0,
    forBecause: 'what is dropped is not counted anywhere else',
    summary: '{family} has more series than its cap',
    description:
      '{value:number} new series of {family} were refused in the last 15 minutes: its figures are incomplete. Something makes up label values.',
    labels: ['family'],
    view: 'runtime',
  },
];
