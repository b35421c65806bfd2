/**
 * Metrics of a running gateway: subscribes to its events, reads its state at each scrape, answers `/metrics`.
 *
 * Guarantees: recording never throws, never blocks and stays below a microsecond per request; a scrape always
 * answers, with what could be read; reading changes nothing, so any number of scrapers and pages see the same.
 * Switched off, it subscribes to nothing and starts no timer. Refuses: labels that nothing bounds (a cap per family).
 */
import type { Registry } from '@prometheus-io/client';
import { GatewayError } from '../core/errors.ts';
import type { StateReader } from '../core/state.ts';
import type { Clock } from '../runtime/clock.ts';
import type { EventBus } from '../runtime/event-bus.ts';
import { CATALOGUE, type MetricCatalogue } from './catalogue.ts';
import { renderRegistry } from './exposition.ts';
import type { Histogram } from './instruments.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { CONTENT_TYPES, negotiate } from './negotiate.ts';
import { Observer } from './observe.ts';
import { startProcessCollector, type ProcessCollector, type ProcessSource } from './process.ts';
import { createGuard, createStateCollector } from './state-gauges.ts';

export interface TelemetryOptions {
  readonly enabled: boolean;
  /** Put before the names of the twelve contract metrics, as it is; default none. */
  readonly prefix?: string;
  /** Hard cap of time series per metric family; default 1,000. */
  readonly maxSeriesPerFamily?: number;
  /** A registry to share with metrics of the client library; default a new one. */
  readonly registry?: Registry;
}

export interface TelemetryDeps {
  readonly bus: EventBus;
  readonly state: StateReader;
  readonly clock: Clock;
  /** The product's version, for `llamascope_build_info`. */
  readonly version: string;
  /** Where process figures come from; default this process. */
  readonly process?: ProcessSource;
}

export interface Telemetry {
  readonly enabled: boolean;
  /** The instruments by catalogue name, for whoever samples them; null when switched off. */
  readonly metrics: Metrics<MetricCatalogue> | null;
  /**
   * The answer to a scrape, in the format that `accept` prefers (absent: plain text).
   * Rejects with `metrics_disabled` when switched off.
   */
  render(accept: string | undefined): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Brings the gauges up to the present, as a scrape does; for readers of `metrics`. */
  refresh(): void;
  /** Stops listening and sampling. What was counted stays readable. */
  close(): void;
}

/** Throws a TypeError when `prefix` cannot begin a metric name. */
export function createTelemetry(options: TelemetryOptions, deps: TelemetryDeps): Telemetry {
  return options.enabled ? new LiveTelemetry(options, deps) : disabledTelemetry;
}

class LiveTelemetry implements Telemetry {
  readonly enabled = true;
  readonly metrics: Metrics<MetricCatalogue>;
  readonly #clock: Clock;
  readonly #collectState: () => void;
  readonly #process: ProcessCollector;
  readonly #unsubscribe: () => void;
  readonly #renderSeconds: Histogram;

  constructor(options: TelemetryOptions, deps: TelemetryDeps) {
    const { bus, state, clock, version } = deps;
    const metrics = createMetrics(CATALOGUE, options);
    const observer = new Observer(metrics, state, clock);
    const guard = createGuard(metrics);
    this.metrics = metrics;
    this.#clock = clock;
    this.#renderSeconds = metrics.histogram('llamascope_scrape_render_seconds').labels({});
    this.#collectState = createStateCollector(metrics, state, observer, guard);
    this.#process = startProcessCollector(metrics, {
      clock,
      version,
      guard,
      ...(deps.process === undefined ? {} : { source: deps.process }),
    });
    this.#unsubscribe = bus.subscribe((event) => {
      observer.observe(event);
    });
  }

  async render(accept: string | undefined): Promise<{ readonly contentType: string; readonly body: string }> {
    const format = negotiate(accept);
    const startedAt = this.#clock.now();
    this.refresh();
    const rendering = renderRegistry(this.metrics.registry, format);
    // Our own families are rendered when the call returns; what follows is waiting for foreign ones, not work.
    const seconds = (this.#clock.now() - startedAt) / 1_000;
    this.#renderSeconds.observe(seconds);
    return { contentType: CONTENT_TYPES[format], body: await rendering };
  }

  refresh(): void {
    this.#collectState();
    this.#process.collect();
    this.#describeItself();
  }

  /** Families without series are left out, and refusals until there are some. */
  #describeItself(): void {
    const { metrics } = this;
    const series = metrics.gauge('llamascope_metric_series');
    const dropped = metrics.counter('llamascope_metric_series_dropped_total');
    for (const { fullName: family, budget } of metrics.families) {
      if (budget.dropped > 0) dropped.labels({ family }).riseTo(budget.dropped);
    }
    const others = metrics.families.filter(
      (family) => family.budget.used > 0 && family.fullName !== series.fullName,
    );
    series.replace([
      ...others.map(({ fullName: family, budget }) => [{ family }, budget.used] as const),
      // One line for each of the others and this one.
      [{ family: series.fullName }, others.length + 1],
    ]);
  }

  close(): void {
    this.#unsubscribe();
    this.#process.close();
  }
}

const disabledTelemetry: Telemetry = {
  enabled: false,
  metrics: null,
  render: () =>
    Promise.reject(
      new GatewayError(
        'metrics_disabled',
        'Metrics are switched off by metrics.enabled or METRICS_ENABLED=false.',
      ),
    ),
  refresh: () => undefined,
  close: () => undefined,
};
