import { above, and, atLeast, gauge, increase, observations, or, quantile, rate } from '../expression.ts';
import type { Alert } from './rule.ts';

const MINUTE = 60;

/** Waiting: for a slot, for a model, for the first word. */
export const servingAlerts: readonly Alert[] = [
  {
    name: 'LlamascopeQueueSaturated',
    severity: 'warning',
    expr: or(
      above(
        rate('llamascope_queue_rejections_total', {
          where: { reason: ['full', 'timeout', 'deadline'] },
          window: 5 * MINUTE,
          by: ['upstream'],
        }),
        0.02,
      ),
      atLeast(
        gauge('llamascope_queue_depth', {
          aggregate: 'sum',
          over: 'min',
          window: 5 * MINUTE,
          by: ['upstream'],
        }),
        1,
      ),
    ),
    forSeconds: 2 * MINUTE,
    forBecause: 'a queue is there to be used for a while; one that is never empty is too small an upstream',
    summary: 'The queue of {upstream} does not empty',
    description:
      'For five minutes the queue in front of {upstream} was never empty, or refused requests (value {value:number}). More is asked of it than it can serve.',
    labels: ['upstream'],
    view: 'upstreams',
  },
  {
    name: 'LlamascopeSlowFirstToken',
    severity: 'warning',
    expr: and(
      above(quantile(0.95, 'llamascope_time_to_first_token_seconds', { window: 10 * MINUTE }), 30),
      above(observations('llamascope_time_to_first_token_seconds', { window: 10 * MINUTE }), 0.02),
    ),
    forSeconds: 5 * MINUTE,
    forBecause: 'a cold model makes a few first tokens slow; many of them is a state',
    summary: 'One answer in twenty starts after more than {value:duration}',
    description:
      'The 95th percentile of the time to the first token over ten minutes is {value:duration}. People think it hangs.',
    labels: [],
    view: 'serving',
  },
  {
    name: 'LlamascopeModelReloadThrash',
    severity: 'warning',
    expr: above(
      increase('llamascope_model_reloads_total', { window: 10 * MINUTE, by: ['upstream', 'model'] }),
      3,
    ),
    forSeconds: 0,
    forBecause: 'four loads of what is in memory are already four times that everybody waited for nothing',
    summary: '{upstream} keeps loading {model} again',
    description:
      '{upstream} loaded {model} {value:number} times in ten minutes although it had it in memory: requests ask for different num_ctx (or other options of the load). Each load makes every request for the model wait.',
    labels: ['upstream', 'model'],
    view: 'serving',
  },
];
