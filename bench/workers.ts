/**
 * `npm run bench:workers [-- --write]`: what a second worker process is worth on a machine of two cores, what it takes in memory, and how soon
 * a killed one is replaced. `--write` records it in docs/benchmarks/workers.md. About four minutes; wants two cores, wrk and nginx.
 *
 * One process has a core of its own; load and upstream (an nginx that answers by itself) have the other. Two workers share both cores with
 * them. So requests are divided by the processor time that the gateway had: that is what two whole cores would do.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { wrk } from './gateway/load.ts';
import { median } from './gateway/measure.ts';
import { startAnswering, startGateway } from './gateway/house.ts';
import { MEASURED_CORE, OTHER_CORE, type Running } from './gateway/processes.ts';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const ROUNDS = 5;
const SECONDS = 4;
const CONNECTIONS = 64;
const ENTRIES = 10_000;

interface Run {
  /** Requests a second. */
  readonly pace: number;
  /** Cores that the gateway used. */
  readonly cores: number;
  readonly p99Ms: number;
  readonly failed: number;
}

interface Case {
  readonly name: string;
  readonly cache: Readonly<Record<string, unknown>>;
  readonly unique: boolean;
}

const CASES: readonly Case[] = [
  { name: 'answers from memory', cache: { mode: 'exact', sampled: true }, unique: false },
  { name: 'passed on, cache off', cache: { mode: 'off' }, unique: true },
];

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const BOTH_CORES = `${MEASURED_CORE},${OTHER_CORE}`;

interface Stand extends AsyncDisposable {
  readonly url: string;
  readonly gateway: Running;
}

async function startStand(workers: number, cache: Readonly<Record<string, unknown>>): Promise<Stand> {
  const upstream = await startAnswering(workers > 1 ? BOTH_CORES : OTHER_CORE);
  const core = workers > 1 ? BOTH_CORES : MEASURED_CORE;
  const gateway = await startGateway({ core, upstream: upstream.url, cache, workers });
  return {
    url: gateway.url,
    gateway,
    [Symbol.asyncDispose]: async () => {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

async function measure({ url, gateway }: Stand, unique: boolean, seed: number, cores: string): Promise<Run> {
  const before = gateway.cpu();
  const startedAt = performance.now();
  const load = { connections: CONNECTIONS, seconds: SECONDS, unique, seed, cores };
  const { requests, failed, p99Ms } = await wrk({ url, headers: {} }, load);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { pace: requests / SECONDS, cores: (gateway.cpu() - before) / 1e6 / seconds, p99Ms, failed };
}

async function compare({ name, cache, unique }: Case): Promise<readonly string[]> {
  const runs: { one: Run[]; two: Run[] } = { one: [], two: [] };
  let seed = 1;
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [which, workers] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      await using stand = await startStand(workers, cache);
      // To warm up, and to fill what is to be hit.
      await measure(stand, unique, (seed += 1), workers > 1 ? BOTH_CORES : OTHER_CORE);
      const hits = await hitsOf(stand);
      const run = await measure(stand, unique, (seed += 1), workers > 1 ? BOTH_CORES : OTHER_CORE);
      const hit = ((await hitsOf(stand)) - hits) / (run.pace * SECONDS);
      if (Math.abs(hit - (unique ? 0 : 1)) > 0.01)
        throw new Error(`${name}: ${(hit * 100).toFixed(0)} % of the requests were hits`);
      if (round > 0) runs[which].push(run);
    }
    say(`${name}: round ${String(round)}`);
  }
  const gains = runs.two.map((two, at) => {
    const one = runs.one[at] ?? two;
    return (2 * two.pace) / two.cores / (one.pace / one.cores);
  });
  const row = (label: string, list: readonly Run[]): string =>
    `| ${name}, ${label} | ${median(list.map(({ pace }) => pace)).toFixed(0)} | ${median(list.map(({ cores }) => cores)).toFixed(2)} | ${(median(list.map(({ cores, pace }) => cores / pace)) * 1e6).toFixed(0)} | ${median(list.map(({ p99Ms }) => p99Ms)).toFixed(1)} | ${String(list.reduce((sum, { failed }) => sum + failed, 0))} |`;
  return [
    row('one process', runs.one),
    row('two workers', runs.two),
    `| **on two whole cores** | **${median(gains).toFixed(2)}×** (${Math.min(...gains).toFixed(2)}–${Math.max(...gains).toFixed(2)}) | | | | |`,
  ];
}

async function hitsOf({ url }: Stand): Promise<number> {
  const page = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
  return Number(/^semcache_hits_total\{type="exact"\} (\d+)/m.exec(page)?.[1] ?? 0);
}

async function ask(url: string, question: string): Promise<void> {
  const body = JSON.stringify({
    model: 'm',
    stream: false,
    temperature: 0,
    messages: [{ role: 'user', content: question }],
  });
  await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).text();
}

async function memory(workers: number): Promise<readonly [empty: number, full: number]> {
  await using stand = await startStand(workers, { mode: 'shadow', maxEntries: ENTRIES });
  await ask(stand.url, 'first');
  const settled = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return stand.gateway.memory();
  };
  const empty = await settled();
  for (let at = 0; at < ENTRIES; at += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        ask(stand.url, `What is to be known of subject ${String(at + i)} and its number?`),
      ),
    );
  return [empty, await settled()];
}

/** Milliseconds from the end of a worker to the next one that takes requests. */
async function replaced(): Promise<number> {
  await using stand = await startStand(2, { mode: 'off' });
  const workers = async (): Promise<readonly number[]> =>
    (
      (await (await fetch(`${stand.url}/admin/workers`, { headers: { connection: 'close' } })).json()) as {
        pid: number;
        ready: boolean;
      }[]
    )
      .filter(({ ready }) => ready)
      .map(({ pid }) => pid);
  const [victim = 0] = await workers();
  const at = performance.now();
  process.kill(victim, 'SIGKILL');
  for (;;) {
    const now = await workers().catch((): readonly number[] => []);
    if (now.length === 2 && !now.includes(victim)) return performance.now() - at;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const tables: string[] = [];
for (const one of CASES) tables.push(...(await compare(one)));
say('memory …');
const [alone, several] = [await memory(1), await memory(2)];
say('replacement …');
const times = [await replaced(), await replaced(), await replaced()];

const page = `# Several worker processes

Recorded ${new Date().toISOString().slice(0, 10)} on ${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}. ${String(CONNECTIONS)} connections, medians of ${String(ROUNDS)} rounds of ${String(SECONDS)} s, each with
processes of its own. One process has a core to itself; wrk and the upstream, an nginx, have the other. Two workers share both cores with them.
Load and upstream need their part of the two cores; so the last line of each pair compares requests per processor second of the gateway, all of
its processes: what two whole cores would do.

\`\`\`sh
npm run bench:workers -- --write
\`\`\`

| case | requests/s | cores used | µs of processor per request | p99, ms | failed |
|---|---|---|---|---|---|
${tables.join('\n')}

Memory, all processes, resident: ${alone[0].toFixed(0)} MB for one process and ${several[0].toFixed(0)} MB for two workers and the primary; with ${ENTRIES.toLocaleString('en-GB')} entries and
their vectors ${alone[1].toFixed(0)} MB and ${several[1].toFixed(0)} MB.

A killed worker is replaced after ${times.map((ms) => `${(ms / 1_000).toFixed(2)} s`).join(', ')}.
`;
process.stdout.write(page);
if (values.write) {
  const folder = new URL('../docs/benchmarks/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('workers.md', folder), page);
}
