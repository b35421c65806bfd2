import { BREAKER_STATES, type BreakerStateName } from '../../core/breaker-state.ts';
import { IGNORE_REASONS, type BreakerEvent, type IgnoreReason } from '../../core/events.ts';
import type { MetricCatalogue } from '../catalogue.ts';
import type { Counter } from '../instruments.ts';
import type { Metrics } from '../metrics.ts';
import { ByName } from './by-name.ts';

interface BreakerCounters {
  readonly success: Counter;
  readonly failure: Counter;
  readonly rejected: Counter;
  readonly ignored: ReadonlyMap<IgnoreReason, Counter>;
  readonly transitions: Readonly<Record<BreakerStateName, ReadonlyMap<BreakerStateName, Counter>>>;
}

/** The breaker's counters. Every combination exists at 0 as soon as the breaker does. */
export class BreakerRecorder {
  readonly #breakers: ByName<BreakerCounters>;

  constructor(metrics: Metrics<MetricCatalogue>) {
    const calls = metrics.counter('circuit_breaker_calls_total');
    const ignored = metrics.counter('circuit_breaker_ignored_total');
    const transitions = metrics.counter('circuit_breaker_transitions_total');
    this.#breakers = new ByName(
      (breaker_name) => {
        const from = (from_state: BreakerStateName): ReadonlyMap<BreakerStateName, Counter> =>
          new Map(
            BREAKER_STATES.filter((to_state) => to_state !== from_state).map((to_state) => [
              to_state,
              transitions.labels({ breaker_name, from_state, to_state }),
            ]),
          );
        return {
          success: calls.labels({ breaker_name, status: 'success' }),
          failure: calls.labels({ breaker_name, status: 'failure' }),
          rejected: calls.labels({ breaker_name, status: 'rejected' }),
          ignored: new Map(
            IGNORE_REASONS.map((reason) => [reason, ignored.labels({ breaker_name, reason })]),
          ),
          transitions: { closed: from('closed'), open: from('open'), half_open: from('half_open') },
        };
      },
      (name) => {
        for (const family of [calls, ignored, transitions]) family.removeWhere('breaker_name', name);
      },
    );
  }

  ensure(name: string): void {
    this.#breakers.ensure(name);
  }

  observe(event: BreakerEvent): void {
    switch (event.type) {
      case 'breaker.settled':
        this.#breakers.at(event.breaker)?.[event.status].inc();
        break;
      case 'breaker.ignored':
        this.#breakers.at(event.breaker)?.ignored.get(event.reason)?.inc();
        break;
      case 'breaker.rejected':
        this.#breakers.at(event.breaker)?.rejected.inc();
        break;
      case 'breaker.transitioned':
        this.#breakers.at(event.breaker)?.transitions[event.from].get(event.to)?.inc();
        break;
      case 'breaker.added':
        this.#breakers.added(event.breaker);
        break;
      case 'breaker.removed':
        this.#breakers.removed(event.breaker);
        break;
    }
  }
}
