import type { ExperimentPlan } from '../experiment/experiment.ts';
import type { RealUpstream } from '../experiment/run.ts';
import type { Scenario } from '../experiment/scenario.ts';
import { scenarioNamed, SCENARIOS } from '../experiment/scenarios.ts';
import { VARIANTS, type VariantName } from '../experiment/variants.ts';
import type { Arrivals } from '../experiment/workload/arrivals.ts';
import { readPrompts, readTrace } from '../experiment/workload/files.ts';
import { builtInTopics } from '../experiment/workload/questions.ts';
import { isUpstreamUrl } from '../config/upstream-schema.ts';
import type { OptionSpec, OptionValues } from './arguments.ts';
import { firstModel } from './quickstart.ts';
import { UsageError } from './io.ts';

const DEFAULT_SCENARIO = 'sprint1';
const MOST_REQUESTS = 2_000;

export const compareOptions: readonly OptionSpec[] = [
  {
    name: 'scenario',
    value: 'NAME',
    help: `One of the scenarios above. Default ${DEFAULT_SCENARIO}; with --upstream, repeat-questions.`,
  },
  {
    name: 'variants',
    value: 'A,B',
    help: 'The variants to compare; the first is what the others are compared with. Default all.',
  },
  { name: 'seed', value: 'N', help: 'Equal seeds give equal requests and faults. Default 1.' },
  {
    name: 'repeats',
    value: 'N',
    help: 'How often, each time with a seed of its own drawn from --seed. Default: the scenario’s.',
  },
  {
    name: 'requests',
    value: 'N',
    help: 'Measured requests per variant and repeat. Default: the scenario’s.',
  },
  {
    name: 'clients',
    value: 'N',
    help: 'Closed loop: so many clients, each asking again when it was answered.',
  },
  { name: 'rate', value: 'N', help: 'Open loop: so many requests a (simulated) second, at random.' },
  { name: 'trace', value: 'FILE', help: 'Arrivals from a trace: CSV with a column "timestamp", or JSONL.' },
  { name: 'client-timeout-ms', value: 'N', help: 'How long a client waits, in (simulated) milliseconds.' },
  {
    name: 'prompts',
    value: 'FILE',
    help: 'Prompts, one a line, or JSONL of {"prompt", "topic", "answer"}: lines of one topic are wordings of one question.',
  },
  {
    name: 'upstream',
    value: 'URL',
    help: 'Compare on this server in place of the simulator. Nothing is sent without --yes.',
  },
  { name: 'kind', value: 'ollama|openai', help: 'What --upstream speaks. Default ollama.' },
  { name: 'model', value: 'NAME', help: 'The model to ask at --upstream. Default: the first that it lists.' },
  {
    name: 'parallel',
    value: 'N',
    help: 'Requests that --upstream works on at a time. Default 1 for ollama, 64 for openai.',
  },
  {
    name: 'max-requests',
    value: 'N',
    help: `Refuse to send more than this to --upstream. Default ${String(MOST_REQUESTS)}.`,
  },
  { name: 'yes', value: null, help: 'Send the load that --upstream says it will.' },
  { name: 'out', value: 'DIR', help: 'Where the report goes. Default llamascope-compare/SCENARIO.' },
  { name: 'files', value: null, help: 'Write the report; --no-files prints only.' },
];

