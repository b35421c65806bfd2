import { gauge, quantile, rate } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** Waiting in front of the upstreams, beyond depth and waits, which are shown where the time goes. */
export const admissionPanels: readonly Panel[] = [
  definePanel('queue-position', {
    title: 'Turn on joining the queue',
    question: 'How many are ahead of a request that has to wait?',
    unit: 'count',
    description:
      'p50 and p95 of the turn a request had when it joined; 1 is next. Those that did not wait are not in it.',
    series: {
      p50: ['{upstream} p50', quantile(0.5, 'llamascope_queue_position', { by: ['upstream'] })],
      p95: ['{upstream} p95', quantile(0.95, 'llamascope_queue_position', { by: ['upstream'] })],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'Nobody had to wait.',
  }),
  definePanel('queue-oldest', {
    title: 'Oldest wait',
    question: 'Is somebody stuck?',
    unit: 'seconds',
    description: 'How long the request that waits longest has waited, the most in each step.',
    series: {
      oldest: [
        '{upstream}',
        gauge('llamascope_queue_oldest_wait_seconds', { aggregate: 'max', over: 'max', by: ['upstream'] }),
      ],
    },
  }),
  definePanel('queue-left', {
    title: 'Waits in vain',
    question: 'How long do those wait who then get nothing?',
    unit: 'seconds',
    description: 'p95 of the time waited by requests that left the queue without a slot, by why they left.',
    series: {
      left: ['{reason} p95', quantile(0.95, 'llamascope_queue_left_seconds', { by: ['reason'] })],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'Everybody who waited got a slot.',
  }),
  definePanel('adaptive-limit', {
    title: 'Adaptive limit',
    question: 'How many generations can the upstream bear?',
    unit: 'count',
    description: 'Generations allowed at once, where the limit follows what the upstream can bear.',
    series: {
      limit: [
        '{upstream}',
        gauge('llamascope_adaptive_limit', { aggregate: 'sum', over: 'avg', by: ['upstream'] }),
      ],
    },
    whenEmpty: 'Limits are fixed: adaptive.enabled is off for every upstream.',
  }),
  definePanel('coalesced', {
    title: 'Coalesced requests',
    question: 'How many requests needed no attempt of their own?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Requests per second that were answered by an identical one already under way.',
    series: { kind: ['{kind}', rate('llamascope_coalesced_requests_total', { by: ['kind'] })] },
    whenEmpty: 'No two identical reads or embeddings met.',
  }),
  definePanel('hedges', {
    title: 'Hedged embeddings',
    question: 'Do second attempts pay?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Second attempts per second, by whether they answered first.',
    series: { result: ['{result}', rate('llamascope_hedges_total', { by: ['result'] })] },
    whenEmpty: 'No embedding was hedged: hedge.embeddings is off, or none was slow.',
  }),
];
