import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../../core/events.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { ManualClock } from '../../../runtime/manual-clock.ts';
import { storeContract } from '../contract.ts';
import {
  entryCounterKey,
  type CacheEntry,
  type Counts,
  type EntryStore,
  type StoreOptions,
} from '../port.ts';
import { sampleEntry } from '../sample-entry.ts';
import { openSqliteStore } from './sqlite-store.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llamascope-sqlite-'));
  path = join(folder, 'deeper', 'cache.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('SQLite store', () => {
  let files = 0;
  const cases = storeContract('sqlite', (options, deps) =>
    openSqliteStore({ path: join(folder, `${(files += 1)}.db`) })(options, deps),
  );
  for (const promise of cases) it(promise.name, () => promise.run());

  it('reopens warm, the vectors with who made them, ages and counts included', async () => {
    const first = open();
    await first.store.ready;
    const vector = new Float32Array([0.6, -0.8, 0.25]);
    await first.store.put(first.aged('a', 10), false);
    await first.store.put(first.aged('b', 20), false);
    await first.store.attach('a', 'id-a', { identity: 'model:1', vector });
    first.store.counters.add('prior', { right: 2 });
    first.store.counters.add(entryCounterKey('id-b'), { wrong: 1 });
    await first.store.close();

    const counted: [string, Counts][] = [];
    const second = open({ counted: (key, counts) => counted.push([key, counts]) });
    await second.store.ready;
    expect(second.store.stats().entries).toBe(2);
    expect(second.store.peek('a')?.embedding).toEqual({ identity: 'model:1', vector });
    expect(second.store.peek('b')).toEqual(first.aged('b', 20));
    expect(second.store.keys()).toEqual(['a', 'b']);
    expect(counted.sort()).toEqual([
      ['entry:id-b', { wrong: 1 }],
      ['prior', { right: 2 }],
    ]);
    expect(second.events).toContainEqual(
      expect.objectContaining({ type: 'cache.restored', entries: 2, corrupt: 0 }),
    );
    await second.store.close();
  });

  it('writes a moment after the change, without being asked', async () => {
    const { store, events } = open({ clock: systemClock });
    await store.ready;
    await store.put(sampleEntry('a', { storedAt: Date.now() }), false);
    expect(store.state().pending).toBe(1);
    await until(() => events.some(({ type }) => type === 'cache.store-wrote'));
    expect(store.state()).toEqual({ kind: 'sqlite', state: 'ok', reason: null, pending: 0 });
    await store.close();
  });

  it('forgets what was evicted, purged or has expired while it was closed', async () => {
    const first = open({ limits: { maxEntries: 2 } });
    await first.store.ready;
    for (const key of ['a', 'b', 'c']) await first.store.put(first.aged(key, 0), false);
    await first.store.flush();
    await first.store.put(first.aged('d', 0, { tenant: 't2' }), false);
    await first.store.purge({ tenant: 't2' });
    await first.store.close();
    const second = open();
    await second.store.ready;
    expect(second.store.keys()).toEqual(['c']);
    await second.store.close();

    const later = open({ clock: new ManualClock(1_700_000_000_000 + 60_000) });
    await later.store.ready;
    expect(later.store.stats().entries).toBe(0);
    await later.store.close();
    expect(rows()).toBe(0);
  });

  it('keeps to a purge that comes while it still reads', async () => {
    const first = open();
    await first.store.ready;
    for (let i = 0; i < 1_000; i += 1)
      await first.store.put(first.aged(`k${i}`, i, { model: `m${i % 2}` }), false);
    await first.store.close();
    const second = open();
    await second.store.purge({ model: 'm1' });
    await second.store.ready;
    expect(second.store.stats().entries).toBe(500);
    await second.store.close();
    expect(rows()).toBe(500);
  });

  it('serves no row whose bytes have changed, and drops it', async () => {
    const first = open();
    await first.store.ready;
    for (const key of ['a', 'b', 'c']) await first.store.put(first.aged(key, 0), false);
    await first.store.close();
    const database = new DatabaseSync(path);
    const payload = database.prepare("SELECT payload FROM entries WHERE key = 'a'").get()?.[
      'payload'
    ] as Uint8Array;
    payload[60] = (payload[60] as number) ^ 1;
    database.prepare("UPDATE entries SET payload = ? WHERE key = 'a'").run(payload);
    // The bytes of another entry, whole, under the wrong key.
    database.exec(
      "UPDATE entries SET payload = (SELECT payload FROM entries WHERE key = 'c') WHERE key = 'b'",
    );
    database.exec("INSERT INTO counts VALUES ('bad', '{\"x\":\"y\"}'), ('worse', '[')");
    database.close();
    const second = open();
    await second.store.ready;
    expect(second.store.keys()).toEqual(['c']);
    expect([...second.store.counters.keys()]).toEqual([]);
    expect(second.events).toContainEqual(expect.objectContaining({ type: 'cache.restored', corrupt: 2 }));
    await second.store.close();
    expect(rows()).toBe(1);
  });

  it('puts a file aside that is no database, says so, and begins a new one', async () => {
    mkdirSync(join(folder, 'deeper'));
    writeFileSync(path, 'this is not a database, but somebody may want it back'.repeat(100));
    const { store, events, aged } = open();
    await store.ready;
    expect(store.state().state).toBe('degraded');
    expect(store.state().reason).toContain('.corrupt-');
    expect(events).toContainEqual({ type: 'cache.store-failed', operation: 'load' });
    const aside = readdirSync(join(folder, 'deeper')).find((name) => name.includes('.corrupt-'));
    expect(readFileSync(join(folder, 'deeper', aside ?? ''), 'utf8')).toContain('somebody may want it back');
    await store.put(aged('a', 0), false);
    await store.flush();
    expect(store.state().state).toBe('ok');
    await store.close();
    expect(rows()).toBe(1);
  });

  it('puts a database aside that has lost pages', async () => {
    const first = open();
    await first.store.ready;
    for (let i = 0; i < 300; i += 1) await first.store.put(first.aged(`k${i}`, i), false);
    await first.store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4_096, 4_096 * 6);
    writeFileSync(path, bytes);
    const second = open();
    await second.store.ready;
    expect(second.store.stats().entries).toBe(0);
    expect(second.store.state().reason).toContain('could not be read');
    await second.store.close();
  });

  it('leaves a file of a newer version and one of another program alone', async () => {
    for (const [pragma, reason] of [
      ['PRAGMA application_id = 1280525645; PRAGMA user_version = 9', 'has form 9, newer than 1'],
      ['PRAGMA user_version = 3', 'another program'],
    ] as const) {
      mkdirSync(join(folder, 'deeper'), { recursive: true });
      const theirs = new DatabaseSync(path);
      theirs.exec(`CREATE TABLE theirs (x); ${pragma}`);
      theirs.close();
      const before = readFileSync(path);
      const { store, aged } = open();
      await store.ready;
      expect(store.state().state).toBe('degraded');
      expect(store.state().reason).toContain(reason);
      expect((await store.put(aged('a', 0), false)).result).toBe('stored');
      await store.close();
      expect(readFileSync(path).equals(before)).toBe(true);
      rmSync(path);
    }
  });

  it('works from memory while the file is held by another process, and writes all of it afterwards', async () => {
    const first = open();
    await first.store.ready;
    const second = open();
    await second.store.ready;
    expect(second.store.state().state).toBe('degraded');
    expect(second.store.state().reason).toContain('in use by another process');
    await second.store.put(second.aged('a', 0), false);
    second.store.counters.add('prior', { right: 1 });
    expect(second.store.peek('a')).not.toBeNull();
    await first.store.close();
    second.clock.advance(1_000);
    await until(() => second.store.state().state === 'ok');
    await second.store.close();
    expect(rows()).toBe(1);
  });

  it('works from memory while the folder cannot be made, and recovers when it can', async () => {
    writeFileSync(join(folder, 'deeper'), 'a file where the folder should be');
    const { store, aged, clock } = open();
    await store.ready;
    expect(store.state().state).toBe('degraded');
    await store.put(aged('a', 0), false);
    clock.advance(1_000);
    await until(() => clock.pending > 1);
    rmSync(join(folder, 'deeper'));
    clock.advance(30_000);
    await until(() => store.state().state === 'ok');
    await store.flush();
    await store.close();
    expect(existsSync(path)).toBe(true);
    expect(rows()).toBe(1);
  });
});

