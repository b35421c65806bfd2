import { resolve } from 'node:path';
import { nearest } from '../config/nearest.ts';
import { ModelFailure } from '../models/failure.ts';
import { listModels } from '../models/list.ts';
import { defaultSource, pullModel, type PulledFile } from '../models/pull.ts';
import { readArguments, type OptionSpec, type OptionValues } from './arguments.ts';
import { entry, optionList } from './help-text.ts';
import { CommandFailure, UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { ProgressBar } from './progress-bar.ts';
import { table } from './table.ts';

const KIB = 1024;
const ACTIONS = ['pull', 'list'];
const NAME = /^(?:[\w-][\w.-]*\/)?[\w-][\w.-]*$/;

const options: readonly OptionSpec[] = [
  {
    name: 'from',
    value: 'URL',
    help: 'pull: the folder with model.safetensors and tokenizer.json, or a GGE1 file (….gge1.bin). Default https://huggingface.co/NAME/resolve/main.',
  },
  { name: 'to', value: 'DIR', help: 'Where models are kept. Default models.' },
  {
    name: 'sha256',
    value: 'HEX',
    help: 'pull: the checksum of model.safetensors, or of the GGE1 file. Default: what SHA256SUMS beside it says, if it is there.',
  },
];

export const modelsCommand: Command = {
  help: () =>
    [
      'Usage: llamascope models [list] [--to DIR]',
      '       llamascope models pull NAME [OPTIONS]',
      '',
      'Fetches embedding models that cache.modelFile can name. Nothing else in Llamascope ever fetches one.',
      '',
      'Actions:',
      entry('list', 'What is in DIR, and whether it can be used (the default).'),
      entry(
        'pull',
        'Fetch the model NAME, e.g. minishlab/potion-base-2M, check and open it. What broke off is gone on from.',
      ),
      '',
      'Options:',
      optionList(options),
      '',
      'Exit code 0: done; 1: the model could not be fetched or used; 2: wrong usage.',
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const { options: values, positionals } = readArguments(args, options, 2);
    const [action = 'list', name] = positionals;
    try {
      if (action === 'list' && name === undefined) return await list(values, io);
      if (action === 'pull') return await pull(name, values, io);
    } catch (error) {
      if (error instanceof ModelFailure) throw new CommandFailure(error.message, { cause: error });
      throw error;
    }
    if (action === 'list') throw new UsageError(`unexpected argument "${name ?? ''}"`);
    const meant = nearest(action, ACTIONS);
    const hint = meant === null ? `expected ${ACTIONS.join(' or ')}` : `did you mean ${meant}?`;
    throw new UsageError(`unknown action "${action}"; ${hint}`);
  },
};

async function list(values: OptionValues, io: CliIo): Promise<ExitCode> {
  const home = homeOf(values, io);
  const models = await listModels(home);
  if (models.length === 0) {
    io.err(`no models in ${home}; fetch one with "llamascope models pull NAME"`);
    return 0;
  }
  const rows = models.map(({ path, dimensions, problem }) => [
    path,
    dimensions === null ? '-' : String(dimensions),
    problem ?? 'usable',
  ]);
  for (const line of table(['PATH', 'DIMENSIONS', 'STATE'], rows)) io.out(line);
  return models.some(({ problem }) => problem !== null) ? 1 : 0;
}

async function pull(name: string | undefined, values: OptionValues, io: CliIo): Promise<ExitCode> {
  if (name === undefined) throw new UsageError('pull needs the NAME of a model');
  if (!NAME.test(name))
    throw new UsageError(
      `NAME: expected OWNER/NAME or NAME of letters, digits, ".", "_" and "-", got "${name}"`,
    );
  const bar = new ProgressBar(io);
  const request = { name, from: sourceOf(name, values), home: homeOf(values, io), sha256: sumOf(values) };
  try {
    const { path, identity, files } = await pullModel({
      ...request,
      progress: (file, done, total) => {
        bar.update(Math.ceil(done / KIB), Math.ceil(total / KIB), `KiB  ${file}`);
      },
    });
    bar.end();
    for (const file of files) io.out(sentence(file));
    io.out(`${identity} is ready; use it with:`);
    io.out(`  cache: { embedder: builtin, modelFile: ${JSON.stringify(path)} }`);
    return 0;
  } finally {
    bar.end();
  }
}

function sentence({ path, sha256, bytes, checked, known }: PulledFile): string {
  const how = known ? 'there already' : checked ? 'checked' : 'not checked, no checksum was given';
  return `${path}: ${String(bytes)} bytes, SHA-256 ${sha256} (${how})`;
}

function homeOf(values: OptionValues, { cwd }: CliIo): string {
  return resolve(cwd, typeof values['to'] === 'string' ? values['to'] : 'models');
}

function sourceOf(name: string, values: OptionValues): string {
  const from = values['from'];
  if (typeof from !== 'string') {
    if (!name.includes('/')) throw new UsageError(`NAME: expected OWNER/NAME, or --from URL with "${name}"`);
    return defaultSource(name);
  }
  const url = URL.parse(from);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new UsageError(
      `--from: expected a URL like https://host/folder without "?" and "#", got "${from}"`,
    );
  return from;
}

function sumOf(values: OptionValues): string | null {
  const sum = values['sha256'];
  if (typeof sum !== 'string') return null;
  if (!/^[0-9a-f]{64}$/i.test(sum))
    throw new UsageError(`--sha256: expected 64 hexadecimal digits, got ${JSON.stringify(sum)}`);
  return sum.toLowerCase();
}
