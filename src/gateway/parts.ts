/**
 * The parts that live as long as the gateway and hold what a reload must not lose: counters, breakers, connections,
 * queues, cached answers. Each is built from its section of the configuration and is told of a new one by
 * `reload.ts`; what a configuration only shapes, and nothing remembers, stands in `data-plane.ts`.
 */
import { randomBytes } from 'node:crypto';
import { createCache, type Cache } from '../cache/cache.ts';
import { storeOf } from '../cache/open-store.ts';
import type { Config } from '../config/config.ts';
import type { StateReader } from '../core/state.ts';
import { createEmbedderChoice, type EmbedderChoice } from '../embedder-choice.ts';
import type { HealthFacts, ReloadFacts } from '../health.ts';
import { createUpstreams, type Upstreams, type UpstreamsDeps } from '../pool/registry.ts';
import type { Clock } from '../runtime/clock.ts';
import { createEventBus, type EventBus } from '../runtime/event-bus.ts';
import type { Rng } from '../runtime/rng.ts';
import type { Member } from './member.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { VERSION } from '../version.ts';
import { createJudge } from './judge.ts';
import { lateState } from './late-state.ts';

export interface Parts {
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
  /** Drained as a whole by hand, until resumed. */
  closedByHand: boolean;
  /** How the last reload went; the start counts as one. */
  reloads: ReloadFacts;
}

/** `member` is null where this process is the whole gateway. */
export function buildParts(config: Config, clock: Clock, rng: Rng, member: Member | null = null): Parts {
  const instance = member?.instance ?? newInstance();
  const bus = createEventBus();
  const { emit } = bus;
  // Log and telemetry subscribe before anything else is built, so that they hear of every part from its first event.
  const log = createLog(config.log, member === null ? { bus } : { bus: member.toLog(bus), as: member.name });
  const state = lateState();
  const telemetry = createTelemetry(config.metrics, { bus, state, clock, version: VERSION });
  const lender = member?.lender ?? null;
  const upstreams = upstreamsOf(config, { clock, rng, emit, instance, lender });
  const { modelDigest } = upstreams;
  const judge = createJudge(upstreams.handle, clock);
  const openStore = member?.openStore ?? storeOf(config.cache, instance);
  const cache = createCache(config.cache, { clock, rng, emit, judge, modelDigest, openStore });
  state.connect({
    breakers: () => upstreams.breakers(),
    pools: () => upstreams.pools(),
    queues: () => upstreams.queues(),
    upstreams: () => upstreams.snapshots(),
    cache: () => cache.snapshot(),
  });
  const embedder = createEmbedderChoice(
    config.cache,
    { upstreams, clock, emit: bus.emit },
    (chosen, scorer) => {
      cache.setEmbedder(chosen, scorer);
    },
  );
  const ready = upstreams
    .start()
    .then(() => embedder.choose())
    .then(() => cache.ready);
  // An upstream that answers for the first time may bring the embedding model that was missing.
  bus.subscribe((event) => {
    if (event.type === 'upstream.health-changed' && event.healthy) void ready.then(() => embedder.choose());
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
    facts: factsOf(() => parts, config.metrics.enabled, clock),
    draining: false,
    closedByHand: false,
    reloads: { appliedAt: clock.wallMs(), needsRestart: [], problem: null },
  };
  return parts;
}

/** A name for this gateway that no other has. */
export function newInstance(): string {
  return `llamascope-${randomBytes(6).toString('hex')}`;
}

function factsOf(parts: () => Parts, metricsEnabled: boolean, clock: Clock): () => HealthFacts {
  const startedAt = clock.wallMs();
  const startedMono = clock.now();
  return () => {
    const { draining, closedByHand, reloads, embedder } = parts();
    return {
      version: VERSION,
      startedAt,
      uptimeSeconds: (clock.now() - startedMono) / 1_000,
      draining,
      closedByHand,
      reloads,
      metricsEnabled,
      embedderProblem: embedder.problem,
      workers: null,
    };
  };
}

function upstreamsOf(config: Config, deps: Omit<UpstreamsDeps, 'probe' | 'tuning'>): Upstreams {
  const { upstreams, probe, health, routing } = config;
  return createUpstreams(upstreams, { ...deps, probe, tuning: { health, routing } });
}
