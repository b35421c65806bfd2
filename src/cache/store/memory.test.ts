import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { storeContract } from './contract.ts';
import { embeddingBytes, entryBytes } from './entry-bytes.ts';
import { openMemoryStore } from './memory.ts';
import type { CacheEntry, RemovalReason, StoreOptions } from './port.ts';
import { sampleEntry } from './sample-entry.ts';

describe('memory store', () => {
  for (const promise of storeContract('memory', openMemoryStore)) it(promise.name, () => promise.run());

  it('expires a large crowd in pieces, and puts no timer up for nothing', () => {
    const { store, clock, removed } = open({
      maxEntries: 5_000,
      maxBytes: 1e9,
      ttlMs: 10_000,
      eviction: 'w-tinylfu',
    });
    for (let i = 0; i < 1_200; i += 1) store.put(sampleEntry(`k${i}`), false);
    expect(clock.pending).toBe(1);
    clock.advance(10_000);
    expect(removed.length).toBe(500);
    clock.advance(20);
    expect(removed.length).toBe(1_000);
    clock.advance(20);
    expect(removed.length).toBe(1_200);
    expect(clock.pending).toBe(0);
  });

  it('looks again no sooner than a second after a sweep', () => {
    const { store, clock, removed } = open({ maxEntries: 10, maxBytes: 1e9, ttlMs: 10_000, eviction: 'lru' });
    store.put(sampleEntry('a'), false);
    clock.advance(5);
    store.put(sampleEntry('b'), false);
    clock.advance(9_995);
    expect(removed).toEqual(['id-a ttl']);
    clock.advance(999);
    expect(removed).toEqual(['id-a ttl']);
    expect(store.stats()).toEqual({ entries: 0, bytes: 0 });
    expect(removed).toEqual(['id-a ttl', 'id-b ttl']);
    expect(clock.pending).toBe(0);
  });

  it('agrees with a plain model under any sequence of operations', () => {
    fc.assert(
      fc.property(limits, fc.array(operation, { maxLength: 80 }), (options, operations) => {
        const { store, clock, removed } = open(options);
        const model = new Model(options, clock);
        for (const step of operations) {
          apply(step, store, model, clock);
          expect(removed).toEqual(model.removed);
          expect(store.stats()).toEqual(model.stats());
          expect(removed).toEqual(model.removed);
        }
      }),
      { numRuns: 300 },
    );
  });
});

type Store = ReturnType<typeof openMemoryStore>;

type Operation =
  | { readonly kind: 'put'; readonly key: string; readonly size: number; readonly replace: boolean }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'attach'; readonly key: string; readonly size: number }
  | { readonly kind: 'purge'; readonly key: string }
  | { readonly kind: 'wait'; readonly ms: number };

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    key,
    size: fc.integer({ min: 0, max: 3_000 }),
    replace: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({ kind: fc.constant('attach' as const), key, size: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ kind: fc.constant('purge' as const), key }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 700 }) }),
);
const limits: fc.Arbitrary<StoreOptions> = fc.record({
  maxEntries: fc.integer({ min: 1, max: 5 }),
  maxBytes: fc.integer({ min: 1_500, max: 8_000 }),
  ttlMs: fc.constantFrom(500, 1_000, 3_000),
  eviction: fc.constant('lru' as const),
});

function open(options: StoreOptions): { store: Store; clock: ManualClock; removed: string[] } {
  const clock = new ManualClock();
  const removed: string[] = [];
  const listener = {
    added: (): void => undefined,
    removed: (entry: CacheEntry, reason: RemovalReason): void => void removed.push(`${entry.id} ${reason}`),
  };
  return { store: openMemoryStore(options, { clock, listener, emit: () => undefined }), clock, removed };
}

interface Slot {
  entry: CacheEntry;
  bytes: number;
  readonly at: number;
  readonly serial: number;
}

/** The same promises over a plain list, oldest use first; the real one may not be that slow. */
class Model {
  readonly removed: string[] = [];
  #held: Slot[] = [];
  readonly #options: StoreOptions;
  readonly #clock: ManualClock;

  constructor(options: StoreOptions, clock: ManualClock) {
    this.#options = options;
    this.#clock = clock;
  }

