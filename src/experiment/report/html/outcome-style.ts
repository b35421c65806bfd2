import type { Outcome } from '../../outcome.ts';

/** How each outcome is drawn: successes above the line, failures below it, each at a height of its own, so that colour is never alone. */
export const OUTCOME_STYLE: Readonly<Record<Outcome, { readonly title: string; readonly level: number }>> = {
  served: { title: 'served by the upstream', level: 2 },
  cached: { title: 'served from the cache', level: 1 },
  refused: { title: 'refused in time', level: -1 },
  timed_out: { title: 'client gave up', level: -2 },
  failed: { title: 'failed', level: -3 },
  wrong: { title: 'wrong answer', level: -4 },
};
