import assert from 'node:assert/strict';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { sampleEntry } from './sample-entry.ts';
import { entryCounterKey } from './port.ts';
import type { CacheEntry, EntryEmbedding, EntryStore, MaybePromise, StoreOptions } from './port.ts';
import type { OpenStore, RemovalReason } from './port.ts';

export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** What a case works with: a store, its time, and a follower that has heard everything it said. */
interface Bench {
  readonly store: EntryStore;
  readonly clock: ManualClock;
  readonly held: Map<string, CacheEntry>;
  readonly removals: string[];
}

const ROOMY: StoreOptions = { maxEntries: 100, maxBytes: 10_000_000, ttlMs: 60_000, eviction: 'lru' };
const VECTOR: EntryEmbedding = { identity: 'test', vector: new Float32Array([1, 0, 0, 0]) };

/** The suite that every `EntryStore` passes, one case per promise of the port. */
export function storeContract(name: string, open: OpenStore): readonly ContractCase[] {
  const define = (
    promise: string,
    options: Partial<StoreOptions>,
    body: (bench: Bench) => MaybePromise<void>,
  ): ContractCase => ({
    name: `${name} ${promise}`,
    async run(): Promise<void> {
      const bench = openBench(open, { ...ROOMY, ...options });
      await bench.store.ready;
      await body(bench);
      // Whatever was done: the follower holds what the store counts.
      assert.equal(bench.store.stats().entries, bench.held.size);
      await bench.store.close();
      assert.equal(bench.clock.pending, 0, 'a closed store leaves no timer behind');
    },
  });

  return [
    define('gives back what was put, and null for the rest', {}, givesBack),
    define('keeps the first entry of a key unless told to replace it', {}, keepsOnePerKey),
    define('evicts the least recently used beyond maxEntries', { maxEntries: 3 }, evictsByUse),
    define('evicts by bytes and refuses what can never fit', { maxBytes: 4_000 }, evictsByBytes),
    define('forgets at the end of the time to live, used or not', { ttlMs: 1_000 }, forgets),
    define('lets expired entries go before live ones', { ttlMs: 1_000, maxEntries: 2 }, prefersExpired),
    define('attaches an embedding to that very entry only', {}, attaches),
    define('makes room for embeddings, or refuses them', { maxBytes: 3_000 }, attachesWithinBytes),
    define('purges by id, scope, model, tenant, or all', {}, purges),
    define('looks without using, and lists the newest first', { maxEntries: 2 }, peeks),
    define('restores entries with their age and pushes none out', { maxEntries: 3, ttlMs: 1_000 }, restores),
    define('drops that very entry and no other', {}, drops),
    define('adds up counts and lets those of an entry go with it', {}, counts),
    define('is empty and silent once closed', {}, closes),
  ];
}

function openBench(open: OpenStore, options: StoreOptions): Bench {
  const clock = new ManualClock();
  const held = new Map<string, CacheEntry>();
  const removals: string[] = [];
  const listener = {
    added(entry: CacheEntry): void {
      held.set(entry.key, entry);
    },
    removed(entry: CacheEntry, reason: RemovalReason): void {
      assert.equal(held.get(entry.key)?.id, entry.id, 'only what was added is removed');
      held.delete(entry.key);
      removals.push(`${entry.key} ${reason}`);
    },
  };
  return { store: open(options, { clock, listener, emit: () => undefined }), clock, held, removals };
}

async function givesBack({ store, held }: Bench): Promise<void> {
  const entry = sampleEntry('a');
  const outcome = await store.put(entry, false);
  assert.equal(outcome.result, 'stored');
  assert.deepEqual(await store.get('a'), entry);
  assert.equal(await store.get('b'), null);
  assert.deepEqual(store.stats(), { entries: 1, bytes: outcome.bytes });
  assert.deepEqual(held.get('a'), entry);
}

async function keepsOnePerKey({ store, removals }: Bench): Promise<void> {
  await store.put(sampleEntry('a', { id: 'first' }), false);
  assert.equal((await store.put(sampleEntry('a', { id: 'second' }), false)).result, 'exists');
  assert.equal((await store.get('a'))?.id, 'first');
  assert.equal((await store.put(sampleEntry('a', { id: 'third' }), true)).result, 'stored');
  assert.equal((await store.get('a'))?.id, 'third');
  assert.deepEqual(removals, ['a replaced']);
  assert.equal(store.stats().entries, 1);
}

