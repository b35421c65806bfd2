import { hash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../core/events.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { storeContract } from './contract.ts';
import { decodeEntry, encodeEntry } from './entry-codec.ts';
import type { CacheEntry, Counts, EntryStore } from './port.ts';
import { sampleEntry } from './sample-entry.ts';
import { openSnapshotStore } from './snapshot-store.ts';

const EVERY_MS = 5_000;
let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llamascope-snapshot-'));
  path = join(folder, 'deeper', 'cache.snapshot');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('memory store with a snapshot', () => {
  let files = 0;
  const cases = storeContract('snapshot', (options, deps) =>
    openSnapshotStore({ path: join(folder, `${(files += 1)}.snapshot`), everyMs: EVERY_MS })(options, deps),
  );
  for (const promise of cases) it(promise.name, () => promise.run());

  it('comes back warm, with vectors, ages and counts', async () => {
    const first = open();
    await first.store.ready;
    const vector = new Float32Array(300).fill(0.125);
    for (let i = 0; i < 500; i += 1) await first.store.put(aged(`k${i}`, i), false);
    await first.store.attach('k7', 'id-k7', { identity: 'model:1', vector });
    first.store.counters.add('prior', { right: 2 });
    first.store.counters.add('entry:gone', { right: 2 });
    await first.store.close();
    const counted: [string, Counts][] = [];
    const second = open({ counted: (key, counts) => counted.push([key, counts]) });
    expect(second.store.state().state).toBe('loading');
    await second.store.ready;
    expect(second.store.state()).toEqual({ kind: 'memory', state: 'ok', reason: null, pending: 0 });
    expect(second.store.stats().entries).toBe(500);
    expect(second.store.peek('k7')).toEqual({
      ...aged('k7', 7),
      embedding: { identity: 'model:1', vector },
    });
    expect(second.store.keys().slice(0, 3)).toEqual(['k0', 'k1', 'k2']);
    expect(counted).toEqual([['prior', { right: 2 }]]);
    await second.store.close();
  });

  it('writes from time to time while there is something new, and after a purge', async () => {
    const { store, clock, events } = open();
    await store.ready;
    clock.advance(EVERY_MS);
    expect(existsSync(path)).toBe(false);
    await store.put(aged('a', 0), false);
    await store.put(aged('b', 0, { model: 'other' }), false);
    clock.advance(EVERY_MS);
    await until(() => events.some(({ type }) => type === 'cache.store-wrote'));
    const before = statSync(path).size;
    await store.purge({ model: 'other' });
    await until(() => statSync(path).size < before);
    await until(() => store.state().pending === 0);
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['cache.snapshot']);
    await store.close();
  });

  it('keeps to a purge that comes while it still reads', async () => {
    const first = open();
    await first.store.ready;
    for (let i = 0; i < 10; i += 1) await first.store.put(aged(`k${i}`, i, { tenant: `t${i % 2}` }), false);
    await first.store.close();
    const second = open();
    await second.store.purge({ tenant: 't0' });
    await second.store.ready;
    expect(second.store.stats().entries).toBe(5);
    await second.store.close();
  });

  it('puts a file aside that is cut, changed or of another form, and says so', async () => {
    for (const [damage, reason] of [
      [(): void => truncateSync(path, statSync(path).size - 5), 'cut off'],
      [(): void => truncateSync(path, 20), 'cut off'],
      [
        (): void => {
          const bytes = readFileSync(path);
          bytes[200] = (bytes[200] ?? 0) ^ 4;
          writeFileSync(path, bytes);
        },
        'its bytes have changed',
      ],
      [(): void => writeFileSync(path, 'LSS9 something of later'), 'form is not the one'],
      [(): void => writeFileSync(path, ''), 'no snapshot'],
    ] as const) {
      const first = open();
      await first.store.ready;
      await first.store.put(aged('a', 0), false);
      await first.store.close();
      damage();
      const second = open();
      await second.store.ready;
      expect(second.store.stats().entries).toBe(0);
      expect(second.store.state().state).toBe('degraded');
      expect(second.store.state().reason).toContain(reason);
      expect(second.events).toContainEqual({ type: 'cache.store-failed', operation: 'load' });
      expect(readdirSync(join(folder, 'deeper')).some((name) => name.includes('.corrupt-'))).toBe(true);
      expect(existsSync(path)).toBe(false);
      await second.store.put(aged('b', 0), false);
      await second.store.flush();
      expect(second.store.state().state).toBe('ok');
      await second.store.close();
      rmSync(join(folder, 'deeper'), { recursive: true });
    }
  });

  it('keeps working while the disk does not, and tries again', async () => {
    writeFileSync(join(folder, 'deeper'), 'a file where the folder should be');
    const { store, clock, events } = open();
    await store.ready;
    expect(store.state().state).toBe('degraded');
    await store.put(aged('a', 0), false);
    clock.advance(EVERY_MS);
    await until(() =>
      events.some((event) => event.type === 'cache.store-failed' && event.operation === 'write'),
    );
    expect(store.peek('a')).not.toBeNull();
    rmSync(join(folder, 'deeper'));
    await until(() => clock.pending > 1);
    clock.advance(EVERY_MS);
    await until(() => store.state().state === 'ok');
    await store.close();
  });
});

