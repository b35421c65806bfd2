/**
 * What can be asked of the metrics, as typed values. One expression is written once and read two ways: `promql.ts`
 * prints it for Grafana, alert rules and the guides, `evaluate.ts` computes it over the live page's rings.
 *
 * Guarantees: a metric, label or label value that the catalogue does not have does not compile; neither does the
 * rate of a gauge, a quantile of anything but a histogram (its `le` cannot be forgotten, because it cannot be
 * written), a bound that is no bucket of the histogram, or arithmetic between results of different labels.
 * Counters are always rated first and summed after, so that a restart of one series cannot look like traffic.
 */
import type {
  CounterName,
  GaugeName,
  HistogramName,
  MetricCatalogue,
  MetricName,
} from '../telemetry/catalogue.ts';
import type { BUCKETS, ValueOf } from '../telemetry/catalogue/definition.ts';
import { labelsOf, type Matcher, type Node, type Source, type Window } from './expression-node.ts';

/** An expression of any labels. */
export interface AnyExpr {
  readonly node: Node;
}

declare const labels: unique symbol;
/** An expression whose results carry exactly the labels `L`; `never`: one number. */
export interface Expr<L extends string> extends AnyExpr {
  readonly [labels]?: (label: L) => L;
}

type LabelSpecs<N extends MetricName> = MetricCatalogue[N]['labels'];
/** The labels of a metric by name; `never` for one without. */
export type LabelName<N extends MetricName> = keyof LabelSpecs<N> & string;
/** One value, any of several, or any but those. */
type Match<V extends string> = V | readonly V[] | { readonly not: V | readonly V[] };
export type Where<N extends MetricName> = { readonly [K in LabelName<N>]?: Match<ValueOf<LabelSpecs<N>[K]>> };

export interface Selection<N extends MetricName, L extends LabelName<N>> {
  readonly where?: Where<N>;
  /** The labels that remain; all others are summed over. Default none. */
  readonly by?: readonly L[];
  /** Seconds looked back, or what the reader looks at (`range`, the default). */
  readonly window?: Window;
}

/** The bounds that a histogram has: a share "at most 3 s" is exact only where 3 is one of them. */
export type BoundOf<N extends HistogramName> = (typeof BUCKETS)[MetricCatalogue[N]['buckets']][number];

const make = <L extends string>(node: Node): Expr<L> => ({ node });

function matchers(where: Readonly<Record<string, Match<string> | undefined>> = {}): readonly Matcher[] {
  return Object.entries(where).flatMap(([label, match]) => {
    if (match === undefined) return [];
    const negated = typeof match === 'object' && 'not' in match;
    const values = negated ? match.not : match;
    return [{ label, negated, values: typeof values === 'string' ? [values] : [...values] }];
  });
}

function source<N extends MetricName, L extends LabelName<N>>(
  metric: N,
  selection: Selection<N, L>,
  part: Source['part'] = 'value',
  le: number | null = null,
): Source {
  return {
    metric,
    part,
    le,
    where: matchers(selection.where),
    by: [...(selection.by ?? [])],
  };
}

/** Per second, over the window. */
export function rate<N extends CounterName, L extends LabelName<N> = never>(
  metric: N,
  selection: Selection<N, L> = {},
): Expr<L> {
  return make({
    kind: 'counter',
    fn: 'rate',
    source: source(metric, selection),
    window: selection.window ?? 'range',
  });
}

/** How much was added in the window. */
export function increase<N extends CounterName, L extends LabelName<N> = never>(
  metric: N,
  selection: Selection<N, L> = {},
): Expr<L> {
  return make({
    kind: 'counter',
    fn: 'increase',
    source: source(metric, selection),
    window: selection.window ?? 'range',
  });
}

/** A quantile over all observations of the window, interpolated within its bucket as Prometheus does. */
export function quantile<N extends HistogramName, L extends LabelName<N> = never>(
  q: number,
  metric: N,
  selection: Selection<N, L> = {},
): Expr<L> {
  if (!(q >= 0 && q <= 1)) throw new TypeError(`quantile ${q} of ${metric}: expected 0 to 1`);
  return make({
    kind: 'quantile',
    q,
    source: source(metric, selection, 'bucket'),
    window: selection.window ?? 'range',
  });
}

/** Observations per second. */
export function observations<N extends HistogramName, L extends LabelName<N> = never>(
  metric: N,
  selection: Selection<N, L> = {},
): Expr<L> {
  return make(partRate(metric, selection, 'count', null));
}

/** The sum of what was observed, per second: seconds of waiting per second are the average number waiting. */
export function observed<N extends HistogramName, L extends LabelName<N> = never>(
  metric: N,
  selection: Selection<N, L> = {},
): Expr<L> {
  return make(partRate(metric, selection, 'sum', null));
}

/** Observations of at most `bound`, per second. */
export function atMost<N extends HistogramName, L extends LabelName<N> = never>(
  bound: BoundOf<N>,
  metric: N,
  selection: Selection<N, L> = {},
): Expr<L> {
  return make(partRate(metric, selection, 'bucket', bound));
}

