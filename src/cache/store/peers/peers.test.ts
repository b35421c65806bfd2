import { describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../../core/events.ts';
import { ManualClock } from '../../../runtime/manual-clock.ts';
import { storeContract } from '../contract.ts';
import { openMemoryStore } from '../memory.ts';
import type { EntryStore, OpenStore, StoreListener, StoreOptions } from '../port.ts';
import { sampleEntry } from '../sample-entry.ts';
import type { PeerBatch } from './batch.ts';
import { PeerHub, type Peer } from './hub.ts';
import { openPeerStore, type HubLink } from './peer-store.ts';

const ROOMY: StoreOptions = { maxEntries: 100, maxBytes: 1_000_000, ttlMs: 60_000, eviction: 'lru' };
const SILENT: StoreListener = { added: () => undefined, removed: () => undefined };

/** The way between a process and its hub: what is said arrives when `deliver` is called, as plain data. */
function wire(hub: PeerHub, line: (() => void)[]): { link: HubLink; peer: Peer } {
  let told: Parameters<HubLink['follow']>[0] | null = null;
  const later = (work: () => void): void => void line.push(work);
  const peer: Peer = {
    receive: (batch) => {
      const copy = structuredClone(batch);
      later(() => told?.receive(copy));
    },
    loaded: () => {
      later(() => told?.loaded());
    },
  };
  hub.join(peer);
  const link: HubLink = {
    send: (batch: PeerBatch) => {
      const copy = structuredClone(batch);
      later(() => {
        hub.take(peer, copy);
      });
    },
    load: () => {
      later(() => void hub.load(peer));
    },
    follow: (follower) => {
      told = follower;
    },
  };
  return { link, peer };
}

class House {
  readonly clock: ManualClock = new ManualClock();
  readonly events: GatewayEvent[] = [];
  readonly hub: PeerHub;
  readonly line: (() => void)[] = [];
  readonly #options: StoreOptions;

  constructor(options: Partial<StoreOptions> = {}) {
    this.#options = { ...ROOMY, ...options };
    this.hub = new PeerHub(openMemoryStore, this.#options, {
      clock: this.clock,
      emit: (event) => void this.events.push(event),
    });
  }

  async process(): Promise<{ store: EntryStore; peer: Peer }> {
    const { link, peer } = wire(this.hub, this.line);
    const deps = { clock: this.clock, listener: SILENT, emit: () => undefined };
    const store = openPeerStore(link)(this.#options, deps);
    await this.settle();
    await store.ready;
    return { store, peer };
  }

  /** Until nobody has anything left to say. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 6; turn += 1) {
      this.clock.advance(2);
      for (let work = this.line.shift(); work !== undefined; work = this.line.shift()) work();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  evicted(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'cache.evicted' ? [event.reason] : []));
  }
}

describe('entries of several processes', () => {
  it('are the same everywhere: stored, given an embedding, replaced, purged', async () => {
    const house = new House();
    const [a, b] = [await house.process(), await house.process()];
    await a.store.put(sampleEntry('k', { id: 'one' }), false);
    await house.settle();
    expect(b.store.peek('k')?.id).toBe('one');
    await b.store.attach('k', 'one', { identity: 'test', vector: new Float32Array([1, 0]) });
    await house.settle();
    expect(a.store.peek('k')?.embedding?.identity).toBe('test');
    await b.store.put(sampleEntry('k', { id: 'two' }), true);
    await a.store.put(sampleEntry('other', { model: 'm2' }), false);
    await house.settle();
    expect(a.store.peek('k')?.id).toBe('two');
    expect(house.hub.store.stats().entries).toBe(2);
    expect(await house.hub.purge({ model: 'm2' })).toBe(1);
    await house.settle();
    for (const { store } of [a, b]) expect(store.keys()).toEqual(['k']);
    await a.store.purge({ id: 'two' });
    await house.settle();
    for (const store of [a.store, b.store, house.hub.store]) expect(store.stats().entries).toBe(0);
    // Counted once each, however many processes held them.
    expect(house.evicted()).toEqual(['replaced', 'purge', 'purge']);
  });

  it('are handed to a process that comes later, with the labels', async () => {
    const house = new House();
    const a = await house.process();
    for (let at = 0; at < 300; at += 1)
      if (at < 90) await a.store.put(sampleEntry(`k${at}`, { storedAt: house.clock.wallMs() }), false);
    a.store.counters.add('rule', { right: 3 });
    await house.settle();
    const late = await house.process();
    expect(late.store.stats().entries).toBe(90);
    expect(late.store.counters.get('rule')).toEqual({ right: 3 });
    late.store.counters.add('rule', { right: 1, wrong: 1 });
    await house.settle();
    expect(a.store.counters.get('rule')).toEqual({ right: 4, wrong: 1 });
    expect(house.hub.store.counters.get('rule')).toEqual({ right: 4, wrong: 1 });
  });

  it('stay within the limits in each, whoever stores, and are evicted once', async () => {
    const house = new House({ maxEntries: 5 });
    const all = [await house.process(), await house.process()];
    for (let at = 0; at < 12; at += 1) {
      await all[at % 2]?.store.put(sampleEntry(`k${at}`, { storedAt: house.clock.wallMs() }), false);
      await house.settle();
    }
    for (const { store } of all) expect(store.keys()).toEqual(['k11', 'k10', 'k9', 'k8', 'k7']);
    expect(house.hub.store.stats().entries).toBe(5);
    expect(house.evicted()).toEqual(Array.from({ length: 7 }, () => 'entries'));
    house.clock.advance(60_000);
    expect(house.hub.store.stats().entries).toBe(0);
    await house.settle();
    expect(house.evicted().slice(7)).toEqual(Array.from({ length: 5 }, () => 'ttl'));
  });

  it('of a process that is gone are there for the others, which hear nothing of it any more', async () => {
    const house = new House();
    const [a, b] = [await house.process(), await house.process()];
    await a.store.put(sampleEntry('k'), false);
    await house.settle();
    house.hub.leave(a.peer);
    await b.store.put(sampleEntry('later'), false);
    await house.settle();
    expect(a.store.peek('later')).toBeNull();
    expect(b.store.peek('k')).not.toBeNull();
  });
});

/** The store by itself, with a hub that has nothing and answers at once. */
const alone: OpenStore = openPeerStoreAlone;
function openPeerStoreAlone(...[options, deps]: Parameters<OpenStore>): EntryStore {
  let told: Parameters<HubLink['follow']>[0] | null = null;
  return openPeerStore({
    send: () => undefined,
    load: () => {
      told?.loaded();
    },
    follow: (follower) => {
      told = follower;
    },
  })(options, deps);
}

describe('a store that follows a hub', () => {
  for (const { name, run } of storeContract('peers', alone)) it(name, run);
});
