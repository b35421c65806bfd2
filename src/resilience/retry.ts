/**
 * The retry stage: tries a request again while the client has seen nothing of an answer.
 *
 * Guarantees: at most `max` retries, all under one budget for the whole gateway; another upstream first (the
 * pool sees whom `exchange.tried` names); a wait only where a wait can help; nothing held after the client
 * left or its deadline passed. Refuses: bodies that cannot be sent twice, our own refusals (a full queue, an
 * open breaker: waiting for those here would be a second, unfair queue), and anything the table in
 * `outcomes.ts` says another attempt cannot change.
 */
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { Exchange, GatewayResponse, Handler, Stage } from '../core/request.ts';
import { sleep, type Clock } from '../runtime/clock.ts';
import type { Rng } from '../runtime/rng.ts';
import { BACKOFF_DEFAULTS, retryDelayMs, type BackoffOptions } from './backoff.ts';
import { OUTCOME_POLICY, type OutcomePolicy } from './outcomes.ts';
import { RetryBudget } from './retry-budget.ts';

export interface RetryOptions extends BackoffOptions {
  /** Retries per request; 0 switches the stage off. Default 3, which makes four attempts. */
  readonly max: number;
  /** Retries allowed per request of the last 10 s, all requests together (and 3 beside). Default 0.2. */
  readonly budget: number;
  /** Larger bodies are sent once, bytes. Default 32 MiB. */
  readonly replayBytes: number;
}

export interface RetryDeps {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly emit: Emit;
  /**
   * Whether an upstream that this request has not tried could take it now. Then no wait is needed, and a model that
   * one upstream lacks may be found at another. Without it the stage assumes there is none.
   */
  readonly elsewhere?: (exchange: Exchange) => boolean;
  /** Shared with other second attempts. Default: one of its own, by `budget`. */
  readonly retryBudget?: RetryBudget;
}

const RETRY_DEFAULTS: RetryOptions = {
  ...BACKOFF_DEFAULTS,
  max: 3,
  budget: 0.2,
  replayBytes: 32 * 1024 * 1024,
};

/** One attempt that ended without anything for the client: a response that could be discarded, or an error. */
type Ended = { readonly response: GatewayResponse } | { readonly error: unknown };

export function createRetryStage(options: Partial<RetryOptions>, deps: RetryDeps): Stage {
  const settings: RetryOptions = { ...RETRY_DEFAULTS, ...options };
  if (!(Number.isSafeInteger(settings.max) && settings.max >= 0)) {
    throw new RangeError(`retry: max must be a whole number of at least 0, got ${String(settings.max)}`);
  }
  const shared = deps.retryBudget;
  if (settings.max === 0) return shared === undefined ? (next) => next : counting(shared);
  const budget = shared ?? new RetryBudget({ ratio: settings.budget }, deps.clock);
  const retrier = new Retrier(settings, deps, budget);
  return (next) => (exchange) => retrier.run(exchange, next);
}

/** Requests earn their share of the budget even where none is retried. */
function counting(budget: RetryBudget): Stage {
  return (next) => (exchange) => {
    budget.countRequest();
    return next(exchange);
  };
}

class Retrier {
  readonly #options: RetryOptions;
  readonly #deps: RetryDeps;
  readonly #budget: RetryBudget;

  constructor(options: RetryOptions, deps: RetryDeps, budget: RetryBudget) {
    this.#options = options;
    this.#deps = deps;
    this.#budget = budget;
  }

  async run(exchange: Exchange, next: Handler): Promise<GatewayResponse> {
    this.#budget.countRequest();
    for (let retry = 0; ; retry += 1) {
      let ended: Ended;
      try {
        const response = await next(exchange);
        if (response.outcome === undefined || OUTCOME_POLICY[response.outcome].retry === null)
          return response;
        ended = { response };
      } catch (error) {
        ended = { error };
      }
      const delayMs = this.#delayBeforeRetry(exchange, ended, retry);
      if (delayMs === null) return finish(ended);
      discard(ended);
      if (delayMs > 0) await this.#wait(exchange, delayMs);
      throwIfCancelled(exchange);
    }
  }

  /** Milliseconds to wait before another attempt, or null to leave it at this one. Takes from the budget last. */
  #delayBeforeRetry(exchange: Exchange, ended: Ended, retry: number): number | null {
    const outcome = outcomeOf(ended);
    if (outcome === null || exchange.cancel.cancelled) return null;
    const policy = OUTCOME_POLICY[outcome];
    if (policy.retry === null || retry >= this.#options.max || !this.#replayable(exchange, outcome))
      return null;
    const elsewhere = this.#deps.elsewhere?.(exchange) ?? false;
    if (policy.onlyElsewhere && !elsewhere) return null;
    const delayMs = this.#delay(policy, elsewhere, ended, retry);
    if (delayMs === null || this.#tooLate(exchange, delayMs)) return null;
    if (!this.#budget.tryTake()) {
      this.#deps.emit({ type: 'retry.budget-exhausted' });
      return null;
    }
    const upstream = exchange.tried.at(-1) ?? exchange.upstream;
    if (upstream !== null) this.#deps.emit({ type: 'upstream.retried', upstream, reason: policy.retry });
    return delayMs;
  }

  #delay(policy: OutcomePolicy, elsewhere: boolean, ended: Ended, retry: number): number | null {
    if (elsewhere || (policy.retryAtOnce && retry === 0)) return 0;
    return retryDelayMs(retry, askedToWaitMs(ended), this.#deps.rng, this.#options);
  }

  #tooLate(exchange: Exchange, delayMs: number): boolean {
    const { deadlineAt } = exchange.request;
    return deadlineAt !== null && this.#deps.clock.now() + delayMs >= deadlineAt;
  }

  /** A body must be at hand to be sent again, and a call that changes things must not have arrived. */
  #replayable(exchange: Exchange, outcome: AttemptOutcome): boolean {
    const { body, route } = exchange.request;
    if (route.operation === 'manage' && outcome !== 'connect_error') return false;
    return body === null || (Buffer.isBuffer(body) && body.length <= this.#options.replayBytes);
  }

  async #wait(exchange: Exchange, delayMs: number): Promise<void> {
    const { clock } = this.#deps;
    const from = clock.now();
    await sleep(clock, delayMs, exchange.cancel);
    exchange.waitedMs += clock.now() - from;
  }
}

function outcomeOf(ended: Ended): AttemptOutcome | null {
  if ('response' in ended) return ended.response.outcome ?? null;
  return ended.error instanceof GatewayError ? ended.error.outcome : null;
}

/** What the upstream asked for. An error's `retryAfterMs` is not that: it is our own advice to the client. */
function askedToWaitMs(ended: Ended): number | null {
  return 'response' in ended ? (ended.response.retryAfterMs ?? null) : null;
}

function finish(ended: Ended): GatewayResponse {
  if ('response' in ended) return ended.response;
  throw ended.error;
}

/** Gives back what a response nobody will read still holds: its connection and its permits. */
function discard(ended: Ended): void {
  if (!('response' in ended)) return;
  const { body } = ended.response;
  if (body !== null && !Buffer.isBuffer(body))
    body.cancel(new Error('discarded in favour of another attempt'));
}

function throwIfCancelled(exchange: Exchange): void {
  if (!exchange.cancel.cancelled) return;
  const { reason } = exchange.cancel;
  if (reason instanceof GatewayError) throw asGatewayError(reason);
  throw new GatewayError('client_closed', 'the client went away', { cause: reason });
}
