/**
 * What the workers report, put together: one state, one process, one set of counters that never fall. A worker's last report
 * counts until it ends; what it has counted until then stays counted.
 */
import type { Emit } from '../core/events.ts';
import type { CacheSnapshot, StateReader } from '../core/state.ts';
import type { MetricCatalogue, MetricLabels } from '../telemetry/catalogue.ts';
import { DeltaWriter } from '../telemetry/deltas.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ProcessSource } from '../telemetry/process.ts';
import { mergedState } from './merged-state.ts';
import { MergedProcess } from './merged-process.ts';
import type { WorkerLink } from './link.ts';
import type { WorkerReport } from './messages.ts';
import { ToldEvents } from './told-events.ts';

export interface FiguresDeps {
  /** What this process holds of the cache itself. */
  readonly entries: () => Pick<CacheSnapshot, 'entries' | 'bytes' | 'store'>;
  readonly emit: Emit;
  readonly show: Emit;
  /** A breaker opened for so long, or closed (null), at one of them. */
  readonly spread: (breaker: string, openMs: number | null, from: WorkerLink) => void;
}

type Endpoint = MetricLabels<'llamascope_inflight_requests'>['endpoint'];

export class Figures {
  readonly state: StateReader;
  readonly #process: MergedProcess;
  readonly #reports = new Map<WorkerLink, WorkerReport>();
  readonly #writers = new Map<WorkerLink, DeltaWriter>();
  readonly #told: ToldEvents<WorkerLink>;
  #metrics: Metrics<MetricCatalogue> | null = null;

  constructor({ entries, emit, show, spread }: FiguresDeps) {
    const reports = (): readonly WorkerReport[] => [...this.#reports.values()];
    this.state = mergedState(() => reports().map(({ state }) => state), entries);
    this.#process = new MergedProcess(() => reports().map(({ process }) => process));
    this.#told = new ToldEvents({ emit, show, spread });
  }

  get process(): ProcessSource {
    return this.#process;
  }

  /** Null when metrics are switched off. */
  countInto(metrics: Metrics<MetricCatalogue> | null): void {
    this.#metrics = metrics;
  }

  get embedderProblem(): string | null {
    for (const { embedderProblem } of this.#reports.values())
      if (embedderProblem !== null) return embedderProblem;
    return null;
  }

  take(worker: WorkerLink, report: WorkerReport): void {
    this.#reports.set(worker, report);
    const metrics = this.#metrics;
    if (metrics !== null) {
      const writer = this.#writers.get(worker) ?? new DeltaWriter(metrics.families);
      this.#writers.set(worker, writer);
      writer.add(report.metrics);
      this.#countInFlight(metrics);
    }
    for (const told of report.events) this.#told.take(worker, told);
  }

  forget(worker: WorkerLink): void {
    const last = this.#reports.get(worker);
    if (last !== undefined) this.#process.ended(last.process);
    this.#reports.delete(worker);
    this.#writers.delete(worker);
    this.#told.forget(worker);
    if (this.#metrics !== null) this.#countInFlight(this.#metrics);
  }

  #countInFlight(metrics: Metrics<MetricCatalogue>): void {
    const sums = new Map<string, number>();
    for (const { inFlight } of this.#reports.values())
      for (const [endpoint, count] of inFlight) sums.set(endpoint, (sums.get(endpoint) ?? 0) + count);
    const gauge = metrics.gauge('llamascope_inflight_requests');
    for (const { labels, instrument } of gauge.series())
      if (!sums.has(labels['endpoint'] ?? '')) instrument.set(0);
    for (const [endpoint, count] of sums) gauge.labels({ endpoint: endpoint as Endpoint }).set(count);
  }
}
