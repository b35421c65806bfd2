import { systemClock } from '../runtime/clock.ts';
import { startSimulator } from '../simulator/index.ts';
import { parseFaultFlag } from '../simulator/faults/flag.ts';
import { FaultPlanError } from '../simulator/faults/plan.ts';
import { SETTING_RULES, type Settings, type SimulatorOptions } from '../simulator/options.ts';
import { readOptions, type OptionSpec } from './arguments.ts';
import { optionList } from './help-text.ts';
import { UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { stopOnSignal } from './stop-signal.ts';

const NUMBER_HELP: Readonly<Record<keyof Settings, string>> = {
  seed: 'Seed of identifiers and jitter.',
  speed: 'Simulated seconds per real second.',
  tokensPerSecond: 'Generated tokens per second and request; 0 is at once.',
  prefillTokensPerSecond: 'Prompt tokens read per second; 0 is at once.',
  loadMs: 'Time to load a model that is not in memory.',
  jitter: 'Share by which pace and load vary at random.',
  numParallel: 'Requests a loaded model works on at a time (OLLAMA_NUM_PARALLEL).',
  maxLoadedModels: 'Models in memory at a time (OLLAMA_MAX_LOADED_MODELS).',
  maxQueue: 'Requests that may wait for a load (OLLAMA_MAX_QUEUE).',
  keepAliveMs: 'How long an idle model stays in memory; -1 for ever.',
  contextLength: 'Default num_ctx; another one reloads the model.',
  bodyBytes: 'Largest body read.',
  logSize: 'Finished requests that the state remembers.',
};
const settings = Object.keys(SETTING_RULES) as (keyof Settings)[];
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const options: readonly OptionSpec[] = [
  {
    name: 'listen',
    value: 'HOST:PORT',
    help: 'Address of the Ollama API. Default 127.0.0.1:11434; port 0 takes a free one.',
  },
  {
    name: 'control',
    value: 'HOST:PORT',
    help: 'Address of the control API (/_simulator/faults, /_simulator/state), or "same". Default 127.0.0.1:0.',
  },
  {
    name: 'answers',
    value: 'FILE',
    help: 'JSONL of {"question", "answer"} in place of the built-in answers.',
  },
  {
    name: 'fault',
    value: 'RULE',
    repeatable: true,
    help: 'A fault from the start, e.g. status=503,rate=0.2,path=/api/chat or stall,after=5,from=1000,until=4000.',
  },
  {
    name: 'abort-holds-prefill',
    value: null,
    help: 'An aborted request holds its slot until its prompt is processed.',
  },
  ...settings.map((name) => ({
    name: kebab(name),
    value: 'N',
    help: `${NUMBER_HELP[name]} Default ${String(SETTING_RULES[name].default)}.`,
  })),
];

export const simulateCommand: Command = {
  help: () =>
    [
      'Usage: llamascope simulate [OPTIONS]',
      '',
      'Runs a stand-in for an Ollama server until SIGINT or SIGTERM: real protocol, queues and time, made-up answers.',
      'When it is ready, stdout has: listening on http://HOST:PORT',
      '',
      'Options:',
      optionList(options),
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const simulator = await startSimulator(readSimulatorOptions(args));
    const stopping = stopOnSignal(io, systemClock, () => simulator.close());
    io.out(`listening on ${simulator.url}`);
    io.err(`control on ${simulator.controlUrl}/_simulator/state`);
    return (await stopping) === 'finished' ? 0 : 1;
  },
};

function readSimulatorOptions(args: readonly string[]): SimulatorOptions {
  const values = readOptions(args, options);
  const text = (name: string): string | null => (typeof values[name] === 'string' ? values[name] : null);
  const numbers: Partial<Record<keyof Settings, number>> = {};
  for (const name of settings) {
    const given = text(kebab(name));
    if (given === null) continue;
    if (given.trim() === '' || !Number.isFinite(Number(given))) {
      throw new UsageError(`--${kebab(name)}: "${given}" is not a number`);
    }
    numbers[name] = Number(given);
  }
  const control = text('control');
  const answersFile = text('answers');
  const faults = values['fault'];
  return {
    listen: text('listen') ?? '127.0.0.1:11434',
    ...(control === null ? {} : { control }),
    ...(answersFile === null ? {} : { answersFile }),
    ...(Array.isArray(faults) ? { faults: { seed: numbers.seed ?? 1, rules: faults.map(readFault) } } : {}),
    abortHoldsPrefill: values['abort-holds-prefill'] === true,
    ...numbers,
  };
}

function readFault(rule: unknown): ReturnType<typeof parseFaultFlag> {
  try {
    return parseFaultFlag(String(rule));
  } catch (error) {
    if (error instanceof FaultPlanError) throw new UsageError(error.message);
    throw error;
  }
}
