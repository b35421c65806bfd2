/**
 * What an operator does to the gateway, done to all its workers: breakers, drains, feedback, restarts. What was set so is
 * remembered for workers that start later.
 */
import type { BreakerAction, BreakerDesk } from '../admin/breakers.ts';
import type { FeedbackDesk } from '../admin/feedback.ts';
import type { UpstreamDesk } from '../admin/upstreams.ts';
import type { WorkersDesk } from '../admin/workers.ts';
import type { StateReader } from '../core/state.ts';
import type { Fleet } from './fleet.ts';
import type { ByHandState } from './messages.ts';

export interface ByHandDeps {
  readonly fleet: () => Fleet;
  readonly state: StateReader;
  readonly drainMs: () => number;
}

export class ByHand {
  readonly #deps: ByHandDeps;
  readonly #breakers = new Map<string, BreakerAction>();
  readonly #drained = new Set<string>();
  #closed = false;

  constructor(deps: ByHandDeps) {
    this.#deps = deps;
  }

  /** The whole gateway is drained. */
  get closed(): boolean {
    return this.#closed;
  }

  /** For one that starts. Upstreams that are gone by then are none. */
  now(): ByHandState {
    return { closed: this.#closed, drained: [...this.#drained], breakers: [...this.#breakers] };
  }

  readonly breakers: BreakerDesk = {
    breakers: () => this.#deps.state.breakers(),
    setBreaker: async (name, action) => {
      const done = await this.#all((link) => link.channel.call('breaker', { name, action }));
      const any = done.some(Boolean);
      if (any && action === 'reset') this.#breakers.delete(name);
      else if (any) this.#breakers.set(name, action);
      return any;
    },
  };

  get upstreams(): UpstreamDesk {
    const { state, drainMs } = this.#deps;
    return {
      snapshots: () => state.upstreams(),
      get drainMs(): number {
        return drainMs();
      },
      drain: async (name, deadlineMs) => {
        if (name === null) this.#closed = true;
        else this.#drained.add(name);
        await this.#all((link) => link.channel.call('drain', { name, deadlineMs }));
      },
      resume: async (name) => {
        if (name === null) {
          this.#closed = false;
          this.#drained.clear();
        } else this.#drained.delete(name);
        await this.#all((link) => link.channel.call('resume', { name }));
      },
    };
  }

  /** The hit is remembered by the worker that served it; whichever removes the entry removes it from all. */
  readonly feedback: FeedbackDesk['feedback'] = async (id, right) => {
    let removed = false;
    for (const link of this.#deps.fleet().ready) {
      const done = await link.channel.call('feedback', { id, right }).catch(() => null);
      removed ||= done?.removed === true;
      if (done?.labelled === true) return { labelled: true, removed };
    }
    return { labelled: false, removed };
  };

  readonly workers: WorkersDesk = {
    list: () =>
      this.#deps.fleet().all.map(({ name, pid, ready, startedWallMs, report }) => ({
        name,
        pid,
        ready,
        startedAt: startedWallMs,
        inFlight: (report?.inFlight ?? []).reduce((sum, [, count]) => sum + count, 0),
        residentBytes: report?.process.memory.rss ?? null,
        cacheEntries: report?.state.cache.entries ?? null,
      })),
    restart: () => this.#deps.fleet().replaceAll(this.#deps.drainMs()),
  };

  /** Those that are gone before they answer have nothing left to do. */
  async #all<T>(ask: (link: Fleet['ready'][number]) => Promise<T>): Promise<T[]> {
    const fleet = this.#deps.fleet();
    const answers = await Promise.allSettled(fleet.told.map(ask));
    await fleet.collect();
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }
}
