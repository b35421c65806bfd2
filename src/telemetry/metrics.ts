/**
 * A catalogue come to life: one family per entry, registered in a Prometheus client registry. Usable alone, with any
 * catalogue: `createMetrics({ jobs_total: { type: 'counter', help: '…', labels: { kind: ['a', 'b'] } } })`.
 */
import { Registry } from '@prometheus-io/client';
import { DEFAULT_MAX_SERIES_PER_FAMILY, SeriesBudget } from './cardinality.ts';
import type { Catalogue, LabelsOf, MetricShape, NamesOf } from './catalogue/definition.ts';
import { CounterFamily, GaugeFamily, HistogramFamily } from './families.ts';

export type AnyFamily = CounterFamily | GaugeFamily | HistogramFamily;

export interface Metrics<C extends Catalogue> {
  /** Shared with metrics of the client library, if its user has any; `/metrics` shows both. */
  readonly registry: Registry;
  readonly families: readonly AnyFamily[];
  counter<N extends NamesOf<C, 'counter'>>(name: N): CounterFamily<LabelsOf<C[N]>>;
  gauge<N extends NamesOf<C, 'gauge'>>(name: N): GaugeFamily<LabelsOf<C[N]>>;
  histogram<N extends NamesOf<C, 'histogram'>>(name: N): HistogramFamily<LabelsOf<C[N]>>;
}

export interface MetricsOptions {
  /** Put before the names of prefixable metrics, as it is: `acme_` gives `acme_circuit_breaker_state`. */
  readonly prefix?: string;
  /** Hard cap of time series per family, at least 1. */
  readonly maxSeriesPerFamily?: number;
  readonly registry?: Registry;
}

const PREFIX = /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Throws a TypeError that names the entry when a name, label or bucket list is not one Prometheus accepts. */
export function createMetrics<const C extends Catalogue>(
  catalogue: C,
  options: MetricsOptions = {},
): Metrics<C> {
  const { prefix = '', maxSeriesPerFamily = DEFAULT_MAX_SERIES_PER_FAMILY } = options;
  if (!PREFIX.test(prefix)) {
    throw new TypeError(
      `prefix ${JSON.stringify(prefix)}: expected letters, digits, "_" or ":", no digit first`,
    );
  }
  if (!Number.isInteger(maxSeriesPerFamily) || maxSeriesPerFamily < 1) {
    throw new TypeError(`maxSeriesPerFamily ${maxSeriesPerFamily}: expected a whole number of at least 1`);
  }
  const registry = options.registry ?? new Registry();
  const byName = new Map<string, AnyFamily>();
  for (const [name, shape] of Object.entries(catalogue)) {
    checkShape(name, shape);
    const fullName = shape.prefixable === true ? `${prefix}${name}` : name;
    const family = createFamily(fullName, shape, new SeriesBudget(maxSeriesPerFamily));
    // The registry takes any object with name, help, type, aggregator and get(); its types know only its own classes.
    registry.registerMetric(family as unknown as Parameters<Registry['registerMetric']>[0]);
    byName.set(name, family);
  }
  const find = (name: string): AnyFamily => {
    const family = byName.get(name);
    if (family === undefined) throw new TypeError(`no metric ${JSON.stringify(name)} in the catalogue`);
    return family;
  };
  // Which name is of which type is known to the compiler by the catalogue; at run time one map serves all three.
  const families = [...byName.values()];
  return { registry, families, counter: find, gauge: find, histogram: find } as unknown as Metrics<C>;
}

function createFamily(name: string, shape: MetricShape, budget: SeriesBudget): AnyFamily {
  if (shape.type === 'counter') return new CounterFamily(name, shape, budget);
  if (shape.type === 'gauge') return new GaugeFamily(name, shape, budget);
  return new HistogramFamily(name, shape, budget);
}

function checkShape(name: string, shape: MetricShape): void {
  if (!NAME.test(name)) throw new TypeError(`metric ${JSON.stringify(name)}: not a Prometheus metric name`);
  if (shape.type === 'counter' && !name.endsWith('_total')) {
    throw new TypeError(`metric ${name}: a counter's name ends with _total`);
  }
  for (const label of Object.keys(shape.labels)) {
    if (!LABEL.test(label) || label === 'le') {
      throw new TypeError(`metric ${name}: ${JSON.stringify(label)} is not a label name that it may have`);
    }
  }
  if (shape.type !== 'histogram') return;
  const bounds = typeof shape.buckets === 'object' ? shape.buckets : null;
  if (shape.buckets === undefined || bounds?.length === 0) {
    throw new TypeError(`metric ${name}: a histogram needs buckets`);
  }
  bounds?.forEach((bound, index) => {
    const previous = index === 0 ? -Infinity : (bounds[index - 1] ?? -Infinity);
    if (!Number.isFinite(bound) || bound <= previous) {
      throw new TypeError(
        `metric ${name}: bucket ${index} is ${bound}, expected finite and above ${previous}`,
      );
    }
  });
}
