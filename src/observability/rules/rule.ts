import type { ViewId } from '../panels/panel.ts';
import type { AnyExpr } from '../expression.ts';

export type Severity = 'critical' | 'warning' | 'info';

/** An alert. What to do about it stands in the runbook of the same name. */
export interface Alert {
  readonly name: `Llamascope${string}`;
  readonly severity: Severity;
  readonly expr: AnyExpr;
  /** How long it must hold before it fires, seconds. */
  readonly forSeconds: number;
  /** Why so long: somebody will want to change it. */
  readonly forBecause: string;
  /** One line. `{label}` is the label's value. */
  readonly summary: string;
  /** A sentence or two with the value: `{value:percent}`, `{value:duration}`, `{value:number}`; `{label}`. */
  readonly description: string;
  /** Labels of the result, in the order of the expression; part of grouping and inhibition. */
  readonly labels: readonly string[];
  /** Labels added to every instance of the alert, such as the objective. */
  readonly extraLabels?: Readonly<Record<string, string>>;
  /** Where to look. */
  readonly view: ViewId;
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: AnyExpr;
  readonly labels: Readonly<Record<string, string>>;
}

/** Rules that are evaluated together, in order. */
export interface RuleGroup {
  readonly name: string;
  readonly intervalSeconds: number | null;
  readonly recording: readonly RecordingRule[];
  readonly alerts: readonly Alert[];
}
