/**
 * Latency as clients meet it that do not wait for one another: requests arrive at random, so many a second on average, whether or not those before them
 * are answered, and each is timed from the moment at which it was due. A closed loop, as wrk's, asks less the slower the answers come.
 */
import { Agent, request } from 'node:http';
import { seededRng } from '../../src/runtime/rng.ts';
import { body, quantile } from './load.ts';
import { median, withPeers, type Pace } from './measure.ts';
import type { Make, Peer } from './peers.ts';
import type { Running } from './processes.ts';

/** Far below what any of them can do: it is not throughput that is measured. */
export const ARRIVALS = 1_000;
export const QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999] as const;

export interface Latency {
  readonly name: string;
  /** Milliseconds at each of `QUANTILES`; medians over the rounds. */
  readonly ms: readonly number[];
}

export function openLoop(
  makes: readonly Make[],
  upstream: Running & { readonly port: number },
  pace: Pace,
): Promise<readonly Latency[]> {
  const direct = { name: 'direct', url: `http://127.0.0.1:${String(upstream.port)}`, headers: {} };
  return withPeers(makes, upstream, async (peers) => {
    const all: readonly Target[] = [direct, ...peers];
    let seed = 0;
    for (const peer of all) await arrivals(peer, pace.warmSeconds * 1_000, (seed += 1));
    const rounds = all.map((peer) => ({ peer, seen: [] as (readonly number[])[] }));
    for (let round = 0; round < pace.rounds; round += 1)
      for (const one of rounds) one.seen.push(await arrivals(one.peer, pace.seconds * 1_000, (seed += 1)));
    return rounds.map(({ peer, seen }) => ({
      name: peer.name,
      ms: QUANTILES.map((q) => median(seen.map((sorted) => quantile(sorted, q)))),
    }));
  });
}

type Target = Pick<Peer, 'name' | 'url' | 'headers'>;

/** Milliseconds from due to answered, sorted. Throws when one fails. */
async function arrivals(peer: Target, forMs: number, seed: number): Promise<readonly number[]> {
  const rng = seededRng(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const began = performance.now();
  const latencies: number[] = [];
  const open = new Set<Promise<void>>();
  let sent = 0;
  let due = 0;
  while (due < forMs) {
    while (due <= performance.now() - began) {
      const at = began + due;
      sent += 1;
      const text = body(`${String(900 + seed).slice(-3)}${String(sent).padStart(9, '0')}`);
      const answered = ask(peer, agent, text).then(() => {
        latencies.push(performance.now() - at);
        open.delete(answered);
      });
      open.add(answered);
      due += (-Math.log(1 - rng.next()) * 1_000) / ARRIVALS;
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await Promise.all(open);
  agent.destroy();
  return latencies.sort((a, b) => a - b);
}

function ask({ name, url, headers }: Target, agent: Agent, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/v1/chat/completions`,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          ...headers,
        },
      },
      (response) => {
        if (response.statusCode !== 200) {
          reject(new Error(`${name} answers ${String(response.statusCode)}`));
          return;
        }
        response.on('end', resolve).on('error', reject).resume();
      },
    );
    asked.on('error', reject).end(text);
  });
}
