import { gauge, quantile, rate } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** What clients ask for and how it goes for them. Accounts per client are not recorded yet. */
export const clientPanels: readonly Panel[] = [
  definePanel('requests-by-endpoint', {
    title: 'Requests by endpoint',
    question: 'Which interface do clients use?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Finished requests per second.',
    series: { endpoint: ['{endpoint}', rate('llamascope_requests_total', { by: ['endpoint'] })] },
  }),
  definePanel('inflight-by-endpoint', {
    title: 'In flight by endpoint',
    question: 'What is being worked on?',
    unit: 'count',
    description: 'Requests received and not yet finished.',
    series: {
      endpoint: ['{endpoint}', gauge('llamascope_inflight_requests', { aggregate: 'sum', by: ['endpoint'] })],
    },
  }),
  definePanel('duration-by-source', {
    title: 'Duration by source',
    question: 'What is the difference between the cache and an upstream?',
    unit: 'seconds',
    description: 'p95 of whole answers, by who answered.',
    series: {
      p95: ['{served} p95', quantile(0.95, 'llamascope_request_duration_seconds', { by: ['served'] })],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('aborts', {
    title: 'Clients that went away',
    question: 'Do people give up waiting?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Before (waiting) or after (streaming) the first byte of their answer.',
    series: { phase: ['{phase}', rate('llamascope_client_aborts_total', { by: ['phase'] })] },
    whenEmpty: 'No client has left before its answer was complete.',
  }),
  definePanel('unmatched', {
    title: 'Unknown paths',
    question: 'Does somebody ask for what is not served?',
    unit: 'per_second',
    description: 'Requests per second for a path or method outside the table of routes.',
    series: { unmatched: ['unmatched', rate('llamascope_unmatched_requests_total')] },
  }),
  definePanel('tokens-by-model-and-direction', {
    title: 'Tokens by model',
    question: 'What would a bill count?',
    unit: 'tokens_per_second',
    description: 'Tokens per second of prompts (input) and answers (output).',
    series: {
      tokens: ['{model} {direction}', rate('llamascope_tokens_total', { by: ['model', 'direction'] })],
    },
  }),
];
