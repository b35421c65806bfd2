import { clientId, modelId, requestId, tenantId, type UpstreamName } from '../../src/core/ids.ts';
import type { GatewayEvent } from '../../src/core/events.ts';
import { openExchange, type Exchange, type GatewayRequest } from '../../src/core/request.ts';
import type { Route } from '../../src/core/route.ts';
import { dialects } from '../../src/dialect/dialects.ts';
import type { UpstreamOptions } from '../../src/pool/options.ts';
import { createUpstreams, type Upstreams } from '../../src/pool/registry.ts';
import type { TuningOptions } from '../../src/pool/tuning.ts';
import { CancelSource } from '../../src/runtime/cancel.ts';
import { systemClock, type Clock } from '../../src/runtime/clock.ts';
import { seededRng } from '../../src/runtime/rng.ts';
import { CHAT } from './send.ts';

export interface TestExchange extends Exchange {
  readonly cancel: CancelSource;
}

export interface ExchangeOptions {
  readonly route?: Route;
  readonly target?: string;
  readonly method?: string;
  readonly model?: string | null;
  readonly stream?: boolean;
  readonly body?: GatewayRequest['body'];
  readonly client?: string;
  readonly deadlineAt?: number | null;
  readonly tried?: UpstreamName[];
  readonly clock?: Clock;
}

/** A chat for model `m` as `handle.ts` would make it, unless told otherwise. */
export function exchangeOf(options: ExchangeOptions = {}): TestExchange {
  const route = options.route ?? CHAT;
  const model = options.model === undefined ? 'm' : options.model;
  const request: GatewayRequest = {
    id: requestId('r-1'),
    route,
    method: options.method ?? 'POST',
    target: options.target ?? route.template,
    headers: { 'content-type': 'application/json' },
    body: options.body === undefined ? Buffer.from('{"model":"m"}') : options.body,
    facts: { model: model === null ? null : modelId(model), stream: options.stream ?? true, json: null },
    client: clientId(options.client ?? 'c'),
    tenant: tenantId('t'),
    cachePolicy: 'default',
    priority: 0,
    receivedAt: (options.clock ?? systemClock).now(),
    deadlineAt: options.deadlineAt ?? null,
  };
  const exchange = openExchange(request, dialects[route.dialect], new CancelSource());
  exchange.tried.push(...(options.tried ?? []));
  return exchange;
}

export function upstreamOptions(
  given: Partial<UpstreamOptions> & { name: string; url: string },
): UpstreamOptions {
  return {
    kind: 'ollama',
    weight: 1,
    tier: 0,
    parallel: 4,
    queue: { max: 64, waitMs: 30_000 },
    pool: { maxsize: 64, keepAliveMs: 4_000 },
    breaker: { jitter: 0 },
    timeouts: { connectMs: 5_000, firstTokenMs: 10_000, idleMs: 10_000, totalMs: null },
    headers: {},
    apiKey: null,
    simulator: false,
    ...given,
  };
}

/** Upstreams with a record of what they reported. */
export interface PoolRig extends AsyncDisposable {
  readonly upstreams: Upstreams;
  readonly events: GatewayEvent[];
  of<T extends GatewayEvent['type']>(type: T): Extract<GatewayEvent, { type: T }>[];
}

export function poolRig(
  options: readonly (Partial<UpstreamOptions> & { name: string; url: string })[],
  clock: Clock = systemClock,
  tuning?: TuningOptions,
): PoolRig {
  const events: GatewayEvent[] = [];
  const upstreams = createUpstreams(options.map(upstreamOptions), {
    clock,
    rng: seededRng(1),
    emit: (event) => events.push(event),
    instance: 'llamascope-test',
    probe: { intervalMs: 5_000, timeoutMs: 1_000 },
    ...(tuning === undefined ? {} : { tuning }),
  });
  return {
    upstreams,
    events,
    of: (type) =>
      events.filter((event): event is Extract<GatewayEvent, { type: typeof type }> => event.type === type),
    [Symbol.asyncDispose]: () => upstreams.close(0),
  };
}
