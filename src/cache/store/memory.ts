/**
 * Entries in this process: least recently used ones go first when there are too many or they take too
 * much, every one goes when its time is up. Putting, getting and evicting are O(1) whatever the size: nothing
 * is ever searched for a victim. Only a purge by scope, model or tenant walks over all entries.
 */
import type { Timer } from '../../runtime/clock.ts';
import { embeddingBytes, entryBytes } from './entry-bytes.ts';
import { LinkedQueue, type Link } from './linked-queue.ts';
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

interface Node {
  entry: CacheEntry;
  bytes: number;
  /** Monotonic milliseconds. */
  readonly expiresAt: number;
  byUse: Link<Node> | null;
  byAge: Link<Node> | null;
}

/** The sweep looks at most this often while nothing is due ... */
const SWEEP_MIN_MS = 1_000;
/** ... and takes at most so many at once, pausing in between for requests. */
const SWEEP_BATCH = 500;
const SWEEP_PAUSE_MS = 20;

export function openMemoryStore(options: StoreOptions, deps: StoreDeps): MemoryStore {
  return new MemoryStore(options, deps);
}

export class MemoryStore implements EntryStore {
  readonly #options: StoreOptions;
  readonly #deps: StoreDeps;
  readonly #byKey = new Map<string, Node>();
  /** Least recently used first. */
  readonly #byUse = new LinkedQueue<Node>();
  /** Oldest first; as all live equally long, also the next to expire first. */
  readonly #byAge = new LinkedQueue<Node>();
  #bytes = 0;
  #sweep: Timer | null = null;
  #closed = false;

  constructor(options: StoreOptions, deps: StoreDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get(key: string): CacheEntry | null {
    const node = this.#live(key);
    if (node === null) return null;
    this.#byUse.moveToEnd(node.byUse as Link<Node>);
    return node.entry;
  }

  put(entry: CacheEntry, replace: boolean): PutOutcome {
    const bytes = entryBytes(entry);
    if (this.#closed || bytes > this.#options.maxBytes) return { result: 'too_large', bytes };
    const existing = this.#live(entry.key);
    if (existing !== null) {
      if (!replace) return { result: 'exists', bytes };
      this.#remove(existing, 'replaced');
    }
    this.#makeRoom(1, bytes);
    const expiresAt = this.#deps.clock.now() + this.#options.ttlMs;
    const node: Node = { entry, bytes, expiresAt, byUse: null, byAge: null };
    node.byUse = this.#byUse.push(node);
    node.byAge = this.#byAge.push(node);
    this.#byKey.set(entry.key, node);
    this.#bytes += bytes;
    this.#sweep ??= this.#setSweep(this.#options.ttlMs);
    this.#deps.listener.added(entry);
    return { result: 'stored', bytes };
  }

  attach(key: string, id: string, embedding: EntryEmbedding): boolean {
    const node = this.#live(key);
    if (node === null || node.entry.id !== id) return false;
    const extra =
      embeddingBytes(embedding) - (node.entry.embedding === null ? 0 : embeddingBytes(node.entry.embedding));
    if (node.bytes + extra > this.#options.maxBytes) return false;
    this.#makeRoom(0, extra, node);
    node.entry = { ...node.entry, embedding };
    node.bytes += extra;
    this.#bytes += extra;
    this.#deps.listener.added(node.entry);
    return true;
  }

  purge(selector: PurgeSelector): number {
    let purged = 0;
    for (const node of this.#byKey.values()) {
      if (!matches(node.entry, selector)) continue;
      this.#remove(node, 'purge');
      purged += 1;
    }
    return purged;
  }

  stats(): StoreStats {
    this.#expire(Infinity);
    return { entries: this.#byKey.size, bytes: this.#bytes };
  }

  close(): void {
    this.#closed = true;
    this.#sweep?.cancel();
    this.#sweep = null;
    this.#byKey.clear();
    this.#byUse.clear();
    this.#byAge.clear();
    this.#bytes = 0;
  }

  /** The node with this key unless its time is up, in which case it goes now. */
  #live(key: string): Node | null {
    const node = this.#byKey.get(key);
    if (node === undefined) return null;
    if (node.expiresAt > this.#deps.clock.now()) return node;
    this.#remove(node, 'ttl');
    return null;
  }

  /** Evicts until so much more fits; `keep` stays. Ends because the caller's entry alone fits. */
  #makeRoom(entries: number, bytes: number, keep: Node | null = null): void {
    const { maxEntries, maxBytes } = this.#options;
    if (keep !== null) this.#byUse.moveToEnd(keep.byUse as Link<Node>);
    for (;;) {
      const tooMany = this.#byKey.size + entries > maxEntries;
      if (!tooMany && this.#bytes + bytes <= maxBytes) return;
      const oldest = this.#byAge.first as Node;
      if (oldest !== keep && oldest.expiresAt <= this.#deps.clock.now()) this.#remove(oldest, 'ttl');
      else this.#remove(this.#byUse.first as Node, tooMany ? 'entries' : 'bytes');
    }
  }

  #remove(node: Node, reason: RemovalReason): void {
    this.#byKey.delete(node.entry.key);
    this.#byUse.remove(node.byUse as Link<Node>);
    this.#byAge.remove(node.byAge as Link<Node>);
    this.#bytes -= node.bytes;
    if (this.#byKey.size === 0) {
      this.#sweep?.cancel();
      this.#sweep = null;
    }
    this.#deps.listener.removed(node.entry, reason);
  }

  /** Removes at most `limit` entries whose time is up. */
  #expire(limit: number): void {
    const now = this.#deps.clock.now();
    for (let removed = 0; removed < limit; removed += 1) {
      const oldest = this.#byAge.first;
      if (oldest === null || oldest.expiresAt > now) return;
      this.#remove(oldest, 'ttl');
    }
  }

  #setSweep(delayMs: number): Timer {
    return this.#deps.clock.setTimer(delayMs, () => {
      this.#sweep = null;
      this.#expire(SWEEP_BATCH);
      const oldest = this.#byAge.first;
      if (oldest === null) return;
      const due = oldest.expiresAt - this.#deps.clock.now();
      this.#sweep = this.#setSweep(due <= 0 ? SWEEP_PAUSE_MS : Math.max(due, SWEEP_MIN_MS));
    });
  }
}

function matches(entry: CacheEntry, selector: PurgeSelector): boolean {
  return (
    (selector.id === undefined || selector.id === entry.id) &&
    (selector.scope === undefined || selector.scope === entry.scope) &&
    (selector.model === undefined || selector.model === entry.model) &&
    (selector.tenant === undefined || selector.tenant === entry.tenant)
  );
}
