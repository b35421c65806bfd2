/** `llamascope` as a real process: what a shell, a supervisor and a pipe see of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { until } from './until.ts';

const MAIN = path.join(import.meta.dirname, '../../src/cli/main.ts');

export interface RunningCommand extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Its exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** In an environment that says nothing about Llamascope but what is given. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const quiet = Object.entries(process.env).filter(
    ([name]) => !/^(LLAMASCOPE_|METRICS_ENABLED|OLLAMA_HOST|NODE_OPTIONS)/.test(name),
  );
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...Object.fromEntries(quiet), ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    out: () => out,
    err: () => err,
    exited,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Where it listens, once it says so. */
export const listeningAt = (running: RunningCommand): Promise<string> =>
  until(() => /^listening on (http:\S+)\n/.exec(running.out())?.[1], 'the line that it listens', 20_000);
