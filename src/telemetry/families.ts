/**
 * A metric family: one catalogue entry with its labelled instruments. Resolving labels to an instrument is the slow
 * path and done once per label set; the text before each value is made then too, so that a scrape only appends
 * numbers. Families stand in the Prometheus client's registry like its own metrics do (`get()`).
 */
import {
  closedValues,
  bucketBounds,
  type Aggregate,
  type MetricShape,
  type Unit,
} from './catalogue/definition.ts';
import type { SeriesBudget } from './cardinality.ts';
import { familyHead, formatBound, formatLabels, formatNumber } from './format.ts';
import { Counter, Gauge, Histogram } from './instruments.ts';

type LabelValues = Readonly<Record<string, string>>;

/** One line as the Prometheus client's registry has it. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** What the Prometheus client's registry reads of a metric. */
export interface FamilySamples {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator: string;
  readonly values: readonly Sample[];
}

export interface Series<I> {
  readonly labels: LabelValues;
  readonly instrument: I;
  /** What stands before each value: one for a number, one per bucket and two more for a histogram. */
  readonly heads: readonly string[];
}

/** The client library has no `last`; where all workers agree, its `first` is the same. */
const LIBRARY_AGGREGATOR: Readonly<Record<Aggregate, string>> = { sum: 'sum', max: 'max', last: 'first' };

export abstract class Family<I, L extends LabelValues = LabelValues> {
  readonly fullName: string;
  readonly help: string;
  readonly type: MetricShape['type'];
  readonly unit: Unit;
  readonly aggregate: Aggregate;
  readonly aggregator: string;
  readonly budget: SeriesBudget;
  readonly labelNames: readonly string[];
  readonly #closed: readonly (readonly string[] | null)[];
  readonly #series = new Map<string, Series<I>>();
  readonly #heads: readonly [text: string, openMetrics: string];
  #nameForNextGet: string | null = null;

  constructor(name: string, shape: MetricShape, budget: SeriesBudget) {
    this.fullName = name;
    this.labelNames = Object.keys(shape.labels);
    this.#closed = Object.values(shape.labels).map(closedValues);
    this.help = shape.help;
    this.type = shape.type;
    this.unit = shape.unit ?? null;
    this.aggregate = shape.aggregate ?? 'sum';
    this.aggregator = LIBRARY_AGGREGATOR[this.aggregate];
    this.budget = budget;
    const head = { name, help: this.help, type: this.type, unit: this.unit };
    this.#heads = [familyHead(head, false), familyHead(head, true)];
  }

  /** Lines that one label set takes in the exposition. */
  abstract readonly linesPerSeries: number;
  protected abstract make(): I;
  protected abstract headsOf(labelText: string): readonly string[];
  protected abstract write(series: Series<I>): string;
  protected abstract samplesOf(series: Series<I>): readonly Sample[];

  /**
   * The instrument of a label set, made on first use. Beyond the cap, or for a value outside a closed set (which
   * the types refuse, but plain JavaScript can pass), it is one that nobody reads, and the refusal is counted.
   */
  labels(values: L): I {
    return this.#resolve(values)?.instrument ?? this.make();
  }

