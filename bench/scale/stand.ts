/** A gateway pinned to one core and what stands behind it on the other, in processes of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.join(import.meta.dirname, '../..');

export interface Stand extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Processor time that the gateway has used so far, all of its threads. Microseconds. */
  cpu(): number;
  /** Resident memory of the gateway. Megabytes. */
  memory(): number;
  /** Of the stub: what must stay below half a core for the figures to count. Microseconds. */
  stubCpu(): number;
}

export interface StandOptions {
  readonly upstreams: number;
  readonly cache?: Readonly<Record<string, unknown>>;
  /** For the gateway's own runtime, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
}

export async function startStand({
  upstreams,
  cache = { mode: 'off' },
  nodeArgs = [],
}: StandOptions): Promise<Stand> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-scale-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await ended(child);
    rmSync(folder, { recursive: true });
  };
  try {
    const stub = start(1, [path.join(import.meta.dirname, 'stub.ts'), String(upstreams)], children);
    const urls = await lines(stub, upstreams);
    const file = path.join(folder, 'llamascope.yaml');
    writeFileSync(file, JSON.stringify(configuration(urls, cache)));
    const args = [...nodeArgs, path.join(ROOT, 'src/cli/main.ts'), 'serve', '--config', file, '--no-watch'];
    const gateway = start(0, args, children);
    const [said = ''] = await lines(gateway, 1);
    const url = said.replace('listening on ', '');
    return {
      url,
      port: Number(new URL(url).port),
      cpu: () => cpuMicroseconds(gateway.pid ?? 0),
      memory: () => residentMegabytes(gateway.pid ?? 0),
      stubCpu: () => cpuMicroseconds(stub.pid ?? 0),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuration(urls: readonly string[], cache: Readonly<Record<string, unknown>>): object {
  return {
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache,
    upstreams: urls.map((url, index) => ({
      name: `up-${String(index + 1)}`,
      url,
      parallel: 12_000,
      queue: { max: 1_000 },
      pool: { maxsize: 12_000 },
    })),
  };
}

function start(core: 0 | 1, args: readonly string[], children: ChildProcess[]): ChildProcess {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LLAMASCOPE_|OLLAMA_HOST|NODE_OPTIONS)/.test(name)),
  );
  const child = spawn('taskset', ['-c', String(core), process.execPath, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function lines(child: ChildProcess, count: number): Promise<readonly string[]> {
  const said: string[] = [];
  if (child.stdout === null) throw new Error('a process without an output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (/https?:\/\//.test(line)) said.push(line);
    if (said.length === count) {
      child.stdout.resume();
      return said;
    }
  }
  throw new Error(`a process ended after ${String(said.length)} of ${String(count)} addresses`);
}

/** The file of the process counts its main thread only, so the threads are added up. */
export function cpuMicroseconds(pid: number): number {
  let total = 0;
  for (const task of readdirSync(`/proc/${String(pid)}/task`))
    total += Number(readFileSync(`/proc/${String(pid)}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return total / 1_000;
}

function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await closed;
}
