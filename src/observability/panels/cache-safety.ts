import { gauge, increase, quantile, rate } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** Are answers by meaning right, as far as labels say? */
export const cacheSafetyPanels: readonly Panel[] = [
  definePanel('false-hit-bound', {
    title: 'Bound of wrong hits',
    question: 'How many hits by meaning can be wrong at most?',
    unit: 'ratio',
    description: 'Upper 95 % bound of the share of hits by meaning that are wrong; 1 while nobody can tell.',
    series: { bound: ['at most', gauge('llamascope_semcache_false_hit_upper_bound', { aggregate: 'max' })] },
    whenEmpty: 'No hit by meaning has been judged.',
  }),
  definePanel('labels', {
    title: 'Answers held against a fresh one',
    question: 'How much evidence comes in, and what does it say?',
    unit: 'per_second',
    description: 'Stored answers compared with a fresh one or judged by people, by verdict.',
    series: {
      label: ['{source}: {verdict}', rate('llamascope_semcache_labels_total', { by: ['source', 'verdict'] })],
    },
    whenEmpty: 'Nothing was compared.',
  }),
  definePanel('audits', {
    title: 'Audited hits by rule',
    question: 'How does each rule do on a fair sample?',
    unit: 'per_second',
    description: 'Labels that are a fair sample of what a rule serves, or in shadow mode would serve.',
    series: {
      audit: ['{rule}: {verdict}', rate('llamascope_semcache_audits_total', { by: ['rule', 'verdict'] })],
    },
    whenEmpty: 'No hit was audited.',
  }),
  definePanel('shadow-bounded-hits', {
    title: 'Shadow hits of the bounded rule',
    question: 'What would mode bounded answer by meaning?',
    unit: 'per_second',
    description: 'Misses per second in shadow mode that mode bounded would have served.',
    series: { shadow: ['would-be hits', rate('llamascope_semcache_shadow_bounded_hits_total')] },
  }),
];

/** The store behind the entries: does what is kept survive, and reach the others? */
export const cacheStorePanels: readonly Panel[] = [
  definePanel('store-state', {
    title: 'Store state',
    question: 'Does the store of the cache work?',
    unit: 'flag',
    drawing: 'states',
    description:
      'Whether its state is ok. It is not while it loads, and while it is degraded: entries are then kept in this process alone.',
    series: {
      state: [
        '{store}',
        gauge('llamascope_semcache_store_state', {
          where: { state: 'ok' },
          aggregate: 'min',
          over: 'min',
          by: ['store'],
        }),
      ],
    },
  }),
  definePanel('store-pending', {
    title: 'Changes not yet written',
    question: 'What would a crash cost?',
    unit: 'count',
    description: 'Changes that wait to be written to the store.',
    series: {
      pending: ['pending', gauge('llamascope_semcache_store_pending', { aggregate: 'sum', over: 'max' })],
    },
  }),
  definePanel('store-writes', {
    title: 'Store writes and errors',
    question: 'Does writing keep up?',
    unit: 'per_second',
    description: 'Changes written per second, and failures by what the store was doing.',
    series: {
      writes: ['written', rate('llamascope_semcache_store_writes_total')],
      errors: ['{operation} failed', rate('llamascope_semcache_store_errors_total', { by: ['operation'] })],
    },
  }),
  definePanel('store-times', {
    title: 'Store times',
    question: 'How far behind are the store and the other replicas?',
    unit: 'seconds',
    description: 'p95 to write a batch, and p95 from a change at another replica to the same change here.',
    series: {
      write: ['write p95', quantile(0.95, 'llamascope_semcache_store_write_seconds')],
      replication: ['replication p95', quantile(0.95, 'llamascope_semcache_store_replication_seconds')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'Nothing was written in this range.',
  }),
  definePanel('store-intake', {
    title: 'Taken in from elsewhere',
    question: 'What came from an earlier run or another replica?',
    unit: 'count',
    description:
      'Entries restored, entries dropped because their checksum did not fit, and changes replicated, in each step.',
    series: {
      restored: ['restored', increase('llamascope_semcache_store_restored_total')],
      corrupt: ['corrupt', increase('llamascope_semcache_store_corrupt_total')],
      replicated: [
        'replicated {change}',
        increase('llamascope_semcache_store_replicated_total', { by: ['change'] }),
      ],
    },
    whenEmpty: 'Nothing came from elsewhere.',
  }),
];