describe('entry codec', () => {
  it('gives back what it was given, and nothing for anything else', () => {
    const vector = new Float32Array([1.5, -2]);
    const entries = [
      sampleEntry('a'),
      sampleEntry('b', { text: 'Grüße, 世界 🌍', embedding: { identity: 'm', vector } }),
    ];
    for (const entry of entries) {
      const bytes = encodeEntry(entry);
      expect(decodeEntry(bytes)).toEqual(entry);
      // A view into a larger buffer at an odd place, as files give them.
      const padded = new Uint8Array(bytes.length + 3);
      padded.set(bytes, 3);
      expect(decodeEntry(padded.subarray(3))).toEqual(entry);
      for (const at of [0, 5, 22, 40, bytes.length - 1]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        expect(decodeEntry(changed)).toBeNull();
      }
      expect(decodeEntry(bytes.subarray(0, bytes.length - 1))).toBeNull();
    }
    expect(decodeEntry(new Uint8Array(0))).toBeNull();
  });

  it('reads what was kept in the form before', () => {
    const { embedding: _embedding, answer, ...rest } = sampleEntry('a');
    const json = { model: 'm', done: true };
    const older = {
      ...rest,
      answer: { ...answer, native: { template: '/api/chat', json } },
      embeddedBy: null,
    };
    const body = Buffer.from(JSON.stringify(older));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    const checked = Buffer.concat([length, body]);
    const digest = hash('sha256', checked, 'buffer').subarray(0, 16);
    expect(decodeEntry(Buffer.concat([Buffer.from('LSE1'), digest, checked]))).toEqual(
      sampleEntry('a', {
        answer: {
          ...answer,
          native: { template: '/api/chat', text: JSON.stringify(json) },
        } as CacheEntry['answer'],
      }),
    );
  });
});

function aged(key: string, ms: number, given: Partial<CacheEntry> = {}): CacheEntry {
  return sampleEntry(key, { storedAt: 1_700_000_000_000 - ms, ...given });
}

function open(given: { counted?: (key: string, counts: Counts) => void } = {}): {
  store: EntryStore;
  clock: ManualClock;
  events: GatewayEvent[];
} {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const options = { maxEntries: 10_000, maxBytes: 1e8, ttlMs: 60_000, eviction: 'lru' as const };
  const listener = { added: (): void => undefined, removed: (): void => undefined, ...given };
  const store = openSnapshotStore({ path, everyMs: EVERY_MS })(options, {
    clock,
    listener,
    emit: (event) => events.push(event),
  });
  return { store, clock, events };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
