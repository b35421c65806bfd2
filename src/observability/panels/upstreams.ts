import { gauge, increase, minusEach, now, quantile, rate, ratio } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** Attempts at the upstreams, and the breakers in front of them. The pool's own panels follow in `pool.ts`. */
export const upstreamPanels: readonly Panel[] = [
  definePanel('attempts', {
    title: 'Attempts by upstream',
    question: 'Where does the traffic go?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Attempts per second. A retried request makes several.',
    series: { upstream: ['{upstream}', rate('llamascope_upstream_attempts_total', { by: ['upstream'] })] },
  }),
  definePanel('attempt-outcomes', {
    title: 'Failed attempts by kind',
    question: 'How do attempts fail?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Attempts that did not succeed, by how each ended.',
    series: {
      outcome: [
        '{outcome}',
        rate('llamascope_upstream_attempts_total', {
          where: { outcome: { not: 'success' } },
          by: ['outcome'],
        }),
      ],
    },
    whenEmpty: 'No attempt has failed.',
  }),
  definePanel('breaker-failures', {
    title: 'Failure ratio by breaker',
    question: 'Which upstream is failing?',
    unit: 'ratio',
    description: 'Failures over settled attempts; rejected and ignored calls are in neither.',
    series: {
      failures: [
        '{breaker_name}',
        ratio(
          rate('circuit_breaker_calls_total', { where: { status: 'failure' }, by: ['breaker_name'] }),
          rate('circuit_breaker_calls_total', {
            where: { status: ['success', 'failure'] },
            by: ['breaker_name'],
          }),
        ),
      ],
    },
    thresholds: [
      { at: 0.05, level: 'warn', side: 'above' },
      { at: 0.5, level: 'bad', side: 'above' },
    ],
  }),
  definePanel('breaker-calls', {
    title: 'Breaker calls',
    question: 'What do the breakers see and refuse?',
    unit: 'per_second',
    description: 'Settled attempts and rejected requests per second over all breakers.',
    series: { status: ['{status}', rate('circuit_breaker_calls_total', { by: ['status'] })] },
  }),
  definePanel('breaker-rejected', {
    title: 'Rejected by breaker',
    question: 'How many requests does an open breaker turn away?',
    unit: 'per_second',
    description: 'Requests per second that no breaker admitted.',
    series: {
      rejected: [
        '{breaker_name}',
        rate('circuit_breaker_calls_total', { where: { status: 'rejected' }, by: ['breaker_name'] }),
      ],
    },
  }),
  definePanel('breaker-ignored', {
    title: 'Ignored by the breakers',
    question: 'Which outcomes say nothing about the upstream?',
    unit: 'per_second',
    description: 'Attempts that are neither success nor failure, by reason.',
    series: { reason: ['{reason}', rate('circuit_breaker_ignored_total', { by: ['reason'] })] },
    whenEmpty: 'No attempt was ignored.',
  }),
  definePanel('breaker-transitions', {
    title: 'Breaker transitions',
    question: 'Do breakers flap?',
    unit: 'count',
    description: 'State changes in each step, manual ones too.',
    series: {
      transitions: [
        '{breaker_name} to {to_state}',
        increase('circuit_breaker_transitions_total', { by: ['breaker_name', 'to_state'] }),
      ],
    },
  }),
  definePanel('consecutive-failures', {
    title: 'Consecutive failures',
    question: 'Which breaker is about to open?',
    unit: 'count',
    description: 'Failures in a row now; 0 after a success.',
    series: {
      failures: [
        '{breaker_name}',
        gauge('circuit_breaker_consecutive_failures', {
          aggregate: 'max',
          over: 'max',
          by: ['breaker_name'],
        }),
      ],
    },
  }),
  definePanel('breaker-age', {
    title: 'Time since the last state change',
    question: 'How long has each breaker been as it is?',
    unit: 'seconds',
    description: 'Since the last transition, or since the breaker was made.',
    series: {
      age: [
        '{breaker_name}',
        minusEach(
          now,
          gauge('circuit_breaker_last_state_change_timestamp', { aggregate: 'max', by: ['breaker_name'] }),
        ),
      ],
    },
  }),
  definePanel('healthy', {
    title: 'Upstream health',
    question: 'Which upstreams answer their probes?',
    unit: 'flag',
    drawing: 'states',
    description: '1 healthy, 0 not; the worst in each step.',
    series: {
      healthy: [
        '{upstream}',
        gauge('llamascope_upstream_healthy', { aggregate: 'min', over: 'min', by: ['upstream'] }),
      ],
    },
  }),
  definePanel('rotation', {
    title: 'In rotation',
    question: 'Which upstreams may be sent requests?',
    unit: 'flag',
    drawing: 'states',
    description: '1: healthy and not draining, or too few are healthy to ask; the worst in each step.',
    series: {
      rotation: [
        '{upstream}',
        gauge('llamascope_upstream_in_rotation', { aggregate: 'min', over: 'min', by: ['upstream'] }),
      ],
    },
  }),
  definePanel('weights', {
    title: 'Weights and panics',
    question: 'Who is coming back slowly, and was health overruled?',
    unit: 'count',
    description:
      'Weight of each upstream now, and how often too few were healthy to go by health, in each step.',
    series: {
      weight: ['{upstream}', gauge('llamascope_upstream_weight', { aggregate: 'min', by: ['upstream'] })],
      panics: ['panics', increase('llamascope_health_panics_total')],
    },
  }),
  definePanel('retries', {
    title: 'Retries by reason',
    question: 'What is tried again, and why?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Retries per second, by why the attempt before failed.',
    series: { reason: ['{reason}', rate('llamascope_retries_total', { by: ['reason'] })] },
    whenEmpty: 'Nothing was tried again.',
  }),
  definePanel('retry-budget', {
    title: 'Retry budget exhausted',
    question: 'Are retries held back to protect the upstreams?',
    unit: 'count',
    description: 'Retries not made in each step because the budget was spent.',
    series: { exhausted: ['not retried', increase('llamascope_retry_budget_exhausted_total')] },
  }),
];

