/**
 * `npm run bench:profile [-- --case off|exact|hit|stream] [--write]`: where the processor time of one request or chunk goes, by the place in the code, from a
 * sampling profile of the gateway under load, beside the same profile of the bare relay. Without `--case` all four.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { streams, wrk } from './gateway/load.ts';
import { gateway, hello, relay, startUpstream, type Make, type Peer } from './gateway/peers.ts';

const WARM_SECONDS = 5;
const SECONDS = 6;
/** Of the profile's end, so that start and warming are not in it. */
const JUDGED_US = 5_000_000;

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Answers how many requests, or chunks, there were. */
type Load = (peer: Peer, seconds: number, seed: number) => Promise<number>;

const requests =
  (unique: boolean): Load =>
  async (peer, seconds, seed) =>
    (await wrk(peer, { connections: 64, seconds, unique, seed })).requests;
/** So many that the process has work all the time. */
const chunks: Load = async (peer, seconds, seed) => (await streams(peer, 400, seconds * 1_000, seed)).chunks;

const CASES = {
  off: {
    title: 'JSON, the cache off',
    make: gateway('Llamascope', { cache: { mode: 'off' } }),
    beside: relay,
    load: requests(true),
  },
  exact: {
    title: 'JSON, each request new, looked up and stored',
    make: gateway('Llamascope'),
    beside: relay,
    load: requests(true),
  },
  hit: { title: 'Exact hit', make: gateway('Llamascope'), beside: hello, load: requests(false) },
  stream: {
    title: 'A chunk of a stream, 400 streams',
    make: gateway('Llamascope'),
    beside: relay,
    load: chunks,
  },
} as const;

/** The kernel's and the runtime's own, then ours by room, then packages. */
function placeOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)' || functionName === 'runMicrotasks') return 'runtime';
  if (
    functionName.startsWith('writev') ||
    functionName === 'writeBuffer' ||
    functionName.startsWith('writeLatin1') ||
    functionName.startsWith('writeUtf8')
  )
    return 'writing to sockets';
  if (functionName === '(idle)') return 'idle';
  const own = /\/src\/([\w-]+)(?:\/|\.ts)/.exec(url)?.[1];
  if (own !== undefined && !url.includes('node_modules')) return `src/${own}`;
  if (url.includes('/undici/') || url.startsWith('wasm')) return 'undici';
  if (url.startsWith('node:crypto') || url.startsWith('node:internal/crypto')) return 'node: hashing';
  if (url.startsWith('node:')) return 'node: http, streams, timers';
  return 'runtime';
}

/** Microseconds per request by place. */
async function profiled(
  make: Make,
  load: Load,
): Promise<{ readonly total: number; readonly places: ReadonlyMap<string, number> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-profile-'));
  await using upstream = await startUpstream();
  let count = 0;
  let total = 0;
  try {
    {
      await using peer = await make(upstream.port, [
        '--cpu-prof',
        `--cpu-prof-dir=${folder}`,
        '--cpu-prof-interval=200',
      ]);
      await load(peer, WARM_SECONDS, 1);
      const from = peer.cpu();
      count = await load(peer, SECONDS, 2);
      total = (peer.cpu() - from) / count;
    }
    const [file = ''] = readdirSync(folder);
    const profile = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Profile;
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
    const places = new Map<string, number>();
    const per = count * (JUDGED_US / (SECONDS * 1e6));
    let at = profile.startTime;
    for (const [index, id] of profile.samples.entries()) {
      const took = profile.timeDeltas[index] ?? 0;
      at += took;
      if (at < profile.endTime - JUDGED_US) continue;
      const place = frames.get(id) ?? 'runtime';
      places.set(place, (places.get(place) ?? 0) + took / per);
    }
    places.delete('idle');
    return { total, places };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { case: { type: 'string' }, write: { type: 'boolean', default: false } },
});
const lines: string[] = [];
for (const [name, { title, make, beside, load }] of Object.entries(CASES)) {
  if (values.case !== undefined && values.case !== name) continue;
  const own = await profiled(make, load);
  const other = await profiled(beside, load);
  const places = [...new Set([...own.places.keys(), ...other.places.keys()])];
  const of = (one: typeof own, place: string): number => one.places.get(place) ?? 0;
  lines.push(
    `## ${title}`,
    '',
    '| where | Llamascope, µs | bare, µs | more, µs |',
    '|---|---|---|---|',
    ...places
      .sort((a, b) => of(own, b) - of(other, b) - (of(own, a) - of(other, a)))
      .filter((place) => Math.abs(of(own, place)) + of(other, place) >= 0.5)
      .map(
        (place) =>
          `| ${place} | ${of(own, place).toFixed(1)} | ${of(other, place).toFixed(1)} | ${(of(own, place) - of(other, place)).toFixed(1)} |`,
      ),
    '',
  );
}
const text = lines.join('\n');
process.stdout.write(`${text}\n`);
if (values.write) {
  const page = new URL('../docs/benchmarks/hot-path.md', import.meta.url);
  const known = readFileSync(page, 'utf8');
  writeFileSync(page, `${known.slice(0, known.indexOf('## ')).trimEnd()}\n\n${text}`);
}
