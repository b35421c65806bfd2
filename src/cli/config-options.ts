/** The configuration's flags as options of a command: `serve` and `check` take the same. */
import { configFlags, secretFlags, UPSTREAM_FLAG_FORM, type ConfigFlag } from '../config/flag-source.ts';
import { environmentName } from '../config/env-source.ts';
import { accepts, type SchemaNode } from '../config/schema-tree.ts';
import { UsageError } from './io.ts';
import type { OptionSpec } from './arguments.ts';

/** Characters of a default that the help shows. */
const MOST_DEFAULT = 40;
const MAIN = new Set(['listen', 'workers', 'cache-mode', 'log-level']);

export const configOption: OptionSpec = {
  name: 'config',
  value: 'PATH',
  help: 'The configuration file, YAML or JSON. Default: LLAMASCOPE_CONFIG, else ./llamascope.yaml if there is one.',
};

export const upstreamOption: OptionSpec = {
  name: 'upstream',
  value: 'NAME=URL',
  repeatable: true,
  help: `An upstream, ${UPSTREAM_FLAG_FORM}; repeat it for more. They replace those of the file.`,
};

/** The flags that a newcomer wants, and the others. */
export const mainConfigOptions: readonly OptionSpec[] = configFlags.filter(isMain).map(toOption);
export const otherConfigOptions: readonly OptionSpec[] = configFlags
  .filter((flag) => !isMain(flag))
  .map(toOption);

function isMain(flag: ConfigFlag): boolean {
  return MAIN.has(flag.name);
}

function toOption({ name, path, node, isSwitch }: ConfigFlag): OptionSpec {
  const shown = node.default === null || node.default === '' ? '' : ` [${JSON.stringify(node.default)}]`;
  // A default that needs more than a few words stands in the reference.
  const fallback = shown.length > MOST_DEFAULT ? '' : shown;
  const help = `${firstSentence(node.description ?? '')}${fallback} (${environmentName(path)})`;
  return { name, value: isSwitch ? null : placeholder(name, node), help };
}

function firstSentence(text: string): string {
  return /^.*?[.](?= [A-Z]|$)/s.exec(text.replaceAll('`', ''))?.[0] ?? text.replaceAll('`', '');
}

function placeholder(name: string, node: SchemaNode): string {
  if (name.endsWith('listen')) return 'HOST:PORT';
  if (name.endsWith('-ms')) return 'MS';
  if (name.endsWith('-bytes')) return 'BYTES';
  if (node.enum !== undefined && node.enum.length <= 4) return node.enum.join('|');
  return accepts(node, 'number') ? 'N' : 'VALUE';
}

/** A secret on the command line is refused with the way to pass it. */
export function refuseSecrets(args: readonly string[]): void {
  for (const [flag, key] of secretFlags) {
    if (!args.some((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`))) continue;
    const variable = environmentName(key.split('.'));
    throw new UsageError(
      `--${flag} does not exist, because others can read a command line; use ${variable} or ${key} in the file`,
    );
  }
}