export interface Reading {
  /** Throws when it cannot be read. */
  readonly readFile: (path: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface CompareRequest {
  readonly plan: ExperimentPlan;
  /** Whether it may run: always on the simulator, on a real server only when said. */
  readonly confirmed: boolean;
  /** Where the report goes, or null for nowhere. */
  readonly out: string | null;
}

/** Throws `UsageError`, or `WorkloadFileError` for a file that makes no sense. */
export async function readPlan(values: OptionValues, reading: Reading): Promise<CompareRequest> {
  const upstream = await readUpstream(values, reading.env);
  const base = readScenario(values, upstream !== null);
  const prompts = text(values, 'prompts');
  const topics = prompts === null ? builtInTopics() : readPrompts(reading.readFile(prompts), prompts);
  const scenario = adapted(base, values, reading, topics.length, upstream !== null);
  const plan: ExperimentPlan = {
    scenario,
    variants: readVariants(values),
    seed: whole(values, 'seed', 0, 4_294_967_295) ?? 1,
    repeats: whole(values, 'repeats', 1, 100) ?? scenario.repeats,
    // What the simulator would answer is no measure for a model's answers.
    topics:
      upstream === null || prompts !== null ? topics : topics.map((topic) => ({ ...topic, answer: null })),
    upstream,
  };
  if (upstream !== null) refuseTooMuch(plan, whole(values, 'max-requests', 1, 1_000_000) ?? MOST_REQUESTS);
  const out = text(values, 'out') ?? `llamascope-compare/${scenario.name}`;
  return {
    plan,
    confirmed: upstream === null || values['yes'] === true,
    out: values['files'] === false ? null : out,
  };
}

function readScenario(values: OptionValues, real: boolean): Scenario {
  const name = text(values, 'scenario') ?? (real ? 'repeat-questions' : DEFAULT_SCENARIO);
  const scenario = scenarioNamed(name);
  if (scenario !== null) return scenario;
  const known = SCENARIOS.map((one) => one.name).join(', ');
  throw new UsageError(`--scenario: "${name}", expected one of ${known}`);
}

function adapted(
  scenario: Scenario,
  values: OptionValues,
  reading: Reading,
  topics: number,
  real: boolean,
): Scenario {
  const requests = whole(values, 'requests', 1, 100_000);
  const timeout = whole(values, 'client-timeout-ms', 1, 86_400_000);
  const { workload } = scenario;
  const arrivals = readArrivals(values, reading, workload.arrivals);
  const traced = arrivals.kind === 'trace' ? arrivals.atMs.length : null;
  return {
    ...scenario,
    // A real server lives in real time, and its faults are its own.
    ...(real ? { speed: 1, faults: [] } : {}),
    clientTimeoutMs: timeout ?? scenario.clientTimeoutMs,
    workload: {
      ...workload,
      arrivals,
      requests: Math.min(requests ?? traced ?? workload.requests, traced ?? Infinity),
      topics: text(values, 'prompts') === null ? workload.topics : topics,
    },
  };
}

function readArrivals(values: OptionValues, reading: Reading, fallback: Arrivals): Arrivals {
  const clients = whole(values, 'clients', 1, 10_000);
  const rate = text(values, 'rate');
  const trace = text(values, 'trace');
  if ([clients, rate, trace].filter((given) => given !== null).length > 1)
    throw new UsageError('--clients, --rate and --trace exclude each other: each says when requests come');
  if (clients !== null)
    return { kind: 'closed', clients, thinkMs: fallback.kind === 'closed' ? fallback.thinkMs : 0 };
  if (trace !== null) return { kind: 'trace', atMs: readTrace(reading.readFile(trace), trace) };
  if (rate === null) return fallback;
  const perSecond = Number(rate);
  if (!(perSecond > 0 && perSecond <= 100_000))
    throw new UsageError(`--rate: "${rate}", expected a number above 0 and at most 100000`);
  return { kind: 'open', perSecond };
}

function readVariants(values: OptionValues): readonly VariantName[] {
  const given = text(values, 'variants');
  if (given === null) return VARIANTS;
  const names = given.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!VARIANTS.includes(name as VariantName))
      throw new UsageError(`--variants: "${name}", expected some of ${VARIANTS.join(', ')}`);
  }
  if (new Set(names).size < names.length) throw new UsageError(`--variants: "${given}" names one twice`);
  return names as VariantName[];
}

async function readUpstream(values: OptionValues, env: Reading['env']): Promise<RealUpstream | null> {
  const url = text(values, 'upstream');
  if (url === null) return null;
  if (!isUpstreamUrl(url))
    throw new UsageError(
      `--upstream: "${url}", expected an http or https URL such as http://127.0.0.1:11434`,
    );
  const kind = text(values, 'kind') ?? 'ollama';
  if (kind !== 'ollama' && kind !== 'openai')
    throw new UsageError(`--kind: "${kind}", expected ollama or openai`);
  const model = text(values, 'model') ?? (kind === 'ollama' ? await firstModel(url) : null);
  if (model === null) throw new UsageError(`--model is needed: ${url} lists no model to take`);
  const parallel = whole(values, 'parallel', 1, 4_096) ?? (kind === 'ollama' ? 1 : 64);
  return { url, kind, model, parallel, apiKey: env['LLAMASCOPE_COMPARE_API_KEY'] ?? null };
}

function refuseTooMuch({ scenario, variants, repeats }: ExperimentPlan, most: number): void {
  const total = variants.length * repeats * (scenario.workload.requests + scenario.workload.warmUp);
  if (total <= most) return;
  throw new UsageError(
    `this would send ${String(total)} requests to a real server, more than --max-requests ${String(most)}; lower --requests or --repeats, or name fewer --variants`,
  );
}

function text(values: OptionValues, name: string): string | null {
  const value = values[name];
  return typeof value === 'string' ? value : null;
}

function whole(values: OptionValues, name: string, least: number, most: number): number | null {
  const given = text(values, name);
  if (given === null) return null;
  const value = Number(given);
  if (given.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(
    `--${name}: "${given}", expected a whole number from ${String(least)} to ${String(most)}`,
  );
}
