/**
 * `npm run bench [-- --quick] [--case json,hit,stream,open,metrics,page,connections,rest] [--write]`: what the gateway costs, beside what else one could
 * put there, in one run on this machine. Prints the table of targets; `--write` records everything in
 * docs/benchmarks/gateway.md and draws the plots beside it. Wants Linux, two cores, wrk, nginx and haproxy; as root on Debian it installs them.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { get } from 'node:http';
import { closedLoop, streaming, type Measured, type Pace } from './gateway/measure.ts';
import { gateway, haproxy, hello, nginx, portkey, relay, startUpstream } from './gateway/peers.ts';
import { wrk } from './gateway/load.ts';
import { pause } from './gateway/processes.ts';
import { openLoop, type Latency } from './gateway/open-loop.ts';
import { figures } from './gateway/plots.ts';
import { markdown, type Rest, type Results } from './gateway/report.ts';

const CASES = ['json', 'hit', 'stream', 'open', 'metrics', 'page', 'connections', 'rest'] as const;
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    case: { type: 'string', default: CASES.join(',') },
    write: { type: 'boolean', default: false },
  },
});
const wanted = new Set(values.case.split(','));
const pace: Pace = values.quick
  ? { rounds: 3, seconds: 1, warmSeconds: 2 }
  : { rounds: 5, seconds: 3, warmSeconds: 6 };
const STREAMS = 16;

for (const [program, debian] of [
  ['wrk', 'wrk'],
  ['nginx', 'nginx-light'],
  ['haproxy', 'haproxy'],
] as const)
  if (spawnSync('which', [program]).status !== 0)
    spawnSync('sh', [
      '-c',
      `RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ${debian}`,
    ]);

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

await using upstream = await startUpstream();
const all = [relay, gateway('Llamascope'), nginx, haproxy, portkey];
const results: {
  json: readonly Measured[];
  hit: readonly Measured[];
  stream: readonly Measured[];
  open: readonly Latency[];
  metrics: readonly Measured[];
  page: readonly Measured[];
  connections: readonly (readonly [number, readonly Measured[]])[];
  rest: Rest | null;
} = { json: [], hit: [], stream: [], open: [], metrics: [], page: [], connections: [], rest: null };

if (wanted.has('json')) {
  say('JSON, a miss …');
  results.json = await closedLoop(
    [
      ...all,
      gateway('Llamascope, cache off', { cache: { mode: 'off' } }),
      gateway('Llamascope, semantic tier, all alike but for a number', {
        cache: { mode: 'on', embedder: 'builtin' },
      }),
    ],
    upstream,
    { connections: 64, unique: true },
    pace,
  );
}
if (wanted.has('hit')) {
  say('an exact hit …');
  results.hit = await closedLoop(
    [hello, gateway('Llamascope')],
    upstream,
    { connections: 64, unique: false },
    pace,
  );
}
if (wanted.has('stream')) {
  say(`${String(STREAMS)} streams …`);
  results.stream = await streaming(all, upstream, STREAMS, pace);
}
if (wanted.has('open')) {
  say('an open loop …');
  results.open = await openLoop(all, upstream, pace);
}
if (wanted.has('metrics')) {
  say('metrics on and off …');
  const plain = { cache: { mode: 'off' }, dashboard: { enabled: false } };
  results.metrics = await closedLoop(
    [gateway('on', plain), gateway('off', { ...plain, metrics: { enabled: false } })],
    upstream,
    { connections: 64, unique: true },
    { ...pace, rounds: pace.rounds * 2 },
  );
}
if (wanted.has('page')) {
  say('page open and closed …');
  results.page = await closedLoop(
    [gateway('closed'), watched],
    upstream,
    { connections: 64, unique: true },
    pace,
  );
}
if (wanted.has('connections'))
  for (const connections of [1, 64, 1_000]) {
    say(`${String(connections)} connections …`);
    const few = { ...pace, rounds: Math.min(3, pace.rounds) };
    const measured = await closedLoop(
      [relay, gateway('Llamascope')],
      upstream,
      { connections, unique: true },
      few,
    );
    results.connections = [...results.connections, [connections, measured]];
  }
if (wanted.has('rest')) {
  say('start, memory, scrape …');
  results.rest = await rest();
}

/** A gateway whose page somebody has open. */
async function watched(port: number): ReturnType<typeof relay> {
  const peer = await gateway('open')(port);
  get(`${peer.url}/dashboard/api/stream`, { agent: false }, (response) => {
    response.on('error', () => undefined).resume();
  }).on('error', () => undefined);
  return peer;
}

async function rest(): Promise<Rest> {
  const starts: number[] = [];
  let idle = NaN;
  for (let i = 0; i < pace.rounds; i += 1) {
    await using peer = await gateway('idle')(upstream.port);
    starts.push(peer.startMs);
    await fetch(`${peer.url}/dashboard/`).then((response) => response.arrayBuffer());
    await pause(1_500);
    idle = peer.memory();
  }
  // Many upstreams are many series.
  await using many = await gateway('many', {}, 40)(upstream.port);
  await wrk(many, { connections: 64, seconds: 2, unique: true, seed: 900 });
  let text = '';
  for (let i = 0; i < 30; i += 1) text = await (await fetch(`${many.url}/metrics`)).text();
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? NaN);
  const renderMs =
    (figure('llamascope_scrape_render_seconds_sum') / figure('llamascope_scrape_render_seconds_count')) *
    1_000;
  return { startMs: starts, idleMb: idle, series, renderMs };
}

const drawn = figures(results.json, results.open);
const page = markdown(results satisfies Results, { pace, quick: values.quick, drawn });
process.stdout.write(page);
if (values.write) {
  const folder = new URL('../docs/benchmarks/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('gateway.md', folder), page);
  mkdirSync(new URL('gateway/', folder), { recursive: true });
  for (const { file, svg } of drawn) writeFileSync(new URL(`gateway/${file}`, folder), svg);
}
