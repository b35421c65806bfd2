/** An upstream as the choice sees it, for its tests. */
import { upstreamName } from '../../src/core/ids.ts';
import type { Candidate } from '../../src/pool/select.ts';

export interface Given {
  readonly kind?: 'ollama' | 'openai';
  readonly tier?: number;
  readonly weight?: number;
  readonly parallel?: number;
  readonly draining?: boolean;
  readonly healthy?: boolean;
  readonly models?: readonly string[];
  readonly denied?: readonly string[];
  readonly resident?: readonly string[];
  readonly assigned?: number;
  readonly recentFailures?: number;
}

export function candidate(name: string, given: Given = {}): Candidate {
  return {
    name: upstreamName(name),
    options: {
      kind: given.kind ?? 'ollama',
      tier: given.tier ?? 0,
      weight: given.weight ?? 1,
      parallel: given.parallel ?? 1,
    },
    weight: given.weight ?? 1,
    draining: given.draining ?? false,
    mayServe: (model) => !(given.denied ?? []).includes(model),
    hasModel: (model) => (given.models ?? ['m']).includes(model),
    health: {
      healthy: given.healthy ?? true,
      resident: (model) => (given.resident ?? []).includes(model),
    },
    assigned: given.assigned ?? 0,
    recentFailures: given.recentFailures ?? 0,
  };
}
