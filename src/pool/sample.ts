/**
 * The choice among many upstreams without looking at each: two random ones that fulfil every wish, the less loaded of
 * them. Drawn by rejection, so each is as likely as when all are asked first (`select.ts`), at a cost that does not grow
 * with their number. Null when luck does not find two in a few draws, as when most are ill or busy with another
 * model: then all are asked.
 */
import type { Exchange } from '../core/request.ts';
import type { Rng } from '../runtime/rng.ts';
import { lessLoaded, type Candidate } from './select.ts';
import type { RoutingOptions } from './tuning.ts';

/** Of fewer, asking each costs less than drawing. */
const MANY = 8;
const DRAWS = 24;

export class Sampler<C extends Candidate> {
  readonly #rng: Rng;
  readonly #tuning: { readonly routing: RoutingOptions };
  readonly #isOpen: (candidate: C, exchange: Exchange) => boolean;
  #all: readonly C[] = [];
  #lowestTier = 0;
  #heaviest = 0;

  constructor(
    rng: Rng,
    tuning: { readonly routing: RoutingOptions },
    isOpen: (candidate: C, exchange: Exchange) => boolean,
  ) {
    this.#rng = rng;
    this.#tuning = tuning;
    this.#isOpen = isOpen;
  }

  /** `panic`: so few are well that health is not to be asked. */
  pick(all: readonly C[], exchange: Exchange, panic: boolean): C | null {
    if (all.length < MANY || this.#tuning.routing.sticky !== 'none') return null;
    const rng = this.#rng;
    if (all !== this.#all) this.#learn(all);
    let first: C | null = null;
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const one = all[Math.floor(rng.next() * all.length)] as C;
      if (one === first || rng.next() * this.#heaviest >= one.weight) continue;
      if (!this.#fulfils(one, exchange, panic)) continue;
      if (first !== null) return lessLoaded(first, one, exchange.model);
      first = one;
    }
    return null;
  }

  #learn(all: readonly C[]): void {
    this.#all = all;
    this.#lowestTier = Math.min(...all.map((one) => one.options.tier));
    this.#heaviest = Math.max(...all.map((one) => one.options.weight));
  }

  /** Whoever is in the lowest tier of all and fulfils every wish is among those that the wishes leave. */
  #fulfils(one: C, exchange: Exchange, panic: boolean): boolean {
    const { model, tried } = exchange;
    return (
      !one.draining &&
      one.options.tier === this.#lowestTier &&
      (one.options.kind === 'ollama' || exchange.request.route.dialect !== 'ollama') &&
      (panic || one.health.healthy) &&
      (model === null || (one.mayServe(model) && one.hasModel(model))) &&
      !tried.includes(one.name) &&
      !this.#isOpen(one, exchange)
    );
  }
}
