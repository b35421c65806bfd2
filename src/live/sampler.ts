/**
 * Reads the instruments once a second, as a scrape would, and keeps what panels show. It asks for series that some
 * panel reads and for no others, so what it costs follows the panels and not the size of `/metrics`.
 * It also is the reader that expressions are computed over.
 */
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { MetricCatalogue } from '../telemetry/catalogue.ts';
import type { AnyFamily, Metrics } from '../telemetry/metrics.ts';
import { fold, labelKey, type Sample, type SeriesReader, type Vector } from '../observability/evaluate.ts';
import {
  sourcesOf,
  type CounterNode,
  type GaugeNode,
  type QuantileNode,
} from '../observability/expression-node.ts';
import type { AnyExpr } from '../observability/expression.ts';
import { Rings } from './rings/rings.ts';
import { CountingTrack, LevelTrack, type Level, type Track } from './rings/track.ts';
import { SampledSource, sourceKey, type SourceNode } from './source.ts';

const SECOND_MS = 1_000;
/** A gauge that was not sampled for this long has no value now. */
const FRESH_SECONDS = 3;
/** The clock on the wall was set: not slewed, not late. */
const JUMP_MS = 5_000;

export interface SamplerDeps {
  readonly metrics: Metrics<MetricCatalogue>;
  readonly telemetry: Pick<Telemetry, 'refresh'>;
  readonly clock: Clock;
  readonly rings?: Rings;
  /** After each sample, with the time it stands for and what it took. */
  readonly onSample?: (endMs: number, tookMs: number) => void;
  readonly onClockSet?: (byMs: number) => void;
}

export class Sampler implements SeriesReader {
  readonly rings: Rings;
  readonly #deps: SamplerDeps;
  readonly #sources = new Map<string, SampledSource>();
  #timer: Timer | null = null;
  /** Wall time less monotonic time, as of the last sample. */
  #offset: number;

  /** Samples what the expressions read. */
  constructor(expressions: Iterable<AnyExpr>, deps: SamplerDeps) {
    this.#deps = deps;
    this.rings = deps.rings ?? new Rings();
    this.#offset = deps.clock.wallMs() - deps.clock.now();
    for (const { node } of expressions) {
      for (const source of sourcesOf(node)) this.#addSource(source);
    }
  }

  #addSource(node: SourceNode): void {
    const key = sourceKey(node);
    if (this.#sources.has(key)) return;
    // Which kind of family a name is was settled where the expression was written.
    const family: AnyFamily = this.#deps.metrics.counter(node.source.metric as never);
    this.#sources.set(key, new SampledSource(node, family));
  }

  get sources(): Iterable<SampledSource> {
    return this.#sources.values();
  }

  source(key: string): SampledSource | null {
    return this.#sources.get(key) ?? null;
  }

  /** Samples at every full second until stopped. */
  start(): void {
    const { clock } = this.#deps;
    const tick = (): void => {
      this.sample();
      schedule();
    };
    const schedule = (): void => {
      const left = SECOND_MS - ((clock.now() + this.#offset) % SECOND_MS);
      // A timer that fired a moment early must not fire twice for one second.
      this.#timer = clock.setTimer(left < SECOND_MS / 5 ? left + SECOND_MS : left, tick);
    };
    schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  sample(): void {
    const { clock, telemetry, onSample } = this.#deps;
    this.#noticeClockSet();
    const startedAt = clock.now();
    const endMs = Math.round((startedAt + this.#offset) / SECOND_MS) * SECOND_MS;
    telemetry.refresh();
    this.rings.begin(endMs);
    for (const source of this.#sources.values()) source.sample(this.rings, endMs);
    if (endMs % 3_600_000 === 0) this.#keep(this.rings.sweep(endMs));
    onSample?.(endMs, clock.now() - startedAt);
  }

  /** Forward: a gap. Backward: the past would be written over, so it is forgotten, and whoever asks is told. */
  #noticeClockSet(): void {
    const { clock, onClockSet } = this.#deps;
    const offset = clock.wallMs() - clock.now();
    const byMs = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(byMs) < JUMP_MS) return;
    if (byMs < 0) {
      this.rings.clear();
      this.#keep([]);
    }
    onClockSet?.(byMs);
  }

  #keep(gone: readonly Track[]): void {
    if (gone.length === 0 && this.rings.tracks.size > 0) return;
    for (const source of this.#sources.values()) source.keepOnly(this.rings.tracks);
  }

  increase(node: CounterNode, endMs: number, seconds: number): Vector {
    const stretch = this.rings.stretch(endMs, seconds);
    if (stretch === null) return [];
    const result: Sample[] = [];
    for (const track of this.#tracksOf(node, endMs, seconds)) {
      if (!(track instanceof CountingTrack)) continue;
      const into = new Float64Array(1);
      this.rings.sum(track, stretch, into);
      result.push({ labels: track.labels, value: ((into[0] ?? 0) * seconds) / stretch.seconds });
    }
    return result;
  }

  buckets(
    node: QuantileNode,
    endMs: number,
    seconds: number,
  ): { readonly labels: Sample['labels']; readonly counts: Float64Array }[] {
    const stretch = this.rings.stretch(endMs, seconds);
    if (stretch === null) return [];
    return this.#tracksOf(node, endMs, seconds).flatMap((track) => {
      if (!(track instanceof CountingTrack)) return [];
      const counts = new Float64Array(track.width);
      this.rings.sum(track, stretch, counts);
      return [{ labels: track.labels, counts }];
    });
  }

  bounds(node: QuantileNode): readonly number[] {
    return this.#sources.get(sourceKey(node))?.bounds ?? [];
  }

  gauge(node: GaugeNode, endMs: number, seconds: number): Vector {
    const window = node.over === 'now' ? FRESH_SECONDS : seconds;
    const stretch = this.rings.stretch(endMs, window);
    if (stretch === null) return [];
    const groups = new Map<string, { labels: Sample['labels']; values: number[] }>();
    for (const track of this.#tracksOf(node, endMs, window)) {
      const level = track instanceof LevelTrack ? this.rings.level(track, stretch) : null;
      if (level === null) continue;
      const key = labelKey(track.labels, node.source.by);
      const group = groups.get(key) ?? {
        labels: Object.fromEntries(node.source.by.map((name) => [name, track.labels[name] ?? ''])),
        values: [],
      };
      group.values.push(valueOf(level, node.over));
      groups.set(key, group);
    }
    return [...groups.values()].map(({ labels, values }) => ({
      labels,
      value: fold(node.aggregate, values),
    }));
  }

  /** Tracks that existed in the window. */
  #tracksOf(node: SourceNode, endMs: number, seconds: number): Track[] {
    const source = this.#sources.get(sourceKey(node));
    if (source === undefined) return [];
    return [...source.tracks.values()].filter(
      ({ since, seen }) =>
        since > 0 && since <= endMs && seen > endMs - Math.max(seconds, FRESH_SECONDS) * SECOND_MS,
    );
  }
}

function valueOf(level: Level, over: GaugeNode['over']): number {
  switch (over) {
    case 'now':
      return level.last;
    case 'avg':
      return level.sum / level.count;
    case 'max':
      return level.most;
    case 'min':
      return level.least;
  }
}
