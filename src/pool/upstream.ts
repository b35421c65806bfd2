import type { Emit } from '../core/events.ts';
import { GatewayError } from '../core/errors.ts';
import { upstreamName, type ModelId, type UpstreamName } from '../core/ids.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { QueueSnapshot, UpstreamSnapshot } from '../core/state.ts';
import { AdaptiveLimit } from '../admission/adaptive-limit.ts';
import { Lanes } from '../admission/lanes.ts';
import type { PermitLender } from '../admission/leased-share.ts';
import { OUTCOME_POLICY } from '../resilience/outcomes.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Rng } from '../runtime/rng.ts';
import { readTls } from '../upstream/tls.ts';
import { Transport } from '../upstream/transport.ts';
import { BreakerSet } from './breaker-set.ts';
import type { UpstreamOptions } from './options.ts';
import { HealthProbe, type ProbeOptions } from './probe.ts';
import { LoadWatch } from './load-watch.ts';
import { ParallelWatch, serialHint } from './parallel-watch.ts';
import type { Tuning } from './tuning.ts';
import { ServedModels } from './served-models.ts';

export interface UpstreamParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly emit: Emit;
  /** Our name in `via`. */
  readonly instance: string;
  readonly probe: ProbeOptions;
  readonly tuning: Tuning;
  /** Where several processes have the limits in common. */
  readonly lender?: PermitLender | null;
}

const EMBEDDING_PARALLEL = 4;

/** One upstream and everything that is held per upstream: its permits, its breakers, its connections, its health. */
export class Upstream {
  readonly name: UpstreamName;
  readonly options: UpstreamOptions;
  readonly breakers: BreakerSet;
  readonly transport: Transport;
  readonly health: HealthProbe;
  readonly loads: LoadWatch = new LoadWatch();
  readonly parallelism: ParallelWatch;
  readonly #parts: UpstreamParts;
  readonly #models: ServedModels;
  readonly lanes: Lanes;
  readonly #adaptive: AdaptiveLimit | null;
  #assigned = 0;
  #draining = false;
  /** Ends what still runs when a drain by hand takes too long. */
  #cut: Timer | null = null;
  #whenIdle: (() => void)[] = [];

  /** Throws a TypeError or RangeError that names the upstream when an option is out of range. */
  constructor(options: UpstreamOptions, parts: UpstreamParts) {
    const { clock, emit } = parts;
    this.name = upstreamName(options.name);
    this.options = options;
    this.#parts = parts;
    this.#adaptive = options.adaptive?.enabled === true ? new AdaptiveLimit(options.adaptive) : null;
    this.lanes = new Lanes(
      {
        generation: this.#adaptive?.limit ?? options.parallel,
        embedding: options.embeddingParallel ?? EMBEDDING_PARALLEL,
        models: options.modelParallel ?? {},
        ...options.queue,
      },
      { clock, emit, upstream: this.name, lender: parts.lender ?? null },
    );
    const tls = options.tls === undefined || options.tls === null ? undefined : readTls(options.tls);
    this.transport = new Transport(
      {
        name: this.name,
        url: options.url,
        maxsize: options.pool.maxsize,
        keepAliveMs: options.pool.keepAliveMs,
        connectMs: options.timeouts.connectMs,
        headers: options.headers,
        apiKey: options.apiKey,
        hostHeader: options.hostHeader ?? null,
        ...(tls === undefined ? {} : { tls }),
        via: parts.instance,
      },
      { clock, emit },
    );
    this.health = new HealthProbe(options, parts.probe, {
      clock,
      emit,
      via: parts.instance,
      tuning: parts.tuning,
      ...(tls === undefined ? {} : { tls }),
    });
    this.#models = new ServedModels(options.models ?? null, (model) => this.health.hasModel(model));
    this.parallelism = new ParallelWatch(({ model, atOnce }) => {
      const { parallel } = options;
      if (atOnce < parallel) emit({ type: 'model.serialised', upstream: this.name, model, atOnce, parallel });
    });
    emit({ type: 'upstream.added', upstream: this.name });
    this.breakers = new BreakerSet(options.name, options.breaker, (model) => this.hasModel(model), parts);
  }

  /** The one for all of it. */
  get breaker(): CircuitBreaker {
    return this.breakers.upstream;
  }

