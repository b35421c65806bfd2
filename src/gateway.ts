/**
 * The composition root: builds every part from one configuration, wires them through the event seam, and
 * starts, drains and stops them. No decision about a request is made here.
 */
import { randomBytes } from 'node:crypto';
import { createCache, type Cache } from './cache/cache.ts';
import { MANAGEMENT_CALLS, type Config, type ConfigInput } from './config/config.ts';
import { parseListenAddress } from './config/listen-address.ts';
import { resolveConfig } from './config/resolve.ts';
import type { GatewayEvent } from './core/events.ts';
import type { StateReader } from './core/state.ts';
import { dialects } from './dialect/dialects.ts';
import { createEmbedderChoice, type EmbedderChoice } from './embedder-choice.ts';
import { createHandle } from './handle.ts';
import {
  breakerReport,
  cacheReport,
  healthReport,
  readiness,
  upstreamReport,
  type HealthFacts,
} from './health.ts';
import type { HandleRequest } from './http/inbound.ts';
import { createFetch, type Fetch } from './http/fetch.ts';
import { createListener, type Listener } from './http/listener.ts';
import { createOperations, type MetricsPage, type Operations } from './http/operations.ts';
import { createPipeline } from './pipeline.ts';
import { createUpstreams, type Upstreams } from './pool/registry.ts';
import { createRetryStage } from './resilience/retry.ts';
import { systemClock, type Clock } from './runtime/clock.ts';
import { createEventBus, type EventBus } from './runtime/event-bus.ts';
import { requestIds } from './runtime/ids.ts';
import { systemRng, type Rng } from './runtime/rng.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { VERSION } from './version.ts';

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
  const { bus, state, telemetry } = parts;
  const handle = buildHandle(config, parts);
  const operations = buildOperations(config, parts);
  const listeners = createListeners(config, { handle, operations, emit: bus.emit, clock: parts.clock });
  let closing: Promise<void> | null = null;
  const close = (deadlineMs: number = config.drainMs): Promise<void> =>
    (closing ??= shutDown(parts, listeners, deadlineMs));
  return {
    fetch: createFetch({ handle, dialects, emit: bus.emit, bodyBytes: config.limits.bodyBytes }),
    listen: (address) => listeners.listen(address ?? config.listen, config.admin.listen),
    ready: () => parts.ready,
    close,
    events: { subscribe: (subscriber) => bus.subscribe(subscriber) },
    metrics: { render: (accept) => telemetry.render(accept) },
    state,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Everything that lives as long as the gateway. */
interface Parts {
  readonly clock: Clock;
  readonly rng: Rng;
  /** Our name in `via`. */
  readonly instance: string;
  readonly bus: EventBus;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly state: StateReader;
  readonly upstreams: Upstreams;
  readonly cache: Cache;
  readonly embedder: EmbedderChoice;
  readonly ready: Promise<void>;
  readonly facts: () => HealthFacts;
  /** Set once, when the gateway begins to shut down. */
  draining: boolean;
}

function buildParts(config: Config, clock: Clock, rng: Rng): Parts {
  const instance = `llamascope-${randomBytes(6).toString('hex')}`;
  const bus = createEventBus();
  const { emit } = bus;
  // Log and telemetry subscribe before anything else is built, so that they hear of every part from its first event.
  const log = createLog(config.log, { bus });
  const state = lateState();
  const telemetry = createTelemetry(config.metrics, { bus, state, clock, version: VERSION });
  const upstreams = createUpstreams(config.upstreams, { clock, rng, emit, instance, probe: config.probe });
  const cache = createCache(config.cache, { clock, emit, modelDigest: upstreams.modelDigest });
  state.connect({
    breakers: () => upstreams.breakers(),
    pools: () => upstreams.pools(),
    queues: () => upstreams.queues(),
    upstreams: () => upstreams.snapshots(),
    cache: () => cache.snapshot(),
  });
  const embedder = createEmbedderChoice(config.cache, upstreams, (chosen) => {
    cache.setEmbedder(chosen);
  });
  const ready = upstreams.start().then(() => embedder.choose());
  // An upstream that answers for the first time may bring the embedding model that was missing.
  bus.subscribe((event) => {
    if (event.type === 'upstream.health-changed' && event.healthy) void ready.then(() => embedder.choose());
  });
  const startedAt = clock.wallMs();
  const startedMono = clock.now();
  const facts = (): HealthFacts => ({
    version: VERSION,
    startedAt,
    uptimeSeconds: (clock.now() - startedMono) / 1_000,
    draining: parts.draining,
    metricsEnabled: config.metrics.enabled,
    embedderProblem: embedder.problem,
  });
  const parts: Parts = {
    clock,
    rng,
    instance,
    bus,
    log,
    telemetry,
    state,
    upstreams,
    cache,
    embedder,
    ready,
    facts,
    draining: false,
  };
  return parts;
}

function buildHandle(config: Config, parts: Parts): HandleRequest {
  const { clock, rng, bus, upstreams, cache, log } = parts;
  const { emit } = bus;
  return createHandle({
    dialects,
    pipeline: createPipeline({
      cache: cache.stage,
      retry: createRetryStage(config.retry, { clock, rng, emit, elsewhere: upstreams.elsewhere }),
      pool: upstreams.handle,
    }),
    emit,
    clock,
    newId: requestIds(),
    instance: parts.instance,
    allowManagement: managementTemplates(config),
    draining: () => parts.draining,
    onDefect: (id, error) => {
      log.logger.error({ requestId: id, err: error }, 'defect: a request failed inside Llamascope');
    },
  });
}

function buildOperations(config: Config, { state, telemetry, facts }: Parts): Operations {
  return createOperations({
    metrics: telemetry.enabled ? (accept) => telemetry.render(accept) : null,
    health: () => healthReport(state, facts()),
    ready: () => readiness(state, facts()),
    admin: {
      breakers: () => breakerReport(state),
      pools: () => state.pools().map((pool) => ({ ...pool })),
      queues: () => state.queues().map((queue) => ({ ...queue })),
      upstreams: () => state.upstreams().map(upstreamReport),
      cache: () => cacheReport(state),
    },
    token: config.admin.token,
  });
}

/** Not ready → no new connections → queued requests turned away → streams to the deadline → the rest cut → all closed. */
async function shutDown(parts: Parts, listeners: Listeners, deadlineMs: number): Promise<void> {
  parts.draining = true;
  const until = parts.clock.now() + deadlineMs;
  for (const listener of listeners.all) listener.stopAccepting();
  await parts.upstreams.close(deadlineMs);
  // What the upstreams no longer feed ends with its in-band error; this leaves it a moment to be written.
  const leftMs = Math.max(LAST_WRITE_MS, until - parts.clock.now());
  await Promise.all(listeners.all.map((listener) => listener.close(leftMs)));
  await parts.ready;
  await parts.embedder.close();
  await parts.cache.close();
  parts.telemetry.close();
  parts.log.close();
}

const LAST_WRITE_MS = 1_000;

interface Listeners {
  readonly all: readonly Listener[];
  listen(address: string, adminAddress: string | null): Promise<{ url: string; adminUrl: string }>;
}

interface ListenerParts {
  readonly handle: HandleRequest;
  readonly operations: Operations;
  readonly emit: (event: GatewayEvent) => void;
  readonly clock: Clock;
}

/** One listener for both planes, or one each when `admin.listen` is set. */
function createListeners(config: Config, parts: ListenerParts): Listeners {
  const common = { limits: config.limits, dialects, emit: parts.emit, clock: parts.clock };
  const apart = config.admin.listen !== null;
  const data = createListener({
    ...common,
    handle: parts.handle,
    operations: apart ? null : parts.operations,
  });
  const admin = apart ? createListener({ ...common, handle: null, operations: parts.operations }) : null;
  return {
    all: admin === null ? [data] : [data, admin],
    async listen(address, adminAddress): Promise<{ url: string; adminUrl: string }> {
      const { url } = await data.listen(readAddress(address));
      if (admin === null || adminAddress === null) return { url, adminUrl: url };
      try {
        return { url, adminUrl: (await admin.listen(readAddress(adminAddress))).url };
      } catch (error) {
        await data.close(0);
        throw error;
      }
    },
  };
}

function readAddress(text: string): { readonly host: string; readonly port: number } {
  const address = parseListenAddress(text);
  if (address === null)
    throw new TypeError(`listen: ${JSON.stringify(text)} is not an address, expected host:port`);
  return address;
}

/** The route templates behind the names of `allowManagement`. */
function managementTemplates({ allowManagement }: Config): ReadonlySet<string> {
  const calls =
    allowManagement === true ? MANAGEMENT_CALLS : allowManagement === false ? [] : allowManagement;
  return new Set(calls.map((call) => (call === 'blobs' ? '/api/blobs/:digest' : `/api/${call}`)));
}

/** Telemetry needs a reader before there is anything to read; until then everything is empty. */
function lateState(): StateReader & { connect(reader: StateReader): void } {
  let reader: StateReader | null = null;
  return {
    connect(connected): void {
      reader = connected;
    },
    breakers: () => reader?.breakers() ?? [],
    pools: () => reader?.pools() ?? [],
    queues: () => reader?.queues() ?? [],
    upstreams: () => reader?.upstreams() ?? [],
    cache: () =>
      reader?.cache() ?? { mode: 'off', embedder: null, entries: 0, maxEntries: 0, bytes: 0, maxBytes: 0 },
  };
}
