/**
 * Events of many workers as those of one gateway. What each of them sees for itself (an upstream that fell ill, a breaker that
 * changed) is one event, when what all of them come to changes; what is about one request is passed on as it is.
 */
import type { BreakerStateName } from '../core/breaker-state.ts';
import { BREAKER_STATE_VALUE } from '../core/breaker-state.ts';
import type { Emit, GatewayEvent } from '../core/events.ts';
import type { ToldEvent } from './messages.ts';

export interface ToldEventsDeps<W> {
  /** For the metrics, the log and the page. */
  readonly emit: Emit;
  /** For the page alone: the workers have counted and logged it. */
  readonly show: Emit;
  /** A breaker opened for so long (null: closed again), of itself: the other workers do the same. */
  readonly spread: (breaker: string, openMs: number | null, from: W) => void;
}

type Transition = GatewayEvent & { readonly type: 'breaker.transitioned' };

export class ToldEvents<W> {
  readonly #deps: ToldEventsDeps<W>;
  /** By what it is about: what each worker says of it. */
  readonly #upstreams = new Map<string, Set<W>>();
  readonly #healthy = new Map<string, Map<W, boolean>>();
  readonly #breakers = new Map<string, Map<W, BreakerStateName>>();
  readonly #panics = new Map<W, boolean>();

  constructor(deps: ToldEventsDeps<W>) {
    this.#deps = deps;
  }

  take(worker: W, told: ToldEvent): void {
    const { event } = told;
    switch (event.type) {
      case 'upstream.added':
      case 'upstream.removed':
        this.#rosterChanged(worker, event);
        break;
      case 'upstream.health-changed':
        this.#healthChanged(worker, event);
        break;
      case 'breaker.added':
        this.#breakersOf(event.breaker).set(worker, 'closed');
        if (this.#breakersOf(event.breaker).size === 1) this.#deps.emit(event);
        break;
      case 'breaker.removed':
        this.#breakerRemoved(worker, event.breaker);
        break;
      case 'breaker.transitioned':
        this.#transitioned(worker, event, told);
        break;
      case 'health.panic-changed':
        this.#panicChanged(worker, event);
        break;
      case 'cache.looked-up':
        this.#deps.show(withTexts(event, told.texts ?? null));
        break;
      default:
        this.#deps.show(event);
    }
  }

  /** It says nothing any more: what it said counts no longer. */
  forget(worker: W): void {
    for (const said of [...this.#healthy.values(), ...this.#breakers.values()]) said.delete(worker);
    for (const said of this.#upstreams.values()) said.delete(worker);
    this.#panics.delete(worker);
  }

  #rosterChanged(worker: W, event: GatewayEvent & { type: 'upstream.added' | 'upstream.removed' }): void {
    const having = this.#upstreams.get(event.upstream) ?? new Set<W>();
    this.#upstreams.set(event.upstream, having);
    const before = having.size > 0;
    if (event.type === 'upstream.added') having.add(worker);
    else having.delete(worker);
    if (before !== having.size > 0) this.#deps.emit(event);
    if (having.size === 0) this.#upstreams.delete(event.upstream);
  }

  /** Well when all say so: one that cannot reach it is worth knowing of. */
  #healthChanged(worker: W, event: GatewayEvent & { type: 'upstream.health-changed' }): void {
    const said = this.#healthy.get(event.upstream) ?? new Map<W, boolean>();
    this.#healthy.set(event.upstream, said);
    const before = said.size === 0 ? null : [...said.values()].every(Boolean);
    said.set(worker, event.healthy);
    if ([...said.values()].every(Boolean) !== before) this.#deps.emit(event);
  }

  #breakersOf(name: string): Map<W, BreakerStateName> {
    const said = this.#breakers.get(name) ?? new Map<W, BreakerStateName>();
    this.#breakers.set(name, said);
    return said;
  }

  #breakerRemoved(worker: W, name: string): void {
    const said = this.#breakersOf(name);
    said.delete(worker);
    if (said.size > 0) return;
    this.#breakers.delete(name);
    this.#deps.emit({ type: 'breaker.removed', breaker: name as Transition['breaker'] });
  }

  #transitioned(worker: W, event: Transition, { openMs = null, followed = false }: ToldEvent): void {
    const said = this.#breakersOf(event.breaker);
    const from = worst(said);
    said.set(worker, event.to);
    const to = worst(said);
    if (from !== to) this.#deps.emit({ ...event, from, to });
    if (followed || event.cause === 'manual' || event.to === 'half_open') return;
    if (event.to === 'open' && openMs === null) return;
    this.#deps.spread(event.breaker, event.to === 'open' ? openMs : null, worker);
  }

  #panicChanged(worker: W, event: GatewayEvent & { type: 'health.panic-changed' }): void {
    const before = [...this.#panics.values()].some(Boolean);
    this.#panics.set(worker, event.active);
    if ([...this.#panics.values()].some(Boolean) !== before) this.#deps.emit(event);
  }
}

function worst(said: ReadonlyMap<unknown, BreakerStateName>): BreakerStateName {
  let found: BreakerStateName = 'closed';
  for (const state of said.values())
    if (BREAKER_STATE_VALUE[state] > BREAKER_STATE_VALUE[found]) found = state;
  return found;
}

function withTexts(
  event: GatewayEvent & { type: 'cache.looked-up' },
  texts: { readonly asked: string; readonly stored: string } | null,
): GatewayEvent {
  if (event.match === null) return event;
  return { ...event, match: { ...event.match, texts: () => texts ?? { asked: '', stored: '' } } };
}
