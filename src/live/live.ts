/**
 * The gateway's side of the live page: samples the instruments, keeps their past, tells its readers.
 *
 * Guarantees: it sees what a scrape sees and takes no part in any request; without readers it computes and
 * serialises nothing; memory is bounded (`rings/rings.ts`) and stated in its own metrics. What fails here (a snapshot, a Prometheus) is
 * said on the page and in the log, and nothing else is touched.
 */
import type { OperationRoute } from '../http/operation-route.ts';
import { evaluate } from '../observability/evaluate.ts';
import { increase } from '../observability/expression.ts';
import { BASELINE_FIGURES, BASELINE_REQUESTS } from '../observability/baseline.ts';
import { PANELS } from '../observability/panels/views.ts';
import { Baseline } from './baseline.ts';
import { EventLog } from './event-log.ts';
import { helloFrame } from './hello.ts';
import { Journal } from './journal.ts';
import { liveInstruments, type LiveInstruments } from './live-instruments.ts';
import type { LiveDeps, LiveOptions, LiveParts } from './live-parts.ts';
import { PanelValues } from './panel-values.ts';
import { createPrometheusSource, type PrometheusSource } from './prometheus-source.ts';
import type { Hello, StateView, Tick, Verdict } from './protocol.ts';
import { Rings } from './rings/rings.ts';
import { liveRoutes } from './routes.ts';
import { Sampler } from './sampler.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { SloReader, sloExpressions } from './slo.ts';
import { stateView } from './state-view.ts';
import { Viewers } from './viewers.ts';

export interface LivePage {
  readonly baseline: Baseline;
  /** `acting`: the routes of the operations plane, among which are the actions that the page may offer. */
  routes(acting: readonly OperationRoute[]): readonly OperationRoute[];
  /** The listener is open, at this address. */
  opened(url: string): void;
  /** Reads the snapshot, then samples every second. */
  start(): Promise<void>;
  /** Says good-bye to readers and writes the snapshot. */
  close(): Promise<void>;
}

const OWED = { outcome: { not: ['client_error', 'aborted'] } } as const;
const FAILED = { outcome: ['upstream_error', 'timeout', 'shed'] } as const;
const owedLastMinute = increase('llamascope_requests_total', { where: OWED, window: 60 });
const failedLastMinute = increase('llamascope_requests_total', { where: FAILED, window: 60 });

export class Live implements LivePage, LiveParts {
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
  readonly #instruments: LiveInstruments;
  readonly #snapshots: SnapshotKeeper | null;
  url: string;
  #status: Verdict = 'ok';
  #statusSince: number;
  #stateSent = '';
  #prometheusFailure: string | null = null;
  #acting: readonly OperationRoute[] = [];

  constructor(options: LiveOptions, deps: LiveDeps) {
    const { clock, bus, telemetry, metrics } = deps;
    this.options = options;
    this.deps = deps;
    this.url = deps.url;
    this.#statusSince = clock.wallMs();
    this.#instruments = liveInstruments(metrics);
    this.log = new EventLog((entry) => {
      this.viewers.send({ event: 'log', data: entry });
    });
    this.viewers = new Viewers(deps.session, clock, this.#instruments.readers);
    this.journal = new Journal(bus, this.log, clock, options.showText);
    const expressions = [...PANELS.values()].flatMap(({ series }) => series.map(({ expr }) => expr));
    const figures = [...BASELINE_FIGURES.map(({ expr }) => expr), BASELINE_REQUESTS];
    const asked = [
      ...expressions,
      ...figures,
      ...sloExpressions(deps.objectives),
      owedLastMinute,
      failedLastMinute,
    ];
    this.sampler = new Sampler(asked, {
      metrics,
      telemetry,
      clock,
      rings: new Rings(),
      onSample: (endMs, tookMs) => {
        this.#instruments.sampled(tookMs / 1_000, this.sampler.rings);
        this.#tick(endMs);
      },
      onClockSet: (byMs) => {
        this.#noteClockSet(byMs);
      },
    });
    this.values = new PanelValues(PANELS.values(), this.sampler);
    this.prometheus = this.#prometheusSource();
    this.slo = new SloReader(deps.objectives, {
      reader: this.sampler,
      clock,
      end: () => this.sampler.rings.end,
      since: () => this.sampler.rings.since,
      prometheus: this.prometheus,
    });
    this.baseline = new Baseline({
      sampler: this.sampler,
      metrics,
      prefix: deps.prefix,
      kept: options.snapshotPath === null ? 'memory' : 'snapshot',
      persist: async () => this.#snapshots?.write(),
    });
    this.#snapshots =
      options.snapshotPath === null
        ? null
        : new SnapshotKeeper(options.snapshotPath, this, (result) => {
            this.#instruments.snapshot(result);
          });
  }

  #prometheusSource(): PrometheusSource | null {
    const { prometheusUrl: url, prometheusMatchers: matchers } = this.options;
    if (url === null) return null;
    const { prefix, clock } = this.deps;
    return createPrometheusSource({ url, matchers, prefix }, clock, (result) => {
      this.#instruments.queried(result);
      this.#prometheusFailure =
        result === 'ok' ? null : 'Prometheus does not answer: long ranges end where the own history ends';
    });
  }

