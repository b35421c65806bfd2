/** One figure of several servers, measured in turns: A B A B, so that a noisy minute meets them all. */
import type { Make, Peer } from './peers.ts';
import { answerOf, streams, wrk, quantile, type ClosedLoop, type Streams } from './load.ts';
import type { Running } from './processes.ts';

export interface Pace {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmSeconds: number;
}

export interface Measured {
  readonly name: string;
  /** Microseconds of the server's processor per request, or per chunk; one per round. */
  readonly cpu: readonly number[];
  /** Share of a core that the upstream used: above a half the figure would be the upstream's. */
  readonly upstreamShare: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly startMs: number;
  /** Of streams. */
  readonly firstMs?: { readonly p50: number; readonly p99: number };
  readonly delayMs?: { readonly p50: number; readonly p99: number };
}

export interface Asking {
  readonly connections: number;
  readonly unique: boolean;
}

let seed = 0;

const WARMING_STREAMS = 256;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** Starts all, warms all, measures in turns, stops all. What cannot be started is said and left out. */
export async function withPeers<T>(
  makes: readonly Make[],
  upstream: Running & { readonly port: number },
  use: (peers: readonly Peer[]) => Promise<T>,
): Promise<T> {
  const peers: Peer[] = [];
  try {
    for (const make of makes) {
      try {
        peers.push(await make(upstream.port));
      } catch (error) {
        process.stderr.write(`left out: ${(error as Error).message}\n`);
      }
    }
    return await use(peers);
  } finally {
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  }
}

export function closedLoop(
  makes: readonly Make[],
  upstream: Running & { readonly port: number },
  asking: Asking,
  pace: Pace,
): Promise<readonly Measured[]> {
  return withPeers(makes, upstream, async (peers) => {
    for (const peer of peers) await verified(peer, upstream.port);
    for (const peer of peers) await wrk(peer, { ...asking, seconds: pace.warmSeconds, seed: (seed += 1) });
    const rounds = peers.map((peer) => ({
      peer,
      cpu: [] as number[],
      shares: [] as number[],
      loops: [] as ClosedLoop[],
    }));
    for (let round = 0; round < pace.rounds; round += 1)
      for (const one of rounds) {
        const from = { own: one.peer.cpu(), upstream: upstream.cpu(), at: performance.now() };
        const loop = await wrk(one.peer, { ...asking, seconds: pace.seconds, seed: (seed += 1) });
        if (loop.failed > 0)
          throw new Error(
            `${one.peer.name}: ${String(loop.failed)} of ${String(loop.requests)} requests failed`,
          );
        one.cpu.push((one.peer.cpu() - from.own) / loop.requests);
        one.shares.push((upstream.cpu() - from.upstream) / 1_000 / (performance.now() - from.at));
        one.loops.push(loop);
      }
    return rounds.map(({ peer, cpu, shares, loops }) => ({
      name: peer.name,
      cpu,
      upstreamShare: median(shares),
      requestsPerSecond: median(loops.map(({ requests }) => requests / pace.seconds)),
      p50Ms: median(loops.map(({ p50Ms }) => p50Ms)),
      p99Ms: median(loops.map(({ p99Ms }) => p99Ms)),
      startMs: peer.startMs,
    }));
  });
}

/** Per chunk. `direct` measures the clients and the upstream alone: what is in every delay. */
export function streaming(
  makes: readonly Make[],
  upstream: Running & { readonly port: number },
  count: number,
  pace: Pace,
): Promise<readonly Measured[]> {
  const direct = { name: 'direct', url: `http://127.0.0.1:${String(upstream.port)}`, headers: {} };
  return withPeers(makes, upstream, async (peers) => {
    const all: readonly (Pick<Peer, 'name' | 'url' | 'headers'> & { cpu?: () => number })[] = [
      direct,
      ...peers,
    ];
    // By many at once: a few dozen beginnings leave the code that begins a stream as cold as it was.
    for (const peer of all)
      await streams(peer, Math.max(count, WARMING_STREAMS), pace.warmSeconds * 1_000, (seed += 1));
    const rounds = all.map((peer) => ({ peer, cpu: [] as number[], seen: [] as Streams[] }));
    for (let round = 0; round < pace.rounds; round += 1)
      for (const one of rounds) {
        const from = one.peer.cpu?.() ?? NaN;
        const seen = await streams(one.peer, count, pace.seconds * 1_000, (seed += 1));
        if (seen.broken > 0) throw new Error(`${one.peer.name}: ${String(seen.broken)} streams broke`);
        one.cpu.push(((one.peer.cpu?.() ?? NaN) - from) / seen.chunks);
        one.seen.push(seen);
      }
    return rounds.map(({ peer, cpu, seen }) => {
      const over = (of: (one: Streams) => readonly number[], q: number): number =>
        median(seen.map((one) => quantile(of(one), q)));
      return {
        name: peer.name,
        cpu,
        upstreamShare: NaN,
        requestsPerSecond: NaN,
        p50Ms: NaN,
        p99Ms: NaN,
        startMs: NaN,
        firstMs: { p50: over(({ firstMs }) => firstMs, 0.5), p99: over(({ firstMs }) => firstMs, 0.99) },
        delayMs: { p50: over(({ delayMs }) => delayMs, 0.5), p99: over(({ delayMs }) => delayMs, 0.99) },
      };
    });
  });
}

/** Throws when the answer is not the upstream's, byte by byte. A server without an upstream has its own. */
async function verified(peer: Peer, upstreamPort: number): Promise<void> {
  if (peer.name === 'bare node:http') return;
  const direct = await answerOf({ url: `http://127.0.0.1:${String(upstreamPort)}`, headers: {} });
  const passed = await answerOf(peer);
  if (passed !== direct) throw new Error(`${peer.name} answers ${passed}, the upstream ${direct}`);
}
