/**
 * A second attempt for an embedding that is slower than usual, at another upstream; the first good answer is
 * given, the other attempt is cut. Off unless asked for: it buys a shorter tail with more work.
 *
 * Guarantees: no more than one second attempt per request, only where another upstream can take it, and only within the
 * retry budget, so that an overload is not answered with more load. The one that loses says nothing to its breaker
 * (`hedge_lost`). Never for generations: they cost too much, and two answers to one question differ.
 */
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import { adoptBranch, branchOf } from '../core/exchange-branch.ts';
import type { Exchange, GatewayResponse, Handler, Stage } from '../core/request.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';
import { RecentTimes } from './recent-times.ts';
import type { RetryBudget } from './retry-budget.ts';

export interface HedgeOptions {
  readonly embeddings: boolean;
  /** How long the first attempt has to itself, milliseconds; null: the 95th percentile of the last 100. */
  readonly afterMs: number | null;
}

export interface HedgeDeps {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly budget: RetryBudget;
  /** Whether an upstream that this request has not tried could take it now. */
  readonly elsewhere: (exchange: Exchange) => boolean;
}

const QUANTILE = 0.95;

export function createHedgeStage(options: HedgeOptions, deps: HedgeDeps): Stage {
  if (!options.embeddings) return (next) => next;
  const times = new RecentTimes();
  return (next) => async (exchange) => {
    const { request } = exchange;
    const hedgeable = request.route.operation === 'embed' && Buffer.isBuffer(request.body);
    if (!hedgeable) return next(exchange);
    const from = deps.clock.now();
    const afterMs = options.afterMs ?? times.quantile(QUANTILE);
    const response =
      afterMs === null ? await next(exchange) : await new Race(exchange, next, deps).run(afterMs);
    if (response.outcome === 'success') times.record(deps.clock.now() - from);
    return response;
  };
}

interface Runner {
  readonly branch: Exchange;
  readonly cancel: CancelSource;
}

type Ended = { readonly response: GatewayResponse } | { readonly error: Error };

class Race {
  readonly #exchange: Exchange;
  readonly #next: Handler;
  readonly #deps: HedgeDeps;
  readonly #runners: Runner[] = [];
  #running = 0;
  /** How the other one ended, which did not end well. */
  #earlier: { readonly runner: Runner; readonly ended: Ended } | null = null;
  #over = false;
  #finish: (winner: Runner, ended: Ended) => void = () => undefined;

  constructor(exchange: Exchange, next: Handler, deps: HedgeDeps) {
    this.#exchange = exchange;
    this.#next = next;
    this.#deps = deps;
  }

  run(afterMs: number): Promise<GatewayResponse> {
    return new Promise((resolve, reject) => {
      const timer = this.#deps.clock.setTimer(afterMs, () => {
        this.#hedge(afterMs);
      });
      const unsubscribe = this.#exchange.cancel.onCancel((reason) => {
        for (const { cancel } of this.#runners) cancel.cancel(reason);
      });
      this.#finish = (winner, ended) => {
        this.#over = true;
        timer.cancel();
        unsubscribe();
        this.#close(winner, ended);
        if ('response' in ended) resolve(ended.response);
        else reject(ended.error);
      };
      const cancel = new CancelSource();
      if (this.#exchange.cancel.reason !== null) cancel.cancel(this.#exchange.cancel.reason);
      this.#start({ branch: branchOf(this.#exchange, cancel), cancel });
    });
  }

  #start(runner: Runner): void {
    this.#runners.push(runner);
    this.#running += 1;
    this.#next(runner.branch).then(
      (response) => {
        this.#ended(runner, { response });
      },
      (error: unknown) => {
        this.#ended(runner, { error: asGatewayError(error) });
      },
    );
  }

  #hedge(afterMs: number): void {
    const [first] = this.#runners;
    // Still in a queue: a second one would only stand in another.
    if (first === undefined || first.branch.attempts === 0 || this.#exchange.cancel.cancelled) return;
    if (!this.#deps.elsewhere(first.branch)) return;
    if (!this.#deps.budget.tryTake()) {
      this.#deps.emit({ type: 'retry.budget-exhausted' });
      return;
    }
    const cancel = new CancelSource();
    const branch = branchOf(this.#exchange, cancel);
    branch.tried.push(...first.branch.tried.slice(branch.tried.length));
    branch.waitedMs += afterMs;
    this.#start({ branch, cancel });
  }

  #ended(runner: Runner, ended: Ended): void {
    this.#running -= 1;
    if (this.#over) return;
    if (isGood(ended)) {
      this.#finish(runner, ended);
    } else if (this.#running > 0) {
      this.#earlier = { runner, ended };
    } else {
      // Neither is good: the first attempt's own end is what the client would have seen.
      const first = this.#earlier?.runner === this.#runners[0] ? this.#earlier : null;
      this.#finish(first?.runner ?? runner, first?.ended ?? ended);
    }
  }

  /** Cuts the other one, and leaves in the exchange what both did and what the winner learned. */
  #close(winner: Runner, ended: Ended): void {
    const [first, second] = this.#runners;
    for (const runner of this.#runners) {
      if (runner === winner) continue;
      runner.cancel.cancel(new GatewayError('superseded', 'another attempt answered first'));
      this.#exchange.attempts += runner.branch.attempts;
    }
    adoptBranch(this.#exchange, winner.branch);
    if (second === undefined || first === undefined) return;
    const result = !isGood(ended) ? 'failed' : winner === second ? 'won' : 'lost';
    const upstream = first.branch.upstream;
    if (upstream !== null) this.#deps.emit({ type: 'hedge.ended', upstream, result });
  }
}

function isGood(ended: Ended): boolean {
  return 'response' in ended && ended.response.outcome === 'success';
}
