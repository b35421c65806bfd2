/**
 * The simulated Ollama server, put together: a real HTTP server with real queues, real time and real vectors, whose
 * answers are made up. It stands in for an Ollama in tests, benches, demonstrations and the quick start.
 */
import { readFile } from 'node:fs/promises';
import { systemClock } from '../runtime/clock.ts';
import { seededRng } from '../runtime/rng.ts';
import { BUILT_IN_ANSWERS } from './answers/built-in.ts';
import { AnswerTable, parseAnswers, type QuestionAnswer } from './answers/table.ts';
import { CONTROL_PREFIX, control } from './control.ts';
import { Door } from './door.ts';
import { chooseEmbeddings } from './embeddings.ts';
import { FaultEngine, type RuleReport } from './faults/engine.ts';
import { readFaultPlan, type FaultPlan } from './faults/plan.ts';
import { CHAT_MODELS } from './models/spec.ts';
import { ModelStore } from './models/store.ts';
import {
  readAddress,
  resolveSettings,
  SimulatorOptionsError,
  type Settings,
  type SimulatorOptions,
} from './options.ts';
import { Port } from './port.ts';
import { Recorder, type Counts, type RequestRecord } from './recorder.ts';
import { Residency } from './residency.ts';
import type { Server } from './server.ts';
import { scaledClock } from './time.ts';

/** What the server has received and holds, as `GET /_simulator/state` tells it. */
export interface SimulatorState {
  /** The monotonic clock that all times below are on, in milliseconds. */
  readonly clock: number;
  readonly received: number;
  readonly inFlight: number;
  readonly inFlightHigh: number;
  /** Waiting for a load or a slot. */
  readonly queued: number;
  readonly aborted: number;
  readonly counts: Counts;
  readonly connections: { readonly open: number; readonly total: number };
  readonly loads: number;
  readonly evictions: number;
  readonly faults: { readonly seed: number; readonly sinceMs: number; readonly rules: readonly RuleReport[] };
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
  /** Forgets counts and finished requests. */
  resetState(): void;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/** Throws `SimulatorOptionsError` or `FaultPlanError` for bad options, Node's error when an address is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = resolveSettings(options);
  const plan = readFaultPlan(options.faults ?? { rules: [] });
  const listen = readAddress('listen', options.listen ?? '127.0.0.1:0');
  const apart = options.control !== 'same';
  const controlAddress = apart ? readAddress('control', options.control ?? '127.0.0.1:0') : null;
  const answers = options.answers ?? (await readAnswersFile(options.answersFile ?? null)) ?? BUILT_IN_ANSWERS;

  const server = await buildServer(options, settings, answers);
  const recorder = new Recorder(systemClock, settings.logSize);
  const faults = new FaultEngine(server.clock, (closed) => {
    api.setClosed(closed);
  });
  const door = new Door(server, recorder, faults, listen.host);
  const api: Port = new Port((request, response, connection) => {
    if (!apart && (request.url ?? '').startsWith(CONTROL_PREFIX)) void control(request, response, simulator);
    else void door.answer(request, response, connection);
  });
  const controlPort = apart
    ? new Port((request, response) => void control(request, response, simulator))
    : null;

  const simulator = {
    state: (): SimulatorState => ({
      clock: systemClock.now(),
      received: recorder.received,
      inFlight: recorder.inFlight,
      inFlightHigh: recorder.inFlightHigh,
      queued: server.residency.queued,
      aborted: recorder.aborted,
      counts: recorder.counts(),
      connections: api.connections,
      loads: server.residency.loads,
      evictions: server.residency.evictions,
      faults: faults.report(),
      requests: recorder.requests(),
    }),
    setFaults: (next: FaultPlan): void => {
      faults.set(readFaultPlan(next));
    },
    clearFaults: (): void => {
      faults.clear();
    },
    resetState: (): void => {
      recorder.reset();
    },
    async close(): Promise<void> {
      faults.close();
      server.residency.close();
      await api.close();
      await controlPort?.close();
      await server.embeddings.close();
    },
  };
  const url = await api.open(listen);
  let controlUrl = url;
  if (controlPort !== null && controlAddress !== null) {
    try {
      controlUrl = await controlPort.open(controlAddress);
    } catch (error) {
      await simulator.close();
      throw error;
    }
  }
  faults.set(plan);
  return { ...simulator, url, controlUrl };
}

async function buildServer(
  options: SimulatorOptions,
  settings: Settings,
  answers: readonly QuestionAnswer[],
): Promise<Server> {
  const clock = scaledClock(systemClock, settings.speed);
  const rng = seededRng(settings.seed);
  const vary = (ms: number): number => ms * (1 + settings.jitter * (2 * rng.next() - 1));
  const embeddings = await chooseEmbeddings(options.embedder);
  const store = new ModelStore();
  const { model } = embeddings;
  for (const spec of [
    ...(model === null ? [] : [model]),
    ...[...(options.models ?? CHAT_MODELS)].reverse(),
  ]) {
    store.add(spec, clock.wallMs());
  }
  return {
    settings,
    version: options.version ?? '0.12.6',
    abortHoldsPrefill: options.abortHoldsPrefill ?? false,
    clock,
    store,
    residency: new Residency(
      {
        maxLoadedModels: settings.maxLoadedModels,
        maxQueue: settings.maxQueue,
        numParallel: settings.numParallel,
        keepAliveMs: settings.keepAliveMs,
        loadMs: () => vary(settings.loadMs),
      },
      clock,
    ),
    embeddings,
    answers: new AnswerTable(answers, () => embeddings.embedder()),
    random: (limit) => Math.floor(rng.next() * limit),
    vary,
  };
}

async function readAnswersFile(file: string | null): Promise<readonly QuestionAnswer[] | null> {
  if (file === null) return null;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new SimulatorOptionsError(
      `answersFile: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
  return parseAnswers(text, file);
}