  stats(): { entries: number; bytes: number } {
    const expired = this.#held.filter((slot) => this.#expired(slot)).sort((a, b) => a.serial - b.serial);
    for (const slot of expired) this.#drop(slot, 'ttl');
    return { entries: this.#held.length, bytes: this.#held.reduce((sum, slot) => sum + slot.bytes, 0) };
  }

  get(wanted: string): CacheEntry | null {
    const slot = this.#find(wanted);
    if (slot === null) return null;
    this.#held = [...this.#held.filter((other) => other !== slot), slot];
    return slot.entry;
  }

  put(entry: CacheEntry, replace: boolean): string {
    const bytes = entryBytes(entry);
    if (bytes > this.#options.maxBytes) return 'too_large';
    const existing = this.#find(entry.key);
    if (existing !== null && !replace) return 'exists';
    if (existing !== null) this.#drop(existing, 'replaced');
    this.#makeRoom(1, bytes);
    this.#held.push({ entry, bytes, at: this.#clock.now(), serial: (serial += 1) });
    return 'stored';
  }

  attach(wanted: string, id: string, values: number): boolean {
    const slot = this.#find(wanted);
    if (slot === null || slot.entry.id !== id) return false;
    const embedding = { identity: 'test', vector: new Float32Array(values) };
    const grown = entryBytes({ ...slot.entry, embedding });
    if (grown > this.#options.maxBytes) return false;
    this.#makeRoom(0, grown - slot.bytes, slot);
    slot.bytes = grown;
    slot.entry = { ...slot.entry, embedding };
    return true;
  }

  purge(id: string): number {
    const slots = this.#held.filter((slot) => slot.entry.id === id);
    for (const slot of slots) this.#drop(slot, 'purge');
    return slots.length;
  }

  #makeRoom(entries: number, bytes: number, keep: Slot | null = null): void {
    const { maxEntries, maxBytes } = this.#options;
    for (;;) {
      const sum = this.#held.reduce((total, slot) => total + slot.bytes, 0);
      const tooMany = this.#held.length + entries > maxEntries;
      if (!tooMany && sum + bytes <= maxBytes) return;
      const others = this.#held.filter((slot) => slot !== keep);
      const oldest = others.reduce((a, b) => (b.serial < a.serial ? b : a));
      if (this.#expired(oldest)) this.#drop(oldest, 'ttl');
      else this.#drop(others[0]!, tooMany ? 'entries' : 'bytes');
    }
  }

  #find(wanted: string): Slot | null {
    const slot = this.#held.find((other) => other.entry.key === wanted);
    if (slot === undefined) return null;
    if (!this.#expired(slot)) return slot;
    this.#drop(slot, 'ttl');
    return null;
  }

  #expired(slot: { at: number }): boolean {
    return this.#clock.now() >= slot.at + this.#options.ttlMs;
  }

  #drop(slot: Slot, reason: RemovalReason): void {
    this.#held = this.#held.filter((other) => other !== slot);
    this.removed.push(`${slot.entry.id} ${reason}`);
  }
}

let serial = 0;

function apply(step: Operation, store: Store, model: Model, clock: ManualClock): void {
  switch (step.kind) {
    case 'put': {
      serial += 1;
      const entry = sampleEntry(step.key, { id: `${step.key}${serial}`, text: 'x'.repeat(step.size) });
      expect(store.put(entry, step.replace)).toMatchObject({ result: model.put(entry, step.replace) });
      return;
    }
    case 'get':
      expect(store.get(step.key)).toEqual(model.get(step.key));
      return;
    case 'attach': {
      const embedding = { identity: 'test', vector: new Float32Array(step.size) };
      const id = [store.get(step.key), model.get(step.key)].map((entry) => entry?.id)[0];
      const attached = store.attach(step.key, id ?? 'none', embedding);
      expect(attached).toBe(model.attach(step.key, id ?? 'none', step.size));
      return;
    }
    case 'purge': {
      const id = store.get(step.key)?.id ?? 'none';
      model.get(step.key);
      expect(store.purge({ id })).toBe(model.purge(id));
      return;
    }
    case 'wait':
      clock.advance(step.ms);
      // Sweeps come at their own times; asking makes both sides let go of the same entries.
      expect(store.stats()).toEqual(model.stats());
  }
}

describe('entry bytes', () => {
  const base = entryBytes(sampleEntry('a', { text: '' }));

  it('counts a character as V8 stores it', () => {
    expect(entryBytes(sampleEntry('a', { text: 'é'.repeat(100) })) - base).toBe(100);
    expect(entryBytes(sampleEntry('a', { text: '語'.repeat(100) })) - base).toBe(200);
  });

  it('counts the stored body, and tool calls, however deep', () => {
    const { answer } = sampleEntry('a');
    const native = { template: '/api/chat', text: 'y'.repeat(10_000) };
    expect(entryBytes(sampleEntry('a', { answer: { ...answer, native }, text: '' })) - base).toBeGreaterThan(
      10_000,
    );
    const nested: Record<string, unknown> = {};
    let inner = nested;
    for (let i = 0; i < 50_000; i += 1) inner = inner['x'] = {} as Record<string, unknown>;
    const given = {
      where: 'w'.repeat(500),
      list: [1, 2, 'z'],
      flag: true,
      no: undefined,
      nothing: null,
      nested,
    };
    const toolCalls = [{ id: null, name: 'find', arguments: given }];
    const withCall = { ...answer, thinking: 'hm', toolCalls } as CacheEntry['answer'];
    expect(entryBytes(sampleEntry('a', { answer: withCall, text: '' })) - base).toBeGreaterThan(500);
  });

  it('counts an embedding answer by its body', () => {
    const answer: CacheEntry['answer'] = {
      kind: 'embedding',
      model: 'm',
      createdAt: 0,
      usage: null,
      native: {
        template: '/api/embed',
        text: JSON.stringify({ embeddings: [new Array<number>(768).fill(0.123456)] }),
      },
    };
    expect(entryBytes(sampleEntry('a', { answer }))).toBeGreaterThan(768 * 8);
  });

  it('counts the vector with the index row beside it', () => {
    const embedding = { identity: 'test', vector: new Float32Array(512) };
    expect(entryBytes(sampleEntry('a', { embedding, text: '' })) - base).toBe(embeddingBytes(embedding));
    expect(embeddingBytes(embedding)).toBeGreaterThan(512 * 5);
  });
});
