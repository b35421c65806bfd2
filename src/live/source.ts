/**
 * One thing that panels read, sampled: the series of a metric that pass its matchers, in tracks of the labels that are asked
 * for. Counters and histograms are summed before they are kept (a sum of additions is exact over any window);
 * gauges are kept as they are, because the greatest of sums is not the sum of the greatest.
 */
import { labelKey, type Sample } from '../observability/evaluate.ts';
import type {
  CounterNode,
  GaugeNode,
  Matcher,
  QuantileNode,
  Source,
} from '../observability/expression-node.ts';
import type { Series } from '../telemetry/families.ts';
import type { Counter, Gauge, Histogram } from '../telemetry/instruments.ts';
import type { AnyFamily } from '../telemetry/metrics.ts';
import type { Rings } from './rings/rings.ts';
import type { CountingTrack } from './rings/track.ts';
import { LevelTrack } from './rings/track.ts';

type Instrument = Counter | Gauge | Histogram;

/** What is known of one series of the family: its track, and the totals at the last sample. */
interface Known {
  track: CountingTrack | LevelTrack | null;
  readonly before: Float64Array;
  /** Of the source, when `track` was looked up. */
  generation: number;
}

export type SourceNode = CounterNode | QuantileNode | GaugeNode;

/** Equal for expressions that read the same. */
export function sourceKey({ kind, source }: SourceNode): string {
  const where = source.where.map(
    ({ label, negated, values }) => `${label}${negated ? '!' : '='}${values.join('|')}`,
  );
  const by = kind === 'gauge' ? [] : source.by;
  return [source.metric, source.part, source.le ?? '', where.join(','), by.join(',')].join(';');
}

export class SampledSource {
  readonly key: string;
  readonly #source: Source;
  readonly #family: AnyFamily;
  readonly #level: boolean;
  /** Numbers kept per slot; 0 for a level. */
  readonly width: number;
  /** How many of a histogram's buckets lie below `source.le`. */
  readonly #upTo: number;
  readonly tracks: Map<string, CountingTrack | LevelTrack> = new Map();
  readonly #known = new WeakMap<Series<unknown>, Known>();
  /** Rises when tracks may have gone. */
  #generation = 0;

  constructor(node: SourceNode, family: AnyFamily) {
    this.key = sourceKey(node);
    this.#source = node.source;
    this.#family = family;
    this.#level = node.kind === 'gauge';
    const { part, le } = node.source;
    this.width = this.#level ? 0 : part === 'bucket' && le === null ? this.bounds.length + 1 : 1;
    this.#upTo = le === null ? 0 : this.bounds.indexOf(le) + 1;
  }

  get bounds(): readonly number[] {
    return 'bounds' in this.#family ? this.#family.bounds : [];
  }

  /** Takes what was added, or how high it stands, since the last sample. */
  sample(rings: Rings, endMs: number): void {
    for (const series of this.#family.series() as IterableIterator<Series<Instrument>>) {
      const { track, before } = this.#knownOf(series, rings);
      if (track === null) continue;
      if (track.since === 0) track.since = endMs;
      track.seen = endMs;
      if (track instanceof LevelTrack) rings.set(track, (series.instrument as Gauge).value());
      else if (this.width === 1) addRise(rings, track, 0, before, this.#total(series.instrument));
      else {
        const { counts } = series.instrument as Histogram;
        for (let bucket = 0; bucket < counts.length; bucket++) {
          addRise(rings, track, bucket, before, counts[bucket] ?? 0);
        }
      }
    }
  }

  #total(instrument: Instrument): number {
    const { part, le } = this.#source;
    if (part === 'value') return (instrument as Counter).value();
    const histogram = instrument as Histogram;
    if (part === 'sum') return histogram.sum();
    if (le === null) return histogram.count();
    let total = 0;
    for (let bucket = 0; bucket < this.#upTo; bucket++) total += histogram.counts[bucket] ?? 0;
    return total;
  }

  #knownOf(series: Series<Instrument>, rings: Rings): Known {
    let known = this.#known.get(series);
    if (known === undefined) {
      known = { track: null, before: new Float64Array(Math.max(1, this.width)), generation: -1 };
      this.#known.set(series, known);
    }
    if (known.generation !== this.#generation) {
      known.generation = this.#generation;
      const wanted = this.#source.where.every((matcher) => matches(series.labels, matcher));
      known.track = wanted ? this.open(series.labels, rings) : null;
    }
    return known;
  }

  /** The track for a set of labels, made when it is new; null when there is no room. */
  open(all: Sample['labels'], rings: Rings): CountingTrack | LevelTrack | null {
    const names = this.#level ? Object.keys(all) : this.#source.by;
    const key = labelKey(all, names);
    const there = this.tracks.get(key);
    if (there !== undefined) return there;
    const labels = Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
    const track = rings.open(labels, this.width);
    if (track !== null) this.tracks.set(key, track);
    return track;
  }

  /** Drops tracks that the rings have given up. What was counted before stays counted. */
  keepOnly(kept: ReadonlySet<unknown>): void {
    for (const [key, track] of this.tracks) {
      if (!kept.has(track)) this.tracks.delete(key);
    }
    this.#generation += 1;
  }
}

/** A total that fell was begun anew: all of it is new. */
function addRise(
  rings: Rings,
  track: CountingTrack,
  field: number,
  before: Float64Array,
  total: number,
): void {
  const last = before[field] ?? 0;
  if (total === last) return;
  rings.add(track, field, total < last ? total : total - last);
  before[field] = total;
}

function matches(labels: Sample['labels'], { label, negated, values }: Matcher): boolean {
  return values.includes(labels[label] ?? '') !== negated;
}
