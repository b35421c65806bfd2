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
import type { Exchange, Handler } from '../core/request.ts';
import type { BreakerSnapshot, PoolSnapshot, QueueSnapshot, UpstreamSnapshot } from '../core/state.ts';
import type { Permit, PermitQueue } from '../admission/permits.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import { CancelSource } from '../runtime/cancel.ts';
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
      const queue = upstream.permits(exchange.request.route.lane);
      let permit = queue?.tryAcquire() ?? null;
      if (queue !== null && permit === null) {
        permit = await this.#queue(upstream, queue, exchange);
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
    return callEmbedding(upstream, upstream.breakers.embedding(at.model), body, this.#deps);
  }

  breaker(name: string): CircuitBreaker | null {
    for (const upstream of this.#all) {
      const found = upstream.breakers.find(name);
      if (found !== null) return found;
    }
    return null;
  }

  breakers(): readonly BreakerSnapshot[] {
    return this.#all.flatMap((one) => one.breakers.all().map((breaker) => breaker.snapshot()));
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
    const idle = new CancelSource();
    void Promise.all(this.#all.map((one) => one.drain())).then(() => {
      idle.cancel(new Error('idle'));
    });
    await sleep(clock, deadlineMs, idle);
    await Promise.all(
      this.#all.map(async (one) => {
        await one.transport.close();
        await one.health.close();
        one.breakers.close();
        this.#deps.emit({ type: 'upstream.removed', upstream: one.name });
      }),
    );
  }

  /** `forced`: its breaker is open, and is to be passed all the same (`breaker.allOpen: leastRemaining`). */
  #choose(exchange: Exchange, refused: readonly Upstream[]): { upstream: Upstream; forced: boolean } {
    const able = suitable(this.#all, exchange);
    if (able.length === 0) throw this.#nobody(exchange);
    const open = able.filter((one) => !refused.includes(one) && !one.breakers.isOpen(exchange));
    const upstream = pick(open, exchange, this.#deps.rng);
    const chosen = upstream ?? this.#whenAllRefuse(able, exchange);
    chosen.assign();
    return { upstream: chosen, forced: upstream === null };
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
    const live = this.#all.some((one) => !one.draining);
    const why = live
      ? `no upstream of kind ollama is configured, and ${route.template} needs one`
      : 'every upstream is draining';
    return new GatewayError('no_upstream', why);
  }

  /** Waits for a permit. Null when the upstream is drained meanwhile and another may serve. Nothing stays assigned without a permit. */
  async #queue(upstream: Upstream, queue: PermitQueue, exchange: Exchange): Promise<Permit | null> {
    const { request, cancel } = exchange;
    const from = this.#deps.clock.now();
    try {
      const permit = await queue.acquire({ client: request.client, deadlineAt: request.deadlineAt, cancel });
      if (cancel.reason === null) return permit;
      permit.release();
      throw cancel.reason;
    } catch (error) {
      upstream.unassign();
      const drained = error instanceof GatewayError && error.code === 'draining';
      if (drained && suitable(this.#all, exchange).length > 0) return null;
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
