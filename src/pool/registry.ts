/**
 * The upstreams and the innermost step of the pipeline: pick one, wait for its permit, ask its breaker, use one of its
 * connections.
 *
 * Guarantees: a permit is held from the end of the queue to the end of the body, whatever happens between; an open
 * breaker is skipped while another upstream can serve, and one refused request is one rejection. Refuses at
 * once, with the time to come back, when no breaker admits: waiting here would be a second, unfair queue.
 */
import { GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import { modelId, type UpstreamName } from '../core/ids.ts';
import type { Exchange, GatewayResponse, Handler } from '../core/request.ts';
import type { BreakerSnapshot, PoolSnapshot, QueueSnapshot, UpstreamSnapshot } from '../core/state.ts';
import type { Permit } from '../admission/held-permit.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Rng } from '../runtime/rng.ts';
import { Chooser } from './choose.ts';
import { callEmbedding } from './embedding-call.ts';
import { passGate } from './gate.ts';
import type { UpstreamOptions } from './options.ts';
import type { ProbeOptions } from './probe.ts';
import { Roster } from './roster.ts';
import { suitable } from './select.ts';
import type { Upstream, UpstreamParts } from './upstream.ts';
import { Tuning, type TuningOptions } from './tuning.ts';
import { WarmUp } from './warm-up.ts';

export interface UpstreamsDeps {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly emit: Emit;
  /** Our name in `via`. */
  readonly instance: string;
  readonly probe: ProbeOptions;
  readonly tuning?: TuningOptions;
  readonly lender?: NonNullable<UpstreamParts['lender']> | null;
}

/** A model that makes vectors, and where it is. */
export interface EmbeddingModel {
  readonly upstream: UpstreamName;
  readonly kind: 'ollama' | 'openai';
  readonly model: string;
  readonly digest: string | null;
}

export class Upstreams {
  readonly #deps: UpstreamsDeps;
  readonly #roster: Roster;
  readonly #warmUp = new WarmUp();
  readonly #tuning: Tuning;
  readonly #chooser: Chooser;
  #panic = false;

  constructor(options: readonly UpstreamOptions[], deps: UpstreamsDeps) {
    this.#deps = deps;
    this.#tuning = new Tuning(deps.tuning);
    this.#chooser = new Chooser(deps.rng, this.#tuning);
    this.#roster = new Roster(options, { ...deps, tuning: this.#tuning });
    this.#tuning.mayLoseOne = () => this.#mayLoseOne();
    this.#tuning.healthChanged = () => {
      this.#lookForPanic();
    };
  }

  /** Starts the probes; resolves when each upstream was probed once. */
  async start(): Promise<void> {
    await this.#warmUp.run(this.#all.map((upstream) => () => upstream.health.start()));
    this.#lookForPanic();
  }

  get #all(): readonly Upstream[] {
    return this.#roster.serving;
  }

  /** Who serves, who leaves, and how one becomes the other. */
  get roster(): Roster {
    return this.#roster;
  }

  /** Takes effect at once. */
  tune(tuning: TuningOptions): void {
    this.#tuning.configure(tuning);
    this.#lookForPanic();
  }

  /** Whether enough upstreams stay well when one of them is set aside; never the last one. */
  #mayLoseOne(): boolean {
    const all = this.#all.filter((one) => !one.draining);
    const left = all.filter((one) => one.health.healthy).length - 1;
    return left >= 1 && left >= all.length * this.#tuning.health.panicThreshold;
  }

  /** Called whenever one was found well or ill. While nobody has been probed there is nothing to know. */
  #lookForPanic(): void {
    const total = this.#all.length;
    const healthy = this.#all.filter((one) => one.health.healthy).length;
    const active = this.#warmUp.over && total > 1 && healthy < total * this.#tuning.health.panicThreshold;
    if (active === this.#panic) return;
    this.#panic = active;
    this.#deps.emit({ type: 'health.panic-changed', active, healthy, total });
  }

  /** The innermost handler of the pipeline. */
  readonly handle: Handler = (exchange) => {
    const only = this.#warmUp.over ? this.#chooser.theOnlyOne(this.#all, exchange) : null;
    if (only === null) return this.#chosen(exchange, []);
    const { lane } = exchange.request.route;
    const permit = lane === 'none' ? null : only.lanes.tryAcquire(lane, exchange.model);
    if (lane !== 'none' && permit === null) return this.#chosen(exchange, []);
    const leave = only.breakers.enter(exchange);
    if (leave === null) {
      permit?.release();
      // Not asked again: what a breaker lets go unused is counted each time.
      return this.#chosen(exchange, [only]);
    }
    only.assign();
    return passGate(only, exchange, permit, leave, this.#deps);
  };

  async #chosen(exchange: Exchange, refused: Upstream[]): Promise<GatewayResponse> {
    if (!this.#warmUp.over) await this.#untilKnown(exchange);
    let queuedAt: number | null = null;
    for (;;) {
      const { upstream, forced } = this.#chooser.choose(this.#all, exchange, refused, this.#panic);
      const { lane } = exchange.request.route;
      let permit = lane === 'none' ? null : upstream.lanes.tryAcquire(lane, exchange.model);
      if (lane !== 'none' && permit === null) {
        const rejoins = queuedAt !== null;
        queuedAt ??= this.#deps.clock.now();
        permit = await this.#queue(upstream, exchange, { since: queuedAt, rejoins });
        // Drained while this one was in its line: others may take it.
        if (permit === null) continue;
      }
      const leave = forced ? upstream.breakers.enterAnyway(exchange) : upstream.breakers.enter(exchange);
      if (leave !== null) return passGate(upstream, exchange, permit, leave, this.#deps);
      permit?.release();
      upstream.unassign();
      refused.push(upstream);
    }
  }

  /** Whether an upstream that this request has not tried could take it now. */
  readonly elsewhere = (exchange: Exchange): boolean =>
    suitable(this.#all, exchange).some(
      (one) => !exchange.tried.includes(one.name) && one.health.healthy && !one.breakers.isOpen(exchange),
    );

  /** The digest of a model's weights as an upstream lists it, or null while none does. */
  readonly modelDigest = (model: string): string | null => {
    for (const upstream of this.#all) {
      if (!upstream.mayServe(modelId(model))) continue;
      const digest = upstream.health.digest(model);
      if (digest !== null) return digest;
    }
    return null;
  };

  /** An embedding model on a healthy upstream: the one wanted, or the first there is. */
  embeddingModel(wanted: string | null): EmbeddingModel | null {
    for (const upstream of this.#all) {
      const found = upstream.health.healthy ? upstream.health.embeddingModel(wanted) : null;
      if (found === null) continue;
      return {
        upstream: upstream.name,
        kind: upstream.options.kind,
        model: found.name,
        digest: found.digest,
      };
    }
    return null;
  }

  /** An embedding call of the gateway's own. Rejects with a GatewayError. */
  embed(at: EmbeddingModel, body: Buffer): Promise<Buffer> {
    const upstream = this.#roster.find(at.upstream);
    if (upstream === null)
      return Promise.reject(new GatewayError('no_upstream', `there is no upstream ${at.upstream}`));
    return callEmbedding(upstream, upstream.breakers.embedding(at.model), body, this.#deps);
  }

  breaker(name: string): CircuitBreaker | null {
    return this.#roster.breaker(name);
  }

  breakers(): readonly BreakerSnapshot[] {
    return this.#roster.breakers();
  }

  pools(): readonly PoolSnapshot[] {
    return this.#roster.pools();
  }

  queues(): readonly QueueSnapshot[] {
    return this.#roster.queues();
  }

  snapshots(): readonly UpstreamSnapshot[] {
    return this.#all.map((one) => one.snapshot(this.#panic));
  }

  /** Takes an upstream out of the choice; resolves when nothing runs there. Rejects for an unknown name. */
  drain(name: string): Promise<void> {
    const upstream = this.#roster.find(name);
    return upstream === null
      ? Promise.reject(new GatewayError('no_upstream', `there is no upstream ${name}`))
      : upstream.drain();
  }

  /** Turns away what is queued, lets what runs end for at most `deadlineMs`, cuts the rest, closes every connection. */
  close(deadlineMs: number): Promise<void> {
    return this.#roster.close(deadlineMs);
  }

  /** While the first probes are out: until one says that its upstream can serve this, or all have spoken. */
  async #untilKnown(exchange: Exchange): Promise<void> {
    const { model } = exchange;
    const from = this.#deps.clock.now();
    await this.#warmUp.until(
      () =>
        suitable(this.#all, exchange).some(
          (one) => one.health.healthy && (model === null || one.hasModel(model)),
        ),
      exchange.cancel,
    );
    exchange.waitedMs += this.#deps.clock.now() - from;
    if (exchange.cancel.reason !== null) throw exchange.cancel.reason;
  }

  /** Waits for a permit. Null when the upstream is drained meanwhile and another may serve. Nothing stays assigned without a permit. */
  async #queue(
    upstream: Upstream,
    exchange: Exchange,
    before: { readonly since: number; readonly rejoins: boolean },
  ): Promise<Permit | null> {
    const { client, deadlineAt, priority, route } = exchange.request;
    const { cancel, model } = exchange;
    const from = this.#deps.clock.now();
    try {
      const waiter = { client, deadlineAt, cancel, priority, ...before };
      const permit = await upstream.lanes.acquire(route.lane, model, waiter);
      if (cancel.reason === null) return permit;
      permit.release();
      throw cancel.reason;
    } catch (error) {
      upstream.unassign();
      const drained = error instanceof GatewayError && error.code === 'draining';
      if (drained && suitable(this.#all, exchange).length > 0) return null;
      if (drained) this.#deps.emit({ type: 'queue.rejected', upstream: upstream.name, reason: 'draining' });
      throw error;
    } finally {
      const waitedMs = this.#deps.clock.now() - from;
      exchange.queuedMs += waitedMs;
      exchange.waitedMs += waitedMs;
    }
  }
}

export function createUpstreams(options: readonly UpstreamOptions[], deps: UpstreamsDeps): Upstreams {
  return new Upstreams(options, deps);
}
