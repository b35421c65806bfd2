/**
 * Which upstream a request goes to. Pure: candidates and chance in, one candidate out.
 *
 * First what must be (it speaks the protocol, may serve and has the model, is not draining), then what had better be (healthy,
 * not tried yet, lowest tier), then the less loaded of two random choices, or the one that its kind sticks to. A wish
 * that nobody fulfils is dropped rather than the request.
 */
import type { ModelId, UpstreamName } from '../core/ids.ts';
import type { Exchange } from '../core/request.ts';
import type { Rng } from '../runtime/rng.ts';
import { pickSticky, stickyKey } from './sticky.ts';
import type { RoutingOptions } from './tuning.ts';

export interface Candidate {
  readonly name: UpstreamName;
  readonly options: {
    readonly kind: 'ollama' | 'openai';
    readonly tier: number;
    /** As configured. */
    readonly weight: number;
    readonly parallel: number;
  };
  /** What of its weight it has now: less for a while after it came back. */
  readonly weight: number;
  readonly draining: boolean;
  /** Whether the configuration lets it serve the model. */
  mayServe(model: ModelId): boolean;
  /** Whether it is known to have the model. */
  hasModel(model: ModelId): boolean;
  readonly health: {
    readonly healthy: boolean;
    resident(model: ModelId): boolean;
  };
  readonly assigned: number;
  /** Failures in a row, weighing less the longer ago the last one was. */
  readonly recentFailures: number;
}

/** A model that has to be loaded first costs as much as this many full loads of waiting. */
const COLD_LOADS = 2;

/** Those that can serve the request at all. Where no upstream is known to have the model, each may have it. */
export function suitable<C extends Candidate>(all: readonly C[], exchange: Exchange): readonly C[] {
  const speaking = reachable(all, exchange);
  const { model } = exchange;
  if (model === null) return speaking;
  const allowed = speaking.filter((one) => one.mayServe(model));
  return allowed.length < 2 ? allowed : preferring(allowed, (one) => one.hasModel(model));
}

/** Those that speak the protocol and are not draining, whichever models they have. */
export function reachable<C extends Candidate>(all: readonly C[], exchange: Exchange): readonly C[] {
  const ollamaOnly = exchange.request.route.dialect === 'ollama';
  return all.filter((one) => !one.draining && (!ollamaOnly || one.options.kind === 'ollama'));
}

/** How to choose among those that can serve. */
export interface Choice {
  readonly rng: Rng;
  /** So few are well that health is not to be believed, and not asked. */
  readonly panic?: boolean;
  readonly routing?: RoutingOptions;
}

/** The one to send to, or null when there is no candidate. */
export function pick<C extends Candidate>(
  candidates: readonly C[],
  exchange: Exchange,
  { rng, panic = false, routing }: Choice,
): C | null {
  if (candidates.length < 2) return candidates[0] ?? null;
  const { tried, model } = exchange;
  let wanted = panic ? candidates : preferring(candidates, (one) => one.health.healthy);
  if (tried.length > 0) wanted = preferring(wanted, (one) => !tried.includes(one.name));
  const tier = Math.min(...wanted.map((one) => one.options.tier));
  wanted = preferring(wanted, (one) => one.options.tier === tier);
  const [only] = wanted;
  if (wanted.length === 1 && only !== undefined) return only;
  const key = routing === undefined ? null : stickyKey(exchange, routing.sticky);
  if (key !== null && routing !== undefined) return pickSticky(wanted, key, routing.stickyLoad);
  const first = draw(wanted, rng, null);
  const second = draw(wanted, rng, first);
  return lessLoaded(first, second, model);
}

/** The one with less work ahead of a request for the model; the first when they are even. */
export function lessLoaded<C extends Candidate>(first: C, second: C, model: ModelId | null): C {
  return cost(second, model) < cost(first, model) ? second : first;
}

/**
 * Full loads of work ahead of a request here; one of twice the weight takes twice the work for a load. Recent failures
 * count as loads: failing fast is not being idle.
 */
function cost(candidate: Candidate, model: ModelId | null): number {
  const { weight } = candidate;
  const { parallel } = candidate.options;
  const cold = model !== null && !candidate.health.resident(model) ? COLD_LOADS : 0;
  return candidate.assigned / (parallel * weight) + cold + candidate.recentFailures;
}

/** One at random, in proportion to the weights, other than `except`. */
function draw<C extends Candidate>(candidates: readonly C[], rng: Rng, except: C | null): C {
  let total = 0;
  for (const one of candidates) if (one !== except) total += one.weight;
  let point = rng.next() * total;
  let last: C | null = null;
  for (const one of candidates) {
    if (one === except) continue;
    last = one;
    point -= one.weight;
    if (point < 0) break;
  }
  // Two candidates at least, so there is one beside `except`.
  return last as C;
}

/** Those that fulfil the wish, or all when none does. */
export function preferring<C>(candidates: readonly C[], wish: (candidate: C) => boolean): readonly C[] {
  const better = candidates.filter(wish);
  return better.length > 0 ? better : candidates;
}
