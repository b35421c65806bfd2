/**
 * `node bench/runtimes.ts OTHER_NODE [--write]`: the gateway on this Node and on another one, in turns: what a request costs, how soon it is there and what
 * it takes in memory. `--write` records it in docs/benchmarks/runtimes.md. Some three minutes; wants two cores, wrk and nginx.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { startAnswering, startGateway } from './gateway/house.ts';
import { wrk } from './gateway/load.ts';
import { median } from './gateway/measure.ts';
import { MEASURED_CORE, OTHER_CORE } from './gateway/processes.ts';

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [other] = positionals;
if (other === undefined) throw new Error('which other Node? The path of its binary');
const ROUNDS = 5;
const SECONDS = 4;
const WARM_SECONDS = 6;
const CONNECTIONS = 16;

interface Run {
  readonly micro: number;
  readonly startMs: number;
  readonly memory: number;
}

const CASES = [
  { name: 'answered from memory', cache: { mode: 'exact' }, unique: false },
  { name: 'passed on, cache off', cache: { mode: 'off' }, unique: true },
  { name: 'passed on and stored', cache: { mode: 'exact', maxEntries: 20_000 }, unique: true },
] as const;

const version = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();

async function measure(node: string, cache: object, unique: boolean, seed: number): Promise<Run> {
  await using upstream = await startAnswering(OTHER_CORE);
  await using gateway = await startGateway({
    core: MEASURED_CORE,
    upstream: upstream.url,
    cache: { ...cache },
    node,
  });
  const memory = gateway.memory();
  const load = { connections: CONNECTIONS, unique, cores: OTHER_CORE };
  await wrk({ url: gateway.url, headers: {} }, { ...load, seconds: WARM_SECONDS, seed });
  const before = gateway.cpu();
  const { requests, failed } = await wrk(
    { url: gateway.url, headers: {} },
    { ...load, seconds: SECONDS, seed: seed + 1 },
  );
  if (failed > 0) throw new Error(`${String(failed)} requests failed`);
  return { micro: (gateway.cpu() - before) / requests, startMs: gateway.startMs, memory };
}

const nodes = [process.execPath, other];
const rows: string[] = [];
const starts: Run[][] = [[], []];
let seed = 1;
for (const { name, cache, unique } of CASES) {
  const runs: Run[][] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, node] of nodes.entries()) {
      const run = await measure(node, cache, unique, (seed += 2));
      runs[at]?.push(run);
      starts[at]?.push(run);
    }
    process.stderr.write(`${name}: round ${String(round + 1)}\n`);
  }
  const ratios = (runs[1] ?? []).map(({ micro }, at) => micro / (runs[0]?.[at]?.micro ?? NaN));
  const cost = (list: readonly Run[] = []): string => median(list.map(({ micro }) => micro)).toFixed(0);
  rows.push(
    `| ${name}, µs | ${cost(runs[0])} | ${cost(runs[1])} | ${median(ratios).toFixed(2)}× (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}) |`,
  );
}
for (const [name, of] of [
  ['first answer after the start, ms', ({ startMs }: Run) => startMs],
  ['resident at the start, MB', ({ memory }: Run) => memory],
] as const) {
  const [a = NaN, b = NaN] = starts.map((list) => median(list.map(of)));
  rows.push(`| ${name} | ${a.toFixed(0)} | ${b.toFixed(0)} | ${(b / a).toFixed(2)}× |`);
}

const page = `# Runtimes

Recorded ${new Date().toISOString().slice(0, 10)} on ${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB. The same sources on both, in turns, each run with a gateway of its own on a core of its
own: processor time of the gateway, all threads, divided by the requests; medians of ${String(ROUNDS)} rounds of ${String(SECONDS)} s, ${String(CONNECTIONS)} connections, and the ratio of each pair.

\`\`\`sh
node bench/runtimes.ts PATH_OF_ANOTHER_NODE --write
\`\`\`

| what | ${version(nodes[0] ?? '')} | ${version(other)} | ratio |
|---|---|---|---|
${rows.join('\n')}
`;
process.stdout.write(page);
if (values.write) {
  const folder = new URL('../docs/benchmarks/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('runtimes.md', folder), page);
}