function partRate<N extends HistogramName, L extends LabelName<N>>(
  metric: N,
  selection: Selection<N, L>,
  part: 'count' | 'sum' | 'bucket',
  le: number | null,
): Node {
  return {
    kind: 'counter',
    fn: 'rate',
    source: source(metric, selection, part, le),
    window: selection.window ?? 'range',
  };
}

export interface GaugeSelection<N extends GaugeName, L extends LabelName<N>> extends Selection<N, L> {
  /** How several series become one. */
  readonly aggregate: 'sum' | 'max' | 'min' | 'avg';
  /** The present (the default), or the extreme or mean of each series in the window. */
  readonly over?: 'now' | 'max' | 'min' | 'avg';
}

export function gauge<N extends GaugeName, L extends LabelName<N> = never>(
  metric: N,
  selection: GaugeSelection<N, L>,
): Expr<L> {
  return make({
    kind: 'gauge',
    aggregate: selection.aggregate,
    over: selection.over ?? 'now',
    source: source(metric, selection),
    window: selection.window ?? 'range',
  });
}

/** Unix seconds now. */
export const now: Expr<never> = make({ kind: 'time' });

/** A constant. */
export const number = (value: number): Expr<never> => make({ kind: 'number', value });

type Operand<L extends string> = Expr<L> | number;
const operand = (value: AnyExpr | number): Node =>
  typeof value === 'number' ? { kind: 'number', value } : value.node;

const binary =
  (op: '+' | '-' | '*' | '/') =>
  <L extends string>(left: Expr<L>, right: Operand<NoInfer<L>>): Expr<L> =>
    make({ kind: 'binary', op, left: left.node, right: operand(right), each: false });

type Arithmetic = <L extends string>(left: Expr<L>, right: Operand<NoInfer<L>>) => Expr<L>;
export const plus: Arithmetic = binary('+');
export const minus: Arithmetic = binary('-');
export const times: Arithmetic = binary('*');
export const over: Arithmetic = binary('/');

/** `left - each of right`: one number against many. */
export function minusEach<L extends string>(left: Expr<never>, right: Expr<L>): Expr<L> {
  const shape = left.node.kind === 'time' || left.node.kind === 'number';
  return make({ kind: 'binary', op: '-', left: left.node, right: right.node, each: !shape });
}

/**
 * Part over whole, label by label: 0 when the part was never counted, nothing (not 0, not NaN) when there was
 * nothing at all. The obvious `a / b` is wrong in both cases.
 */
export function ratio<L extends string>(part: Expr<L>, whole: Expr<NoInfer<L>>): Expr<L> {
  const zero: Node =
    labelsOf(whole.node).length === 0
      ? { kind: 'zero' }
      : { kind: 'binary', op: '*', left: whole.node, right: { kind: 'number', value: 0 }, each: false };
  return make({
    kind: 'binary',
    op: '/',
    left: { kind: 'set', op: 'or', left: part.node, right: zero },
    right: { kind: 'compare', op: '>', left: whole.node, right: { kind: 'number', value: 0 } },
    each: false,
  });
}

/** `part`, or 0 when no such series exists. */
export function orZero(part: Expr<never>): Expr<never> {
  return make({ kind: 'set', op: 'or', left: part.node, right: { kind: 'zero' } });
}

const compare =
  (op: '>' | '<' | '>=' | '<=' | '==' | '!=') =>
  <L extends string>(left: Expr<L>, right: Operand<NoInfer<L>>): Expr<L> =>
    make({ kind: 'compare', op, left: left.node, right: operand(right) });

export const above: Arithmetic = compare('>');
export const below: Arithmetic = compare('<');
export const atLeast: Arithmetic = compare('>=');
export const equals: Arithmetic = compare('==');
export const differs: Arithmetic = compare('!=');

const set =
  (op: 'and' | 'unless' | 'or') =>
  <L extends string>(left: Expr<L>, right: Expr<NoInfer<L>>): Expr<L> =>
    make({ kind: 'set', op, left: left.node, right: right.node });

type SetOperation = <L extends string>(left: Expr<L>, right: Expr<NoInfer<L>>) => Expr<L>;
export const and: SetOperation = set('and');
export const unless: SetOperation = set('unless');
export const or: SetOperation = set('or');

const aggregate =
  (op: 'sum' | 'max' | 'min' | 'avg' | 'count') =>
  <L extends string, K extends L = never>(inner: Expr<L>, by: readonly K[] = []): Expr<K> =>
    make({ kind: 'aggregate', op, by: [...by], inner: inner.node });

type Aggregation = <L extends string, K extends L = never>(inner: Expr<L>, by?: readonly K[]) => Expr<K>;
export const sumOf: Aggregation = aggregate('sum');
export const maxOf: Aggregation = aggregate('max');
export const minOf: Aggregation = aggregate('min');
export const countOf: Aggregation = aggregate('count');

/** 1 when no series matches, nothing otherwise: how a missing target is noticed. */
export function absent<N extends MetricName>(metric: N, where: Where<N> = {}): Expr<never> {
  return make({ kind: 'absent', source: source(metric, { where }) });
}
