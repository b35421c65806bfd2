/** Several processes as one gateway: what clients, Prometheus and operators see of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { valueOf, type Sample } from '../support/metrics.ts';
import { until } from '../support/until.ts';
import { clients, slowServer, workerHouse, type Client } from '../support/workers.ts';

const TIMEOUT = { timeout: 60_000 };
const OFF = { cache: { mode: 'off' } } as const;
const EXACT = { cache: { mode: 'exact' } } as const;

const okOf = (samples: readonly Sample[]): number =>
  valueOf(samples, 'llamascope_requests_total', { endpoint: '/api/chat', outcome: 'ok' });

/** Each client asks again and again until told to stop; answers what went wrong, by client. */
function load(all: readonly Client[]): { stop(): Promise<readonly string[][]>; readonly done: () => number } {
  let going = true;
  let done = 0;
  const loops = all.map(async (client, index) => {
    const failures: string[] = [];
    for (let at = 0; going; at += 1) {
      try {
        const { status, text } = await client.ask(`Question ${at} of client ${index}`);
        if (status !== 200) failures.push(`${status} ${text}`);
        else done += 1;
      } catch (error) {
        failures.push((error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
    return failures;
  });
  return {
    done: () => done,
    stop: async () => {
      going = false;
      return Promise.all(loops);
    },
  };
}

describe('one gateway of two workers', TIMEOUT, () => {
  it('has one exposition, in which every request of every worker is counted once', async () => {
    await using server = await slowServer();
    await using house = await workerHouse(server.url, OFF);
    const all = clients(house.url, 8);
    await Promise.all(
      all.map(async (client, i) => {
        for (let at = 0; at < 25; at += 1) expect((await client.ask(`${i} ${at}`)).status).toBe(200);
      }),
    );
    const [first, second] = [await house.metrics(), await house.metrics()];
    expect(okOf(first)).toBe(200);
    expect(okOf(second)).toBe(200);
    expect(valueOf(first, 'llamascope_request_duration_seconds_count', { endpoint: '/api/chat' })).toBe(200);
    expect(valueOf(first, 'circuit_breaker_calls_total', { breaker_name: 'one', status: 'success' })).toBe(
      200,
    );
    expect(valueOf(first, 'llamascope_workers', { state: 'ready' })).toBe(2);
    expect(valueOf(first, 'llamascope_inflight_requests', { endpoint: '/api/chat' })).toBe(0);
    // Two workers and this process: no one of them is as large as what is told of all.
    expect(valueOf(first, 'llamascope_resident_memory_bytes')).toBeGreaterThan(
      process.memoryUsage().rss * 1.3,
    );
    // Each worker had its half.
    const workers = await house.admin<{ pid: number; cacheEntries: number }[]>('/admin/workers');
    expect(workers.map(({ pid }) => pid)).toHaveLength(2);
    for (const client of all) client.close();
  });

  it('replaces a worker that is killed; only who was connected to it notices, and no counter falls', async () => {
    await using server = await slowServer(5);
    await using house = await workerHouse(server.url, OFF);
    const all = clients(house.url, 8);
    const running = load(all);
    await until(() => running.done() > 100, 'the load to run');
    const [victim = 0] = await house.pids();
    const counts: number[] = [];
    let scraping = true;
    const scrapes = (async () => {
      // One that was handed to the victim fails with it.
      while (scraping)
        counts.push(
          ...(await house.metrics().then(
            (now) => [okOf(now)],
            () => [],
          )),
        );
    })();
    process.kill(victim, 'SIGKILL');
    await until(async () => {
      const now = await house.pids();
      return now.length === 2 && !now.includes(victim);
    }, 'another worker');
    const before = running.done();
    await until(() => running.done() > before + 200, 'the load to go on');
    const failures = await running.stop();
    scraping = false;
    await scrapes;
    // Eight connections, given out in turn: four were the victim's, each with one request at most under way.
    const hit = failures.filter((list) => list.length > 0);
    expect(hit.length).toBeLessThanOrEqual(4);
    for (const list of hit) {
      expect(list).toHaveLength(1);
      expect(list[0]).toMatch(/ECONNRESET|EPIPE/);
    }
    expect(counts.every((count, at) => at === 0 || count >= (counts[at - 1] ?? 0))).toBe(true);
    const samples = await house.metrics();
    expect(valueOf(samples, 'llamascope_worker_exits_total', { reason: 'crashed' })).toBe(1);
    expect(valueOf(samples, 'llamascope_workers', { state: 'ready' })).toBe(2);
    for (const client of all) client.close();
  });

  it('never has more at an upstream than its limit, whoever asks, and serves all', async () => {
    await using server = await slowServer(10);
    await using house = await workerHouse(server.url, { ...OFF, parallel: 3 });
    const all = clients(house.url, 12);
    const statuses = await Promise.all(
      all.flatMap((client, i) => [1, 2, 3, 4].map((at) => client.ask(`${i} ${at}`))),
    );
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(server.peak).toBe(3);
    const samples = await house.metrics();
    // 3 for generations, 4 for embeddings.
    expect(valueOf(samples, 'llamascope_upstream_permits', { upstream: 'one', state: 'limit' })).toBe(7);
    expect(valueOf(samples, 'llamascope_upstream_permits', { upstream: 'one', state: 'in_use' })).toBe(0);
    for (const client of all) client.close();
  });

  it('gives one permit to both in turn, and back when its holder is killed', async () => {
    await using server = await slowServer(20);
    await using house = await workerHouse(server.url, { ...OFF, parallel: 1 });
    const all = clients(house.url, 6);
    const running = load(all);
    await until(() => running.done() >= 12, 'a dozen answers');
    expect(server.peak).toBe(1);
    const [victim = 0] = await house.pids();
    process.kill(victim, 'SIGKILL');
    const before = running.done();
    await until(() => running.done() >= before + 12, 'a dozen more');
    await running.stop();
    for (const client of all) client.close();
  });

  it('answers from what another worker stored, purges everywhere, and fills a new worker', async () => {
    await using server = await slowServer();
    await using house = await workerHouse(server.url, EXACT);
    const [a, b] = clients(house.url, 2) as [Client, Client];
    for (let at = 0; at < 10; at += 1) {
      expect((await a.ask(`Fact ${at}`)).cache).toBe('miss');
      await until(
        async () =>
          (await b.ask(`Fact ${at}`, { 'x-llamascope-cache': 'only-if-cached' })).cache === 'hit-exact',
        'the other worker to know',
      );
    }
    expect(valueOf(await house.metrics(), 'semcache_size')).toBe(10);
    process.kill((await house.pids())[0] ?? 0, 'SIGKILL');
    await until(async () => {
      const now = await house.admin<{ ready: boolean; cacheEntries: number | null }[]>('/admin/workers');
      return now.length === 2 && now.every(({ ready, cacheEntries }) => ready && cacheEntries === 10);
    }, 'the new worker to hold all entries');
    expect(await house.admin('/admin/cache/purge', 'POST', { all: true })).toEqual({ purged: 10 });
    const entries = await house.admin<{ entries: unknown[] }>('/admin/cache/entries');
    expect(entries.entries).toEqual([]);
    await until(
      async () =>
        (await house.admin<{ cacheEntries: number }[]>('/admin/workers')).every(
          ({ cacheEntries }) => cacheEntries === 0,
        ),
      'no worker to hold any',
    );
    const samples = await house.metrics();
    expect(valueOf(samples, 'llamascope_semcache_evictions_total', { reason: 'purge' })).toBe(10);
    expect(valueOf(samples, 'llamascope_semcache_stores_total', { result: 'stored' })).toBe(10);
    a.close();
    b.close();
  });

  it('keeps entries on disk once for all, over a restart', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-test-'));
    const stored = {
      cache: { mode: 'exact', store: 'sqlite', sqlite: { path: path.join(folder, 'cache.db') } },
    } as const;
    try {
      await using server = await slowServer();
      {
        await using house = await workerHouse(server.url, stored);
        const all = clients(house.url, 2);
        for (const [at, client] of all.entries()) expect((await client.ask(`Kept ${at}`)).cache).toBe('miss');
        await until(async () => valueOf(await house.metrics(), 'semcache_size') === 2, 'both to be held');
        for (const client of all) client.close();
      }
      await using house = await workerHouse(server.url, stored);
      await until(
        async () => valueOf(await house.metrics(), 'semcache_size') === 2,
        'both to be there again',
      );
      const all = clients(house.url, 2);
      for (const client of all)
        await until(async () => (await client.ask('Kept 0')).cache === 'hit-exact', 'an answer from disk');
      for (const client of all) client.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('opens a breaker in all workers when it trips in one, and counts that as one', async () => {
    await using server = await slowServer();
    await using house = await workerHouse(server.url, {
      ...OFF,
      upstreams: [{ name: 'one', url: server.url, breaker: { consecutiveFailures: 3, openMs: 60_000 } }],
    });
    let [a, b] = clients(house.url, 2) as [Client, Client];
    await b.ask('well');
    server.failing = true;
    await until(async () => (await a.ask('ill')).status === 503, 'the breaker to open');
    await until(async () => (await b.ask('ill')).status === 503, 'the other one to follow');
    const samples = await house.metrics();
    expect(valueOf(samples, 'circuit_breaker_state', { breaker_name: 'one' })).toBe(1);
    const opened = { breaker_name: 'one', from_state: 'closed', to_state: 'open' };
    expect(valueOf(samples, 'circuit_breaker_transitions_total', opened)).toBe(1);
    // One that starts now does not have to find out for itself.
    const before = server.answered;
    const [first = 0] = await house.pids();
    process.kill(first, 'SIGKILL');
    await until(async () => {
      const now = await house.pids();
      return now.length === 2 && !now.includes(first);
    }, 'a new worker');
    const fresh = clients(house.url, 4);
    for (const client of fresh) {
      expect((await client.ask('ill')).status).toBe(503);
      client.close();
    }
    expect(server.answered).toBe(before);
    server.failing = false;
    for (const client of [a, b]) client.close();
    [a, b] = clients(house.url, 2) as [Client, Client];
    await house.admin('/admin/breakers/one/reset', 'POST');
    for (const client of [a, b]) expect((await client.ask('well')).status).toBe(200);
    await house.admin('/admin/breakers/one/isolate', 'POST');
    for (const client of [a, b]) expect((await client.ask('isolated')).status).toBe(503);
    const [victim = 0] = await house.pids();
    process.kill(victim, 'SIGKILL');
    await until(async () => {
      const now = await house.pids();
      return now.length === 2 && !now.includes(victim);
    }, 'a new one');
    for (const client of clients(house.url, 4)) expect((await client.ask('isolated')).status).toBe(503);
    a.close();
    b.close();
  });

  it('drains and resumes an upstream in all workers, and in one that comes later', async () => {
    await using server = await slowServer();
    await using house = await workerHouse(server.url, OFF);
    const all = clients(house.url, 4);
    for (const client of all) expect((await client.ask('before')).status).toBe(200);
    const drained = await house.admin<{ draining: boolean }>('/admin/upstreams/one/drain', 'POST');
    expect(drained.draining).toBe(true);
    for (const client of all) expect((await client.ask('drained')).status).toBe(503);
    for (const client of all) client.close();
    const [victim = 0] = await house.pids();
    process.kill(victim, 'SIGKILL');
    await until(async () => {
      const now = await house.pids();
      return now.length === 2 && !now.includes(victim);
    }, 'a new worker');
    const more = clients(house.url, 4);
    for (const client of more) expect((await client.ask('still drained')).status).toBe(503);
    await house.admin('/admin/upstreams/one/resume', 'POST');
    for (const client of more) {
      expect((await client.ask('after')).status).toBe(200);
      client.close();
    }
  });

  it('takes another configuration under load without a failed request', async () => {
    await using server = await slowServer(3);
    await using house = await workerHouse(server.url, OFF);
    const all = clients(house.url, 8);
    const running = load(all);
    await until(() => running.done() > 50, 'the load to run');
    for (let round = 0; round < 3; round += 1) {
      const { changed } = await house.primary.reload(
        resolveConfig({
          ...house.primary.config,
          retry: { max: round + 1 },
          cache: { mode: round % 2 === 0 ? 'exact' : 'off' },
        }),
      );
      expect(changed).toContain('cache.mode');
    }
    await expect(house.primary.reload({ ...house.primary.config, drainMs: -1 })).rejects.toThrow('drainMs');
    expect((await running.stop()).flat()).toEqual([]);
    const samples = await house.metrics();
    expect(valueOf(samples, 'llamascope_config_reloads_total', { result: 'applied' })).toBe(3);
    expect(valueOf(samples, 'llamascope_config_reloads_total', { result: 'rejected' })).toBe(1);
    for (const client of all) {
      await client.ask('Asked of all');
      expect((await client.ask('Asked of all')).cache).toBe('hit-exact');
      client.close();
    }
  });

  it('restarts its workers one after the other under load without a failed request', async () => {
    await using server = await slowServer(3);
    await using house = await workerHouse(server.url, OFF);
    const all = clients(house.url, 8);
    const running = load(all);
    await until(() => running.done() > 50, 'the load to run');
    const before = await house.pids();
    expect(await house.admin('/admin/workers/restart', 'POST')).toEqual({ replacing: 2 });
    await until(async () => {
      const now = await house.pids();
      return now.length === 2 && now.every((pid) => !before.includes(pid));
    }, 'both to be replaced');
    const after = await house.pids();
    expect(after).toHaveLength(2);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    const failures = (await running.stop()).flat();
    expect(failures).toEqual([]);
    const ended = (samples: readonly Sample[]): number =>
      valueOf(samples, 'llamascope_worker_exits_total', { reason: 'replaced' });
    await until(async () => ended(await house.metrics()) === 2, 'the old ones to end');
    const samples = await house.metrics();
    expect(okOf(samples)).toBe(running.done());
    for (const client of all) client.close();
  });
});
