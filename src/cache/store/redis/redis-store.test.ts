import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasComponent } from '../../../../test/support/components.ts';
import { startRedis, type RedisServer } from '../../../../test/support/redis.ts';
import type { GatewayEvent } from '../../../core/events.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { storeContract } from '../contract.ts';
import { entryCounterKey, type CacheEntry, type EntryStore, type StoreOptions } from '../port.ts';
import { sampleEntry } from '../sample-entry.ts';
import { openRedisStore } from './redis-store.ts';

let server: RedisServer;
let caches = 0;

describe.skipIf(!hasComponent('redis-server'))('Redis store', () => {
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const cases = storeContract('redis', (options, deps) => {
    const where = {
      url: server.url,
      prefix: `contract-${(caches += 1)}`,
      connectTimeoutMs: 1_000,
      timeoutMs: 1_000,
    };
    return openRedisStore(where, 'one')(options, deps);
  });
  for (const promise of cases) it(promise.name, () => promise.run());

  it('a new replica loads everything, with vectors, ages and counts', async () => {
    await using cache = await twins('a');
    const [a] = cache.stores;
    const vector = new Float32Array([0.5, -0.5]);
    await a.put(fresh('x', 30), false);
    await a.attach('x', 'id-x', { identity: 'model:1', vector });
    await a.put(fresh('y', 20), false);
    a.counters.add('prior', { right: 2, wrong: 0.5 });
    a.counters.add(entryCounterKey('id-y'), { right: 1 });
    await a.flush();
    const c = await cache.join('c');
    expect(c.keys()).toEqual(['y', 'x']);
    expect(c.peek('x')).toEqual({
      ...fresh('x', 30),
      storedAt: a.peek('x')?.storedAt,
      embedding: { identity: 'model:1', vector },
    });
    expect(c.counters.get('prior')).toEqual({ right: 2, wrong: 0.5 });
    expect(c.counters.get('entry:id-y')).toEqual({ right: 1 });
  });

  it('what one stores, attaches, replaces, evicts or counts, the other knows at once', async () => {
    await using cache = await twins('a', 'b');
    const [a, b] = cache.stores as [EntryStore, EntryStore];
    const startedAt = performance.now();
    await a.put(fresh('x'), false);
    await until(() => b.peek('x') !== null);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await a.attach('x', 'id-x', { identity: 'm', vector: new Float32Array([1]) });
    await until(() => b.peek('x')?.embedding?.identity === 'm');
    await b.put(fresh('x', 0, { id: 'second' }), true);
    await until(() => a.peek('x')?.id === 'second');
    a.counters.add('prior', { right: 1 });
    b.counters.add('prior', { right: 2, wrong: 1 });
    const sums = { right: 3, wrong: 1 };
    await until(() => [a, b].every((one) => same(one.counters.get('prior'), sums)));
    a.counters.drop('prior');
    await until(() => b.counters.get('prior') === null);
    expect(cache.events.some((event) => event.type === 'cache.replicated' && event.change === 'put')).toBe(
      true,
    );
  });

  it('a purge reaches all, what Redis alone holds included, and asks for no more of what was asked before', async () => {
    await using cache = await twins('a', 'b');
    const [a, b] = cache.stores as [EntryStore, EntryStore];
    for (let i = 0; i < 20; i += 1) await a.put(fresh(`k${i}`, i, { model: `m${i % 2}` }), false);
    await until(() => b.stats().entries === 20);
    expect(await b.purge({ model: 'm1' })).toBe(10);
    await until(() => a.stats().entries === 10);
    expect(cache.purges).toEqual(['a']);
    await b.flush();
    const c = await cache.join('c');
    expect(c.stats().entries).toBe(10);
  });

  it('keeps Redis within the limits, oldest first', async () => {
    await using cache = await twins('a', 'b');
    const [a, b] = cache.stores as [EntryStore, EntryStore];
    a.configure({ ...OPTIONS, maxEntries: 10 });
    for (let i = 0; i < 50; i += 1) await a.put(fresh(`k${i}`), false);
    await a.flush();
    await until(() => b.keys().length === 10);
    expect(b.keys()).toEqual(a.keys());
  });

  it('goes on alone without Redis, and catches up when an empty one comes back', async () => {
    await using own = await startRedis();
    await using cache = await twins('a', 'b', own.url);
    const [a, b] = cache.stores as [EntryStore, EntryStore];
    await a.put(fresh('before'), false);
    await a.put(fresh('purged', 0, { model: 'bad' }), false);
    a.counters.add('prior', { right: 5 });
    await until(() => b.keys().length === 2 && b.counters.get('prior') !== null);
    await own.stop();
    await until(() => [a, b].every((one) => one.state().state === 'degraded'));
    await a.put(fresh('by-a'), false);
    await b.put(fresh('by-b'), false);
    expect(await b.purge({ model: 'bad' })).toBe(1);
    b.counters.add('prior', { right: 1 });
    expect(a.peek('by-a')).not.toBeNull();
    expect(a.state().pending).toBeGreaterThan(0);
    await own.start();
    await until(() => [a, b].every((one) => one.state().state === 'ok'));
    const all = ['before', 'by-a', 'by-b'];
    await until(() => [a, b].every((one) => same([...one.keys()].sort(), all)));
    await until(() => [a, b].every((one) => same(one.counters.get('prior'), { right: 6 })));
    await Promise.all([a.flush(), b.flush()]);
    const c = await cache.join('c');
    expect([...c.keys()].sort()).toEqual(all);
    expect(c.counters.get('prior')).toEqual({ right: 6 });
  });

  it('opens without Redis, says so, and joins when it is there', async () => {
    await using own = await startRedis();
    await own.stop();
    await using cache = await twins('a', 'b', own.url);
    const [a, b] = cache.stores as [EntryStore, EntryStore];
    expect(a.state().reason).toContain('no connection to Redis');
    await a.put(fresh('x'), false);
    await own.start();
    await until(() => b.peek('x') !== null);
  });
});

