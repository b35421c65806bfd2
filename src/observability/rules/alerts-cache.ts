import { above, and, below, equals, gauge, increase, orZero, plus, rate, ratio } from '../expression.ts';
import type { Alert } from './rule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Fewer say little: at a promise of 2 % three in a day can be chance. */
const MANY_WRONG = 3;

/** Is the cache worth it, and is it safe. */
export const cacheAlerts: readonly Alert[] = [
  {
    name: 'LlamascopeSemcacheHitRatioLow',
    severity: 'warning',
    expr: and(
      below(
        ratio(
          rate('semcache_hits_total', { window: HOUR }),
          plus(
            rate('semcache_hits_total', { window: HOUR }),
            rate('semcache_misses_total', { window: HOUR }),
          ),
        ),
        0.05,
      ),
      above(rate('semcache_misses_total', { window: HOUR }), 0.02),
    ),
    forSeconds: 30 * MINUTE,
    forBecause: 'a cache that was just emptied needs time; this is about hours',
    summary: 'Only {value:percent} of lookups hit',
    description:
      'Over the last hour {value:percent} of the looked-up requests were answered from the cache. It costs memory and lookups and gives little.',
    labels: [],
    view: 'cache',
  },
  {
    name: 'LlamascopeSemcacheAlmostFull',
    severity: 'warning',
    expr: and(
      above(gauge('semcache_fill_ratio', { aggregate: 'max' }), 0.9),
      above(
        rate('llamascope_semcache_evictions_total', {
          where: { reason: ['entries', 'bytes'] },
          window: HOUR,
        }),
        0,
      ),
    ),
    forSeconds: 15 * MINUTE,
    forBecause: 'full is fine as long as nothing useful has to go; evictions for room show that it does',
    summary: 'The cache is {value:percent} full and evicts',
    description:
      'The cache holds {value:percent} of its maximum and has removed entries for lack of room within the last hour.',
    labels: [],
    view: 'cache',
  },
  {
    name: 'LlamascopeEmbedderFailing',
    severity: 'warning',
    expr: above(rate('llamascope_semcache_embed_failures_total', { window: 10 * MINUTE }), 0.01),
    forSeconds: 5 * MINUTE,
    forBecause: 'one late embedding is a miss and nothing more',
    summary: 'Embeddings fail',
    description:
      'Embeddings fail or come too late {value:number} times a second. Similar questions are not recognised meanwhile; identical ones still are.',
    labels: [],
    view: 'cache',
  },
  {
    name: 'LlamascopeFalseHitRateHigh',
    severity: 'warning',
    expr: and(
      above(
        ratio(
          increase('llamascope_semcache_audits_total', { where: { verdict: 'wrong' }, window: DAY }),
          increase('llamascope_semcache_audits_total', {
            where: { verdict: ['right', 'wrong'] },
            window: DAY,
          }),
        ),
        0.05,
      ),
      above(
        orZero(increase('llamascope_semcache_audits_total', { where: { verdict: 'wrong' }, window: DAY })),
        MANY_WRONG,
      ),
    ),
    forSeconds: 10 * MINUTE,
    forBecause: 'the day of evidence says it already; this bridges a restart',
    summary: '{value:percent} of audited hits by meaning are wrong',
    description:
      'Of the hits by meaning that were asked again in the last day, {value:percent} had another answer. Clients are given answers to other questions than theirs.',
    labels: [],
    view: 'cache',
  },
  {
    name: 'LlamascopeCacheStoreDegraded',
    severity: 'warning',
    expr: equals(
      gauge('llamascope_semcache_store_state', {
        aggregate: 'max',
        where: { state: 'degraded' },
        by: ['store'],
      }),
      1,
    ),
    forSeconds: 5 * MINUTE,
    forBecause: 'a store that restarts is back by then, and nothing was lost',
    summary: 'The store {store} of the cache cannot be used',
    description:
      'For five minutes entries have been kept in the memory of each gateway alone: a restart would lose them, and other gateways do not see them.',
    labels: ['store'],
    view: 'cache',
  },
];
