/**
 * Entries in memory and in one SQLite file. A change is in the file `SQLITE_DELAY_MS` and one batch after it was made;
 * that much is lost when the process is killed, and nothing else. At the start the newest entries that fit are taken
 * back, vectors included, in the background. A file that cannot be opened or written costs nothing but
 * its use: entries stay in memory, and it is tried again and written in full when it works.
 */
import type { Timer } from '../../../runtime/clock.ts';
import { BackedStore } from '../backed-store.ts';
import { decodeEntry, encodeEntry } from '../entry-codec.ts';
import { matchesSelector } from '../memory.ts';
import type { Batch } from '../outbox.ts';
import type { Counts, OpenStore, StoreDeps, StoreOptions } from '../port.ts';
import type { SqlitePage, SqliteRow } from './protocol.ts';
import { SqliteThread } from './thread.ts';

export interface SqliteStoreOptions {
  readonly path: string;
}

export const SQLITE_DELAY_MS = 100;
const READ_ROWS = 200;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export function openSqliteStore(where: SqliteStoreOptions): OpenStore {
  return (options, deps) => new SqliteStore(where, options, deps);
}

class SqliteStore extends BackedStore {
  readonly ready: Promise<void>;
  readonly #path: string;
  readonly #thread = new SqliteThread();
  #retry: Timer | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  /** What the file held when it was first opened is here, or was given up. */
  #loaded = false;

  constructor({ path }: SqliteStoreOptions, options: StoreOptions, deps: StoreDeps) {
    super('sqlite', SQLITE_DELAY_MS, options, deps);
    this.#path = path;
    this.purgedWhileLoading = [];
    this.ready = this.#open();
  }

  override flush(): Promise<void> {
    return this.ready.then(() => this.writer.flush());
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.ready;
    await this.writer.close();
    this.closed = true;
    this.#retry?.cancel();
    void this.memory.close();
    this.outbox.clear();
    // A file that does not answer must not keep the gateway from ending.
    await this.#thread.ask({ call: 'close' }).catch(() => undefined);
    await this.#thread.end();
  }

  protected async send(batch: Batch): Promise<void> {
    const puts: SqliteRow[] = [];
    for (const key of batch.puts) {
      const entry = this.memory.peek(key);
      if (entry === null) continue;
      const { id, scope, model, tenant, storedAt } = entry;
      puts.push({ key, id, scope, model, tenant, storedAt, payload: encodeEntry(entry) });
    }
    const removes = batch.removes.map(([key]) => key).filter((key) => this.memory.peek(key) === null);
    const counts = batch.counts.map(([key]) => [key, this.counters.get(key)] as const);
    const { purges } = batch;
    try {
      await this.#thread.ask(
        { call: 'write', purges, removes, puts, counts },
        puts.map(({ payload }) => payload.buffer),
      );
    } catch (error) {
      // The file has to be opened again: it may have been put aside, or its thread has died.
      this.writer.hold();
      this.#openLater();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const first = !this.#loaded;
    try {
      const { setAside } = await this.#thread.ask({
        call: 'open',
        path: this.#path,
        at: this.deps.clock.wallMs(),
      });
      if (first) await this.#read();
      this.#loaded = true;
      this.purgedWhileLoading = null;
      // What was written before is not in a new file.
      if (setAside !== null) this.writeAll();
      this.#pauseMs = FIRST_PAUSE_MS;
      this.settle('ok', null);
      if (setAside !== null)
        this.fail('load', new Error(`the file could not be read and is now ${setAside}`));
      this.writer.release();
    } catch (error) {
      this.fail(first ? 'open' : 'write', error);
      this.#openLater();
    }
  }

  #openLater(): void {
    if (this.closed) return;
    this.#retry?.cancel();
    this.#retry = this.deps.clock.setTimer(this.#pauseMs, () => {
      this.#retry = null;
      void this.#open();
    });
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
  }

  /** Page by page, so that requests are answered in between. */
  async #read(): Promise<void> {
    const startedAt = this.deps.clock.now();
    const tally = { entries: 0, corrupt: 0 };
    for (let done = false; !done;) {
      const { page } = await this.#thread.ask({ call: 'read', limit: READ_ROWS });
      this.taking(() => {
        this.#takeIn(page as SqlitePage, tally);
      });
      done = (page as SqlitePage).done;
    }
    this.#dropOrphans();
    this.deps.emit({ type: 'cache.restored', ...tally, durationMs: this.deps.clock.now() - startedAt });
  }

  #takeIn({ rows, counts }: SqlitePage, tally: { entries: number; corrupt: number }): void {
    for (const [key, text] of counts) {
      const known = readCounts(text);
      if (known === null) continue;
      this.counters.merge(key, known);
      this.deps.listener.counted?.(key, this.counters.get(key) ?? known);
    }
    for (const { key, payload } of rows) {
      const entry = decodeEntry(payload);
      const isIt = entry?.key === key;
      if (!isIt) tally.corrupt += 1;
      const purged = isIt && this.purgedWhileLoading?.some((selector) => matchesSelector(entry, selector));
      if (isIt && purged !== true && this.memory.restore(entry)) tally.entries += 1;
      else if (this.memory.peek(key) === null) this.outbox.remove(key, '', 'entries');
    }
  }

  /** Counts of entries that are not here any more would never leave. */
  #dropOrphans(): void {
    const ids = new Set<string>();
    for (const key of this.memory.keys()) ids.add(`entry:${this.memory.peek(key)?.id ?? ''}`);
    for (const key of [...this.counters.keys()])
      if (key.startsWith('entry:') && !ids.has(key)) this.counters.drop(key);
  }
}

function readCounts(text: string): Counts | null {
  try {
    const counts: unknown = JSON.parse(text);
    if (typeof counts !== 'object' || counts === null) return null;
    return Object.values(counts).every((value) => typeof value === 'number') ? (counts as Counts) : null;
  } catch {
    return null;
  }
}
