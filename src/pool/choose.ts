/** Which upstream a request goes to now, its breakers asked, and what to say when there is none. */
import { GatewayError } from '../core/errors.ts';
import type { Exchange } from '../core/request.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import type { Rng } from '../runtime/rng.ts';
import { Sampler } from './sample.ts';
import { pick, reachable, suitable } from './select.ts';
import type { Tuning } from './tuning.ts';
import type { Upstream } from './upstream.ts';

/** `forced`: its breaker is open, and is to be passed all the same (`breaker.allOpen: leastRemaining`). */
export interface Chosen {
  readonly upstream: Upstream;
  readonly forced: boolean;
}

export class Chooser {
  readonly #rng: Rng;
  readonly #tuning: Tuning;
  readonly #sampler: Sampler<Upstream>;

  constructor(rng: Rng, tuning: Tuning) {
    this.#rng = rng;
    this.#tuning = tuning;
    this.#sampler = new Sampler(rng, tuning, (one, exchange) => one.breakers.isOpen(exchange));
  }

  /** Where there is one upstream and its breakers are closed, as in most installations, nothing has to be chosen. */
  theOnlyOne(all: readonly Upstream[], exchange: Exchange): Upstream | null {
    const [one] = all;
    if (one === undefined || all.length > 1 || one.draining) return null;
    const { model, request } = exchange;
    if (request.route.dialect === 'ollama' && one.options.kind !== 'ollama') return null;
    if (model !== null && !one.mayServe(model)) return null;
    return one.breakers.isOpen(exchange) ? null : one;
  }

  /** It is assigned the request. `panic`: so few are well that health is not asked. Throws where nobody can take it. */
  choose(all: readonly Upstream[], exchange: Exchange, refused: readonly Upstream[], panic: boolean): Chosen {
    const drawn = refused.length > 0 ? null : this.#sampler.pick(all, exchange, panic);
    const chosen =
      drawn === null ? this.#amongAll(all, exchange, refused, panic) : { upstream: drawn, forced: false };
    chosen.upstream.assign();
    return chosen;
  }

  #amongAll(
    all: readonly Upstream[],
    exchange: Exchange,
    refused: readonly Upstream[],
    panic: boolean,
  ): Chosen {
    const able = suitable(all, exchange);
    if (able.length === 0) throw nobody(all, exchange);
    const open = able.filter((one) => !refused.includes(one) && !one.breakers.isOpen(exchange));
    const how = { rng: this.#rng, panic, routing: this.#tuning.routing };
    const upstream = pick(open, exchange, how);
    return { upstream: upstream ?? whenAllRefuse(able, exchange), forced: upstream === null };
  }
}

/** Every suitable breaker is open or full of probes: one rejection, on the one that would be tried next. */
function whenAllRefuse(able: readonly Upstream[], exchange: Exchange): Upstream {
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

function nobody(all: readonly Upstream[], exchange: Exchange): GatewayError {
  const { route } = exchange.request;
  if (exchange.model !== null && reachable(all, exchange).length > 0) {
    const why = `no upstream may serve model ${JSON.stringify(exchange.model)}: it is in none of their lists`;
    return new GatewayError('model_not_found', why);
  }
  const live = all.some((one) => !one.draining);
  const why = live
    ? `no upstream of kind ollama is configured, and ${route.template} needs one`
    : 'every upstream is draining';
  return new GatewayError('no_upstream', why);
}

function subject({ name, breaker: whole }: Upstream, breaker: CircuitBreaker): string {
  return breaker === whole
    ? `upstream ${name}`
    : `model ${breaker.name.slice(name.length + 1)} of upstream ${name}`;
}