  routes(acting: readonly OperationRoute[]): readonly OperationRoute[] {
    this.#acting = acting;
    return liveRoutes(this);
  }

  opened(url: string): void {
    this.url = url;
  }

  async start(): Promise<void> {
    await this.#snapshots?.restore();
    const { clock, version } = this.deps;
    const text = `Llamascope ${version} started.`;
    this.log.append({
      at: clock.wallMs(),
      kind: 'gateway',
      level: 'info',
      subject: 'gateway',
      text,
      detail: {},
    });
    this.sampler.start();
  }

  async close(): Promise<void> {
    this.sampler.stop();
    this.journal.close();
    this.viewers.close();
    await this.#snapshots?.close();
  }

  hello(resumed: boolean): Hello {
    return helloFrame(this, this.#acting, resumed);
  }

  /** The present, made anew. */
  state(): StateView {
    const { clock, state, health } = this.deps;
    return stateView({
      state,
      health,
      wallMs: clock.wallMs(),
      untouched: !this.journal.touched,
      failing: this.#failing(),
      since: (status) => this.#sinceOf(status),
      baseline: this.baseline.view(),
      partial: this.#prometheusFailure === null ? [] : [this.#prometheusFailure],
    });
  }

  #failing(): { readonly ratio: number; readonly requests: number } | null {
    const moment = { endMs: this.sampler.rings.end, rangeSeconds: 60 };
    const requests = evaluate(owedLastMinute.node, this.sampler, moment)[0]?.value ?? 0;
    if (requests === 0) return null;
    const failed = evaluate(failedLastMinute.node, this.sampler, moment)[0]?.value ?? 0;
    return { ratio: failed / requests, requests };
  }

  #sinceOf(status: Verdict): number {
    if (status !== this.#status) {
      this.#status = status;
      this.#statusSince = this.deps.clock.wallMs();
    }
    return this.#statusSince;
  }

  #tick(endMs: number): void {
    this.journal.settle();
    this.#instruments.viewers(this.viewers.count);
    const hits = this.journal.takeNewHits();
    if (this.viewers.count === 0) {
      // The next reader gets the state with its hello; the tick after that must not think it known.
      this.#stateSent = '';
      return;
    }
    const startedAt = this.deps.clock.now();
    if (hits.length > 0) this.viewers.send({ event: 'hits', data: hits });
    this.viewers.send({ event: 'tick', data: this.#frame(endMs) });
    this.#instruments.framed((this.deps.clock.now() - startedAt) / 1_000);
  }

  #frame(endMs: number): Tick {
    const { values, added } = this.values.at(endMs);
    const state = this.state();
    const text = JSON.stringify(state);
    const changed = text !== this.#stateSent;
    const baseline = this.baseline.now();
    this.#stateSent = text;
    return {
      at: endMs,
      values,
      ...(added.length === 0 ? {} : { added }),
      ...(changed ? { state } : {}),
      ...(baseline === null ? {} : { baseline }),
      viewers: this.viewers.count,
    };
  }

  #noteClockSet(byMs: number): void {
    const back = byMs < 0;
    const seconds = Math.round(Math.abs(byMs) / 1_000);
    const text = back
      ? `The clock was set back by ${seconds} s: the history was cleared.`
      : `The clock was set forward by ${seconds} s: the history has a gap.`;
    const at = this.deps.clock.wallMs();
    this.log.append({ at, kind: 'gateway', level: 'warn', subject: 'clock', text, detail: { byMs } });
  }
}
