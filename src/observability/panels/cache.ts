import { gauge, plus, quantile, rate, ratio, type Expr } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** Is the cache worth it, and is it safe? */
export const cachePanels: readonly Panel[] = [
  definePanel('lookups', {
    title: 'Lookups by result',
    question: 'What does the cache answer?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Looked-up requests per second: answered by identity, by meaning, or not at all.',
    series: {
      hit: ['{type} hit', rate('semcache_hits_total', { by: ['type'] })],
      miss: ['miss', rate('semcache_misses_total')],
    },
    whenEmpty: 'Nothing was looked up in this range.',
  }),
  definePanel('hit-ratio-by-type', {
    title: 'Hit ratio by type',
    question: 'How much comes from identity and how much from meaning?',
    unit: 'ratio',
    description: 'Each kind of hit over all lookups.',
    series: {
      exact: ['exact', hitShare('exact')],
      semantic: ['semantic', hitShare('semantic')],
    },
    whenEmpty: 'Nothing was looked up in this range.',
  }),
  definePanel('similarity', {
    title: 'Similarity of the best candidate',
    question: 'How close are new questions to stored ones?',
    unit: 'ratio',
    description: 'Cosine of the best candidate at every semantic lookup that found one, served or not.',
    series: {
      p50: ['p50', quantile(0.5, 'llamascope_semcache_similarity')],
      p95: ['p95', quantile(0.95, 'llamascope_semcache_similarity')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'No semantic lookup found a candidate in this range.',
  }),
  definePanel('vetoes', {
    title: 'Guard vetoes',
    question: 'What does the guard hold back, and why?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Semantic candidates refused by the lexical guard, by the rule that refused.',
    series: { reason: ['{reason}', rate('llamascope_semcache_vetoes_total', { by: ['reason'] })] },
    whenEmpty: 'The guard has refused nothing.',
  }),
  definePanel('large-searches', {
    title: 'Searches of large scopes',
    question: 'Are large scopes searched beside the event loop?',
    unit: 'per_second',
    drawing: 'stacked',
    description:
      'Searches of scopes of 131,072 entries and more. In the loop, each holds up all requests for a millisecond and more.',
    series: { where: ['{where}', rate('llamascope_semcache_large_searches_total', { by: ['where'] })] },
  }),
  definePanel('shadow-hits', {
    title: 'Shadow hits',
    question: 'What would mode on answer by meaning?',
    unit: 'per_second',
    description: 'Misses per second that mode on would have served.',
    series: { shadow: ['would-be hits', rate('llamascope_semcache_shadow_hits_total')] },
  }),
  definePanel('bypass', {
    title: 'Bypassed requests',
    question: 'What is not even looked up?',
    unit: 'per_second',
    drawing: 'stacked',
    description: 'Requests of cacheable routes that were not looked up, by reason.',
    series: { reason: ['{reason}', rate('llamascope_semcache_bypass_total', { by: ['reason'] })] },
    whenEmpty: 'Every cacheable request was looked up.',
  }),
  definePanel('saved-seconds', {
    title: 'Upstream time saved',
    question: 'How much work did hits spare the models?',
    unit: 'count',
    description:
      'Seconds of upstream time per second that hits did not need: 2 means two model slots spared.',
    series: { seconds: ['seconds saved per second', rate('llamascope_semcache_saved_seconds_total')] },
  }),
  definePanel('saved-tokens', {
    title: 'Tokens saved',
    question: 'How many tokens did hits spare?',
    unit: 'tokens_per_second',
    description: 'Tokens per second, in and out, that hits did not need.',
    series: { tokens: ['tokens saved', rate('llamascope_semcache_saved_tokens_total')] },
  }),
  definePanel('cache-size', {
    title: 'Entries',
    question: 'How full is the cache?',
    unit: 'count',
    description: 'Entries stored.',
    series: { entries: ['entries', gauge('semcache_size', { aggregate: 'sum' })] },
    whenEmpty: 'The cache is empty.',
  }),
  definePanel('cache-fill', {
    title: 'Fill ratio',
    question: 'Is it about to evict?',
    unit: 'ratio',
    description: 'Entries stored as a share of the maximum.',
    series: { fill: ['fill', gauge('semcache_fill_ratio', { aggregate: 'max' })] },
    thresholds: [{ at: 0.95, level: 'warn', side: 'above' }],
  }),
  definePanel('cache-bytes', {
    title: 'Memory of the entries',
    question: 'What does the cache hold in memory?',
    unit: 'bytes',
    description: 'Bytes held by stored entries.',
    series: { bytes: ['bytes', gauge('llamascope_semcache_bytes', { aggregate: 'sum' })] },
  }),
  definePanel('stores', {
    title: 'Stores and evictions',
    question: 'What comes in and what goes?',
    unit: 'per_second',
    description: 'Answers offered to the cache by what became of them, and entries removed by why.',
    series: {
      store: ['{result}', rate('llamascope_semcache_stores_total', { by: ['result'] })],
      evict: ['evicted: {reason}', rate('llamascope_semcache_evictions_total', { by: ['reason'] })],
    },
    whenEmpty: 'Nothing was stored or removed.',
  }),
  definePanel('lookup-time', {
    title: 'Lookup time',
    question: 'What does a lookup cost?',
    unit: 'seconds',
    description:
      'p95 by tier; the semantic one includes the embedding and, where one is asked for, the second opinion; both are also shown alone.',
    series: {
      tier: ['{tier} p95', quantile(0.95, 'llamascope_semcache_lookup_seconds', { by: ['tier'] })],
      embed: ['embedding p95', quantile(0.95, 'llamascope_semcache_embed_seconds')],
      opinion: ['second opinion p95', quantile(0.95, 'llamascope_semcache_opinion_seconds')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('embed-failures', {
    title: 'Embedding failures',
    question: 'Does the embedder work?',
    unit: 'per_second',
    description:
      'Embeddings per second that failed, those of a second opinion too. Each made its request a miss.',
    series: { failures: ['failures', rate('llamascope_semcache_embed_failures_total')] },
    thresholds: [{ at: 0.1, level: 'warn', side: 'above' }],
  }),
];

function hitShare(type: 'exact' | 'semantic'): Expr<never> {
  return ratio(
    rate('semcache_hits_total', { where: { type } }),
    plus(rate('semcache_hits_total'), rate('semcache_misses_total')),
  );
}
