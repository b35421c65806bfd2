/**
 * Entries in memory, and all of them in one file from time to time, after a purge, and at the end: what was stored since the
 * last time is lost when the process is killed. The file is read in the background at the start. One that is not whole is
 * put aside and said, never half believed. A disk that fails costs the file, not the entries.
 */
import { rename } from 'node:fs/promises';
import type { StoreSnapshot } from '../../core/state.ts';
import type { Timer } from '../../runtime/clock.ts';
import { afterIo } from '../../runtime/defer.ts';
import { matchesSelector, MemoryStore } from './memory.ts';
import { SnapshotRefused, readSnapshot, writeSnapshot, type Snapshot } from './snapshot-file.ts';
import type { OpenStore, PurgeSelector, StoreDeps, StoreOptions } from './port.ts';

export interface SnapshotOptions {
  readonly path: string;
  /** Between two snapshots while there is something new. */
  readonly everyMs: number;
}

/** Entries taken in between two pauses for requests. */
const SLICE = 200;

export function openSnapshotStore(where: SnapshotOptions): OpenStore {
  return (options, deps) => new SnapshotStore(where, options, deps);
}

class SnapshotStore extends MemoryStore {
  override readonly ready: Promise<void>;
  readonly #where: SnapshotOptions;
  readonly #deps: StoreDeps;
  readonly #changes: { count: number };
  #timer: Timer | null = null;
  #writing: Promise<void> | null = null;
  #state: StoreSnapshot['state'] = 'loading';
  #reason: string | null = null;
  #purges: PurgeSelector[] | null = [];
  #ended = false;

  constructor(where: SnapshotOptions, options: StoreOptions, deps: StoreDeps) {
    const changes = { count: 0 };
    const changed = (): void => {
      changes.count += 1;
    };
    const { listener } = deps;
    super(
      options,
      {
        ...deps,
        listener: {
          ...listener,
          added: (entry) => {
            changes.count += 1;
            listener.added(entry);
          },
          removed: (entry, reason) => {
            changes.count += 1;
            listener.removed(entry, reason);
          },
        },
      },
      { added: changed, dropped: changed },
    );
    this.#changes = changes;
    this.#where = where;
    this.#deps = deps;
    this.ready = this.#load();
  }

  override state(): StoreSnapshot {
    return { kind: 'memory', state: this.#state, reason: this.#reason, pending: this.#changes.count };
  }

  override purge(selector: PurgeSelector): number {
    this.#purges?.push(selector);
    const purged = super.purge(selector);
    if (!this.#ended) this.#changes.count += 1;
    // What somebody wants gone has to be gone from the file too.
    if (this.#purges === null) void this.#write();
    return purged;
  }

  override async flush(): Promise<void> {
    await this.ready;
    if (this.#changes.count > 0 || this.#writing !== null) await this.#write();
  }

  // The port lets a store take its time; the plain memory store has nothing to wait for.
  override close(): Promise<void> {
    return this.#end();
  }

  async #end(): Promise<void> {
    if (this.#ended) return;
    await this.flush();
    this.#ended = true;
    this.#timer?.cancel();
    void super.close();
  }

  #schedule(): void {
    if (this.#ended) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.setTimer(this.#where.everyMs, () => {
      if (this.#changes.count > 0) void this.#write();
      else this.#schedule();
    });
  }

  /** One at a time; asked again meanwhile, it is done once more. */
  #write(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    const work: Promise<void> = (this.#writing ?? Promise.resolve())
      .then(() => this.#writeNow())
      .finally(() => {
        if (this.#writing === work) this.#writing = null;
        this.#schedule();
      });
    this.#writing = work;
    return work;
  }

  async #writeNow(): Promise<void> {
    if (this.#changes.count === 0 || this.#ended) return;
    const { clock, emit } = this.#deps;
    const startedAt = clock.now();
    const changes = this.#changes.count;
    this.#changes.count = 0;
    try {
      const counts = [...this.counters.keys()].map((key) => [key, this.counters.get(key) ?? {}] as const);
      await writeSnapshot(this.#where.path, counts, this.keys(), (key) => this.peek(key));
      emit({ type: 'cache.store-wrote', changes, durationMs: clock.now() - startedAt });
      this.#settle('ok', null);
    } catch (error) {
      this.#changes.count += changes;
      this.#fail('write', error);
    }
  }

  async #load(): Promise<void> {
    const { clock, emit } = this.#deps;
    const { path } = this.#where;
    const startedAt = clock.now();
    this.#schedule();
    try {
      const snapshot = await readSnapshot(path);
      const entries = snapshot === null ? 0 : await this.#takeIn(snapshot);
      emit({ type: 'cache.restored', entries, corrupt: 0, durationMs: clock.now() - startedAt });
      this.#settle('ok', null);
    } catch (error) {
      if (error instanceof SnapshotRefused) await this.#putAside(error);
      else this.#fail('open', error);
    }
    this.#purges = null;
  }

  async #takeIn({ counts, entries }: Snapshot): Promise<number> {
    let restored = 0;
    for (const entry of entries()) {
      if (this.#purges?.some((selector) => matchesSelector(entry, selector)) === true) continue;
      if (!this.restore(entry)) continue;
      restored += 1;
      if (restored % SLICE === 0) await new Promise<void>(afterIo);
    }
    const ids = new Set(this.keys().map((key) => `entry:${this.peek(key)?.id ?? ''}`));
    for (const [key, known] of counts) {
      if (key.startsWith('entry:') && !ids.has(key)) continue;
      this.counters.merge(key, known);
      this.#deps.listener.counted?.(key, this.counters.get(key) ?? known);
    }
    // What came from the file is in it already.
    this.#changes.count = Math.max(0, this.#changes.count - restored);
    return restored;
  }

  async #putAside(refused: SnapshotRefused): Promise<void> {
    const { path } = this.#where;
    const aside = `${path}.corrupt-${this.#deps.clock.wallMs()}`;
    const moved = await rename(path, aside).then(
      () => true,
      () => false,
    );
    const where = moved ? `it is now ${aside}` : 'it could not be put aside';
    this.#fail('load', new Error(`the snapshot ${path} was not read: ${refused.message}; ${where}`));
  }

  #settle(state: StoreSnapshot['state'], reason: string | null): void {
    if (this.#ended || (state === this.#state && reason === this.#reason)) return;
    this.#state = state;
    this.#reason = reason;
    this.#deps.emit({ type: 'cache.store-changed', store: 'memory', state, reason });
  }

  #fail(operation: 'open' | 'load' | 'write', error: unknown): void {
    this.#deps.emit({ type: 'cache.store-failed', operation });
    this.#settle('degraded', error instanceof Error ? error.message : String(error));
  }
}