  /** Tells the adaptive limit how an attempt went. `firstContentMs`: how long its content took, if it came. */
  noteGeneration(outcome: AttemptOutcome, firstContentMs: number | null): void {
    const adaptive = this.#adaptive;
    if (adaptive === null) return;
    const { generation } = this.lanes;
    const before = adaptive.limit;
    if (outcome === 'success' && firstContentMs !== null) adaptive.record(firstContentMs, generation.inUse);
    else if (outcome === 'overloaded' || outcome === 'first_token_timeout')
      adaptive.overloaded(generation.inUse);
    if (adaptive.limit !== before) generation.resize(adaptive.limit);
  }

  /** Whether the configuration lets it serve the model. */
  mayServe(model: ModelId): boolean {
    return this.#models.allows(model);
  }

  /** Whether it is known to have the model. */
  hasModel(model: ModelId): boolean {
    return this.#models.has(model);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Requests sent its way and not over yet, the queued ones included. */
  get assigned(): number {
    return this.#assigned;
  }

  get recentFailures(): number {
    return this.health.recentFailures;
  }

  assign(): void {
    this.#assigned += 1;
  }

  unassign(): void {
    this.#assigned -= 1;
    if (this.#assigned > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  /** What of its weight it has now: less for a while after it came back. */
  get weight(): number {
    return this.options.weight * this.health.share;
  }

  /** Remembers how its last attempt ended, so that one that fails fast does not look idle and attract more. */
  noteOutcome(outcome: AttemptOutcome): void {
    const verdict =
      outcome === 'success' ? 'good' : OUTCOME_POLICY[outcome].breaker === 'failure' ? 'bad' : 'neutral';
    this.health.noteOutcome(verdict, outcome === 'connect_error');
  }

  /** Turns away what is queued and is not picked again. What runs goes on. Resolves when nothing runs. */
  drain(): Promise<void> {
    if (!this.#draining) {
      this.#draining = true;
      this.lanes.drain();
    }
    if (this.#assigned === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** Drained until `resume`; what still runs after `deadlineMs` (null: whatever it takes) is ended with an error. */
  drainBy(deadlineMs: number | null): void {
    void this.drain();
    this.#cut?.cancel();
    this.#cut = null;
    if (deadlineMs === null || this.#assigned === 0) return;
    this.#cut = this.#parts.clock.setTimer(deadlineMs, () => {
      this.transport.abortAll(
        new GatewayError('draining', `upstream ${this.name} was drained and the answer took too long`),
      );
    });
  }

  /** Takes part again after a drain. */
  resume(): void {
    this.#cut?.cancel();
    this.#cut = null;
    this.#draining = false;
    this.lanes.resume();
  }

  /**
   * Drained for good: nobody asks any more how it is, and its breakers judge no more. A successor takes over what was
   * set by hand: drained, and the state of breakers.
   */
  retire(successor: Upstream | null): Promise<void> {
    const byHand = this.breakers.retire();
    if (successor !== null) {
      successor.breakers.takeOver(byHand);
      if (this.#draining) void successor.drain();
    }
    this.#cut?.cancel();
    void this.health.close();
    return this.drain();
  }

  /** Cuts what still runs, closes every connection, and is gone from the metrics unless a successor has its name. */
  async close(): Promise<void> {
    this.#cut?.cancel();
    await this.transport.close();
    await this.health.close();
    this.breakers.close();
    this.lanes.close();
    this.#parts.emit({ type: 'upstream.removed', upstream: this.name });
  }

  /** Both lanes together: one upstream is one line in the metrics. */
  queue(): QueueSnapshot {
    return { ...this.lanes.snapshot(), adaptiveLimit: this.#adaptive?.limit ?? null };
  }

  #hint(): string | null {
    const { parallel } = this.options;
    const found = this.parallelism.finding(parallel);
    return found === null ? null : serialHint(found.model, found.atOnce, parallel);
  }

  /** `panic`: health is not asked in the choice. */
  snapshot(panic: boolean): UpstreamSnapshot {
    const { kind, url, simulator } = this.options;
    const health = this.health.report();
    return {
      name: this.name,
      kind,
      url,
      simulator,
      ...health,
      models: this.#models.of(health.models),
      healthy: health.healthy && !this.#draining,
      reason: this.#draining ? 'draining' : health.reason,
      draining: this.#draining,
      inFlight: this.#assigned,
      weight: this.weight,
      hint: this.#hint(),
      inRotation: !this.#draining && (panic || health.healthy),
    };
  }
}
