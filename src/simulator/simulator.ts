/**
 * The simulated Ollama server, put together: a real HTTP server with real queues, real time and real vectors, whose
 * answers are made up. It stands in for an Ollama in tests, benches, demonstrations and the quick start.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock, type Clock } from '../runtime/clock.ts';
import type { Rng } from '../runtime/rng.ts';
import { buildServer } from './build-server.ts';
import { CONTROL_PREFIX, Control } from './control.ts';
import { Door } from './door.ts';
import { FaultEngine, type FaultReport } from './faults/engine.ts';
import { readFaultPlan, type FaultPlan } from './faults/plan.ts';
import { readAddress, resolveSettings, type Settings, type SimulatorOptions } from './options.ts';
import { Port } from './port.ts';
import { Recorder, type Counts, type RequestRecord } from './recorder.ts';
import type { Server } from './server.ts';

/** What the server has received and holds, as `GET /_simulator/state` tells it. */
export interface SimulatorState {
  /** The monotonic clock that all times below are on, in real milliseconds. */
  readonly clock: number;
  /** The same moment in unix milliseconds. */
  readonly wallMs: number;
  readonly received: number;
  /** Requests whose answer has not ended. */
  readonly inFlight: number;
  readonly inFlightHigh: number;
  /** Waiting for a load or a slot. */
  readonly queued: number;
  /** Slots at work: an aborted request may hold one for a while, see `abortHoldsPrefill`. */
  readonly working: number;
  /** Requests whose client went away before the end. */
  readonly aborted: number;
  readonly counts: Counts;
  /** `listening` is false while a fault has the port closed. */
  readonly connections: { readonly open: number; readonly total: number; readonly listening: boolean };
  readonly loads: number;
  readonly evictions: number;
  /** Models that left memory because nobody asked for them any more. */
  readonly expirations: number;
  readonly resident: readonly {
    readonly model: string;
    readonly numCtx: number;
    readonly loading: boolean;
  }[];
  readonly faults: FaultReport;
  /** The last finished requests and all open ones, in order of arrival. */
  readonly requests: readonly RequestRecord[];
}

export interface Simulator {
  readonly url: string;
  readonly controlUrl: string;
  state(): SimulatorState;
  /** Replaces the faults; their times start now. Throws `FaultPlanError`. */
  setFaults(plan: FaultPlan): void;
  clearFaults(): void;
  /** Resolves when the port is open or closed as the faults of now want it: the only thing they do not do at once. */
  settled(): Promise<void>;
  /** Forgets counts and finished requests. */
  resetState(): void;
  /** Ends everything at once. */
  close(): Promise<void>;
}

export interface SimulatorDeps {
  /** Real time; `speed` applies on top of it. */
  readonly clock?: Clock;
  /** Where identifiers and jitter come from; default seeded by `seed`. */
  readonly rng?: Rng;
}

/** Throws `SimulatorOptionsError` or `FaultPlanError` for bad options, Node's error when an address is taken. */
export async function startSimulator(
  options: SimulatorOptions = {},
  deps: SimulatorDeps = {},
): Promise<Simulator> {
  const settings = resolveSettings(options);
  const plan = readFaultPlan(options.faults ?? { rules: [] });
  const listen = readAddress('listen', options.listen ?? '127.0.0.1:0');
  const control =
    options.control === 'same' ? null : readAddress('control', options.control ?? '127.0.0.1:0');
  const clock = deps.clock ?? systemClock;
  const server = await buildServer(options, settings, clock, deps.rng);
  const simulator = new RunningSimulator(server, settings, clock, {
    host: listen.host,
    shared: control === null,
  });
  try {
    await simulator.open(listen, control);
    simulator.setFaults(plan);
    await simulator.settled();
  } catch (error) {
    await simulator.close();
    throw error;
  }
  return simulator;
}

class RunningSimulator implements Simulator {
  url = '';
  controlUrl = '';
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #recorder: Recorder;
  readonly #faults: FaultEngine;
  readonly #door: Door;
  readonly #api: Port;
  readonly #controlPort: Port;

  constructor(
    server: Server,
    settings: Settings,
    clock: Clock,
    at: { readonly host: string; readonly shared: boolean },
  ) {
    this.#server = server;
    this.#clock = clock;
    this.#recorder = new Recorder(clock, settings.logSize);
    this.#faults = new FaultEngine(server.clock, (closed) => this.#api.setClosed(closed));
    this.#door = new Door(server, this.#recorder, this.#faults, at.host);
    const control = new Control(this, at.shared);
    const answerControl = (request: IncomingMessage, response: ServerResponse): void => {
      void control.answer(request, response);
    };
    this.#api = new Port(
      (request, response, connection) => {
        if (at.shared && (request.url ?? '').startsWith(CONTROL_PREFIX)) answerControl(request, response);
        else void this.#door.answer(request, response, connection);
      },
      () => this.#recorder.cutOpen(),
    );
    this.#controlPort = new Port(answerControl, () => undefined);
  }

  async open(
    listen: Parameters<Port['open']>[0],
    control: Parameters<Port['open']>[0] | null,
  ): Promise<void> {
    this.url = await this.#api.open(listen);
    this.controlUrl = control === null ? this.url : await this.#controlPort.open(control);
  }

  state(): SimulatorState {
    const recorder = this.#recorder;
    const { residency } = this.#server;
    return {
      clock: this.#clock.now(),
      wallMs: this.#clock.wallMs(),
      received: recorder.received,
      inFlight: recorder.inFlight,
      inFlightHigh: recorder.inFlightHigh,
      queued: residency.queued,
      working: residency.working,
      aborted: recorder.aborted,
      counts: recorder.counts(),
      connections: this.#api.connections,
      loads: residency.loads,
      evictions: residency.evictions,
      expirations: residency.expirations,
      resident: residency
        .residents()
        .map(({ model, numCtx, loading }) => ({ model: model.name, numCtx, loading })),
      faults: this.#faults.report(),
      requests: recorder.requests(),
    };
  }

  setFaults(plan: FaultPlan): void {
    this.#faults.set(readFaultPlan(plan));
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  settled(): Promise<void> {
    return this.#api.settled();
  }

  resetState(): void {
    this.#recorder.reset();
  }

  async close(): Promise<void> {
    this.#faults.close();
    await Promise.all([this.#api.close(), this.#controlPort.close()]);
    this.#server.residency.close();
    await this.#server.embeddings.close();
  }
}
