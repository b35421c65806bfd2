import type { UpstreamDesk } from '../admin/upstreams.ts';
import type { Config } from '../config/config.ts';
import type { Parts } from './parts.ts';

/**
 * Draining by hand, one upstream or the whole gateway. Draining all closes the door first: requests get 503 and
 * `/readyz` says so, but unlike a shutdown the listener stays, and `resume` opens it again.
 */
export function createDrainDesk(parts: Parts, config: () => Config): UpstreamDesk {
  const { roster } = parts.upstreams;
  const named = (name: string | null): typeof roster.serving =>
    name === null ? roster.serving : roster.serving.filter((one) => one.name === name);
  return {
    snapshots: () => parts.upstreams.snapshots(),
    drain: (name, deadlineMs) => {
      if (name === null) parts.closedByHand = true;
      for (const upstream of named(name)) upstream.drainBy(deadlineMs);
    },
    resume: (name) => {
      if (name === null) parts.closedByHand = false;
      for (const upstream of named(name)) upstream.resume();
    },
    get drainMs(): number {
      return config().drainMs;
    },
  };
}