interface Opened {
  readonly store: EntryStore;
  readonly clock: ManualClock;
  readonly events: GatewayEvent[];
  readonly aged: (key: string, ms: number, given?: Partial<CacheEntry>) => CacheEntry;
}

function open(
  given: {
    clock?: ManualClock | typeof systemClock;
    limits?: Partial<StoreOptions>;
    counted?: (key: string, counts: Counts) => void;
  } = {},
): Opened {
  const clock = given.clock ?? new ManualClock();
  const events: GatewayEvent[] = [];
  const options: StoreOptions = {
    maxEntries: 10_000,
    maxBytes: 1e8,
    ttlMs: 60_000,
    eviction: 'lru',
    ...given.limits,
  };
  const listener = {
    added: (): void => undefined,
    removed: (): void => undefined,
    counted: given.counted ?? ((): void => undefined),
  };
  const store = openSqliteStore({ path })(options, { clock, listener, emit: (event) => events.push(event) });
  const epoch = 1_700_000_000_000;
  return {
    store,
    clock: clock instanceof ManualClock ? clock : new ManualClock(),
    events,
    aged: (key, ms, more = {}) => sampleEntry(key, { storedAt: epoch - ms, ...more }),
  };
}

function rows(): number {
  const database = new DatabaseSync(path);
  const count = database.prepare('SELECT count(*) AS n FROM entries').get()?.['n'];
  database.close();
  return Number(count);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
