/**
 * Expressions computed over the live page's rings, with PromQL's meaning: vectors of labelled values, matched label by
 * label, nothing where there is nothing. What differs on purpose: a counter's first value counts (it began at 0 and we
 * saw it begin), and nothing is extrapolated, because every second is there.
 */
import {
  labelsOf,
  type CounterNode,
  type GaugeNode,
  type Node,
  type QuantileNode,
  type Window,
} from './expression-node.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export type Vector = readonly Sample[];

/** What an evaluation reads: one number, or one bucket list, per set of labels. */
export interface SeriesReader {
  /** How much was added in the window, scaled to exactly its length. */
  increase(node: CounterNode, endMs: number, seconds: number): Vector;
  /** The window's observations per bucket, not cumulated, the last for all above the last bound. */
  buckets(
    node: QuantileNode,
    endMs: number,
    seconds: number,
  ): readonly { readonly labels: Sample['labels']; readonly counts: ArrayLike<number> }[];
  bounds(node: QuantileNode): readonly number[];
  gauge(node: GaugeNode, endMs: number, seconds: number): Vector;
}

export interface Moment {
  /** Unix milliseconds: the end of every window. */
  readonly endMs: number;
  /** What `range` stands for, seconds. */
  readonly rangeSeconds: number;
}

export function evaluate(node: Node, reader: SeriesReader, moment: Moment): Vector {
  switch (node.kind) {
    case 'number':
      return [{ labels: {}, value: node.value }];
    case 'time':
      return [{ labels: {}, value: moment.endMs / 1_000 }];
    case 'zero':
      return [{ labels: {}, value: 0 }];
    case 'counter': {
      const seconds = secondsOf(node.window, moment);
      const increases = reader.increase(node, moment.endMs, seconds);
      if (node.fn === 'increase') return increases;
      return increases.map(({ labels, value }) => ({ labels, value: value / seconds }));
    }
    case 'quantile':
      return quantiles(node, reader, moment);
    case 'gauge':
      return reader.gauge(node, moment.endMs, secondsOf(node.window, moment));
    case 'outside':
      return []; // the page has no Prometheus to ask
    case 'aggregate':
      return aggregate(node.op, node.by, evaluate(node.inner, reader, moment));
    case 'binary':
      return arithmetic(node, reader, moment);
    case 'compare':
      return compare(node, reader, moment);
    case 'set':
      return combine(node.op, evaluate(node.left, reader, moment), evaluate(node.right, reader, moment));
    case 'absent': {
      const source = { ...node.source, by: [] };
      const present = reader.gauge(
        { kind: 'gauge', aggregate: 'max', over: 'now', source, window: 'range' },
        moment.endMs,
        moment.rangeSeconds,
      );
      return present.length > 0 ? [] : [{ labels: {}, value: 1 }];
    }
  }
}

function secondsOf(window: Window, { rangeSeconds }: Moment): number {
  return window === 'range' ? rangeSeconds : window;
}

function quantiles(node: QuantileNode, reader: SeriesReader, moment: Moment): Vector {
  const bounds = reader.bounds(node);
  return reader
    .buckets(node, moment.endMs, secondsOf(node.window, moment))
    .map(({ labels, counts }) => ({ labels, value: bucketQuantile(node.q, bounds, counts) }));
}

/**
 * As Prometheus' `histogram_quantile`: linear within the bucket, the first one from 0, and the last bound for what
 * lies above it. NaN when there were no observations.
 */
