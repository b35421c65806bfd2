/**
 * Counts of one process, told to another: what has been added since the last time. The reader that sums them up never
 * goes down, whatever becomes of those who counted.
 *
 * Gauges are not told: they are read from state. A series is mentioned with its labels once, by its number from then on.
 */
import type { Counter, Histogram } from './instruments.ts';
import { CounterFamily, HistogramFamily } from './families.ts';
import type { AnyFamily } from './metrics.ts';

export interface MetricDeltas {
  /** New series: number, full name of the family, labels. */
  readonly declared: readonly (readonly [number, string, Readonly<Record<string, string>>])[];
  /** Number and what was added, in turn. */
  readonly counters: readonly number[];
  /** Number, what was added to the sum, then bucket and count in turn. */
  readonly histograms: readonly (readonly number[])[];
}

interface Told {
  readonly number: number;
  total: number;
  readonly counts: Float64Array | null;
}

export class DeltaReader {
  readonly #families: readonly (CounterFamily | HistogramFamily)[];
  readonly #told = new Map<Counter | Histogram, Told>();

  /** `tells` chooses families by full name. */
  constructor(families: readonly AnyFamily[], tells: (fullName: string) => boolean) {
    this.#families = families.filter(
      (family): family is CounterFamily | HistogramFamily =>
        (family instanceof CounterFamily || family instanceof HistogramFamily) && tells(family.fullName),
    );
  }

  /** Everything since the last call. */
  take(): MetricDeltas {
    const declared: [number, string, Readonly<Record<string, string>>][] = [];
    const counters: number[] = [];
    const histograms: number[][] = [];
    for (const family of this.#families) {
      for (const { labels, instrument } of family.series()) {
        let told = this.#told.get(instrument);
        if (told === undefined) {
          const counts = 'counts' in instrument ? new Float64Array(instrument.counts.length) : null;
          told = { number: this.#told.size, total: 0, counts };
          this.#told.set(instrument, told);
          declared.push([told.number, family.fullName, labels]);
        }
        if ('counts' in instrument) tellHistogram(instrument, told, histograms);
        else tellCounter(instrument, told, counters);
      }
    }
    return { declared, counters, histograms };
  }
}

function tellCounter(counter: Counter, told: Told, into: number[]): void {
  const total = counter.value();
  if (total === told.total) return;
  into.push(told.number, total - told.total);
  told.total = total;
}

function tellHistogram(histogram: Histogram, told: Told, into: number[][]): void {
  const known = told.counts;
  if (known === null) return;
  const line: number[] = [told.number, histogram.sum() - told.total];
  for (const [bucket, count] of histogram.counts.entries()) {
    const more = count - (known[bucket] ?? 0);
    if (more === 0) continue;
    line.push(bucket, more);
    known[bucket] = count;
  }
  told.total = histogram.sum();
  if (line.length > 2) into.push(line);
}

/** Adds what one process tells to the instruments of this one. */
export class DeltaWriter {
  readonly #families: ReadonlyMap<string, AnyFamily>;
  readonly #counters = new Map<number, Counter>();
  readonly #histograms = new Map<number, Histogram>();

  constructor(families: readonly AnyFamily[]) {
    this.#families = new Map(families.map((family) => [family.fullName, family]));
  }

  add({ declared, counters, histograms }: MetricDeltas): void {
    for (const [number, name, labels] of declared) {
      const family = this.#families.get(name);
      if (family instanceof CounterFamily) this.#counters.set(number, family.labels(labels));
      else if (family instanceof HistogramFamily) this.#histograms.set(number, family.labels(labels));
    }
    for (let at = 0; at + 1 < counters.length; at += 2)
      this.#counters.get(counters[at] ?? -1)?.add(counters[at + 1] ?? 0);
    for (const [number = -1, sum = 0, ...buckets] of histograms)
      this.#histograms.get(number)?.merge(sum, buckets);
  }
}
