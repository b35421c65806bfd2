import { above, and, atLeast, equals, gauge, increase, or, rate, ratio } from '../expression.ts';
import type { Alert } from './rule.ts';

const MINUTE = 60;

/** Upstreams, the breakers in front of them, and the connections to them. */
export const breakerAlerts: readonly Alert[] = [
  {
    name: 'LlamascopeBreakerOpen',
    severity: 'critical',
    // Open now; or not closed for two minutes after a recent opening, so that the short half-open moments between two
    // failed probes do not reset it, and an upstream nobody asks any more does not keep it for ever.
    expr: or(
      equals(gauge('circuit_breaker_state', { aggregate: 'max', by: ['breaker_name'] }), 1),
      and(
        atLeast(
          gauge('circuit_breaker_state', {
            aggregate: 'max',
            over: 'min',
            window: 2 * MINUTE,
            by: ['breaker_name'],
          }),
          1,
        ),
        above(
          increase('circuit_breaker_transitions_total', {
            where: { to_state: 'open' },
            window: 10 * MINUTE,
            by: ['breaker_name'],
          }),
          0,
        ),
      ),
    ),
    forSeconds: MINUTE,
    forBecause:
      'twice the time a breaker stays open by default: an upstream that comes back at the first probe is no page',
    summary: 'Circuit breaker {breaker_name} is open',
    description:
      'Breaker {breaker_name} has kept requests away from its upstream for more than a minute. Other upstreams carry its load; if there are none, clients get 503.',
    labels: ['breaker_name'],
    view: 'upstreams',
  },
  {
    name: 'LlamascopeUpstreamFailing',
    severity: 'warning',
    expr: and(
      above(
        ratio(
          rate('circuit_breaker_calls_total', {
            where: { status: 'failure' },
            window: 5 * MINUTE,
            by: ['breaker_name'],
          }),
          rate('circuit_breaker_calls_total', {
            where: { status: ['success', 'failure'] },
            window: 5 * MINUTE,
            by: ['breaker_name'],
          }),
        ),
        0.2,
      ),
      above(rate('circuit_breaker_calls_total', { window: 5 * MINUTE, by: ['breaker_name'] }), 0.02),
    ),
    forSeconds: 5 * MINUTE,
    forBecause: 'retries hide this from clients for a while, so there is time to be sure',
    summary: '{value:percent} of attempts at {breaker_name} fail',
    description:
      '{value:percent} of the attempts at {breaker_name} in the last five minutes failed. Retries may still hide it from clients, at the price of time and budget.',
    labels: ['breaker_name'],
    view: 'upstreams',
  },
  {
    name: 'LlamascopeUpstreamUnhealthy',
    severity: 'warning',
    expr: equals(gauge('llamascope_upstream_healthy', { aggregate: 'min', by: ['upstream'] }), 0),
    forSeconds: 2 * MINUTE,
    forBecause: 'an upstream that restarts is back within a minute or two',
    summary: 'Upstream {upstream} does not answer its probes',
    description:
      'Upstream {upstream} has failed its health probes for two minutes and gets no traffic while another can serve.',
    labels: ['upstream'],
    view: 'upstreams',
  },
  {
    name: 'LlamascopePoolExhausted',
    severity: 'warning',
    expr: above(
      ratio(
        gauge('connection_pool_size', {
          aggregate: 'sum',
          where: { pool_type: 'connections' },
          by: ['client_name'],
        }),
        gauge('connection_pool_size', {
          aggregate: 'sum',
          where: { pool_type: 'maxsize' },
          by: ['client_name'],
        }),
      ),
      0.9,
    ),
    forSeconds: 5 * MINUTE,
    forBecause: 'a burst may fill a pool; staying full means requests wait for sockets',
    summary: 'The pool of {client_name} is {value:percent} full',
    description:
      '{value:percent} of the connections allowed to {client_name} are open. At 100 % further requests wait for one.',
    labels: ['client_name'],
    view: 'upstreams',
  },
  {
    name: 'LlamascopeConnectErrors',
    severity: 'warning',
    expr: above(
      rate('llamascope_pool_connect_errors_total', { window: 5 * MINUTE, by: ['client_name', 'reason'] }),
      0.02,
    ),
    forSeconds: 5 * MINUTE,
    forBecause: 'a restart of the upstream refuses connections for a moment',
    summary: 'Connections to {client_name} fail: {reason}',
    description:
      'Connections to {client_name} fail {value:number} times a second ({reason}). Each costs the request an attempt.',
    labels: ['client_name', 'reason'],
    view: 'upstreams',
  },
  {
    name: 'LlamascopeRetryBudgetExhausted',
    severity: 'warning',
    expr: above(increase('llamascope_retry_budget_exhausted_total', { window: 5 * MINUTE }), 5),
    forSeconds: 0,
    forBecause: 'the count over five minutes says it already',
    summary: 'Retries are held back',
    description:
      '{value:number} retries in the last five minutes were not made because the budget was spent: so many attempts fail that trying again would make it worse.',
    labels: [],
    view: 'upstreams',
  },
];