async function evictsByUse({ store, removals }: Bench): Promise<void> {
  for (const key of ['a', 'b', 'c']) await store.put(sampleEntry(key), false);
  await store.get('a');
  await store.put(sampleEntry('d'), false);
  await store.put(sampleEntry('c', { id: 'c2' }), true);
  await store.put(sampleEntry('e'), false);
  assert.deepEqual(removals, ['b entries', 'c replaced', 'a entries']);
  assert.equal(store.stats().entries, 3);
}

async function evictsByBytes({ store, removals }: Bench): Promise<void> {
  const sized = (key: string, length: number): CacheEntry => sampleEntry(key, { text: 'x'.repeat(length) });
  const first = await store.put(sized('a', 500), false);
  const second = await store.put(sized('b', 500), false);
  assert.deepEqual(store.stats(), { entries: 2, bytes: first.bytes + second.bytes });
  assert.equal((await store.put(sized('huge', 5_000), false)).result, 'too_large');
  assert.deepEqual(removals, []);
  const third = await store.put(sized('c', 2_000), false);
  assert.equal(third.result, 'stored');
  assert.deepEqual(removals, ['a bytes', 'b bytes'].slice(0, removals.length));
  assert.ok(removals.length > 0);
  assert.ok(store.stats().bytes <= 4_000);
}

async function forgets({ store, clock, held, removals }: Bench): Promise<void> {
  await store.put(sampleEntry('a'), false);
  clock.advance(600);
  await store.put(sampleEntry('b'), false);
  clock.advance(399);
  assert.notEqual(await store.get('a'), null);
  clock.advance(1);
  assert.equal(await store.get('a'), null);
  assert.equal(store.stats().entries, 1);
  clock.advance(600);
  assert.equal(store.stats().entries, 0);
  assert.deepEqual(removals, ['a ttl', 'b ttl']);
  await store.put(sampleEntry('c'), false);
  clock.advance(10_000);
  assert.equal(held.size, 0, 'expired entries go although nobody asks');
}

async function prefersExpired({ store, clock, removals }: Bench): Promise<void> {
  await store.put(sampleEntry('old'), false);
  clock.advance(500);
  await store.put(sampleEntry('live'), false);
  await store.get('old');
  clock.advance(500);
  await store.put(sampleEntry('new'), false);
  assert.deepEqual(removals, ['old ttl']);
  assert.notEqual(await store.get('live'), null);
}

async function attaches({ store, held }: Bench): Promise<void> {
  const { bytes } = await store.put(sampleEntry('a', { id: 'one' }), false);
  assert.equal(await store.attach('a', 'other', VECTOR), false);
  assert.equal(await store.attach('b', 'one', VECTOR), false);
  assert.equal(await store.attach('a', 'one', VECTOR), true);
  assert.deepEqual((await store.get('a'))?.embedding, VECTOR);
  assert.deepEqual(held.get('a')?.embedding, VECTOR);
  const grown = store.stats().bytes;
  assert.ok(grown >= bytes + 16);
  assert.equal(await store.attach('a', 'one', VECTOR), true);
  assert.equal(store.stats().bytes, grown, 'an embedding that replaces another is counted once');
}

async function attachesWithinBytes({ store, removals }: Bench): Promise<void> {
  const large = (values: number): EntryEmbedding => ({ identity: 'test', vector: new Float32Array(values) });
  await store.put(sampleEntry('a'), false);
  await store.put(sampleEntry('b'), false);
  assert.equal(await store.attach('a', 'id-a', large(1_000)), false);
  assert.equal(await store.attach('a', 'id-a', large(200)), true);
  assert.deepEqual(removals, ['b bytes']);
  assert.ok(store.stats().bytes <= 3_000);
}

