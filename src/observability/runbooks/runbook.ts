import type { AnyExpr } from '../expression.ts';

/** One thing to look at: what, and the query or the command that shows it. */
export interface Step {
  readonly text: string;
  /** For Prometheus; written in the catalogue's names, so that it cannot name what does not exist. */
  readonly query?: AnyExpr;
  /** For a shell. `$GATEWAY` is the operations plane, e.g. http://127.0.0.1:11435. */
  readonly command?: string;
}

/** What to do when an alert of this name fires: for somebody who was asleep a minute ago. */
export interface Runbook {
  readonly alert: `Llamascope${string}`;
  /** What is the case. */
  readonly meaning: string;
  /** What clients notice. */
  readonly impact: string;
  /** In the order in which to look. */
  readonly diagnosis: readonly Step[];
  /** In the order in which to try. */
  readonly mitigation: readonly string[];
  /** When it fires and nothing is wrong, and what to change then. */
  readonly falsePositives: string;
}
