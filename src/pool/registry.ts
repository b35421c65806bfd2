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
import { upstreamName, type UpstreamName } from '../core/ids.ts';
import type { Exchange, GatewayResponse, Handler } from '../core/request.ts';
import type { BreakerSnapshot, PoolSnapshot, QueueSnapshot, UpstreamSnapshot } from '../core/state.ts';
import type { Permit } from '../admission/permits.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import type { BreakerPermit } from '../resilience/breaker/permit.ts';
import { sleep, type Clock } from '../runtime/clock.ts';
import type { Rng } from '../runtime/rng.ts';
import { callEmbedding } from './embedding-call.ts';
import { passGate } from './gate.ts';
import type { UpstreamOptions } from './options.ts';
import type { ProbeOptions } from './probe.ts';
import { pick, suitable } from './select.ts';
import { Upstream } from './upstream.ts';

export interface UpstreamsDeps {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly emit: Emit;
  /** Our name in `via`. */
  readonly instance: string;
  readonly probe: ProbeOptions;
}

/** A model that makes vectors, and where it is. */
export interface EmbeddingModel {
  readonly upstream: UpstreamName;
  readonly kind: 'ollama' | 'openai';
  readonly model: string;
  readonly digest: string | null;
}

export class Upstreams {
  readonly #all: readonly Upstream[];
  readonly #deps: UpstreamsDeps;
  /** Breakers of embedding models, `upstream/model`, made when the model is first used. */
  readonly #embeddingBreakers = new Map<string, CircuitBreaker>();

  constructor(options: readonly UpstreamOptions[], deps: UpstreamsDeps) {
    this.#deps = deps;
    this.#all = options.map((one) => new Upstream(one, deps));
  }

