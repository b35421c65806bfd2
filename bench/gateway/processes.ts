/** Processes of the bench, each on a core of its choice, and what they have used of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What is measured has one core for itself; load and upstream share the other. */
export const MEASURED_CORE = '0';
export const OTHER_CORE = '1';

export interface Running extends AsyncDisposable {
  readonly pid: number;
  readonly output: () => string;
  /** Processor time of the process and those it has started, all threads. Microseconds. */
  cpu(): number;
  /** Resident memory of the same. Megabytes. */
  memory(): number;
}

export interface StartOptions {
  readonly core: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export function start(
  command: string,
  args: readonly string[],
  { core, env = {}, cwd }: StartOptions,
): Running {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(LLAMASCOPE_|OLLAMA_HOST|NODE_OPTIONS)/.test(name),
  );
  const child = spawn('taskset', ['-c', core, command, ...args], {
    env: { ...Object.fromEntries(kept), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      if (output.length < 20_000) output += chunk.toString();
    });
  const pid = child.pid ?? 0;
  return {
    pid,
    output: () => output,
    cpu: () => treeOf(pid).reduce((total, one) => total + cpuOf(one), 0),
    memory: () => treeOf(pid).reduce((total, one) => total + memoryOf(one), 0),
    [Symbol.asyncDispose]: () => ended(child),
  };
}

function treeOf(pid: number): readonly number[] {
  const own = tasksOf(pid);
  const children = own.flatMap((task) => {
    const text = read(`/proc/${String(pid)}/task/${task}/children`).trim();
    return text === '' ? [] : text.split(' ').map(Number);
  });
  return [pid, ...children.flatMap(treeOf)];
}

function tasksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${String(pid)}/task`);
  } catch {
    return [];
  }
}

/** The file of the process counts its main thread only, so the threads are added up. */
function cpuOf(pid: number): number {
  return tasksOf(pid).reduce(
    (total, task) =>
      total + Number(read(`/proc/${String(pid)}/task/${task}/schedstat`).split(' ')[0] ?? 0) / 1_000,
    0,
  );
}

function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${String(pid)}/status`))?.[1] ?? 0) / 1_024;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await closed;
  clearTimeout(timer);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Until it answers; throws with what it has said when it does not. */
export async function answering(url: string, running: Running, init?: RequestInit): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    try {
      const response = await fetch(url, init);
      await response.arrayBuffer();
      if (response.status < 500) return;
    } catch {
      // not yet
    }
    await pause(25);
  }
  throw new Error(`nothing answers at ${url}: ${running.output()}`);
}
