/**
 * Expressions as PromQL. The text says exactly what the evaluator computes; a test asks a real Prometheus for both.
 * Anything that is not a plain call is put in parentheses: nobody has to know the precedence of `unless`.
 */
import { CATALOGUE, type MetricName } from '../telemetry/catalogue.ts';
import type { MetricShape } from '../telemetry/catalogue/definition.ts';
import { formatBound } from '../telemetry/format.ts';
import type { AnyExpr } from './expression.ts';
import type { GaugeNode, Matcher, Node, OutsideNode, Source, Window } from './expression-node.ts';

export interface PrintOptions {
  /** What stands for a window of `range`: `$__rate_interval`, `5m`. */
  readonly range: string;
  /** Matchers put into every selector, as they are: `job="$job",instance=~"$instance"`. */
  readonly scope?: string;
  /** `metrics.prefix` of the gateways that are asked. */
  readonly prefix?: string;
}

export function printPromql(expression: AnyExpr, options: PrintOptions): string {
  return print(expression.node, options);
}

function print(node: Node, options: PrintOptions): string {
  switch (node.kind) {
    case 'number':
      return formatPlain(node.value);
    case 'time':
      return 'time()';
    case 'zero':
      return 'vector(0)';
    case 'absent':
      return `absent(${selector(node.source, options)})`;
    case 'counter':
      return aggregated(
        'sum',
        node.source.by,
        `${node.fn}(${selector(node.source, options)}[${duration(node.window, options)}])`,
      );
    case 'quantile': {
      const buckets = `rate(${selector(node.source, options)}[${duration(node.window, options)}])`;
      return `histogram_quantile(${formatPlain(node.q)}, ${aggregated('sum', ['le', ...node.source.by], buckets)})`;
    }
    case 'gauge':
      return aggregated(node.aggregate, node.source.by, gaugeSeries(node, options));
    case 'outside':
      return outside(node, options);
    case 'aggregate':
      return aggregated(node.op, node.by, print(node.inner, options));
    case 'binary': {
      // On nothing in common, one on the left with many on the right.
      const match = node.each ? ' on () group_right ()' : '';
      return `${inner(node.left, options)} ${node.op}${match} ${inner(node.right, options)}`;
    }
    case 'compare':
    case 'set':
      return `${inner(node.left, options)} ${node.op} ${inner(node.right, options)}`;
  }
}

function inner(node: Node, options: PrintOptions): string {
  const text = print(node, options);
  const open = node.kind === 'binary' || node.kind === 'compare' || node.kind === 'set';
  return open || (node.kind === 'number' && node.value < 0) ? `(${text})` : text;
}

function gaugeSeries(node: GaugeNode, options: PrintOptions): string {
  const series = selector(node.source, options);
  return node.over === 'now'
    ? series
    : `${node.over}_over_time(${series}[${duration(node.window, options)}])`;
}

function outside(node: OutsideNode, options: PrintOptions): string {
  const scope = node.scoped ? (options.scope ?? '') : '';
  const parts = [...(scope === '' ? [] : [scope]), ...node.where.map(matcher)];
  const series = `${node.name}${parts.length === 0 ? '' : `{${parts.join(',')}}`}`;
  if (node.absent) return `absent(${series})`;
  const looked =
    node.over === 'now' ? series : `${node.over}_over_time(${series}[${duration(node.window, options)}])`;
  return aggregated(node.aggregate, node.by, looked);
}

function aggregated(op: string, by: readonly string[], text: string): string {
  return by.length === 0 ? `${op}(${text})` : `${op} by (${by.join(', ')}) (${text})`;
}

const SUFFIX: Readonly<Record<Source['part'], string>> = {
  value: '',
  bucket: '_bucket',
  sum: '_sum',
  count: '_count',
};

function selector(source: Source, options: PrintOptions): string {
  const scope = options.scope ?? '';
  const parts = [
    ...(scope === '' ? [] : [scope]),
    ...source.where.map(matcher),
    ...(source.le === null ? [] : [`le="${formatBound(source.le)}"`]),
  ];
  const labels = parts.length === 0 ? '' : `{${parts.join(',')}}`;
  return `${metricText(source.metric, options.prefix ?? '')}${SUFFIX[source.part]}${labels}`;
}

/** A metric's name as that gateway exposes it. */
export function metricText(metric: MetricName, prefix: string): string {
  const definition: MetricShape = CATALOGUE[metric];
  return definition.prefixable === true ? `${prefix}${metric}` : metric;
}

function matcher({ label, negated, values }: Matcher): string {
  const [first = ''] = values;
  if (values.length === 1) return `${label}${negated ? '!=' : '='}${quote(first)}`;
  return `${label}${negated ? '!~' : '=~'}${quote(values.map(escapeRegex).join('|'))}`;
}

const quote = (text: string): string =>
  `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
const escapeRegex = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

function duration(window: Window, options: PrintOptions): string {
  return window === 'range' ? options.range : promqlDuration(window);
}

/** Seconds as a PromQL duration, in the largest unit that is exact. */
export function promqlDuration(seconds: number): string {
  if (!Number.isInteger(seconds)) return `${Math.round(seconds * 1_000)}ms`;
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const) {
    if (seconds % size === 0 && seconds > 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}

const formatPlain = (value: number): string => String(value);
