import { gauge, increase, quantile, rate } from '../expression.ts';
import type { Runbook } from './runbook.ts';

export const servingRunbooks: readonly Runbook[] = [
  {
    alert: 'LlamascopeQueueSaturated',
    meaning:
      'The queue in front of an upstream does not empty, or refuses requests: more is asked of it than it can serve.',
    impact:
      'Everybody waits longer; some get 503 with `retry-after`. Clients take turns, so one that floods mostly delays itself.',
    diagnosis: [
      {
        text: 'How many wait, and how many are served at once?',
        query: gauge('llamascope_queue_depth', { aggregate: 'sum', by: ['upstream'] }),
      },
      {
        text: 'Slots taken and allowed:',
        query: gauge('llamascope_upstream_permits', { aggregate: 'sum', by: ['upstream', 'state'] }),
      },
      {
        text: 'How long do they wait?',
        query: quantile(0.95, 'llamascope_queue_wait_seconds', { window: 300, by: ['upstream'] }),
      },
      {
        text: 'What is refused, and why?',
        query: rate('llamascope_queue_rejections_total', { window: 300, by: ['upstream', 'reason'] }),
      },
      {
        text: 'Is the model slow, or is there just too much?',
        query: quantile(0.5, 'llamascope_decode_seconds', { window: 300, by: ['model'] }),
      },
    ],
    mitigation: [
      'The server can do more at once: raise `OLLAMA_NUM_PARALLEL` there and `parallel` here to the same number.',
      'Add an upstream: requests go where the least is waiting.',
      'Repeated questions: turn the cache on (`cache.mode: on`).',
      'Rather refuse early than let people wait: lower `queue.waitMs`.',
    ],
    falsePositives: 'Batch jobs that are meant to wait. Give them a gateway or an upstream of their own.',
  },
  {
    alert: 'LlamascopeSlowFirstToken',
    meaning: 'One streamed answer in twenty takes very long to begin.',
    impact: 'People think that nothing happens, and ask again.',
    diagnosis: [
      {
        text: 'Waiting for a slot?',
        query: quantile(0.95, 'llamascope_queue_wait_seconds', { window: 600 }),
      },
      { text: 'Loading models?', query: quantile(0.95, 'llamascope_model_load_seconds', { window: 600 }) },
      { text: 'Reading long prompts?', query: quantile(0.95, 'llamascope_prefill_seconds', { window: 600 }) },
      {
        text: 'Which model?',
        query: quantile(0.95, 'llamascope_time_to_first_token_seconds', { window: 600, by: ['model'] }),
      },
    ],
    mitigation: [
      'Queue: see LlamascopeQueueSaturated.',
      'Loads: keep models in memory longer (`keep_alive`, `OLLAMA_MAX_LOADED_MODELS`), and let requests use one `num_ctx`: another one loads the model anew.',
      'Prompts: shorter histories, or an upstream with prefix caching.',
    ],
    falsePositives: 'Models that are meant to be slow (reasoning on a CPU). Raise the threshold of 30 s.',
  },
  {
    alert: 'LlamascopeModelReloadThrash',
    meaning:
      'An Ollama server loads a model again and again that it has in memory, because requests want it with different options: nearly always another `num_ctx`.',
    impact:
      'Each load makes everybody who wants the model wait for seconds, and what was cached of their prompts is lost.',
    diagnosis: [
      {
        text: 'Which model, and where?',
        query: increase('llamascope_model_reloads_total', { window: 600, by: ['upstream', 'model'] }),
      },
      {
        text: 'How long does a load take?',
        query: quantile(0.95, 'llamascope_model_load_seconds', { window: 600, by: ['model'] }),
      },
      {
        text: 'Who waits? The log line of the reload (level `warn`) names the `num_ctx` that was asked for and the one before:',
        query: quantile(0.95, 'llamascope_time_to_first_token_seconds', { window: 600, by: ['model'] }),
      },
    ],
    mitigation: [
      'Pin one value for all requests: `models: { NAME: { numCtx: 8192 } }`, or `ollama: { numCtx: 8192 }` of the upstream.',
      "The OpenAI paths cannot carry `num_ctx` and use the server's own: set `OLLAMA_CONTEXT_LENGTH` there to the pinned value.",
      'Two lengths are really needed: create a second model with its own `num_ctx` (`ollama create`), or send one kind of request to an upstream of its own.',
    ],
    falsePositives:
      'Somebody who tries out values of `num_ctx`. What asks the server past the gateway is not seen, but may be the cause.',
  },
];