const OPTIONS: StoreOptions = { maxEntries: 1_000, maxBytes: 1e8, ttlMs: 60_000, eviction: 'lru' };

interface Cache extends AsyncDisposable {
  readonly stores: [EntryStore, ...EntryStore[]];
  readonly events: GatewayEvent[];
  /** Names of replicas that were told of a purge. */
  readonly purges: string[];
  join(name: string): Promise<EntryStore>;
}

/** Replicas of one cache of their own; a name that is a URL says which Redis. */
async function twins(...names: string[]): Promise<Cache> {
  const url = names.find((name) => name.startsWith('redis:')) ?? server.url;
  const prefix = `cache-${(caches += 1)}`;
  const events: GatewayEvent[] = [];
  const purges: string[] = [];
  const stores: EntryStore[] = [];
  const join = async (name: string): Promise<EntryStore> => {
    const listener = {
      added: (): void => undefined,
      removed: (): void => undefined,
      purged: (): void => void purges.push(name),
    };
    const where = { url, prefix, connectTimeoutMs: 1_000, timeoutMs: 1_000 };
    const store = openRedisStore(where, `${prefix}-${name}`)(OPTIONS, {
      clock: systemClock,
      listener,
      emit: (event) => events.push(event),
    });
    stores.push(store);
    await store.ready;
    return store;
  };
  for (const name of names) if (name !== url) await join(name);
  return {
    stores: stores as Cache['stores'],
    events,
    purges,
    join,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      for (const store of stores) await store.close();
    },
  };
}

function fresh(key: string, ageMs = 0, given: Partial<CacheEntry> = {}): CacheEntry {
  return sampleEntry(key, { storedAt: EPOCH - ageMs, ...given });
}

const EPOCH = Date.now();

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