  #resolve(values: L): Series<I> | null {
    const key = formatLabels(values, this.labelNames);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (!this.#declared(values)) {
      this.budget.drop();
      return null;
    }
    if (!this.budget.take(this.linesPerSeries)) return null;
    const series = {
      labels: { ...values },
      instrument: this.make(),
      heads: this.headsOf(key),
    };
    this.#series.set(key, series);
    return series;
  }

  #declared(values: L): boolean {
    const names = this.labelNames;
    if (Object.keys(values).length !== names.length) return false;
    return names.every((name, index) => {
      const value: unknown = values[name];
      return typeof value === 'string' && (this.#closed[index]?.includes(value) ?? true);
    });
  }

  /** Removes every series with this label value. Instruments already handed out go on counting, unread. */
  removeWhere(label: keyof L & string, value: string): void {
    for (const [key, series] of this.#series) {
      if (series.labels[label] === value) this.#remove(key);
    }
  }

  clear(): void {
    for (const key of this.#series.keys()) this.#remove(key);
  }

  #remove(key: string): void {
    if (this.#series.delete(key)) this.budget.release(this.linesPerSeries);
  }

  protected retain(values: readonly L[]): void {
    const kept = new Set(values.map((labels) => formatLabels(labels, this.labelNames)));
    for (const key of this.#series.keys()) {
      if (!kept.has(key)) this.#remove(key);
    }
  }

  series(): IterableIterator<Series<I>> {
    return this.#series.values();
  }

  /** The family in the exposition; empty when it has no series. Both formats differ in the first lines only. */
  render(openMetrics: boolean): string {
    if (this.#series.size === 0) return '';
    let text = this.#heads[openMetrics ? 1 : 0];
    for (const series of this.#series.values()) text += this.write(series);
    return text;
  }

  /**
   * The client's registry, asked for OpenMetrics itself, assigns a counter's name without `_total` just before it
   * calls `get()`, and never back. So an assignment holds for one `get()`, and both of its formats stay right.
   */
  get name(): string {
    return this.fullName;
  }

  set name(name: string) {
    this.#nameForNextGet = name;
  }

  get(): FamilySamples {
    const name = this.#nameForNextGet ?? this.fullName;
    this.#nameForNextGet = null;
    const values: Sample[] = [];
    for (const series of this.#series.values()) values.push(...this.samplesOf(series));
    return { name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }
}

abstract class NumberFamily<I extends Counter | Gauge, L extends LabelValues> extends Family<I, L> {
  override readonly linesPerSeries = 1;

  protected override headsOf(labelText: string): readonly string[] {
    return [labelText === '' ? `${this.fullName} ` : `${this.fullName}{${labelText}} `];
  }

  protected override write(series: Series<I>): string {
    return `${series.heads[0] ?? ''}${formatNumber(series.instrument.value())}\n`;
  }

  protected override samplesOf(series: Series<I>): readonly Sample[] {
    return [{ labels: series.labels, value: series.instrument.value() }];
  }
}

export class CounterFamily<L extends LabelValues = LabelValues> extends NumberFamily<Counter, L> {
  protected override make(): Counter {
    return new Counter();
  }
}

export class GaugeFamily<L extends LabelValues = LabelValues> extends NumberFamily<Gauge, L> {
  protected override make(): Gauge {
    return new Gauge();
  }

  /** Makes the family say this and nothing else. What is gone makes room first for what is new. */
  replace(values: readonly (readonly [labels: L, value: number])[]): void {
    this.retain(values.map(([labels]) => labels));
    for (const [labels, value] of values) this.labels(labels).set(value);
  }
}

export class HistogramFamily<L extends LabelValues = LabelValues> extends Family<Histogram, L> {
  readonly bounds: readonly number[];
  override readonly linesPerSeries: number;

  constructor(name: string, shape: MetricShape, budget: SeriesBudget) {
    super(name, shape, budget);
    this.bounds = bucketBounds(shape);
    this.linesPerSeries = this.bounds.length + 3;
  }

  protected override make(): Histogram {
    return new Histogram(this.bounds);
  }

  /** One head per bucket, `+Inf` included, then those of sum and count. */
  protected override headsOf(labelText: string): readonly string[] {
    const comma = labelText === '' ? '' : `${labelText},`;
    const braces = labelText === '' ? '' : `{${labelText}}`;
    const buckets = [...this.bounds.map(formatBound), '+Inf'];
    return [
      ...buckets.map((le) => `${this.fullName}_bucket{${comma}le="${le}"} `),
      `${this.fullName}_sum${braces} `,
      `${this.fullName}_count${braces} `,
    ];
  }

  protected override write(series: Series<Histogram>): string {
    const { heads, instrument } = series;
    let text = '';
    let cumulated = 0;
    let line = 0;
    for (const count of instrument.counts) {
      cumulated += count;
      text += `${heads[line++] ?? ''}${cumulated}\n`;
    }
    text += `${heads[line] ?? ''}${formatNumber(instrument.sum())}\n`;
    return `${text}${heads[line + 1] ?? ''}${cumulated}\n`;
  }

  protected override samplesOf(series: Series<Histogram>): readonly Sample[] {
    const { labels, instrument } = series;
    const samples: Sample[] = [];
    let cumulated = 0;
    instrument.counts.forEach((count, index) => {
      cumulated += count;
      const bound = this.bounds[index];
      const le = bound === undefined ? '+Inf' : formatBound(bound);
      samples.push({ metricName: `${this.fullName}_bucket`, labels: { ...labels, le }, value: cumulated });
    });
    samples.push({ metricName: `${this.fullName}_sum`, labels, value: instrument.sum() });
    samples.push({ metricName: `${this.fullName}_count`, labels, value: cumulated });
    return samples;
  }
}
