/** The hot paths, each measured of two builds in turns, in front of the same upstream. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { closedLoop, median, streaming, type Measured, type Pace } from '../gateway/measure.ts';
import { gateway, startUpstream, type Make } from '../gateway/peers.ts';

const LOOP: Pace = { rounds: 7, seconds: 1, warmSeconds: 3 };
const STREAM: Pace = { rounds: 4, seconds: 2, warmSeconds: 2 };
const STREAMS = 48;

/** Ratios from here on are slower. docs/benchmarks/speed-guard.md shows what noise and planted slowdowns look like. */
export const SLOWER = 1.12;

export const PATHS = {
  miss: { title: 'JSON, a miss, cache off', cache: 'off', unique: true },
  stored: { title: 'JSON, a miss, looked up and stored', cache: 'exact', unique: true },
  hit: { title: 'exact hit', cache: 'exact', unique: false },
  stream: { title: 'stream, per chunk', cache: 'off', unique: true },
} as const;
export type PathName = keyof typeof PATHS;

/** Two checkouts. `plant`: the query of `plant.ts` that makes the second slower on purpose, or null. */
export interface Builds {
  readonly before: string;
  readonly now: string;
  readonly plant: string | null;
}

export interface Compared {
  /** Microseconds of the processor per request or chunk. */
  readonly before: number;
  readonly now: number;
  /** The median of the ratios of each round. */
  readonly ratio: number;
}

export async function compare(name: PathName, builds: Builds, nowFirst: boolean): Promise<Compared> {
  await using upstream = await startUpstream();
  const before = build('before', name, builds.before);
  const now = build('now', name, builds.now);
  const judged = builds.plant === null ? now : slowed(now, builds.plant);
  const makes = nowFirst ? [judged, before] : [before, judged];
  const rows = await measured(name, makes, upstream);
  const of = (wanted: string): Measured => {
    const row = rows.find((one) => one.name === wanted);
    if (row === undefined) throw new Error(`${PATHS[name].title}: "${wanted}" did not start`);
    return row;
  };
  const [a, b] = [of('before').cpu, of('now').cpu];
  return { before: median(a), now: median(b), ratio: median(b.map((us, round) => us / (a[round] ?? NaN))) };
}

function measured(
  name: PathName,
  makes: readonly Make[],
  upstream: Awaited<ReturnType<typeof startUpstream>>,
): Promise<readonly Measured[]> {
  return name === 'stream'
    ? streaming(makes, upstream, STREAMS, STREAM)
    : closedLoop(makes, upstream, { connections: 64, unique: PATHS[name].unique }, LOOP);
}

/** The query of `plant.ts` that makes this path slower by the share. */
export async function plantOf(name: PathName, root: string, share: number): Promise<string> {
  await using upstream = await startUpstream();
  const rows = await measured(name, [build('before', name, root)], upstream);
  const us = median(rows.find((row) => row.name === 'before')?.cpu ?? []) * share;
  return `${name === 'stream' ? 'chunk' : 'request'}=${us.toFixed(1)}`;
}

function build(title: string, name: PathName, root: string): Make {
  return gateway(title, { cache: { mode: PATHS[name].cache } }, 1, root);
}

function slowed(make: Make, query: string): Make {
  const plant = pathToFileURL(path.join(import.meta.dirname, 'plant.ts'));
  return (port, nodeArgs = []) => make(port, [...nodeArgs, `--import=${plant.href}?${query}`]);
}