export function bucketQuantile(q: number, bounds: readonly number[], counts: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index <= bounds.length; index++) total += counts[index] ?? 0;
  if (total === 0) return NaN;
  const rank = q * total;
  let below = 0;
  for (const [index, upper] of bounds.entries()) {
    const count = counts[index] ?? 0;
    if (below + count >= rank && count > 0) {
      const lower = index === 0 ? (upper > 0 ? 0 : upper) : (bounds[index - 1] ?? 0);
      return lower + (upper - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return bounds[bounds.length - 1] ?? NaN;
}

/** The values of the labels that remain, as text to match by. */
export function labelKey(labels: Sample['labels'], names: readonly string[]): string {
  let key = '';
  for (const name of names) key += `${labels[name] ?? ''}\u0000`;
  return key;
}

function aggregate(
  op: 'sum' | 'max' | 'min' | 'avg' | 'count',
  by: readonly string[],
  inner: Vector,
): Vector {
  const groups = new Map<string, { labels: Record<string, string>; values: number[] }>();
  for (const { labels, value } of inner) {
    const key = labelKey(labels, by);
    const group = groups.get(key) ?? {
      labels: Object.fromEntries(by.map((name) => [name, labels[name] ?? ''])),
      values: [],
    };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, values }) => ({ labels, value: fold(op, values) }));
}

export function fold(op: 'sum' | 'max' | 'min' | 'avg' | 'count', values: readonly number[]): number {
  switch (op) {
    case 'sum':
      return values.reduce((a, b) => a + b, 0);
    case 'avg':
      return values.reduce((a, b) => a + b, 0) / values.length;
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
    case 'count':
      return values.length;
  }
}

function arithmetic(node: Node & { kind: 'binary' }, reader: SeriesReader, moment: Moment): Vector {
  const left = evaluate(node.left, reader, moment);
  const right = evaluate(node.right, reader, moment);
  const apply = (a: number, b: number): number => {
    if (node.op === '+') return a + b;
    if (node.op === '-') return a - b;
    return node.op === '*' ? a * b : a / b;
  };
  if (node.each || isPlain(node.left)) {
    const [one] = left;
    return one === undefined
      ? []
      : right.map(({ labels, value }) => ({ labels, value: apply(one.value, value) }));
  }
  if (isPlain(node.right)) {
    const [one] = right;
    return one === undefined
      ? []
      : left.map(({ labels, value }) => ({ labels, value: apply(value, one.value) }));
  }
  return match(node.left, left, right).map(([{ labels, value }, other]) => ({
    labels,
    value: apply(value, other),
  }));
}

const isPlain = (node: Node): boolean => node.kind === 'number' || node.kind === 'time';

function match(node: Node, left: Vector, right: Vector): readonly (readonly [Sample, number])[] {
  const names = labelsOf(node);
  const byKey = new Map(right.map(({ labels, value }) => [labelKey(labels, names), value]));
  return left.flatMap((sample) => {
    const other = byKey.get(labelKey(sample.labels, names));
    return other === undefined ? [] : [[sample, other] as const];
  });
}

function compare(node: Node & { kind: 'compare' }, reader: SeriesReader, moment: Moment): Vector {
  const left = evaluate(node.left, reader, moment);
  const right = evaluate(node.right, reader, moment);
  const holds = (a: number, b: number): boolean => {
    switch (node.op) {
      case '>':
        return a > b;
      case '<':
        return a < b;
      case '>=':
        return a >= b;
      case '<=':
        return a <= b;
      case '==':
        return a === b;
      case '!=':
        return a !== b;
    }
  };
  if (isPlain(node.right)) {
    const [one] = right;
    return one === undefined ? [] : left.filter(({ value }) => holds(value, one.value));
  }
  return match(node.left, left, right).flatMap(([sample, other]) =>
    holds(sample.value, other) ? [sample] : [],
  );
}

function combine(op: 'and' | 'or' | 'unless', left: Vector, right: Vector): Vector {
  const key = ({ labels }: Sample): string => labelKey(labels, Object.keys(labels).sort());
  const there = new Set((op === 'or' ? left : right).map(key));
  if (op === 'or') return [...left, ...right.filter((sample) => !there.has(key(sample)))];
  return left.filter((sample) => there.has(key(sample)) === (op === 'and'));
}
