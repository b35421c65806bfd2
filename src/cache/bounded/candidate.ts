import type { Evidence } from './evidence.ts';

/** The best stored answer that the guard left, whether or not it is served: what a fresh answer is compared with. */
export interface Candidate {
  readonly id: string;
  readonly key: string;
  readonly evidence: Evidence;
  /** Mode `on` would serve it. */
  readonly byThreshold: boolean;
  /** Mode `bounded` would. */
  readonly byBound: boolean;
}
