import { gauge, increase, quantile, rate } from '../expression.ts';
import type { Runbook } from './runbook.ts';

export const cacheRunbooks: readonly Runbook[] = [
  {
    alert: 'LlamascopeSemcacheHitRatioLow',
    meaning: 'Hardly any looked-up request is answered from the cache.',
    impact: 'None for clients. The cache uses memory and a little time and saves almost nothing.',
    diagnosis: [
      {
        text: 'Hits by kind, and misses:',
        query: rate('semcache_hits_total', { window: 3_600, by: ['type'] }),
      },
      {
        text: 'What would similar questions bring? (mode `shadow`)',
        query: rate('llamascope_semcache_shadow_hits_total', { window: 3_600 }),
      },
      {
        text: 'What is not even looked up?',
        query: rate('llamascope_semcache_bypass_total', { window: 3_600, by: ['reason'] }),
      },
      {
        text: 'Does the guard refuse candidates, and for what?',
        query: rate('llamascope_semcache_vetoes_total', { window: 3_600, by: ['reason'] }),
      },
    ],
    mitigation: [
      'Mostly bypassed as `sampled`: clients send no seed and a temperature above 0. `cache.sampled: true` allows them, if “regenerate” need not give another answer.',
      'Many shadow hits: `cache.mode: on`.',
      'Entries leave before they are asked again: raise `cache.ttlMs` or `cache.maxEntries`.',
      'The questions really are all different: `cache.mode: off`, and silence this alert.',
    ],
    falsePositives: 'Chats with long histories: each turn is a new question, so low is normal there.',
  },
  {
    alert: 'LlamascopeSemcacheAlmostFull',
    meaning: 'The cache is nearly full and removes entries to make room.',
    impact: 'None by itself: the least useful goes first. If useful entries go, the hit ratio falls.',
    diagnosis: [
      { text: 'How full?', query: gauge('semcache_fill_ratio', { aggregate: 'max' }) },
      {
        text: 'What goes, and why?',
        query: rate('llamascope_semcache_evictions_total', { window: 3_600, by: ['reason'] }),
      },
      {
        text: 'How much memory do entries take?',
        query: gauge('llamascope_semcache_bytes', { aggregate: 'sum' }),
      },
    ],
    mitigation: [
      'Raise `cache.maxEntries` or `cache.maxBytes`, whichever is the reason.',
      'Lower `cache.ttlMs` if old answers are worth little.',
    ],
    falsePositives:
      'A steady hit ratio at a full cache: it has found its working set. Silence it, or raise the limit once.',
  },
  {
    alert: 'LlamascopeEmbedderFailing',
    meaning: 'Questions cannot be turned into vectors, or not in time.',
    impact: 'Similar questions are misses; identical ones still hit. No client sees an error.',
    diagnosis: [
      {
        text: 'How many fail, of how many?',
        query: increase('llamascope_semcache_embed_failures_total', { window: 600 }),
      },
      {
        text: 'How long do they take?',
        query: quantile(0.95, 'llamascope_semcache_embed_seconds', { window: 600 }),
      },
      { text: 'Which embedder is in use, and what is wrong with it?', command: 'curl -sS $GATEWAY/health' },
    ],
    mitigation: [
      'An embedding model at an upstream: see whether it is loaded and answers (`/api/embed`).',
      'Too slow: raise `cache.embedDeadlineMs`, or use the embedder of this process (`cache.embedder`).',
    ],
    falsePositives: 'Right after the upstream’s embedding model was unloaded: the first calls load it again.',
  },
];
