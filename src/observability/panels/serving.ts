import { gauge, increase, observed, quantile, rate } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** Where a request's time goes: queue, load, prefill, decode. */
export const servingPanels: readonly Panel[] = [
  definePanel('time-split', {
    title: 'Where the time goes',
    question: 'Waiting, loading, reading or writing?',
    unit: 'count',
    drawing: 'stacked',
    description:
      'Seconds spent in each phase per second: the average number of requests that are in it. A high queue with low decode means too few slots; a high load means models push each other out of memory.',
    series: {
      queue: ['queue', observed('llamascope_queue_wait_seconds')],
      load: ['load', observed('llamascope_model_load_seconds')],
      prefill: ['prefill', observed('llamascope_prefill_seconds')],
      decode: ['decode', observed('llamascope_decode_seconds')],
    },
    minWindowSeconds: 30,
  }),
  definePanel('queue-depth', {
    title: 'Queue depth',
    question: 'Where do requests wait?',
    unit: 'count',
    description: 'Requests waiting for a slot, the most in each step.',
    series: {
      depth: [
        '{upstream}',
        gauge('llamascope_queue_depth', { aggregate: 'sum', over: 'max', by: ['upstream'] }),
      ],
    },
  }),
  definePanel('slots', {
    title: 'Generation slots in use',
    question: 'Are all slots taken?',
    unit: 'count',
    description: 'Slots taken (the mean of each step) and the limit, per upstream.',
    series: {
      permits: [
        '{upstream} {state}',
        gauge('llamascope_upstream_permits', { aggregate: 'sum', over: 'avg', by: ['upstream', 'state'] }),
      ],
    },
  }),
  definePanel('queue-wait', {
    title: 'Queue wait',
    question: 'How long do requests wait for a slot?',
    unit: 'seconds',
    description: 'p50 and p95 of the waits that ended with a slot.',
    series: {
      p50: ['p50', quantile(0.5, 'llamascope_queue_wait_seconds')],
      p95: ['{upstream} p95', quantile(0.95, 'llamascope_queue_wait_seconds', { by: ['upstream'] })],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('queue-rejections', {
    title: 'Refused by the queue',
    question: 'Who is turned away, and why?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Requests per second that the queue refused, by reason.',
    series: { reason: ['{reason}', rate('llamascope_queue_rejections_total', { by: ['reason'] })] },
    whenEmpty: 'The queue has refused nothing.',
  }),
  definePanel('first-token-by-model', {
    title: 'Time to first token by model',
    question: 'Which model is slow to start?',
    unit: 'seconds',
    description: 'p95 for streamed answers from an upstream.',
    series: {
      p95: ['{model} p95', quantile(0.95, 'llamascope_time_to_first_token_seconds', { by: ['model'] })],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'No streamed answers in this range.',
  }),
  definePanel('token-pace', {
    title: 'Time per output token',
    question: 'How fast does each model write?',
    unit: 'seconds',
    description: 'Pace after the first token of completed streams: median and p95.',
    series: {
      p50: ['{model} p50', quantile(0.5, 'llamascope_time_per_output_token_seconds', { by: ['model'] })],
      p95: ['{model} p95', quantile(0.95, 'llamascope_time_per_output_token_seconds', { by: ['model'] })],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'No streamed answers in this range.',
  }),
  definePanel('load-time', {
    title: 'Model load time',
    question: 'Are models read from disk?',
    unit: 'seconds',
    description: 'p95 that the upstream reported. A warm model reports a few milliseconds.',
    series: { p95: ['{model} p95', quantile(0.95, 'llamascope_model_load_seconds', { by: ['model'] })] },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('model-reloads', {
    title: 'Models loaded again',
    question: 'Do clients make a server load what it has?',
    unit: 'count',
    drawing: 'stacked',
    description:
      'Loads of models that were in memory already, because a request wanted another num_ctx (or another option of the load). `numCtx` pins one value.',
    series: {
      reloads: [
        '{model} on {upstream}',
        increase('llamascope_model_reloads_total', { by: ['upstream', 'model'] }),
      ],
    },
    whenEmpty: 'No model in memory had to be loaded again.',
  }),
  definePanel('prefill-decode', {
    title: 'Prefill and decode',
    question: 'Is reading or writing the slow part?',
    unit: 'seconds',
    description: 'p95 of prompt evaluation and of generation, as the upstream reported them.',
    series: {
      prefill: ['prefill p95', quantile(0.95, 'llamascope_prefill_seconds')],
      decode: ['decode p95', quantile(0.95, 'llamascope_decode_seconds')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('tokens-by-model', {
    title: 'Output tokens by model',
    question: 'Which model does the work?',
    unit: 'tokens_per_second',
    drawing: 'stacked',
    description: 'Answer tokens per second that upstreams reported.',
    series: {
      model: ['{model}', rate('llamascope_tokens_total', { where: { direction: 'output' }, by: ['model'] })],
    },
  }),
  definePanel('models-resident', {
    title: 'Models in memory',
    question: 'What is loaded where?',
    unit: 'count',
    description: 'Models in memory at the last probe.',
    series: {
      resident: ['{upstream}', gauge('llamascope_models_resident', { aggregate: 'sum', by: ['upstream'] })],
    },
  }),
  definePanel('model-fallbacks', {
    title: 'Model fallbacks',
    question: 'Which model cannot be served as asked, and why?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Requests per second that went on to a fallback of their model.',
    series: {
      fallback: ['{model}: {reason}', rate('llamascope_model_fallbacks_total', { by: ['model', 'reason'] })],
    },
    whenEmpty: 'Every model answered for itself.',
  }),
];
