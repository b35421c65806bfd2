/** What the rooms of the live page share: what it is built from, and what it is made of. */
import type { StateReader } from '../core/state.ts';
import type { Clock } from '../runtime/clock.ts';
import type { EventBus } from '../runtime/event-bus.ts';
import type { Objective } from '../observability/rules/objective.ts';
import type { MetricCatalogue } from '../telemetry/catalogue.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Baseline } from './baseline.ts';
import type { EventLog } from './event-log.ts';
import type { Journal } from './journal.ts';
import type { PanelValues } from './panel-values.ts';
import type { PrometheusSource } from './prometheus-source.ts';
import type { Hello, StateView } from './protocol.ts';
import type { Sampler } from './sampler.ts';
import type { SloReader } from './slo.ts';
import type { HealthVerdict } from './state-view.ts';
import type { Viewers } from './viewers.ts';

export interface LiveOptions {
  readonly prometheusUrl: string | null;
  readonly prometheusMatchers: string;
  readonly grafanaUrl: string | null;
  readonly snapshotPath: string | null;
  readonly showText: boolean;
}

export interface LiveDeps {
  readonly bus: EventBus;
  readonly state: StateReader;
  readonly telemetry: Telemetry;
  readonly metrics: Metrics<MetricCatalogue>;
  readonly clock: Clock;
  readonly version: string;
  readonly node: string;
  readonly startedAt: number;
  /** New with each start. */
  readonly session: string;
  /** Of the contract metrics. */
  readonly prefix: string;
  readonly health: () => HealthVerdict;
  /** Where clients send their requests, by the configuration; `opened` says it better. */
  readonly url: string;
  /** A reload may change it. */
  readonly tokenNeeded: () => boolean;
  /** What is promised, as configured at the start: their history is kept. */
  readonly objectives: readonly Objective[];
  /** Something that a person has to know, for the log. */
  readonly warn: (message: string) => void;
}

export interface LiveParts {
  readonly options: LiveOptions;
  readonly deps: LiveDeps;
  readonly sampler: Sampler;
  readonly values: PanelValues;
  readonly log: EventLog;
  readonly journal: Journal;
  readonly viewers: Viewers;
  readonly prometheus: PrometheusSource | null;
  readonly baseline: Baseline;
  readonly slo: SloReader;
  /** Where clients send their requests. */
  readonly url: string;
  hello(resumed: boolean): Hello;
  state(): StateView;
}
