import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { CounterBook } from './counter-book.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import { hashKey } from './eviction-policy.ts';
import { openMemoryStore, type MemoryStore } from './memory.ts';
import type { CacheEntry, Eviction } from './port.ts';
import { sampleEntry } from './sample-entry.ts';

describe('W-TinyLFU', () => {
  it('keeps what is asked for often when a crowd passes that is asked for once; LRU does not', () => {
    const kept = (eviction: Eviction): number => {
      const { store, removed } = open(eviction, 100);
      const popular = Array.from({ length: 50 }, (_, i) => `popular-${i}`);
      for (const key of popular) store.put(sampleEntry(key), false);
      for (let round = 0; round < 4; round += 1) for (const key of popular) store.get(key);
      for (let i = 0; i < 1_000; i += 1) store.put(sampleEntry(`once-${i}`), false);
      expect(removed.length).toBe(950);
      return popular.filter((key) => store.peek(key) !== null).length;
    };
    expect(kept('w-tinylfu')).toBeGreaterThanOrEqual(48);
    expect(kept('lru')).toBe(0);
  });

  it('lets a newcomer in that is asked for more often than the one that would go for it', () => {
    const { store } = open('w-tinylfu', 20);
    for (let i = 0; i < 20; i += 1) store.put(sampleEntry(`old-${i}`), false);
    store.put(sampleEntry('rising'), false);
    for (let i = 0; i < 5; i += 1) store.get('rising');
    for (let i = 0; i < 30; i += 1) store.put(sampleEntry(`next-${i}`), false);
    expect(store.peek('rising')).not.toBeNull();
  });

  it('holds its limits and its links under a long random history', () => {
    const { store, held } = open('w-tinylfu', 37);
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let i = 0; i < 20_000; i += 1) {
      const key = `k${Math.floor(random(20) ** 2 / 2)}`;
      const dice = random(10);
      if (dice < 5) store.get(key);
      else if (dice < 8) store.put(sampleEntry(key, { id: `${key}-${i}` }), random(2) === 0);
      else if (dice < 9) {
        const vector = new Float32Array(8);
        const entry = store.peek(key);
        if (entry !== null) store.attach(key, entry.id, { identity: 'test', vector });
      } else if (random(20) === 0) store.purge({ id: store.peek(key)?.id ?? 'none' });
      expect(held.size).toBeLessThanOrEqual(37);
    }
    const { entries } = store.stats();
    expect(entries).toBe(held.size);
    expect(store.keys().length).toBe(entries);
    expect(store.purge({})).toBe(entries);
    expect(store.stats()).toEqual({ entries: 0, bytes: 0 });
  });

  it('puts restored entries behind those of this run', () => {
    const { store, clock } = open('lru', 10);
    for (let i = 0; i < 5; i += 1) store.put(sampleEntry(`mine-${i}`), false);
    for (let i = 0; i < 5; i += 1)
      store.restore(sampleEntry(`restored-${i}`, { storedAt: clock.wallMs() - i * 10 }));
    store.put(sampleEntry('new'), false);
    expect(store.peek('restored-4')).toBeNull();
    expect(store.peek('restored-3')).not.toBeNull();
    expect(store.keys().slice(0, 2)).toEqual(['new', 'restored-0']);
  });
});

describe('frequency sketch', () => {
  it('never says less than the truth, and seldom much more', () => {
    const sketch = new FrequencySketch();
    sketch.ensure(1_000);
    for (let key = 0; key < 500; key += 1)
      for (let use = 0; use < key % 8; use += 1) sketch.count(hashKey(`key-${key}`));
    let exact = 0;
    for (let key = 0; key < 500; key += 1) {
      const estimate = sketch.estimate(hashKey(`key-${key}`));
      expect(estimate).toBeGreaterThanOrEqual(key % 8);
      if (estimate === key % 8) exact += 1;
    }
    expect(exact).toBeGreaterThan(450);
  });

  it('keeps what it knows when it grows, forgets by halves, and ends at 15', () => {
    const sketch = new FrequencySketch();
    for (let i = 0; i < 40; i += 1) sketch.count(7);
    expect(sketch.estimate(7)).toBe(15);
    sketch.ensure(5_000);
    expect(sketch.estimate(7)).toBe(15);
    for (let i = 0; i < 90_000; i += 1) sketch.count(hashKey(`other-${i}`));
    expect(sketch.estimate(7)).toBeLessThan(15);
    sketch.clear();
    expect(sketch.estimate(7)).toBe(0);
  });
});

describe('counter book', () => {
  it('tells of what is added here, not of what is merged, set or forgotten', () => {
    const told: string[] = [];
    const book = new CounterBook(1, {
      added: (key, deltas) => told.push(`${key} ${JSON.stringify(deltas)}`),
      dropped: (key) => told.push(`${key} dropped`),
    });
    book.add('a', { x: 1 });
    book.merge('a', { x: 2, y: 1 });
    book.set('b', { x: 9 });
    expect(book.get('a')).toEqual({ x: 3, y: 1 });
    expect(book.size).toBe(2);
    book.forget('b');
    book.drop('a');
    book.drop('a');
    expect(told).toEqual(['a {"x":1}', 'a dropped']);
  });

  it('refuses keys without end', () => {
    const book = new CounterBook(0, null);
    for (let i = 0; i < 100_000; i += 1) book.set(`k${i}`, { n: 1 });
    expect(book.add('one more', { n: 1 })).toBe(false);
    book.set('one more', { n: 1 });
    expect(book.get('one more')).toBeNull();
    expect(book.add('k5', { n: 1 })).toBe(true);
  });
});

function open(
  eviction: Eviction,
  maxEntries: number,
): { store: MemoryStore; clock: ManualClock; removed: string[]; held: Map<string, CacheEntry> } {
  const clock = new ManualClock();
  const removed: string[] = [];
  const held = new Map<string, CacheEntry>();
  const listener = {
    added: (entry: CacheEntry): void => void held.set(entry.key, entry),
    removed: (entry: CacheEntry): void => {
      removed.push(entry.key);
      held.delete(entry.key);
    },
  };
  const options = { maxEntries, maxBytes: 1e9, ttlMs: 60_000, eviction };
  return {
    store: openMemoryStore(options, { clock, listener, emit: () => undefined }),
    clock,
    removed,
    held,
  };
}
