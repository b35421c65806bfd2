/** The parts an expression is made of. Built by `expression.ts`, where the types are; read by printer and evaluator. */
import type { MetricName } from '../telemetry/catalogue.ts';

/** Seconds, or `range`: whatever the reader looks at (a chart's step, a tile's range, Grafana's interval). */
export type Window = 'range' | number;

export interface Matcher {
  readonly label: string;
  readonly negated: boolean;
  /** At least one. */
  readonly values: readonly string[];
}

/** Series of one metric: which, and what remains of their labels. */
export interface Source {
  readonly metric: MetricName;
  /** Of a histogram: its buckets, its sum, its count. */
  readonly part: 'value' | 'bucket' | 'sum' | 'count';
  /** One bucket by its upper bound; null for all of them. */
  readonly le: number | null;
  readonly where: readonly Matcher[];
  readonly by: readonly string[];
}

export interface CounterNode {
  readonly kind: 'counter';
  readonly fn: 'rate' | 'increase';
  readonly source: Source;
  readonly window: Window;
}

export interface QuantileNode {
  readonly kind: 'quantile';
  readonly q: number;
  readonly source: Source;
  readonly window: Window;
}

export interface GaugeNode {
  readonly kind: 'gauge';
  readonly aggregate: 'sum' | 'max' | 'min' | 'avg';
  readonly over: 'now' | 'max' | 'min' | 'avg';
  readonly source: Source;
  readonly window: Window;
}

export interface BinaryNode {
  readonly kind: 'binary';
  readonly op: '+' | '-' | '*' | '/';
  readonly left: Node;
  readonly right: Node;
  /** The left side is one number without labels, taken with each of the right. */
  readonly each: boolean;
}

export interface CompareNode {
  readonly kind: 'compare';
  readonly op: '>' | '<' | '>=' | '<=' | '==' | '!=';
  readonly left: Node;
  readonly right: Node;
}

export interface SetNode {
  readonly kind: 'set';
  readonly op: 'and' | 'or' | 'unless';
  readonly left: Node;
  readonly right: Node;
}

export interface AggregateNode {
  readonly kind: 'aggregate';
  readonly op: 'sum' | 'max' | 'min' | 'avg' | 'count';
  readonly by: readonly string[];
  readonly inner: Node;
}

/** Series that no gateway exposes: Prometheus' own `up`, and what its recording rules have written. */
export interface OutsideNode {
  readonly kind: 'outside';
  readonly name: string;
  /** Whether the reader's scope (its job) applies: to scraped series, not to recorded ones. */
  readonly scoped: boolean;
  readonly aggregate: 'sum' | 'max' | 'min';
  readonly over: 'now' | 'sum' | 'avg';
  readonly where: readonly Matcher[];
  readonly by: readonly string[];
  readonly window: Window;
  /** 1 when there is no such series, nothing otherwise. */
  readonly absent: boolean;
}

export type Node =
  | CounterNode
  | QuantileNode
  | GaugeNode
  | OutsideNode
  | BinaryNode
  | CompareNode
  | SetNode
  | AggregateNode
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'time' }
  /** `vector(0)` */
  | { readonly kind: 'zero' }
  | { readonly kind: 'absent'; readonly source: Source };

/** The labels of the results. */
export function labelsOf(node: Node): readonly string[] {
  switch (node.kind) {
    case 'counter':
    case 'quantile':
    case 'gauge':
      return node.source.by;
    case 'aggregate':
      return node.by;
    case 'outside':
      return node.absent ? [] : node.by;
    case 'binary':
      return isScalar(node.left) || node.each ? labelsOf(node.right) : labelsOf(node.left);
    case 'compare':
    case 'set':
      return labelsOf(node.left);
    case 'number':
    case 'time':
    case 'zero':
    case 'absent':
      return [];
  }
}

/** Whether PromQL takes it for a number rather than for a vector of one. */
export function isScalar(node: Node): boolean {
  if (node.kind === 'number' || node.kind === 'time') return true;
  return node.kind === 'binary' && isScalar(node.left) && isScalar(node.right);
}

/** Every source an expression reads, in the order it is written. */
export function sourcesOf(node: Node): readonly (CounterNode | QuantileNode | GaugeNode)[] {
  switch (node.kind) {
    case 'counter':
    case 'quantile':
    case 'gauge':
      return [node];
    case 'aggregate':
      return sourcesOf(node.inner);
    case 'binary':
    case 'compare':
    case 'set':
      return [...sourcesOf(node.left), ...sourcesOf(node.right)];
    case 'outside':
    case 'number':
    case 'time':
    case 'zero':
    case 'absent':
      return [];
  }
}

/** The metrics an expression names, each once. */
export function metricsOf(node: Node): readonly MetricName[] {
  const absents = node.kind === 'absent' ? [node.source.metric] : [];
  return [...new Set([...absents, ...sourcesOf(node).map(({ source }) => source.metric)])];
}
