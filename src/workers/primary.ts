/**
 * A gateway of several processes, seen from the one that starts and outlives the others. The workers take the requests; this
 * one answers the operations plane for all of them, holds what they have in common (limits, entries of the cache),
 * replaces those that end, and passes on configurations. It serves no request itself, so that none waits for a scrape.
 */
import { workerRoutes } from '../admin/workers.ts';
import { createDesk } from '../cache/desk.ts';
import { storeOf } from '../cache/open-store.ts';
import { PeerHub } from '../cache/store/peers/hub.ts';
import type { Config, ConfigInput } from '../config/config.ts';
import { readListenAddress } from '../config/listen-address.ts';
import type { ReloadTrigger } from '../core/events.ts';
import type { StateReader } from '../core/state.ts';
import { createLivePage } from '../gateway/live-page.ts';
import { createOperationsPlane, operationRoutes } from '../gateway/operations-plane.ts';
import { newInstance } from '../gateway/parts.ts';
import type { ConfigSource, ReloadReport } from '../gateway/reload.ts';
import type { HealthFacts } from '../health.ts';
import type { OperationRoute } from '../http/operation-route.ts';
import type { Operations, OperationsPlane } from '../http/operations.ts';
import type { LivePage } from '../live/live.ts';
import { systemClock } from '../runtime/clock.ts';
import { createEventBus, type EventBus } from '../runtime/event-bus.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { VERSION } from '../version.ts';
import { ByHand } from './by-hand.ts';
import { createDoors, type Doors } from './doors.ts';
import { Fleet } from './fleet.ts';
import { FrontDoor } from './front-door.ts';
import { Figures } from './figures.ts';
import type { WorkerLink } from './link.ts';
import { PermitBank } from './permit-bank.ts';
import { RollingReload } from './rolling-reload.ts';

const clock = systemClock;

export interface PrimaryOptions {
  /** Workers, at least 1. */
  readonly size: number;
  /** The module that each worker process runs: it connects a `Worker` to its parent. */
  readonly script: URL;
  /** Reads the configuration anew, for reloads that are handed none. */
  readonly source?: ConfigSource | null;
}

export class Primary {
  readonly #size: number;
  readonly #script: URL;
  readonly #instance = newInstance();
  readonly #startedAt = clock.wallMs();
  readonly #startedMono = clock.now();
  readonly #bus = createEventBus();
  /** What the page hears: this process's events, and those of the workers that are for people alone. */
  readonly #feed = createEventBus();
  readonly #log: Log;
  readonly #telemetry: Telemetry;
  readonly #state: StateReader;
  readonly #figures: Figures;
  readonly #hub: PeerHub;
  readonly #bank = new PermitBank();
  readonly #fleet: Fleet;
  readonly #front = new FrontDoor(() => this.#fleet.ready);
  readonly #byHand: ByHand;
  readonly #reloads: RollingReload;
  readonly #live: LivePage | null;
  readonly #routes: readonly OperationRoute[];
  readonly #doors: Doors;
  #operations: OperationsPlane;
  #ready = 0;
  #started = false;
  #draining = false;
  #closing: Promise<void> | null = null;

