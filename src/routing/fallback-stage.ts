/**
 * Another model in place of one that no upstream can serve: only where the configuration names it, only before a byte
 * has reached the client, only for generations (vectors of two models cannot be compared).
 *
 * "Cannot serve" is: nobody has the model, every breaker that guards it is open, its queues are full or too slow, it
 * cannot be reached, or its upstreams answer 429, 503 or another 5xx, each after the retries for that model. A time
 * limit that passed is not: whoever waited that long is not made to wait from the beginning. When every fallback fails
 * too, the client gets the answer for the model it asked for.
 */
import { GatewayError, type ErrorCode } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { ModelId } from '../core/ids.ts';
import type { AttemptOutcome, FallbackReason } from '../core/outcome.ts';
import type { Exchange, GatewayResponse, Handler, Stage } from '../core/request.ts';
import type { ModelTable } from './model-table.ts';

export interface FallbackDeps {
  readonly models: Pick<ModelTable, 'fallbacks' | 'loading'>;
  readonly emit: Emit;
}

export function createFallbackStage({ models, emit }: FallbackDeps): Stage {
  return (next) => (exchange) => {
    const chain = chainOf(exchange, models);
    return chain.length === 0 ? next(exchange) : walk(chain, exchange, next, { models, emit });
  };
}

function chainOf({ model, request }: Exchange, models: FallbackDeps['models']): readonly ModelId[] {
  if (model === null || request.route.lane !== 'generation' || !Buffer.isBuffer(request.body)) return [];
  return models.fallbacks(model, request.alias ?? null).filter((one) => one !== model);
}

type Ended = { readonly response: GatewayResponse } | { readonly error: unknown };

async function walk(
  chain: readonly ModelId[],
  exchange: Exchange,
  next: Handler,
  { models, emit }: FallbackDeps,
): Promise<GatewayResponse> {
  const asked = exchange.model as ModelId;
  const { loading } = exchange;
  const first = await attempt(exchange, next);
  let reason = reasonOf(first, exchange);
  for (const model of chain) {
    if (reason === null) break;
    exchange.model = model;
    exchange.loading = models.loading(model, null);
    exchange.fallback = reason;
    // Who was tried for one model says nothing about another.
    exchange.tried.length = 0;
    emit({ type: 'model.fell-back', from: asked, to: model, reason });
    const ended = await attempt(exchange, next);
    reason = reasonOf(ended, exchange);
    if (reason !== null) continue;
    if ('response' in ended) return ended.response;
    throw ended.error;
  }
  if (exchange.fallback !== null && reason !== null) {
    exchange.model = asked;
    exchange.loading = loading;
    exchange.fallback = null;
  }
  if ('response' in first) return first.response;
  throw first.error;
}

async function attempt(exchange: Exchange, next: Handler): Promise<Ended> {
  try {
    return { response: await next(exchange) };
  } catch (error) {
    return { error };
  }
}

const BY_OUTCOME: Readonly<Partial<Record<AttemptOutcome, FallbackReason>>> = {
  model_missing: 'missing',
  connect_error: 'unreachable',
  overloaded: 'overloaded',
  rate_limited: 'overloaded',
  server_error: 'failed',
};

const BY_CODE: Readonly<Partial<Record<ErrorCode, FallbackReason>>> = {
  model_not_found: 'missing',
  no_upstream: 'unreachable',
  breaker_open: 'breaker_open',
  queue_full: 'queue_full',
  queue_timeout: 'queue_full',
};

/** Why another model may answer, or null: the answer is good, is the client's own fault, or came too late. */
function reasonOf(ended: Ended, exchange: Exchange): FallbackReason | null {
  if (exchange.cancel.cancelled) return null;
  if ('response' in ended) {
    const { outcome } = ended.response;
    return outcome === undefined ? null : (BY_OUTCOME[outcome] ?? null);
  }
  const { error } = ended;
  if (!(error instanceof GatewayError)) return null;
  if (error.outcome !== null) return BY_OUTCOME[error.outcome] ?? null;
  return BY_CODE[error.code] ?? null;
}
