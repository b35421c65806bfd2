/** What the formulas are fed with, measured: gateways on one real Redis, an nginx that answers, and wrk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wrk } from '../gateway/load.ts';
import { startAnswering, startGateway, type Served } from '../gateway/house.ts';
import { pause, start, type Running } from '../gateway/processes.ts';
import { freePort } from '../gateway/peers.ts';
import type { Costs } from './formulas.ts';

const CORES = '0,1';
const SECONDS = 5;
/** Leaves the machine room, so that what is measured is work and not waiting. */
const CONNECTIONS = 4;
export interface Measured {
  readonly costs: Costs;
  /** Bytes that an entry takes in each gateway, without a vector. */
  readonly entryBytes: number;
}

export async function measureCosts(): Promise<Measured> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-capacity-'));
  const running: Running[] = [];
  const kept = <T extends Running>(one: T): T => {
    running.push(one);
    return one;
  };
  try {
    const upstream = kept(await startAnswering(CORES)).url;
    const redisPort = await freePort();
    const redis = kept(
      start(
        'redis-server',
        [
          ...[
            '--port',
            String(redisPort),
            '--bind',
            '127.0.0.1',
            '--save',
            '',
            '--appendonly',
            'no',
            '--dir',
            folder,
          ],
        ],
        { core: CORES },
      ),
    );
    const cache = { mode: 'exact', store: 'redis', maxEntries: 1_000_000, maxBytes: 2 ** 31 };
    const member = async (): Promise<Served> =>
      kept(
        await startGateway({
          core: CORES,
          upstream,
          cache: { ...cache, redis: { url: `redis://127.0.0.1:${String(redisPort)}` } },
        }),
      );
    await pause(300);
    const [first, second, third] = [await member(), await member(), await member()];
    const load = (unique: boolean, seed: number): ReturnType<typeof wrk> =>
      wrk(
        { url: first.url, headers: {} },
        { connections: CONNECTIONS, seconds: SECONDS, unique, seed, cores: CORES },
      );
    const all = [first, second, third, redis];
    const cpu = (): number[] => all.map((one) => one.cpu() / 1e6);
    await quiet(cpu);
    const empty = second.memory();
    // What each uses while nobody asks, a second.
    const [restFrom, restAt] = [cpu(), performance.now()];
    await pause(SECONDS * 1_000);
    const resting = (performance.now() - restAt) / 1_000;
    const idle = cpu().map((used, at) => (used - (restFrom[at] ?? 0)) / resting);
    const warm = await load(true, 1);
    await load(false, 2);
    await quiet(cpu);
    const [before, startedAt] = [cpu(), performance.now()];
    const misses = await load(true, 3);
    await quiet(cpu);
    const seconds = (performance.now() - startedAt) / 1_000;
    const used = cpu().map(
      (now, at) => (now - (before[at] ?? 0) - (idle[at] ?? 0) * seconds) / misses.requests,
    );
    const entries = warm.requests + misses.requests;
    const entryBytes = ((second.memory() - empty) * 2 ** 20) / entries;
    const hitsFrom = cpu()[0] ?? 0;
    const hits = await load(false, 2);
    const hit = ((cpu()[0] ?? 0) - hitsFrom) / hits.requests;
    const [miss = NaN, one = NaN, other = NaN, perEntry = NaN] = used;
    return {
      costs: { hit, miss, applied: (one + other) / 2, redisWrite: perEntry / 3, redisRead: perEntry / 3 },
      entryBytes,
    };
  } finally {
    for (const one of running.toReversed()) await one[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until nothing that came of the load is left to do: embeddings, writes, entries of the others. */
async function quiet(cpu: () => readonly number[]): Promise<void> {
  for (let calm = 0, turn = 0; calm < 3; turn += 1) {
    if (turn > 120) throw new Error('the gateways do not come to rest');
    const before = cpu();
    await pause(500);
    const busiest = Math.max(...cpu().map((now, at) => now - (before[at] ?? 0)));
    calm = busiest < 0.05 ? calm + 1 : 0;
  }
}