  /** Starts the probes; resolves when each upstream was probed once. */
  async start(): Promise<void> {
    await Promise.all(this.#all.map((upstream) => upstream.health.start()));
  }

  /** The innermost handler of the pipeline. */
  readonly handle: Handler = async (exchange) => {
    const refused: Upstream[] = [];
    for (;;) {
      const { upstream, forced } = this.#choose(exchange, refused);
      const permit = await this.#permit(upstream, exchange);
      const leave = forced ? upstream.breaker.acquireAnyway() : upstream.breaker.tryAcquire();
      if (leave.admitted) return this.#pass(upstream, exchange, permit, leave);
      permit?.release();
      upstream.unassign();
      refused.push(upstream);
    }
  };

  /** Whether an upstream that this request has not tried could take it now. */
  readonly elsewhere = (exchange: Exchange): boolean =>
    suitable(this.#all, exchange).some(
      (one) => !exchange.tried.includes(one.name) && one.health.healthy && !isOpen(one),
    );

  /** The digest of a model's weights as an upstream lists it, or null while none does. */
  readonly modelDigest = (model: string): string | null => {
    for (const upstream of this.#all) {
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
    const upstream = this.#all.find((one) => one.name === at.upstream);
    if (upstream === undefined)
      return Promise.reject(new GatewayError('no_upstream', `there is no upstream ${at.upstream}`));
    const name = `${at.upstream}/${at.model}`;
    let breaker = this.#embeddingBreakers.get(name);
    if (breaker === undefined) {
      breaker = upstream.newBreaker(name, this.#deps);
      this.#embeddingBreakers.set(name, breaker);
    }
    return callEmbedding(upstream, breaker, body, this.#deps);
  }

  breaker(name: string): CircuitBreaker | null {
    return this.#all.find((one) => one.name === name)?.breaker ?? this.#embeddingBreakers.get(name) ?? null;
  }

  breakers(): readonly BreakerSnapshot[] {
    return [...this.#all.map((one) => one.breaker), ...this.#embeddingBreakers.values()].map((one) =>
      one.snapshot(),
    );
  }

  pools(): readonly PoolSnapshot[] {
    return this.#all.map((one) => one.transport.snapshot());
  }

  queues(): readonly QueueSnapshot[] {
    return this.#all.map((one) => one.queue());
  }

  snapshots(): readonly UpstreamSnapshot[] {
    return this.#all.map((one) => one.snapshot());
  }

  /** Takes an upstream out of the choice; resolves when nothing runs there. Rejects for an unknown name. */
  drain(name: string): Promise<void> {
    const upstream = this.#all.find((one) => one.name === upstreamName(name));
    return upstream === undefined
      ? Promise.reject(new GatewayError('no_upstream', `there is no upstream ${name}`))
      : upstream.drain();
  }

  /** Turns away what is queued, lets what runs end for at most `deadlineMs`, cuts the rest, closes every connection. */
  async close(deadlineMs: number): Promise<void> {
    const { clock } = this.#deps;
    const idle = Promise.all(this.#all.map((one) => one.drain()));
    await Promise.race([idle, sleep(clock, deadlineMs)]);
    await Promise.all(
      this.#all.map(async (one) => {
        await one.transport.close();
        await one.health.close();
        one.breaker.close();
        this.#deps.emit({ type: 'upstream.removed', upstream: one.name });
      }),
    );
    for (const breaker of this.#embeddingBreakers.values()) breaker.close();
  }

  /** `forced`: its breaker is open, and is to be passed all the same (`breaker.allOpen: leastRemaining`). */
  #choose(exchange: Exchange, refused: readonly Upstream[]): { upstream: Upstream; forced: boolean } {
    const able = suitable(this.#all, exchange);
    if (able.length === 0) throw this.#nobody(exchange);
    const open = able.filter((one) => !refused.includes(one) && !isOpen(one));
    const upstream = pick(open, exchange, this.#deps.rng);
    const chosen = upstream ?? this.#whenAllRefuse(able);
    chosen.assign();
    return { upstream: chosen, forced: upstream === null };
  }

  /** Every suitable breaker is open or full of probes: one rejection, on the one that would be tried next. */
  #whenAllRefuse(able: readonly Upstream[]): Upstream {
    const next = able.reduce((best, one) => (remainingMs(one) < remainingMs(best) ? one : best));
    if (able.length > 1 && next.options.breaker.allOpen === 'leastRemaining') return next;
    next.breaker.recordRejection();
    throw new GatewayError(
      'breaker_open',
      able.length === 1
        ? `upstream ${next.name} is failing and its circuit breaker is open`
        : `the circuit breakers of all ${String(able.length)} upstreams for this request are open`,
      { retryAfterMs: Math.max(1, remainingMs(next)) },
    );
  }

  #nobody(exchange: Exchange): GatewayError {
    const { route } = exchange.request;
    const live = this.#all.some((one) => !one.draining);
    const why = live
      ? `no upstream of kind ollama is configured, and ${route.template} needs one`
      : 'every upstream is draining';
    return new GatewayError('no_upstream', why);
  }

  /** A permit of the upstream's lane, or null where the lane needs none. On a rejection nothing stays assigned. */
  async #permit(upstream: Upstream, exchange: Exchange): Promise<Permit | null> {
    const { request, cancel } = exchange;
    const queue = upstream.permits(request.route.lane);
    if (queue === null) return null;
    const free = queue.tryAcquire();
    if (free !== null) return free;
    const from = this.#deps.clock.now();
    try {
      const permit = await queue.acquire({ client: request.client, deadlineAt: request.deadlineAt, cancel });
      if (cancel.reason === null) return permit;
      permit.release();
      throw cancel.reason;
    } catch (error) {
      upstream.unassign();
      throw error;
    } finally {
      const waitedMs = this.#deps.clock.now() - from;
      exchange.queuedMs += waitedMs;
      exchange.waitedMs += waitedMs;
    }
  }

  #pass(
    upstream: Upstream,
    exchange: Exchange,
    permit: Permit | null,
    leave: BreakerPermit,
  ): Promise<GatewayResponse> {
    return passGate(upstream, exchange, permit, leave, this.#deps);
  }
}

export function createUpstreams(options: readonly UpstreamOptions[], deps: UpstreamsDeps): Upstreams {
  return new Upstreams(options, deps);
}

function isOpen(upstream: Upstream): boolean {
  return upstream.breaker.snapshot().state === 'open';
}

function remainingMs(upstream: Upstream): number {
  return upstream.breaker.snapshot().retryAfterMs ?? 0;
}
