import type { Scenario } from './scenario.ts';
import type { WorkloadSpec } from './workload/workload.ts';

/** What people ask of an assistant: a few things often, some of it in other words, some that only looks alike. */
const ASSISTANT: WorkloadSpec = {
  requests: 100,
  warmUp: 10,
  arrivals: { kind: 'closed', clients: 10, thinkMs: 1_500 },
  topics: 8,
  zipf: 1.1,
  paraphrased: 0.2,
  nearMisses: 0.05,
  streamed: 0.5,
};

/** A small model on one box without a GPU: answers of about ten tokens, a second of work each, one at a time. */
const SMALL_BOX = {
  tokensPerSecond: 9,
  prefillTokensPerSecond: 400,
  loadMs: 0,
  jitter: 0.2,
  numParallel: 1,
  keepAliveMs: -1,
} as const;

/** Answers at once, so that nothing but the way there takes time. */
const IDLE_GPU = {
  ...SMALL_BOX,
  tokensPerSecond: 0,
  prefillTokensPerSecond: 0,
  jitter: 0,
  numParallel: 16,
} as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'sprint1',
    summary: 'Ten impatient clients, one slot, and a model runner that keeps crashing.',
    because:
      'One slot is Ollama’s default (OLLAMA_NUM_PARALLEL=1). Nine tokens a second is a small model on a CPU, so an answer takes about a second and ten clients want several times what one slot gives. Clients give up after 3.4 s, like an HTTP client with a short timeout. 35 % of the attempts answer 500, as a box short of memory does ("model runner has unexpectedly stopped"); the runner is back within seconds.',
    speed: 10,
    clientTimeoutMs: 3_400,
    workload: ASSISTANT,
    upstream: SMALL_BOX,
    faults: [{ fault: 'status', status: 500, rate: 0.35, delayMs: 50 }],
    breakerOpenMs: 5_000,
    repeats: 3,
  },
  {
    name: 'overload',
    summary: 'Three times as many clients as the upstream can serve; nothing is broken.',
    because:
      'An assistant that became popular: thirty people on a box with two slots, each of whom waits ten seconds at most. Ollama queues all of them without limit, so everybody waits for everybody.',
    speed: 10,
    clientTimeoutMs: 10_000,
    workload: {
      ...ASSISTANT,
      requests: 200,
      arrivals: { kind: 'closed', clients: 30, thinkMs: 1_000 },
      topics: 20,
    },
    upstream: { ...SMALL_BOX, numParallel: 2 },
    faults: [],
    breakerOpenMs: 30_000,
    repeats: 3,
  },
  {
    name: 'flapping',
    summary: 'An upstream that disappears for two seconds out of every eight.',
    because:
      'A container that is restarted by its liveness probe, or a node behind a bad switch. Connections are refused while it is away; open ones are cut.',
    speed: 10,
    clientTimeoutMs: 10_000,
    workload: { ...ASSISTANT, arrivals: { kind: 'open', perSecond: 4 }, topics: 20 },
    upstream: { ...SMALL_BOX, numParallel: 8 },
    faults: [1, 2, 3, 4, 5].map((n) => ({
      fault: 'refuse',
      path: '*',
      fromMs: n * 8_000 - 5_000,
      untilMs: n * 8_000 - 3_000,
    })),
    breakerOpenMs: 2_000,
    repeats: 3,
  },
  {
    name: 'cold-start',
    summary: 'The first requests of the day: the model is not in memory, and everybody asks at once.',
    because:
      'Loading takes eight seconds and patience is ten, so those who come first mostly wait in vain. Nothing that stands in front can load a model faster; what it can do is not to ask twice for what is known.',
    speed: 10,
    clientTimeoutMs: 10_000,
    workload: { ...ASSISTANT, warmUp: 0, requests: 60 },
    upstream: { ...SMALL_BOX, loadMs: 8_000, numParallel: 4 },
    faults: [],
    breakerOpenMs: 5_000,
    repeats: 3,
  },
  {
    name: 'slow-upstream',
    summary: 'An upstream that now and then stops in the middle of an answer.',
    because:
      'A GPU that is shared, or throttles when hot: one answer in six stalls for a long time. Nothing is lost, it is just late, and whoever waits behind it is late as well.',
    speed: 10,
    clientTimeoutMs: 8_000,
    workload: ASSISTANT,
    upstream: { ...SMALL_BOX, numParallel: 4 },
    faults: [{ fault: 'delay', rate: 0.17, delayMs: 20_000 }],
    breakerOpenMs: 5_000,
    repeats: 3,
  },
  {
    name: 'repeat-questions',
    summary: 'A healthy upstream, and people who ask the same things in their own words.',
    because:
      'A help desk: a few topics make up most of the questions. Nothing fails, so what is left to win is time and work.',
    speed: 10,
    clientTimeoutMs: 30_000,
    workload: {
      ...ASSISTANT,
      topics: 12,
      paraphrased: 0.5,
      nearMisses: 0.1,
      arrivals: { kind: 'open', perSecond: 2 },
    },
    upstream: { ...SMALL_BOX, numParallel: 8 },
    faults: [],
    breakerOpenMs: 30_000,
    repeats: 3,
  },
  {
    name: 'healthy',
    summary: 'A fast, idle upstream and questions that never repeat: nothing to protect from.',
    because:
      'The honest opposite: no faults, no queue, and every question asked once, so that no protection can help. What remains is what the way through the gateway costs.',
    speed: 1,
    clientTimeoutMs: 30_000,
    workload: {
      ...ASSISTANT,
      requests: 200,
      arrivals: { kind: 'closed', clients: 1, thinkMs: 0 },
      topics: 26,
      zipf: 0,
      paraphrased: 0,
      nearMisses: 0,
      unique: true,
    },
    upstream: IDLE_GPU,
    faults: [],
    breakerOpenMs: 30_000,
    repeats: 3,
  },
];

export function scenarioNamed(name: string): Scenario | null {
  return SCENARIOS.find((scenario) => scenario.name === name) ?? null;
}
