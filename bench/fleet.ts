/** The real thing in processes of its own: three simulators and a gateway in front of them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FaultPlan, SimulatorState } from '../src/simulator/index.ts';

const MAIN = path.join(import.meta.dirname, '../src/cli/main.ts');
export const NAMES = ['one', 'two', 'three'] as const;
export type Name = (typeof NAMES)[number];

export interface Upstream {
  readonly name: Name;
  readonly url: string;
  setFaults(plan: FaultPlan): Promise<void>;
  clearFaults(): Promise<void>;
  state(): Promise<SimulatorState>;
  /** Forgets what it has counted. */
  forget(): Promise<void>;
}

export interface Fleet extends AsyncDisposable {
  readonly url: string;
  readonly upstreams: readonly Upstream[];
  /** Writes the gateway's file with other weights; the next reload takes them. */
  write(weights: Readonly<Partial<Record<Name, number>>>): void;
  /** Collects the gateway's garbage, so that what is in use afterwards is what is held. */
  collectGarbage(): Promise<void>;
}

export interface FleetOptions {
  /** Generations at once per upstream. */
  readonly parallel: number;
  readonly tokensPerSecond: number;
  /** Groups of the gateway's configuration that differ from the soak's own. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-soak-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await ended(child);
    rmSync(folder, { recursive: true });
  };
  try {
    const upstreams = await Promise.all(NAMES.map((name) => startSimulator(name, options, children)));
    const file = path.join(folder, 'llamascope.yaml');
    const write: Fleet['write'] = (weights) => {
      writeFileSync(`${file}.new`, JSON.stringify(configuration(upstreams, options, weights)));
      renameSync(`${file}.new`, file);
    };
    write({});
    // Reloads are asked for, one by one: a watch would add its own.
    const gateway = node(['serve', '--config', file, '--no-watch'], children, ['--inspect=127.0.0.1:0']);
    const said = errors(gateway);
    const url = await announced(gateway);
    const inspector = await named(said, /ws:\/\/\S+/);
    return {
      url,
      upstreams,
      write,
      collectGarbage: () => collectGarbage(inspector),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Time limits scaled to the soak: what takes minutes in the field takes seconds here. */
function configuration(
  upstreams: readonly Upstream[],
  { parallel, configuration: own = {} }: FleetOptions,
  weights: Readonly<Partial<Record<Name, number>>>,
): object {
  return {
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'off' },
    retry: { baseMs: 100 },
    probe: { intervalMs: 1_000, timeoutMs: 500 },
    upstreams: upstreams.map(({ name, url }) => ({
      name,
      url,
      parallel,
      weight: weights[name] ?? 1,
      breaker: { openMs: 2_000 },
      timeouts: { connectMs: 1_000, firstTokenMs: 4_000, idleMs: 3_000 },
    })),
    ...own,
  };
}

async function startSimulator(
  name: Name,
  { parallel, tokensPerSecond }: FleetOptions,
  children: ChildProcess[],
): Promise<Upstream> {
  const child = node(
    [
      'simulate',
      '--listen=127.0.0.1:0',
      '--control=127.0.0.1:0',
      '--load-ms=0',
      '--prefill-tokens-per-second=0',
      `--tokens-per-second=${tokensPerSecond}`,
      `--num-parallel=${parallel}`,
      '--log-size=10',
    ],
    children,
  );
  const said = errors(child);
  const url = await announced(child);
  const control = await named(said, /(?<=control on )http:\/\/[\d.]+:\d+/);
  const ask = async (method: string, to: string, body?: object): Promise<Response> => {
    const response = await fetch(`${control}/_simulator/${to}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${to}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    name,
    url,
    setFaults: async (plan) => {
      await ask('POST', 'faults', plan);
    },
    clearFaults: async () => {
      await ask('DELETE', 'faults');
    },
    forget: async () => {
      await ask('DELETE', 'state');
    },
    state: async () => (await (await ask('GET', 'state')).json()) as SimulatorState,
  };
}

function node(
  args: readonly string[],
  children: ChildProcess[],
  nodeArgs: readonly string[] = [],
): ChildProcess {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LLAMASCOPE_|OLLAMA_HOST|NODE_OPTIONS)/.test(name)),
  );
  const child = spawn(process.execPath, [...nodeArgs, MAIN, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

function errors(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return () => said;
}

/** An address that a process says on stderr. */
async function named(said: () => string, pattern: RegExp): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const address = pattern.exec(said())?.[0];
    if (address !== undefined) return address;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no address like ${String(pattern)} in: ${said()}`);
}

function collectGarbage(inspector: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(inspector);
    socket.onerror = () => {
      reject(new Error(`no inspector at ${inspector}`));
    };
    socket.onopen = () => {
      socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
    };
    socket.onmessage = () => {
      socket.close();
      resolve();
    };
  });
}

async function announced(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const url = /^listening on (http:\S+)\n/.exec(said)?.[1];
    if (url === undefined) continue;
    child.stdout?.resume();
    return url;
  }
  throw new Error('a process ended before it listened');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await closed;
  clearTimeout(timer);
}
