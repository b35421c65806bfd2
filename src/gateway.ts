/**
 * The composition root: what a gateway is to those who use it, and how its rooms in `gateway/` are put together:
 *
 * - `parts.ts`: what lives as long as the gateway (upstreams, cache, telemetry, log), wired through the event seam;
 * - `data-plane.ts`: the way of a request under one configuration; a reload swaps it;
 * - `operations-plane.ts`: what `/metrics`, `/health` and `/admin` read, and the routes that the parts hand in;
 * - `listeners.ts`, `shut-down.ts`: the doors, and the order in which everything ends.
 *
 * No decision about a request is made here.
 */
import type { ConfigInput } from './config/config.ts';
import { resolveConfig } from './config/resolve.ts';
import type { GatewayEvent } from './core/events.ts';
import type { StateReader } from './core/state.ts';
import { createDataPlane } from './gateway/data-plane.ts';
import { createListeners } from './gateway/listeners.ts';
import { createOperationsPlane, operationRoutes } from './gateway/operations-plane.ts';
import { buildParts } from './gateway/parts.ts';
import { shutDown } from './gateway/shut-down.ts';
import type { Fetch } from './http/fetch.ts';
import type { MetricsPage } from './http/operations.ts';
import { systemClock, type Clock } from './runtime/clock.ts';
import { systemRng, type Rng } from './runtime/rng.ts';

/** A running gateway. Probes start when it is made; a listener only with `listen`. */
export interface Gateway extends AsyncDisposable {
  /** The whole data plane as a `fetch`: for `new Ollama({ fetch })` and `new OpenAI({ fetch })`. The URL's host is ignored. */
  readonly fetch: Fetch;
  /** Opens the listeners; `config.listen` unless given an address. Rejects with Node's error (`EADDRINUSE` …). */
  listen(address?: string): Promise<{ readonly url: string; readonly adminUrl: string }>;
  /** Resolves when every upstream was probed once and the semantic tier has the embedder it can have. */
  ready(): Promise<void>;
  /** Takes no more, lets what runs end for at most `deadlineMs`, then cuts it. Later calls wait for the first. */
  close(deadlineMs?: number): Promise<void>;
  readonly events: { subscribe(subscriber: (event: GatewayEvent) => void): () => void };
  /** The exposition that `/metrics` serves. Rejects with `metrics_disabled` when metrics are off. */
  readonly metrics: { render(accept?: string): Promise<MetricsPage> };
  /** The present state of every part, as the gauges read it. */
  readonly state: StateReader;
}

export interface GatewayDeps {
  readonly clock?: Clock;
  readonly rng?: Rng;
}

/** Throws `ConfigError` naming each bad key, its value and what was expected. */
export function createGateway(input: ConfigInput, deps: GatewayDeps = {}): Gateway {
  const config = resolveConfig(input);
  const parts = buildParts(config, deps.clock ?? systemClock, deps.rng ?? systemRng);
  const { bus, state, telemetry, clock } = parts;
  const plane = createDataPlane(config, parts);
  const operations = createOperationsPlane(config, parts, operationRoutes(config, parts));
  const listeners = createListeners(config, { handle: plane.handle, operations, emit: bus.emit, clock });
  let closing: Promise<void> | null = null;
  const close = (deadlineMs: number = config.drainMs): Promise<void> =>
    (closing ??= shutDown(parts, listeners, deadlineMs));
  return {
    fetch: plane.fetch,
    listen: (address) => listeners.listen(address ?? config.listen, config.admin.listen),
    ready: () => parts.ready,
    close,
    events: { subscribe: (subscriber) => bus.subscribe(subscriber) },
    metrics: { render: (accept) => telemetry.render(accept) },
    state,
    [Symbol.asyncDispose]: () => close(),
  };
}