async function purges({ store, removals }: Bench): Promise<void> {
  const fill = async (): Promise<void> => {
    await store.purge({});
    removals.length = 0;
    await store.put(sampleEntry('a', { scope: 's1', model: 'm1', tenant: 't1' }), false);
    await store.put(sampleEntry('b', { scope: 's1', model: 'm2', tenant: 't1' }), false);
    await store.put(sampleEntry('c', { scope: 's2', model: 'm2', tenant: 't2' }), false);
  };
  const cases = [
    [{ id: 'id-b' }, ['b']],
    [{ scope: 's1' }, ['a', 'b']],
    [{ model: 'm2' }, ['b', 'c']],
    [{ tenant: 't1' }, ['a', 'b']],
    [{ tenant: 't1', model: 'm2' }, ['b']],
    [{ tenant: 't2', scope: 's1' }, []],
    [{}, ['a', 'b', 'c']],
  ] as const;
  for (const [selector, expected] of cases) {
    await fill();
    assert.equal(await store.purge(selector), expected.length);
    assert.deepEqual(
      removals,
      expected.map((key) => `${key} purge`),
    );
    assert.equal(store.stats().entries, 3 - expected.length);
  }
}

async function drops({ store, held, removals }: Bench): Promise<void> {
  const entry = sampleEntry('k');
  await store.put(entry, false);
  assert.equal(store.drop('k', 'another id', 'entries'), false);
  assert.equal(store.drop('another key', entry.id, 'entries'), false);
  assert.equal(held.size, 1);
  assert.equal(store.drop('k', entry.id, 'entries'), true);
  assert.equal(store.peek('k'), null);
  assert.equal(removals.length, 1);
}

async function peeks({ store, clock, removals }: Bench): Promise<void> {
  await store.put(sampleEntry('a'), false);
  clock.advance(1);
  await store.put(sampleEntry('b'), false);
  assert.equal(store.peek('a')?.id, 'id-a');
  assert.equal(store.peek('none'), null);
  assert.deepEqual(store.keys(), ['b', 'a']);
  await store.put(sampleEntry('c'), false);
  assert.deepEqual(removals, ['a entries']);
}

async function restores({ store, clock, held, removals }: Bench): Promise<void> {
  const aged = (key: string, ms: number): CacheEntry => sampleEntry(key, { storedAt: clock.wallMs() - ms });
  await store.put(sampleEntry('live', { id: 'mine' }), false);
  assert.equal(store.restore(aged('a', 400)), true);
  assert.equal(store.restore(aged('live', 400)), false);
  assert.equal(store.restore(aged('old', 1_000)), false);
  assert.equal(store.restore(aged('b', 500)), true);
  assert.equal(store.restore(aged('c', 600)), false, 'full');
  assert.equal(held.get('live')?.id, 'mine');
  assert.deepEqual(removals, []);
  clock.advance(500);
  assert.equal(await store.get('b'), null);
  assert.notEqual(await store.get('a'), null);
  clock.advance(100);
  assert.equal(store.stats().entries, 1);
  assert.deepEqual(removals, ['b ttl', 'a ttl']);
}

async function counts({ store }: Bench): Promise<void> {
  const { counters } = store;
  assert.equal(counters.get('prior'), null);
  assert.equal(counters.add('prior', { right: 2 }), true);
  counters.add('prior', { right: 1, wrong: 0.5 });
  assert.deepEqual(counters.get('prior'), { right: 3, wrong: 0.5 });
  await store.put(sampleEntry('a', { id: 'one' }), false);
  counters.add(entryCounterKey('one'), { right: 1 });
  assert.deepEqual([...counters.keys()].sort(), ['entry:one', 'prior']);
  await store.put(sampleEntry('a', { id: 'two' }), true);
  assert.equal(counters.get(entryCounterKey('one')), null);
  counters.drop('prior');
  assert.deepEqual([...counters.keys()], []);
}

async function closes({ store, held }: Bench): Promise<void> {
  await store.put(sampleEntry('a'), false);
  await store.close();
  held.clear();
  assert.deepEqual(store.stats(), { entries: 0, bytes: 0 });
  assert.equal(await store.get('a'), null);
  assert.notEqual((await store.put(sampleEntry('b'), false)).result, 'stored');
}
