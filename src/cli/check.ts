import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { formatKey, formatOrigin } from '../config/problems.ts';
import { redactConfig } from '../config/redact.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import { readOptions, type OptionSpec } from './arguments.ts';
import {
  configOption,
  mainConfigOptions,
  otherConfigOptions,
  refuseSecrets,
  upstreamOption,
} from './config-options.ts';
import { optionList } from './help-text.ts';
import type { CliIo, Command, ExitCode } from './io.ts';

const ownOptions: readonly OptionSpec[] = [
  configOption,
  { name: 'print', value: null, help: 'Print the complete configuration as JSON, secrets hidden.' },
  {
    name: 'sources',
    value: null,
    help: 'Print each key with its value and where it came from, secrets hidden.',
  },
];
const options = [...ownOptions, upstreamOption, ...mainConfigOptions, ...otherConfigOptions];

export const checkCommand: Command = {
  help: () =>
    [
      'Usage: llamascope check [OPTIONS]',
      '',
      'Reads the configuration exactly as `serve` would and says what is wrong with it, all at once.',
      'Exit code 0: usable; 2: not.',
      '',
      'Options:',
      optionList(ownOptions),
      '',
      'And every option of `serve` that sets a key of the configuration (see `llamascope serve --help`).',
    ].join('\n'),
  run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    refuseSecrets(args);
    const { config: file, print, sources, ...flags } = readOptions(args, options);
    const loaded = loadConfig({
      flags,
      env: io.env,
      file: typeof file === 'string' ? file : null,
      cwd: io.cwd,
      quickstart: null,
    });
    if (print === true) io.out(JSON.stringify(redactConfig(loaded.config), null, 2));
    if (sources === true) for (const line of describeSources(loaded)) io.out(line);
    if (print !== true && sources !== true) io.out(verdict(loaded));
    return Promise.resolve(0);
  },
};

function verdict({ config, file }: LoadedConfig): string {
  const count = config.upstreams.length === 1 ? '1 upstream' : `${config.upstreams.length} upstreams`;
  return `ok: ${file ?? 'no file'}, ${count}, cache ${config.cache.mode}, listening on ${config.listen}`;
}

function describeSources(loaded: LoadedConfig): readonly string[] {
  return [...keysOf(redactConfig(loaded.config), [])].map(
    ({ path, value }) =>
      `${formatKey(path)} = ${JSON.stringify(value)}  (${formatOrigin(loaded.originOf(path))})`,
  );
}

interface KeyValue {
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
}

function* keysOf(value: JsonValue, path: readonly (string | number)[]): Generator<KeyValue> {
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries()) yield* keysOf(item, [...path, index]);
  } else if (isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [key, child] of Object.entries(value)) yield* keysOf(child ?? null, [...path, key]);
  } else yield { path, value };
}
