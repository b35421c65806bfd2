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
import type { Exchange, Handler } from '../core/request.ts';
import type { BreakerSnapshot, PoolSnapshot, QueueSnapshot, UpstreamSnapshot } from '../core/state.ts';
import type { Permit } from '../admission/held-permit.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Rng } from '../runtime/rng.ts';
import { callEmbedding } from './embedding-call.ts';
import { passGate } from './gate.ts';
import type { UpstreamOptions } from './options.ts';
import type { ProbeOptions } from './probe.ts';
import { Roster } from './roster.ts';
import { Sampler } from './sample.ts';
import { pick, reachable, suitable } from './select.ts';
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
  readonly #sampler: Sampler<Upstream>;
  #panic = false;

  constructor(options: readonly UpstreamOptions[], deps: UpstreamsDeps) {
    this.#deps = deps;
    this.#tuning = new Tuning(deps.tuning);
    this.#sampler = new Sampler(deps.rng, this.#tuning, (one, exchange) => one.breakers.isOpen(exchange));
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
  readonly handle: Handler = async (exchange) => {
    if (!this.#warmUp.over) await this.#untilKnown(exchange);
    const refused: Upstream[] = [];
    let queuedAt: number | null = null;
    for (;;) {
      const { upstream, forced } = this.#choose(exchange, refused);
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
  };

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

  /** `forced`: its breaker is open, and is to be passed all the same (`breaker.allOpen: leastRemaining`). */
  #choose(exchange: Exchange, refused: readonly Upstream[]): { upstream: Upstream; forced: boolean } {
    const drawn = refused.length > 0 ? null : this.#sampler.pick(this.#all, exchange, this.#panic);
    const chosen = drawn === null ? this.#amongAll(exchange, refused) : { upstream: drawn, forced: false };
    chosen.upstream.assign();
    return chosen;
  }

  #amongAll(exchange: Exchange, refused: readonly Upstream[]): { upstream: Upstream; forced: boolean } {
    const able = suitable(this.#all, exchange);
    if (able.length === 0) throw this.#nobody(exchange);
    const open = able.filter((one) => !refused.includes(one) && !one.breakers.isOpen(exchange));
    const how = { rng: this.#deps.rng, panic: this.#panic, routing: this.#tuning.routing };
    const upstream = pick(open, exchange, how);
    return { upstream: upstream ?? this.#whenAllRefuse(able, exchange), forced: upstream === null };
  }

  /** Every suitable breaker is open or full of probes: one rejection, on the one that would be tried next. */
  #whenAllRefuse(able: readonly Upstream[], exchange: Exchange): Upstream {
    const obstacles = able.map((upstream) => ({ upstream, ...upstream.breakers.obstacle(exchange) }));
    const next = obstacles.reduce((best, one) => (one.leftMs < best.leftMs ? one : best));
    const { upstream, breaker, leftMs } = next;
    if (able.length > 1 && upstream.options.breaker.allOpen === 'leastRemaining' && leftMs !== Infinity)
      return upstream;
    breaker.recordRejection();
    throw new GatewayError(
      'breaker_open',
      able.length === 1
        ? `${subject(upstream, breaker)} is failing and its circuit breaker is open`
        : `the circuit breakers of all ${String(able.length)} upstreams for this request are open`,
      leftMs === Infinity || leftMs === 0 ? {} : { retryAfterMs: leftMs },
    );
  }

  #nobody(exchange: Exchange): GatewayError {
    const { route } = exchange.request;
    if (exchange.model !== null && reachable(this.#all, exchange).length > 0) {
      const why = `no upstream may serve model ${JSON.stringify(exchange.model)}: it is in none of their lists`;
      return new GatewayError('model_not_found', why);
    }
    const live = this.#all.some((one) => !one.draining);
    const why = live
      ? `no upstream of kind ollama is configured, and ${route.template} needs one`
      : 'every upstream is draining';
    return new GatewayError('no_upstream', why);
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

function subject({ name, breaker: whole }: Upstream, breaker: CircuitBreaker): string {
  return breaker === whole
    ? `upstream ${name}`
    : `model ${breaker.name.slice(name.length + 1)} of upstream ${name}`;
}
