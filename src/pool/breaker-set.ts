/**
 * The circuit breakers of one upstream: one for all of it, and with `perModel` one more for each model that it serves.
 *
 * Guarantees: a call is admitted by every breaker that concerns it or by none; its outcome is judged by the one that
 * it says something about, the upstream's where the connection or the server failed, the model's where that
 * model did; a success counts for both. Breakers of models are made when the model is first asked for, only for models
 * that the upstream lists, and never more than `MAX_MODELS`: beyond that, and for unknown names, the upstream's alone judges.
 *
 * A call that runs no model (a list, a version, a pull) cannot hide that generations fail: its success is not
 * counted, except where it ends a row of failures that such calls alone had made. Its failures count like any other.
 */
import type { Emit, IgnoreReason } from '../core/events.ts';
import type { ModelId } from '../core/ids.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { Exchange } from '../core/request.ts';
import { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import type { BreakerPermit } from '../resilience/breaker/permit.ts';
import type { ManualMode } from '../resilience/breaker/state.ts';
import { OUTCOME_POLICY, settleByOutcome } from '../resilience/outcomes.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Rng } from '../runtime/rng.ts';
import type { UpstreamBreakerOptions } from './options.ts';

export interface BreakerSetParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly emit: Emit;
}

export interface SettleDetail {
  readonly firstContentMs?: number;
  readonly retryAfterMs?: number;
}

/** The right to make one attempt, settled once at its end. */
export interface Leave {
  settle(outcome: AttemptOutcome, detail: SettleDetail): void;
  ignore(reason: IgnoreReason): void;
}

/** A breaker that an operator has set; `model` is null for the one of the whole upstream. */
export interface SetByHand {
  readonly model: string | null;
  readonly manual: ManualMode;
}

/** What a caller is told when a half-open breaker is full of probes: nobody knows for how long. */
const HALF_OPEN_RETRY_MS = 1_000;
const MAX_MODELS = 64;

/** Failures that say nothing about a model: no other request to the same server would have fared better. */
const OF_THE_UPSTREAM: ReadonlySet<AttemptOutcome> = new Set([
  'connect_error',
  'reset',
  'overloaded',
  'malformed',
]);

export class BreakerSet {
  readonly upstream: CircuitBreaker;
  readonly #name: string;
  readonly #settings: UpstreamBreakerOptions;
  readonly #parts: BreakerSetParts;
  readonly #knows: (model: ModelId) => boolean;
  readonly #models = new Map<string, CircuitBreaker>();
  /** The row of failures has one in it that a generation or an embedding made. */
  #workFailed = false;

  /** `knows`: whether the upstream lists a model. Throws a RangeError when an option is out of range. */
  constructor(
    name: string,
    settings: UpstreamBreakerOptions,
    knows: (model: ModelId) => boolean,
    parts: BreakerSetParts,
  ) {
    this.#name = name;
    this.#settings = settings;
    this.#knows = knows;
    this.#parts = parts;
    this.upstream = this.#make(name);
  }

