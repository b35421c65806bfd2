import type { FaultRule } from '../simulator/faults/plan.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
import type { WorkloadSpec } from './workload/workload.ts';

/**
 * A situation worth comparing in: what is asked, of an upstream in what state. Durations are simulated milliseconds:
 * at `speed` 10 they pass ten times as fast, for the upstream, its faults, the clients and the gateway alike.
 */
export interface Scenario {
  readonly name: string;
  /** One sentence: what happens. */
  readonly summary: string;
  /** Why the figures are realistic, for the reader of a report. */
  readonly because: string;
  readonly speed: number;
  readonly clientTimeoutMs: number;
  readonly workload: WorkloadSpec;
  readonly upstream: Pick<
    SimulatorOptions,
    | 'tokensPerSecond'
    | 'prefillTokensPerSecond'
    | 'loadMs'
    | 'jitter'
    | 'numParallel'
    | 'keepAliveMs'
    | 'abortHoldsPrefill'
  >;
  readonly faults: readonly FaultRule[];
  /** How long the gateway's breaker stays open: about as long as the upstream needs to recover. */
  readonly breakerOpenMs: number;
  /** How often the whole is repeated, each time with a seed of its own. */
  readonly repeats: number;
}
