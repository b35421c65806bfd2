import { above, and, below, gauge, plus, rate, ratio } from '../expression.ts';
import type { Alert } from './rule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

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
];
