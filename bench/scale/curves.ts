/** What one request, chunk, stream or connection costs one gateway process, by how many of something else there are. */
import { Agent } from 'node:http';
import { ask, loop, openIdle, openStreams, type Asked } from './clients.ts';
import { startStand, type Stand } from './stand.ts';

export interface Point {
  /** How many there were. */
  readonly count: number;
  /** Microseconds of the gateway's processor per request or chunk, one per round. */
  readonly cpu: readonly number[];
  /** Resident memory of the gateway, megabytes, in the last round. */
  readonly memory: number;
  /** Of a core, with nothing asked: probes, sampling, timers. */
  readonly idle: number;
}

export interface Curve {
  readonly what: string;
  readonly of: string;
  readonly per: 'request' | 'chunk';
  readonly points: readonly Point[];
}

export interface Pace {
  readonly rounds: number;
  readonly seconds: number;
}

/** Chunks a second over all streams, however many there are: the load is the same at each point. */
const CHUNKS_PER_SECOND = 2_000;
const CONNECTIONS = 16;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function byStreams(counts: readonly number[], { rounds, seconds }: Pace): Promise<Curve> {
  const points = counts.map((count) => ({ count, cpu: [] as number[], memory: 0, idle: 0 }));
  for (let round = 0; round < rounds; round += 1)
    for (const point of points) {
      await using stand = await startStand({ upstreams: 1 });
      // The same code is warm at each point.
      await warm(stand);
      const streams = await openStreams(stand.port, point.count, (point.count / CHUNKS_PER_SECOND) * 1_000);
      await pause(1_000);
      const from = { cpu: stand.cpu(), chunks: streams.chunks() };
      await pause(seconds * 1_000);
      point.cpu.push((stand.cpu() - from.cpu) / (streams.chunks() - from.chunks));
      point.memory = stand.memory();
      streams.close();
    }
  return {
    what: 'Open streams',
    of: `${String(CHUNKS_PER_SECOND)} chunks a second in all, spread over the streams`,
    per: 'chunk',
    points,
  };
}

export async function byIdleConnections(counts: readonly number[], pace: Pace): Promise<Curve> {
  const points: Point[] = [];
  for (const count of counts) {
    await using stand = await startStand({ upstreams: 1 });
    await warm(stand);
    const sockets = await openIdle(stand.port, count);
    points.push(await point(stand, count, pace, unique()));
    for (const socket of sockets) socket.destroy();
  }
  return {
    what: 'Idle connections',
    of: `requests on ${String(CONNECTIONS)} others, the cache off`,
    per: 'request',
    points,
  };
}

export async function byUpstreams(counts: readonly number[], pace: Pace): Promise<Curve> {
  const points: Point[] = [];
  for (const count of counts) {
    await using stand = await startStand({ upstreams: count });
    await warm(stand);
    points.push(await point(stand, count, pace, unique()));
  }
  return {
    what: 'Upstreams',
    of: `requests on ${String(CONNECTIONS)} connections, the cache off`,
    per: 'request',
    points,
  };
}

/** Node's own limit ends at some 800,000 entries. */
const HEAP_MB = 12_000;

/**
 * By what the cache holds: an exact hit; a lookup that finds nothing, in mode `on` embedding, search, guard and scorer
 * included (asked with `only-if-cached`, so that it ends there and adds no entry); and a whole miss, its answer stored.
 */
export async function byEntries(
  counts: readonly number[],
  texts: readonly string[],
  pace: Pace,
  mode: 'exact' | 'on',
): Promise<readonly Curve[]> {
  const hits: Point[] = [];
  const lookups: Point[] = [];
  const stored: Point[] = [];
  await using stand = await startStand({
    upstreams: 1,
    cache: { mode, maxEntries: 2_000_000, maxBytes: 16_000_000_000, embedder: 'builtin' },
    nodeArgs: [`--max-old-space-size=${String(HEAP_MB)}`],
  });
  await warm(stand);
  let filled = 0;
  for (const count of counts) {
    const cpu: number[] = [];
    const steps = Array.from(
      { length: pace.rounds },
      (_, at) => filled + ((count - filled) * (at + 1)) / pace.rounds,
    );
    for (const step of steps) {
      const from = { cpu: stand.cpu(), filled };
      await fill(stand, () => (filled < step ? query(texts, filled++) : null));
      cpu.push((stand.cpu() - from.cpu) / (filled - from.filled));
    }
    await pause(1_000);
    const known = query(texts, 0);
    hits.push(await point(stand, count, pace, () => known));
    let strange = 0;
    const lookup = await point(stand, count, pace, () => query(texts, 3_000_000 + strange++), ONLY_IF_CACHED);
    lookups.push(lookup);
    stored.push({ count, cpu, memory: lookup.memory, idle: lookup.idle });
  }
  const of = mode === 'on' ? 'one scope, the built-in model' : 'identical requests alone';
  const title = `Cache entries (${mode})`;
  return [
    { what: `${title}, an exact hit`, of, per: 'request', points: hits },
    { what: `${title}, a lookup that finds nothing`, of, per: 'request', points: lookups },
    { what: `${title}, a miss and its storing`, of, per: 'request', points: stored },
  ];
}

/** Sends what `next` gives until it gives null. */
async function fill(stand: Stand, next: () => string | null): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let body = next(); body !== null; body = next()) await ask(`${stand.url}/api/chat`, agent, body);
    }),
  );
  agent.destroy();
}

const ONLY_IF_CACHED: Asked = { headers: { 'x-llamascope-cache': 'only-if-cached' }, status: 504 };

async function point(
  stand: Stand,
  count: number,
  pace: Pace,
  body: () => string,
  asked: Asked = {},
): Promise<Point> {
  await pause(500);
  const idleFrom = { cpu: stand.cpu(), at: performance.now() };
  await pause(2_000);
  const idle = (stand.cpu() - idleFrom.cpu) / 1_000 / (performance.now() - idleFrom.at);
  const cpu: number[] = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    const from = stand.cpu();
    const { answers, failed } = await loop(stand.url, CONNECTIONS, pace.seconds * 1_000, body, asked);
    if (failed > 0)
      throw new Error(`${String(failed)} of ${String(answers + failed)} requests failed at ${String(count)}`);
    cpu.push((stand.cpu() - from) / answers);
  }
  return { count, cpu, memory: stand.memory(), idle };
}

async function warm(stand: Stand): Promise<void> {
  await loop(stand.url, CONNECTIONS, 3_000, unique());
}

function query(texts: readonly string[], number: number): string {
  const one = texts[number % texts.length] as string;
  // Past the data two texts are put together, so that none is asked twice.
  const turn = Math.floor(number / texts.length);
  const text = turn === 0 ? one : `${one} and ${texts[(number * 7 + turn) % texts.length] as string}`;
  return JSON.stringify({
    model: 'm',
    stream: false,
    messages: [{ role: 'user', content: text }],
    options: { temperature: 0 },
  });
}

function unique(): () => string {
  let number = 0;
  return () => query(['How far is it to the next town'], (number += 1));
}