  /** Starts nothing yet. */
  constructor(initial: Config, { size, script, source = null }: PrimaryOptions) {
    this.#size = size;
    this.#script = script;
    const { emit } = this.#bus;
    this.#log = createLog(initial.log, { bus: this.#bus });
    this.#hub = new PeerHub(storeOf(initial.cache, this.#instance), initial.cache, { clock, emit });
    this.#figures = new Figures({
      entries: () => ({ ...this.#hub.store.stats(), store: this.#hub.store.state() }),
      emit,
      show: (event) => {
        if (this.#started) this.#feed.emit(event);
      },
      spread: (breaker, openMs, from) => {
        for (const link of this.#fleet.ready)
          if (link !== from) link.channel.note('follow', { breaker, openMs });
      },
    });
    this.#state = this.#figures.state;
    this.#telemetry = createTelemetry(initial.metrics, {
      bus: this.#bus,
      state: this.#state,
      clock,
      version: VERSION,
      process: this.#figures.process,
    });
    this.#figures.countInto(this.#telemetry.metrics);
    this.#bus.subscribe((event) => {
      if (this.#started) this.#feed.emit(event);
    });
    this.#fleet = this.#createFleet();
    this.#byHand = new ByHand({
      fleet: () => this.#fleet,
      state: this.#state,
      drainMs: () => this.config.drainMs,
    });
    this.#reloads = new RollingReload(initial, {
      fleet: () => this.#fleet,
      clock,
      emit,
      source,
      applied: (config) => {
        this.#apply(config);
      },
      closing: () => this.#draining,
    });
    const face = this.#face();
    this.#live = createLivePage(
      initial,
      { ...face, bus: this.#feed },
      () => this.config.admin.token !== null,
    );
    this.#routes = this.#createRoutes(initial);
    this.#operations = createOperationsPlane(initial, face, { routes: this.#routes, live: this.#live });
    this.#doors = createDoors(initial, { operations: this.#present(), emit, clock });
  }

  get config(): Config {
    return this.#reloads.config;
  }

  /** Starts the workers; resolves when all listen. Rejects with what kept the first one from it (`EADDRINUSE` …). */
  async listen(): Promise<{ readonly url: string; readonly adminUrl: string }> {
    this.#bus.emit({ type: 'workers.changed', ready: 0, wanted: this.#size });
    // The addresses first: one that is taken is known before anything is started.
    const url = await this.#front.listen(readListenAddress(this.config.listen));
    const adminUrl = await this.#doors.open();
    await this.#fleet.start();
    await this.#fleet.collect();
    this.#started = true;
    this.#live?.opened(url);
    return { url, adminUrl: adminUrl ?? url };
  }

  reload = (given?: ConfigInput, trigger: ReloadTrigger = 'program'): Promise<ReloadReport> =>
    this.#reloads.reload(trigger, given);

  close(deadlineMs: number = this.config.drainMs): Promise<void> {
    return (this.#closing ??= this.#shutDown(deadlineMs));
  }

  async #shutDown(deadlineMs: number): Promise<void> {
    this.#draining = true;
    this.#front.close();
    await Promise.all([this.#live?.close(), this.#fleet.close(deadlineMs)]);
    await this.#doors.close(1_000);
    await this.#hub.close();
    this.#telemetry.close();
    this.#log.close();
  }

  #apply(config: Config): void {
    this.#hub.configure(config.cache);
    this.#log.setLevel(config.log.level);
    this.#operations = createOperationsPlane(config, this.#face(), {
      routes: this.#routes,
      live: this.#live,
    });
    this.#doors.configure(config);
  }

  #createFleet(): Fleet {
    return new Fleet({
      clock,
      size: this.#size,
      script: this.#script,
      order: (name) => ({
        name,
        instance: this.#instance,
        config: this.config,
        workers: this.#size,
        operationsAt: this.#doors.at,
        operationsRoots: this.#operations.roots,
        byHand: this.#byHand.now(),
      }),
      attach: (link) => {
        this.#attach(link);
      },
      came: (link) => {
        link.followOpen(this.#state.breakers());
        this.#front.workerCame();
      },
      reported: (link, report) => {
        this.#figures.take(link, report);
      },
      gone: (link, reason, detail) => {
        this.#front.workerGone(link);
        this.#hub.leave(link);
        this.#bank.forget(link);
        this.#figures.forget(link);
        this.#bus.emit({ type: 'worker.ended', worker: link.name, reason, detail });
      },
      counted: (ready) => {
        if (ready === this.#ready) return;
        this.#ready = ready;
        this.#bus.emit({ type: 'workers.changed', ready, wanted: this.#size });
      },
      warn: (message) => {
        this.#log.logger.error(message);
      },
    });
  }

  #attach(link: WorkerLink): void {
    const { channel } = link;
    this.#hub.join(link);
    channel.on('entries', (batch) => {
      this.#hub.take(link, batch);
    });
    channel.on('taken', (number) => {
      this.#front.taken(number);
    });
    channel.on('loadEntries', () => this.#hub.load(link));
    channel.on('lease', (message) => {
      this.#bank.take(link, message);
    });
  }

  #face(): { bus: EventBus; log: Log; telemetry: Telemetry; state: StateReader; facts: () => HealthFacts } & {
    clock: typeof clock;
    instance: string;
  } {
    return {
      clock,
      instance: this.#instance,
      bus: this.#bus,
      log: this.#log,
      telemetry: this.#telemetry,
      state: this.#state,
      facts: () => this.#facts(),
    };
  }

  #facts(): HealthFacts {
    return {
      version: VERSION,
      startedAt: this.#startedAt,
      uptimeSeconds: (clock.now() - this.#startedMono) / 1_000,
      draining: this.#draining,
      closedByHand: this.#byHand.closed,
      reloads: this.#reloads.facts,
      metricsEnabled: this.#telemetry.enabled,
      embedderProblem: this.#figures.embedderProblem,
      workers: { ready: this.#ready, wanted: this.#size },
    };
  }

  #createRoutes(config: Config): readonly OperationRoute[] {
    const { breakers, feedback, workers } = this.#byHand;
    const cache = {
      desk: createDesk(this.#hub.store, clock),
      purge: (selector = {}) => this.#hub.purge(selector),
      feedback,
    };
    const routes = operationRoutes(config, cache, {
      breakers,
      drainDesk: this.#byHand.upstreams,
      reload: () => this.reload(undefined, 'admin'),
      live: this.#live,
    });
    return [...routes, ...workerRoutes(workers)];
  }

  /** The plane in force, with figures that are of this moment. */
  #present(): Operations {
    return {
      owns: (path) => this.#operations.owns(path),
      serve: (request, response, path) => {
        void this.#fleet.collect().then(() => {
          this.#operations.serve(request, response, path);
        });
      },
      notFound: (response, path) => {
        this.#operations.notFound(response, path);
      },
    };
  }
}