  /** Whether a breaker that concerns the request would refuse it now and for some time. */
  isOpen(exchange: Exchange): boolean {
    if (isOpen(this.upstream)) return true;
    if (this.#models.size === 0) return false;
    const model = this.#existing(exchange);
    return model !== null && isOpen(model);
  }

  /** The one that keeps the request out longest, and for how long: Infinity when it was isolated by hand. */
  obstacle(exchange: Exchange): { readonly breaker: CircuitBreaker; readonly leftMs: number } {
    const whole = { breaker: this.upstream, leftMs: remainingMs(this.upstream) };
    const model = this.#existing(exchange);
    if (model === null) return whole;
    const leftMs = remainingMs(model);
    return leftMs > whole.leftMs ? { breaker: model, leftMs } : whole;
  }

  /** Leave for one attempt, or null when a breaker refuses. Counts no rejection. */
  enter(exchange: Exchange): Leave | null {
    const own = this.#ofModel(exchange);
    const model = own === null ? null : own.tryAcquire();
    if (model !== null && !model.admitted) return null;
    const whole = this.upstream.tryAcquire();
    if (whole.admitted) return this.#leave(exchange, whole, model);
    model?.ignore('not_sent');
    return null;
  }

  /** Leave against the state of the breakers, where there is no better choice. */
  enterAnyway(exchange: Exchange): Leave {
    const model = this.#ofModel(exchange)?.acquireAnyway() ?? null;
    return this.#leave(exchange, this.upstream.acquireAnyway(), model);
  }

  /** The breaker of a model by which the gateway's own calls for vectors are judged, whatever `perModel` says. */
  embedding(model: string): CircuitBreaker {
    return this.#models.get(model) ?? this.#add(model);
  }

  /** By its full name, `upstream` or `upstream/model`. */
  find(name: string): CircuitBreaker | null {
    if (name === this.#name) return this.upstream;
    return name.startsWith(`${this.#name}/`)
      ? (this.#models.get(name.slice(this.#name.length + 1)) ?? null)
      : null;
  }

  all(): readonly CircuitBreaker[] {
    return this.#models.size === 0 ? [this.upstream] : [this.upstream, ...this.#models.values()];
  }

  close(): void {
    for (const breaker of this.all()) breaker.close();
  }

  /**
   * From now on none judges. Those that were open say that they are closed: a successor of the same name begins
   * closed, and its first transition follows from the last one here. Answers what was set by hand.
   */
  retire(): readonly SetByHand[] {
    const byHand = [...this.#models, [null, this.upstream] as const].flatMap(([model, breaker]) => {
      const { manual } = breaker.snapshot();
      return manual === null ? [] : [{ model, manual }];
    });
    for (const breaker of this.all()) breaker.disable();
    return byHand;
  }

  takeOver(byHand: readonly SetByHand[]): void {
    for (const { model, manual } of byHand) {
      const breaker = model === null ? this.upstream : this.embedding(model);
      if (manual === 'isolated') breaker.isolate();
      else if (manual === 'disabled') breaker.disable();
      else breaker.observeOnly();
    }
  }

  #leave(exchange: Exchange, whole: BreakerPermit, model: BreakerPermit | null): Leave {
    if (exchange.request.route.lane === 'none') return new ReadLeave(whole, this.#readCounts);
    return new WorkLeave(whole, model, this.#noteWork);
  }

  // Fields, made once: leaves hold them instead of a closure each.
  readonly #noteWork = (failed: boolean): void => {
    this.#workFailed = failed;
  };

  readonly #readCounts = (): boolean => !this.#workFailed && this.upstream.failuresInARow > 0;

  #ofModel(exchange: Exchange): CircuitBreaker | null {
    if (this.#settings.perModel !== true) return null;
    const { model, request } = exchange;
    if (request.route.lane === 'none' || model === null) return null;
    const made = this.#models.get(model);
    if (made !== undefined) return made;
    return this.#knows(model) && this.#makeRoom() ? this.#add(model) : null;
  }

  #existing(exchange: Exchange): CircuitBreaker | null {
    const { model, request } = exchange;
    if (this.#settings.perModel !== true || request.route.lane === 'none' || model === null) return null;
    return this.#models.get(model) ?? null;
  }

  /** The oldest one that holds nothing back gives way. */
  #makeRoom(): boolean {
    if (this.#models.size < MAX_MODELS) return true;
    for (const [model, breaker] of this.#models) {
      const { state, manual, inFlight } = breaker.snapshot();
      if (state !== 'closed' || manual !== null || inFlight > 0) continue;
      this.#models.delete(model);
      breaker.close();
      return true;
    }
    return false;
  }

  #add(model: string): CircuitBreaker {
    const breaker = this.#make(`${this.#name}/${model}`);
    this.#models.set(model, breaker);
    return breaker;
  }

  #make(name: string): CircuitBreaker {
    const { allOpen: _, perModel: __, ...settings } = this.#settings;
    return new CircuitBreaker({ ...settings, name }, this.#parts);
  }
}

/** A generation or an embedding. */
class WorkLeave implements Leave {
  readonly #whole: BreakerPermit;
  readonly #model: BreakerPermit | null;
  readonly #note: (failed: boolean) => void;

  constructor(whole: BreakerPermit, model: BreakerPermit | null, note: (failed: boolean) => void) {
    this.#whole = whole;
    this.#model = model;
    this.#note = note;
  }

  settle(outcome: AttemptOutcome, detail: SettleDetail): void {
    const failed = OUTCOME_POLICY[outcome].breaker === 'failure';
    const model = this.#model;
    if (failed && model !== null && !OF_THE_UPSTREAM.has(outcome)) {
      this.#whole.ignore('other_scope');
      settleByOutcome(model, outcome, detail);
      return;
    }
    if (failed) this.#note(true);
    else if (outcome === 'success') this.#note(false);
    settleByOutcome(this.#whole, outcome, detail);
    if (model === null) return;
    if (failed) model.ignore('other_scope');
    else settleByOutcome(model, outcome, detail);
  }

  ignore(reason: IgnoreReason): void {
    this.#whole.ignore(reason);
    this.#model?.ignore(reason);
  }
}

/** A call that runs no model. */
class ReadLeave implements Leave {
  readonly #whole: BreakerPermit;
  readonly #counts: () => boolean;

  constructor(whole: BreakerPermit, counts: () => boolean) {
    this.#whole = whole;
    this.#counts = counts;
  }

  settle(outcome: AttemptOutcome, detail: SettleDetail): void {
    if (outcome === 'success' && !this.#counts()) this.#whole.ignore('no_inference');
    else settleByOutcome(this.#whole, outcome, detail);
  }

  ignore(reason: IgnoreReason): void {
    this.#whole.ignore(reason);
  }
}

function isOpen(breaker: CircuitBreaker): boolean {
  if (breaker.state !== 'open') return false; // the usual case, asked of every candidate of every request
  const { manual, retryAfterMs } = breaker.snapshot();
  // At 0 the time is up and only the timer is late: asking turns it half-open.
  return manual !== 'observing' && retryAfterMs !== 0;
}

/** Until it may admit again; 0 when it admits now. Never by itself when it was isolated by hand. */
function remainingMs(breaker: CircuitBreaker): number {
  const { state, retryAfterMs } = breaker.snapshot();
  if (state === 'closed') return 0;
  return retryAfterMs ?? (state === 'open' ? Infinity : HALF_OPEN_RETRY_MS);
}
