/**
 * What the stores that keep entries elsewhere have in common: all entries are in this process, in a `MemoryStore`
 * that answers every question at once; each change is noted in an outbox and written behind; what comes
 * from elsewhere is taken in without being noted again. Says in `state` and by events how that is going.
 */
import type { StoreSnapshot } from '../../core/state.ts';
import type { CounterBook } from './counter-book.ts';
import { MemoryStore } from './memory.ts';
import { Outbox, sizeOf, type Batch } from './outbox.ts';
import { WriteBehind } from './write-behind.ts';
import type {
  CacheEntry,
  EntryEmbedding,
  EntryStore,
  PurgeSelector,
  PutOutcome,
  RemovalReason,
  StoreDeps,
  StoreOptions,
  StoreStats,
} from './port.ts';

export type StoreOperation = 'open' | 'load' | 'write' | 'follow';

export abstract class BackedStore implements EntryStore {
  abstract readonly ready: Promise<void>;
  readonly counters: CounterBook;
  protected readonly memory: MemoryStore;
  protected readonly outbox: Outbox = new Outbox();
  protected readonly writer: WriteBehind;
  protected readonly deps: StoreDeps;
  protected closed = false;
  /** Purges since loading began: what is still being read must not bring the purged back. */
  protected purgedWhileLoading: PurgeSelector[] | null = null;
  #taking = false;
  #state: StoreSnapshot['state'] = 'loading';
  #reason: string | null = null;
  readonly #kind: StoreSnapshot['kind'];

  constructor(kind: StoreSnapshot['kind'], delayMs: number, options: StoreOptions, deps: StoreDeps) {
    this.#kind = kind;
    this.deps = deps;
    this.memory = new MemoryStore(
      options,
      { ...deps, listener: this.#noting(deps) },
      {
        added: (key, deltas) => {
          this.#note(() => {
            this.outbox.count(key, deltas);
          });
        },
        dropped: (key) => {
          this.#note(() => {
            this.outbox.dropCount(key);
          });
        },
      },
    );
    this.counters = this.memory.counters;
    this.writer = new WriteBehind({
      clock: deps.clock,
      outbox: this.outbox,
      delayMs,
      bytesOf: (key) => this.memory.bytesOf(key),
      send: (batch) => this.send(batch),
      written: (batch, durationMs) => {
        this.settle('ok', null);
        deps.emit({ type: 'cache.store-wrote', changes: sizeOf(batch), durationMs });
      },
      failed: (error) => {
        this.fail('write', error);
      },
    });
  }

  get(key: string): CacheEntry | null {
    return this.memory.get(key);
  }

  peek(key: string): CacheEntry | null {
    return this.memory.peek(key);
  }

  put(entry: CacheEntry, replace: boolean): PutOutcome {
    return this.memory.put(entry, replace);
  }

  attach(key: string, id: string, embedding: EntryEmbedding): boolean {
    return this.memory.attach(key, id, embedding);
  }

  restore(entry: CacheEntry): boolean {
    return this.memory.restore(entry);
  }

  keys(): string[] {
    return this.memory.keys();
  }

  drop(key: string, id: string, reason: RemovalReason): boolean {
    return this.memory.drop(key, id, reason);
  }

  purge(selector: PurgeSelector): number {
    if (this.closed) return 0;
    this.purgedWhileLoading?.push(selector);
    this.#note(() => {
      this.outbox.purge(selector);
    });
    return this.memory.purge(selector);
  }

  stats(): StoreStats {
    return this.memory.stats();
  }

  state(): StoreSnapshot {
    return { kind: this.#kind, state: this.#state, reason: this.#reason, pending: this.writer.pending };
  }

  configure(options: StoreOptions): void {
    this.memory.configure(options);
  }

  flush(): Promise<void> {
    return this.writer.flush();
  }

  abstract close(): Promise<void>;

  /** Writes a batch elsewhere. Rejects when it may not have been written. */
  protected abstract send(batch: Batch): Promise<void>;

  /** Does to the memory what has been done elsewhere: nothing of it is written again. */
  protected taking<T>(work: () => T): T {
    const before = this.#taking;
    this.#taking = true;
    try {
      return work();
    } finally {
      this.#taking = before;
    }
  }

  /** Everything that is here has to be written, as the place where it was is empty. */
  protected writeAll(): void {
    this.writer.forgetUnsure();
    for (const key of this.memory.keys().reverse()) this.outbox.put(key);
    for (const key of this.counters.keys()) this.outbox.count(key, {});
  }

  protected settle(state: StoreSnapshot['state'], reason: string | null): void {
    if (this.closed || (state === this.#state && reason === this.#reason)) return;
    this.#state = state;
    this.#reason = reason;
    this.deps.emit({ type: 'cache.store-changed', store: this.#kind, state, reason });
  }

  protected fail(operation: StoreOperation, error: unknown): void {
    if (this.closed) return;
    this.deps.emit({ type: 'cache.store-failed', operation });
    this.settle('degraded', sentence(error));
  }

  #noting({ listener }: StoreDeps): StoreDeps['listener'] {
    return {
      ...listener,
      added: (entry) => {
        this.#note(() => {
          this.outbox.put(entry.key);
        });
        listener.added(entry);
      },
      removed: (entry, reason) => {
        this.#note(() => {
          this.outbox.remove(entry.key, entry.id, reason);
        });
        listener.removed(entry, reason);
      },
    };
  }

  #note(change: () => void): void {
    if (this.#taking) return;
    change();
    this.writer.touch();
  }
}

/** What a person can act on: the first line of the error. */
function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