export const poolPanels: readonly Panel[] = [
  definePanel('pool-requests', {
    title: 'Pool requests by upstream',
    question: 'How much is written to pooled connections?',
    unit: 'per_second',
    description: 'Request heads written per second, embedding calls included, health probes not.',
    series: { client: ['{client_name}', rate('connection_pool_requests_total', { by: ['client_name'] })] },
  }),
  definePanel('pool-connections', {
    title: 'Pool connections',
    question: 'How many connections are open, and what do they do?',
    unit: 'count',
    description: 'Open connections per upstream, busy or idle, and requests that wait for one.',
    series: {
      state: [
        '{client_name} {state}',
        gauge('llamascope_pool_connections', { aggregate: 'sum', over: 'avg', by: ['client_name', 'state'] }),
      ],
      pending: [
        '{client_name} requests waiting for one',
        gauge('llamascope_pool_pending_requests', { aggregate: 'sum', over: 'max', by: ['client_name'] }),
      ],
    },
  }),
  definePanel('pool-use', {
    title: 'Pool utilisation',
    question: 'Is a pool near its maximum?',
    unit: 'ratio',
    description: 'Open connections as a share of the configured maximum.',
    series: {
      use: [
        '{client_name}',
        ratio(
          gauge('connection_pool_size', {
            aggregate: 'sum',
            over: 'max',
            where: { pool_type: 'connections' },
            by: ['client_name'],
          }),
          gauge('connection_pool_size', {
            aggregate: 'sum',
            where: { pool_type: 'maxsize' },
            by: ['client_name'],
          }),
        ),
      ],
    },
    thresholds: [{ at: 0.9, level: 'warn', side: 'above' }],
  }),
  definePanel('pool-reuse', {
    title: 'Connections opened and reused',
    question: 'Are connections kept alive?',
    unit: 'per_second',
    description:
      'Connections opened, and requests written to one that had carried another before, per second.',
    series: {
      created: ['opened', rate('llamascope_pool_connections_created_total')],
      reused: ['reused', rate('llamascope_pool_connections_reused_total')],
    },
  }),
  definePanel('pool-waits', {
    title: 'Connection times',
    question: 'Does the pool itself cost time?',
    unit: 'seconds',
    description:
      'p95 from dispatch until the head was written (acquire), and p95 to open a connection (connect).',
    series: {
      acquire: ['acquire p95', quantile(0.95, 'llamascope_pool_acquire_seconds')],
      connect: ['connect p95', quantile(0.95, 'llamascope_pool_connect_seconds')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('pool-errors', {
    title: 'Connection errors',
    question: 'Can the upstreams be reached?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Connections that could not be opened, by upstream and reason.',
    series: {
      errors: [
        '{client_name} {reason}',
        rate('llamascope_pool_connect_errors_total', { by: ['client_name', 'reason'] }),
      ],
    },
    whenEmpty: 'Every connection could be opened.',
  }),
];
