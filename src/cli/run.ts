/**
 * The command line: finds the command, runs it, turns every failure into a message and an exit code
 * (0 it worked, 1 it failed, 2 it was asked for wrongly). Results go to stdout, everything else to stderr.
 * A stack is printed only with `--debug`.
 */
import { ConfigError } from '../config/problems.ts';
import { nearest } from '../config/nearest.ts';
import { SimulatorOptionsError } from '../simulator/options.ts';
import { VERSION } from '../version.ts';
import { commands } from './commands.ts';
import { entry } from './help-text.ts';
import { CommandFailure, UsageError, type CliIo, type ExitCode } from './io.ts';
import { explainSystemError } from './system-error.ts';

export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const debug = argv.includes('--debug');
  const args = argv.filter((arg) => arg !== '--debug');
  const command = commands.find(({ name }) => name === args[0]) ?? null;
  try {
    if (command === null) return await withoutCommand(args, io);
    const rest = args.slice(1);
    if (rest.includes('--help') || rest.includes('-h')) {
      io.out((await command.load()).help());
      return 0;
    }
    if (rest.includes('--version')) {
      io.out(VERSION);
      return 0;
    }
    return await (await command.load()).run(rest, io);
  } catch (error) {
    return reportFailure(error, command, debug, io);
  }
}

async function withoutCommand(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const [first] = args;
  if (first === undefined) {
    io.err(overview());
    return 2;
  }
  if (first === '--version' || first === '-v') {
    io.out(VERSION);
    return 0;
  }
  if (first === '--help' || first === '-h' || first === 'help') return help(args[1], io);
  if (first.startsWith('-')) throw new UsageError(`unknown option ${first}; a command comes first`);
  throw unknownCommand(first);
}

async function help(topic: string | undefined, io: CliIo): Promise<ExitCode> {
  if (topic === undefined) {
    io.out(overview());
    return 0;
  }
  const command = commands.find(({ name }) => name === topic);
  if (command === undefined) throw unknownCommand(topic);
  io.out((await command.load()).help());
  return 0;
}

function unknownCommand(name: string): UsageError {
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  return new UsageError(`unknown command "${name}"${meant === null ? '' : `; did you mean ${meant}?`}`);
}

function overview(): string {
  return [
    'Llamascope: the gateway in front of Ollama and OpenAI-compatible servers.',
    '',
    'Usage: llamascope COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => entry(name, summary)),
    '',
    'Options:',
    entry('-h, --help', 'This text; after a command, its own.'),
    entry('-v, --version', 'The version.'),
    entry('--debug', 'Show the stack of an unexpected failure.'),
    '',
    'First steps:',
    '  llamascope serve --quickstart',
    '  llamascope serve --upstream local=http://127.0.0.1:11434',
  ].join('\n');
}

export function reportFailure(
  error: unknown,
  command: { readonly name: string } | null,
  debug: boolean,
  io: CliIo,
): ExitCode {
  const name = command === null ? 'llamascope' : `llamascope ${command.name}`;
  if (debug && error instanceof Error) io.err(error.stack ?? error.message);
  if (error instanceof UsageError) {
    io.err(`${name}: ${error.message}`);
    io.err(`Run "${name} --help" for what it takes.`);
    return 2;
  }
  if (error instanceof ConfigError || error instanceof SimulatorOptionsError) {
    io.err(`${name}: ${error.message}`);
    return 2;
  }
  if (error instanceof CommandFailure) {
    io.err(`${name}: ${error.message}`);
    return 1;
  }
  const known = explainSystemError(error);
  io.err(
    `${name}: ${known ?? `unexpected failure: ${error instanceof Error ? error.message : String(error)}`}`,
  );
  if (known === null && !debug) io.err('Run it again with --debug to see where.');
  return 1;
}
