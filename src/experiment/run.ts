/**
 * One run: one variant, one seed. An upstream of its own, a gateway of its own (unless direct), a warm-up that is
 * not counted, then the measured requests. Everything is closed again, so that runs cannot touch each other.
 */
import type { BreakerStateName } from '../core/breaker-state.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import type { Clock } from '../runtime/clock.ts';
import { startSimulator, type FaultPlan, type Simulator, type SimulatorState } from '../simulator/index.ts';
import { Client } from './client.ts';
import { drive } from './drive.ts';
import type { RequestResult } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { variantConfig, type VariantName } from './variants.ts';
import type { Workload } from './workload/workload.ts';

/** A real server to compare on, in place of the simulator. */
export interface RealUpstream {
  readonly url: string;
  readonly kind: 'ollama' | 'openai';
  readonly model: string;
  readonly apiKey: string | null;
  readonly parallel: number;
}

export interface RunPlan {
  readonly scenario: Scenario;
  readonly variant: VariantName;
  readonly seed: number;
  readonly workload: Workload;
  readonly upstream: RealUpstream | null;
}

export interface RunResult {
  readonly variant: VariantName;
  readonly seed: number;
  readonly results: readonly RequestResult[];
  /** Of the measured part, real milliseconds. */
  readonly durationMs: number;
  /** Requests that reached the upstream during the measured part, as the simulator or the gateway counted them. */
  readonly upstreamRequests: number;
  readonly transitions: readonly Transition[];
}

/** A breaker's change of state, milliseconds from the start of the measured part. */
export interface Transition {
  readonly atMs: number;
  readonly from: BreakerStateName;
  readonly to: BreakerStateName;
}

const SIMULATED_MODEL = 'llama3.2:1b';
/** `/api/chat` and its like: what a client asked for, probes and embeddings left out. */
const ASKED_PATHS = ['/api/chat', '/v1/chat/completions'];

export async function runOnce(plan: RunPlan, clock: Clock, onResult?: () => void): Promise<RunResult> {
  const simulator = plan.upstream === null ? await startUpstream(plan) : null;
  const gateway = await startGateway(plan, simulator);
  const target = plan.upstream?.url ?? simulator?.url ?? '';
  const client = new Client(
    {
      url: gateway?.url ?? target,
      kind: plan.upstream?.kind ?? 'ollama',
      model: plan.upstream?.model ?? SIMULATED_MODEL,
      timeoutMs: timeoutOf(plan.scenario),
      apiKey: plan.upstream?.apiKey ?? null,
    },
    clock,
  );
  try {
    return await measure(plan, { client, simulator, gateway: gateway?.gateway ?? null }, clock, onResult);
  } finally {
    await client.close();
    await gateway?.gateway.close(0);
    await simulator?.close();
  }
}

interface Places {
  readonly client: Client;
  readonly simulator: Simulator | null;
  readonly gateway: Gateway | null;
}

const ONE_AFTER_ANOTHER = { kind: 'closed', clients: 1, thinkMs: 0 } as const;

async function measure(
  { scenario, variant, seed, workload }: RunPlan,
  { client, simulator, gateway }: Places,
  clock: Clock,
  onResult?: () => void,
): Promise<RunResult> {
  await drive(workload.warmUp, client, { arrivals: ONE_AFTER_ANOTHER, speed: 1, clock });
  simulator?.resetState();
  simulator?.setFaults(faultPlan(scenario, seed));
  await simulator?.settled();
  const origin = clock.now();
  const watched = watch(gateway, () => clock.now() - origin);
  const results = await drive(workload.measured, client, {
    arrivals: scenario.workload.arrivals,
    speed: scenario.speed,
    clock,
    ...(onResult === undefined ? {} : { onResult }),
  });
  const durationMs = clock.now() - origin;
  const upstreamRequests =
    simulator === null ? (watched?.attempts ?? results.length) : askedOf(simulator.state());
  return { variant, seed, results, durationMs, upstreamRequests, transitions: watched?.transitions ?? [] };
}

interface Watched {
  attempts: number;
  readonly transitions: Transition[];
}

function watch(gateway: Gateway | null, elapsed: () => number): Watched | null {
  if (gateway === null) return null;
  const watched: Watched = { attempts: 0, transitions: [] };
  gateway.events.subscribe((event) => {
    if (event.type === 'upstream.attempted') watched.attempts += 1;
    if (event.type !== 'breaker.transitioned') return;
    watched.transitions.push({ atMs: elapsed(), from: event.from, to: event.to });
  });
  return watched;
}

function askedOf({ counts }: SimulatorState): number {
  return ASKED_PATHS.reduce((sum, path) => sum + (counts.byPath[path] ?? 0), 0);
}

function startUpstream({ scenario, seed }: RunPlan): Promise<Simulator> {
  return startSimulator({
    ...scenario.upstream,
    speed: scenario.speed,
    seed,
    control: 'same',
    embedder: null,
    faults: faultPlan(scenario, seed),
  });
}

/** By request, so that the same request meets the same fate in every variant. */
export function faultPlan({ faults }: Scenario, seed: number): FaultPlan {
  return { seed, draw: 'request', rules: faults };
}

async function startGateway(
  { scenario, variant, upstream }: RunPlan,
  simulator: Simulator | null,
): Promise<{ readonly gateway: Gateway; readonly url: string } | null> {
  const config = variantConfig(variant, {
    upstream: { url: upstream?.url ?? simulator?.url ?? '', kind: upstream?.kind ?? 'ollama' },
    parallel: upstream?.parallel ?? scenario.upstream.numParallel ?? 1,
    breakerOpenMs: scenario.breakerOpenMs,
    speed: scenario.speed,
  });
  if (config === null) return null;
  const gateway = createGateway(config);
  const { url } = await gateway.listen();
  await gateway.ready();
  return { gateway, url };
}

/** How long clients wait, real milliseconds. */
function timeoutOf({ clientTimeoutMs, speed }: Scenario): number {
  return clientTimeoutMs / speed;
}
