/**
 * The composition root: what a gateway is to those who use it, and how its rooms in `gateway/` are put together:
 *
 * - `parts.ts`: what lives as long as the gateway (upstreams, cache, telemetry, log), wired through the event seam;
 * - `data-plane.ts`: the way of a request under one configuration;
 * - `reload.ts`: puts another configuration in force, parts kept, data plane swapped;
 * - `operations-plane.ts`: what `/metrics`, `/health` and `/admin` read, and the routes that the parts hand in;
 * - `listeners.ts`, `shut-down.ts`: the doors, and the order in which everything ends.
 *
 * No decision about a request is made here.
 */
import type { Config, ConfigInput } from './config/config.ts';
import { resolveConfig } from './config/resolve.ts';
import type { GatewayEvent, ReloadTrigger } from './core/events.ts';
import type { StateReader } from './core/state.ts';
import { createDrainDesk } from './gateway/drain.ts';
import { createListeners } from './gateway/listeners.ts';
import { createLivePage } from './gateway/live-page.ts';
import { breakerDesk, createOperationsPlane, operationRoutes } from './gateway/operations-plane.ts';
import { buildParts } from './gateway/parts.ts';
import { Reloader, type ConfigSource, type ReloadReport } from './gateway/reload.ts';
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
  /** The configuration in force, every default applied, secrets included. */
  readonly config: Config;
  /**
   * Puts another configuration in force without dropping a request; without one, what `deps.readConfig` gives. Rejects
   * with `ConfigError` and changes nothing when it has mistakes. `trigger` is for log and events.
   */
  reload(config?: ConfigInput, trigger?: ReloadTrigger): Promise<ReloadReport>;
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
  /** Reads the configuration anew, for reloads that are handed none (SIGHUP, `POST /admin/reload`). Throws `ConfigError`. */
  readonly readConfig?: ConfigSource;
}

/** Throws `ConfigError` naming each bad key, its value and what was expected. */
export function createGateway(input: ConfigInput, deps: GatewayDeps = {}): Gateway {
  const initial = resolveConfig(input);
  const parts = buildParts(initial, deps.clock ?? systemClock, deps.rng ?? systemRng);
  const { bus, state, telemetry, clock } = parts;
  const reloader = new Reloader(initial, parts, {
    source: deps.readConfig ?? null,
    onExchange: ({ config }) => {
      operations = createOperationsPlane(config, parts, { routes, live });
      listeners.configure(config);
    },
  });
  const live = createLivePage(initial, parts, () => reloader.inForce.config.admin.token !== null);
  const routes = operationRoutes(initial, parts.cache, {
    breakers: breakerDesk(parts.upstreams),
    reload: () => reloader.reload('admin'),
    live,
    drainDesk: createDrainDesk(parts, () => reloader.inForce.config),
  });
  let operations = createOperationsPlane(initial, parts, { routes, live });
  // The doors ask for what is in force with each request.
  const listeners = createListeners(initial, {
    handle: (inbound) => reloader.inForce.plane.handle(inbound),
    operations: {
      owns: (path) => operations.owns(path),
      serve: (request, response, path) => {
        operations.serve(request, response, path);
      },
      notFound: (response, path) => {
        operations.notFound(response, path);
      },
    },
    emit: bus.emit,
    clock,
  });
  let closing: Promise<void> | null = null;
  const close = (deadlineMs: number = reloader.inForce.config.drainMs): Promise<void> =>
    (closing ??= shutDown(parts, { listeners, live }, deadlineMs));
  return {
    get config(): Config {
      return reloader.inForce.config;
    },
    fetch: (url, init) => reloader.inForce.plane.fetch(url, init),
    async listen(address): Promise<{ readonly url: string; readonly adminUrl: string }> {
      const opened = await listeners.listen(address ?? initial.listen, initial.admin.listen);
      live?.opened(opened.url);
      return opened;
    },
    ready: () => parts.ready,
    reload: (config, trigger = 'program') => reloader.reload(trigger, config),
    close,
    events: { subscribe: (subscriber) => bus.subscribe(subscriber) },
    metrics: { render: (accept) => telemetry.render(accept) },
    state,
    [Symbol.asyncDispose]: () => close(),
  };
}
