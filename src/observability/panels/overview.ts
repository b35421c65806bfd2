import { gauge, plus, quantile, rate, ratio } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** Requests that the gateway had to answer: neither the client's own mistake nor its leaving counts against us. */
const OWED = { outcome: { not: ['client_error', 'aborted'] } } as const;

/** Are we fine? Rates, errors, durations, then what stands between. */
export const overviewPanels: readonly Panel[] = [
  definePanel('requests', {
    title: 'Requests by outcome',
    question: 'How much traffic is there, and how does it end?',
    unit: 'per_second',
    drawing: 'stacked',
    description:
      'Finished requests per second by how they ended. `shed`: refused by queue, breaker or limits.',
    series: { outcome: ['{outcome}', rate('llamascope_requests_total', { by: ['outcome'] })] },
  }),
  definePanel('success', {
    title: 'Success ratio',
    question: 'Which share of what clients rightly asked for was answered?',
    unit: 'ratio',
    description:
      'Requests that ended ok as a share of all but client errors and aborts. Nothing is shown while there is no traffic. `baseline`: the ratio stored by `llamascope baseline set`, while one is.',
    series: {
      success: [
        'success',
        ratio(
          rate('llamascope_requests_total', { where: { outcome: 'ok' } }),
          rate('llamascope_requests_total', { where: OWED }),
        ),
      ],
      baseline: [
        'baseline',
        gauge('llamascope_baseline', { aggregate: 'max', where: { figure: 'success' } }),
      ],
    },
    thresholds: [
      { at: 0.99, level: 'warn', side: 'below' },
      { at: 0.95, level: 'bad', side: 'below' },
    ],
  }),
  definePanel('latency', {
    title: 'Request duration',
    question: 'How long do clients wait for a whole answer?',
    unit: 'seconds',
    description: 'From receiving a request to the last byte of its answer, cache hits included.',
    series: {
      p50: ['p50', quantile(0.5, 'llamascope_request_duration_seconds')],
      p95: ['p95', quantile(0.95, 'llamascope_request_duration_seconds')],
      p99: ['p99', quantile(0.99, 'llamascope_request_duration_seconds')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('first-token', {
    title: 'Time to first token',
    question: 'How long until something appears on the screen?',
    unit: 'seconds',
    description: 'From receiving a request to its first content, for streamed answers from an upstream.',
    series: {
      p50: ['p50', quantile(0.5, 'llamascope_time_to_first_token_seconds')],
      p95: ['p95', quantile(0.95, 'llamascope_time_to_first_token_seconds')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'No streamed answers in this range.',
  }),
  definePanel('breakers', {
    title: 'Breaker states',
    question: 'Which upstream is cut off, and since when?',
    unit: 'state',
    drawing: 'states',
    description: 'State per breaker over time: 0 closed, 1 open, 2 half open; the worst in each step.',
    series: {
      state: [
        '{breaker_name}',
        gauge('circuit_breaker_state', { aggregate: 'max', over: 'max', by: ['breaker_name'] }),
      ],
    },
    whenEmpty: 'No upstream is configured.',
  }),
  definePanel('hit-ratio', {
    title: 'Cache hit ratio',
    question: 'Which share of looked-up requests did the cache answer?',
    unit: 'ratio',
    description: 'Hits over hits and misses; bypassed requests are in neither.',
    series: {
      hits: [
        'all hits',
        ratio(rate('semcache_hits_total'), plus(rate('semcache_hits_total'), rate('semcache_misses_total'))),
      ],
      semantic: [
        'semantic hits',
        ratio(
          rate('semcache_hits_total', { where: { type: 'semantic' } }),
          plus(rate('semcache_hits_total'), rate('semcache_misses_total')),
        ),
      ],
    },
    whenEmpty: 'Nothing was looked up in this range.',
  }),
  definePanel('saturation', {
    title: 'Saturation',
    question: 'How close is the gateway to its limits?',
    unit: 'ratio',
    description:
      'Generation slots taken, connections open and cache entries stored, each as a share of its limit.',
    series: {
      permits: [
        'slots',
        ratio(
          gauge('llamascope_upstream_permits', { aggregate: 'sum', where: { state: 'in_use' } }),
          gauge('llamascope_upstream_permits', { aggregate: 'sum', where: { state: 'limit' } }),
        ),
      ],
      connections: [
        'connections',
        ratio(
          gauge('connection_pool_size', { aggregate: 'sum', where: { pool_type: 'connections' } }),
          gauge('connection_pool_size', { aggregate: 'sum', where: { pool_type: 'maxsize' } }),
        ),
      ],
      cache: ['cache', gauge('semcache_fill_ratio', { aggregate: 'max' })],
    },
    thresholds: [{ at: 0.9, level: 'warn', side: 'above' }],
  }),
  definePanel('inflight', {
    title: 'In flight and waiting',
    question: 'Is work piling up?',
    unit: 'count',
    description:
      'Requests received and not yet finished, and those of them that wait for a slot of an upstream.',
    series: {
      inflight: ['in flight', gauge('llamascope_inflight_requests', { aggregate: 'sum' })],
      waiting: ['waiting', gauge('llamascope_queue_depth', { aggregate: 'sum' })],
    },
  }),
  definePanel('tokens', {
    title: 'Tokens',
    question: 'How much do the models read and write?',
    unit: 'tokens_per_second',
    description: 'Tokens per second that upstreams reported: of prompts (input) and of answers (output).',
    series: { direction: ['{direction}', rate('llamascope_tokens_total', { by: ['direction'] })] },
  }),
];
