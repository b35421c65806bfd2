import { gauge, increase, quantile, rate, type AnyExpr } from '../expression.ts';
import type { Runbook } from './runbook.ts';

const storeStates: AnyExpr = gauge('llamascope_semcache_store_state', {
  aggregate: 'max',
  by: ['store', 'state'],
});

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
      {
        text: 'And a second opinion (`cache.secondOpinion`)?',
        query: quantile(0.95, 'llamascope_semcache_opinion_seconds', { window: 600 }),
      },
      { text: 'Which embedder is in use, and what is wrong with it?', command: 'curl -sS $GATEWAY/health' },
    ],
    mitigation: [
      'An embedding model at an upstream: see whether it is loaded and answers (`/api/embed`).',
      'Too slow: raise `cache.embedDeadlineMs`, or use the embedder of this process (`cache.embedder`).',
      'Second opinions too slow: more than about 30 a second are too many for their thread. Set `cache.secondOpinion: none`.',
    ],
    falsePositives: 'Right after the upstream’s embedding model was unloaded: the first calls load it again.',
  },
  {
    alert: 'LlamascopeFalseHitRateHigh',
    meaning:
      'Hits by meaning were asked again in the background (`cache.audit`), and more than one in twenty got another answer.',
    impact: 'Some clients get the answer to a question that is near theirs, but not theirs.',
    diagnosis: [
      {
        text: 'How many of how many, by rule?',
        query: increase('llamascope_semcache_audits_total', { window: 86_400, by: ['rule', 'verdict'] }),
      },
      {
        text: 'How wrong can it be at most?',
        query: gauge('llamascope_semcache_false_hit_upper_bound', { aggregate: 'max' }),
      },
      {
        text: 'Which questions? (with `dashboard.showText`, also on the page: Cache, recent semantic hits)',
        command: 'curl -sS "$GATEWAY/admin/cache/entries?limit=20"',
      },
    ],
    mitigation: [
      'Now: `cache.mode: shadow`. Similar questions are counted and no longer served; identical ones still are.',
      'Or `cache.mode: bounded` with the `cache.delta` you can bear: it serves only where evidence allows.',
      'Purge the scope that is wrong: `llamascope cache purge`.',
      'Report the pairs: the guard should have told them apart.',
    ],
    falsePositives:
      'Answers that are worded anew each time count as other answers where no judge is asked. Set `cache.judgeModel`.',
  },
  {
    alert: 'LlamascopeCacheStoreDegraded',
    meaning: 'The Redis, the SQLite file or the snapshot behind the cache cannot be read or written.',
    impact: 'None for clients now. What is learned stays in each gateway’s memory until the store is back.',
    diagnosis: [
      { text: 'Which store, and in which state?', query: storeStates },
      {
        text: 'What fails?',
        query: increase('llamascope_semcache_store_errors_total', { window: 900, by: ['operation'] }),
      },
      {
        text: 'How much waits to be written?',
        query: gauge('llamascope_semcache_store_pending', { aggregate: 'sum' }),
      },
      { text: 'In its own words:', command: 'curl -sS $GATEWAY/health' },
    ],
    mitigation: [
      'Redis: is it up, can it be reached from here, is its memory full (`maxmemory` with `noeviction` refuses writes)?',
      'SQLite or snapshot: is the disk full, may the process write there?',
      'It is tried again by itself with growing pauses; what has changed meanwhile is written then. No restart is needed.',
    ],
    falsePositives: 'Planned work on the Redis that takes longer than five minutes: silence it.',
  },
];
