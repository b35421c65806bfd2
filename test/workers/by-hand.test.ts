/** What people say to a gateway of several processes, each of which has to act on it. */
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { until } from '../support/until.ts';
import { clients, slowServer, workerHouse, type Client, type WorkerHouse } from '../support/workers.ts';

const ONLY_CACHED = { 'x-llamascope-cache': 'only-if-cached' };

interface Feedback {
  readonly labelled: boolean;
  readonly removed: boolean;
}

const say = (house: WorkerHouse, id: string, right: boolean): Promise<Feedback> =>
  house.admin(`/admin/cache/entries/${id}/feedback`, 'POST', { right });

describe('what is said to two workers', { timeout: 60_000 }, () => {
  it('removes an answer from both when somebody says that it is wrong, and knows no other id', async () => {
    await using server = await slowServer();
    await using house = await workerHouse(server.url, { cache: { mode: 'exact' } });
    const [a, b] = clients(house.url, 2) as [Client, Client];
    await a.ask('Fact');
    const cached = async (client: Client): Promise<boolean> =>
      (await client.ask('Fact', ONLY_CACHED)).cache === 'hit-exact';
    await until(() => cached(b), 'the other worker to know');
    const { entries } = await house.admin<{ entries: { id: string }[] }>('/admin/cache/entries');
    const id = entries[0]?.id ?? '';
    expect(await say(house, id, true)).toMatchObject({ removed: false });
    expect(await say(house, id, false)).toMatchObject({ removed: true });
    await until(async () => !(await cached(a)) && !(await cached(b)), 'the entry to be gone from both');
    expect((await house.admin<{ entries: unknown[] }>('/admin/cache/entries')).entries).toEqual([]);
    await expect(say(house, id, false)).rejects.toThrow(/404 .*there is no entry/s);
    a.close();
    b.close();
  });

  it('reaches a worker that still starts: both have the configuration of a reload meanwhile', async () => {
    await using server = await slowServer();
    await using house = await workerHouse(server.url, { cache: { mode: 'off' } });
    const [victim = 0] = await house.pids();
    process.kill(victim, 'SIGKILL');
    const all = (): Promise<{ pid: number; ready: boolean }[]> => house.admin('/admin/workers');
    await until(async () => (await all()).every(({ pid }) => pid !== victim), 'the end of a worker');
    await house.primary.reload(resolveConfig({ ...house.primary.config, cache: { mode: 'exact' } }));
    await until(async () => (await all()).filter(({ ready }) => ready).length === 2, 'a new worker');
    const asking = clients(house.url, 4);
    for (const client of asking) {
      await client.ask('Asked of both');
      expect((await client.ask('Asked of both')).cache).toBe('hit-exact');
      client.close();
    }
  });
});
