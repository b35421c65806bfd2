/**
 * Entries in this process. When there are too many or they take too much, the policy says which goes; every
 * one goes when its time is up. Putting, getting and evicting are O(1) whatever the size: nothing is ever
 * searched for a victim. Only a purge by scope, model or tenant walks over all entries. The stores that keep
 * entries elsewhere too stand on this one: they follow it through its listener and its counters.
 */
import type { StoreSnapshot } from '../../core/state.ts';
import type { Timer } from '../../runtime/clock.ts';
import { CounterBook, type CounterListener } from './counter-book.ts';
import { embeddingBytes, entryBytes } from './entry-bytes.ts';
import { createPolicy } from './eviction.ts';
import { hashKey, type Evictable, type EvictionPolicy } from './eviction-policy.ts';
import { LinkedQueue, type Link } from './linked-queue.ts';
import { entryCounterKey } from './port.ts';
import type {
  CacheEntry,
  EntryEmbedding,
  EntryStore,
  MaybePromise,
  PurgeSelector,
  PutOutcome,
  RemovalReason,
  StoreDeps,
  StoreOptions,
  StoreStats,
} from './port.ts';

class Node implements Evictable {
  entry: CacheEntry;
  bytes: number;
  /** Monotonic milliseconds. */
  expiresAt: number;
  readonly hash: number;
  readonly place: Link<Evictable> = { value: this, previous: null, next: null };
  region = 0;
  byAge: Link<Node> | null = null;

  constructor(entry: CacheEntry, bytes: number, expiresAt: number) {
    this.entry = entry;
    this.bytes = bytes;
    this.expiresAt = expiresAt;
    this.hash = hashKey(entry.key);
  }
}

/** The sweep looks at most this often while nothing is due ... */
const SWEEP_MIN_MS = 1_000;
/** ... and takes at most so many at once, pausing in between for requests. */
const SWEEP_BATCH = 500;
const SWEEP_PAUSE_MS = 20;

const ALWAYS_OK: StoreSnapshot = { kind: 'memory', state: 'ok', reason: null, pending: 0 };

export function openMemoryStore(options: StoreOptions, deps: StoreDeps): MemoryStore {
  return new MemoryStore(options, deps);
}

export class MemoryStore implements EntryStore {
  readonly ready: Promise<void> = Promise.resolve();
  readonly counters: CounterBook;
  #options: StoreOptions;
  readonly #deps: StoreDeps;
  readonly #byKey = new Map<string, Node>();
  #policy: EvictionPolicy;
  /** The next to expire first. */
  readonly #byAge = new LinkedQueue<Node>();
  #bytes = 0;
  #sweep: Timer | null = null;
  #closed = false;

  constructor(options: StoreOptions, deps: StoreDeps, counting: CounterListener | null = null) {
    this.#options = options;
    this.#deps = deps;
    this.#policy = createPolicy(options.eviction);
    this.counters = new CounterBook(options.maxEntries, counting);
  }

  get(key: string): CacheEntry | null {
    const node = this.#live(key);
    if (node === null) return null;
    this.#policy.used(node);
    return node.entry;
  }

  peek(key: string): CacheEntry | null {
    return this.#live(key)?.entry ?? null;
  }

  /** What the entry takes; 0 when there is none. */
  bytesOf(key: string): number {
    return this.#byKey.get(key)?.bytes ?? 0;
  }

  put(entry: CacheEntry, replace: boolean): PutOutcome {
    const bytes = entryBytes(entry);
    if (this.#closed || bytes > this.#options.maxBytes) return { result: 'too_large', bytes };
    const existing = this.#live(entry.key);
    if (existing !== null) {
      if (!replace) return { result: 'exists', bytes };
      this.#remove(existing, 'replaced');
    }
    this.#makeRoom(1, bytes, null);
    const node = new Node(entry, bytes, this.#deps.clock.now() + this.#options.ttlMs);
    this.#policy.added(node);
    this.#hold(node);
    return { result: 'stored', bytes };
  }

  attach(key: string, id: string, embedding: EntryEmbedding): boolean {
    const node = this.#live(key);
    if (node === null || node.entry.id !== id) return false;
    const before = node.entry.embedding === null ? 0 : embeddingBytes(node.entry.embedding);
    const extra = embeddingBytes(embedding) - before;
    if (node.bytes + extra > this.#options.maxBytes) return false;
    this.#makeRoom(0, extra, node);
    node.entry = { ...node.entry, embedding };
    node.bytes += extra;
    this.#bytes += extra;
    this.#deps.listener.added(node.entry);
    return true;
  }

  restore(entry: CacheEntry): boolean {
    const { clock } = this.#deps;
    const { maxEntries, maxBytes, ttlMs } = this.#options;
    const bytes = entryBytes(entry);
    const age = Math.max(0, clock.wallMs() - entry.storedAt);
    if (this.#closed || age >= ttlMs || this.#live(entry.key) !== null) return false;
    this.#expire(SWEEP_BATCH);
    if (this.#byKey.size >= maxEntries || this.#bytes + bytes > maxBytes) return false;
    const node = new Node(entry, bytes, clock.now() + ttlMs - age);
    this.#policy.restored(node);
    this.#hold(node);
    return true;
  }

  keys(): string[] {
    const keys: string[] = [];
    for (const { entry } of this.#byAge.backwards()) keys.push(entry.key);
    return keys;
  }

  purge(selector: PurgeSelector): number {
    let purged = 0;
    for (const node of this.#byKey.values()) {
      if (!matchesSelector(node.entry, selector)) continue;
      this.#remove(node, 'purge');
      purged += 1;
    }
    return purged;
  }

  drop(key: string, id: string, reason: RemovalReason): boolean {
    const node = this.#byKey.get(key);
    if (node === undefined || node.entry.id !== id) return false;
    this.#remove(node, reason);
    return true;
  }

  stats(): StoreStats {
    this.#expire(Infinity);
    return { entries: this.#byKey.size, bytes: this.#bytes };
  }

  state(): StoreSnapshot {
    return ALWAYS_OK;
  }

  flush(): MaybePromise<void> {
    // Nothing is kept anywhere else.
  }

  configure(options: StoreOptions): void {
    const longerMs = options.ttlMs - this.#options.ttlMs;
    const other = options.eviction !== this.#options.eviction ? createPolicy(options.eviction) : null;
    this.#options = options;
    // From the newest to the oldest, each older than all that are there.
    for (const node of this.#byAge.backwards()) {
      node.expiresAt += longerMs;
      if (other === null) continue;
      this.#policy.removed(node);
      other.restored(node);
    }
    this.#policy = other ?? this.#policy;
    this.#expire(Infinity);
    this.#makeRoom(0, 0, null);
    this.#sweep?.cancel();
    this.#sweep = this.#byKey.size === 0 ? null : this.#setSweep(SWEEP_MIN_MS);
  }

  close(): MaybePromise<void> {
    this.#closed = true;
    this.#sweep?.cancel();
    this.#sweep = null;
    this.#byKey.clear();
    this.#policy.clear();
    this.#byAge.clear();
    this.counters.clear();
    this.#bytes = 0;
  }

  #hold(node: Node): void {
    node.byAge = this.#byAge.insert(node, (other) => other.expiresAt <= node.expiresAt);
    this.#byKey.set(node.entry.key, node);
    this.#bytes += node.bytes;
    this.#sweep ??= this.#setSweep(node.expiresAt - this.#deps.clock.now());
    this.#deps.listener.added(node.entry);
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
  #makeRoom(entries: number, bytes: number, keep: Node | null): void {
    const { maxEntries, maxBytes } = this.#options;
    for (;;) {
      const tooMany = this.#byKey.size + entries > maxEntries;
      if (!tooMany && this.#bytes + bytes <= maxBytes) return;
      const oldest = this.#byAge.firstBut(keep) as Node;
      if (oldest.expiresAt <= this.#deps.clock.now()) this.#remove(oldest, 'ttl');
      else this.#remove(this.#policy.victim(keep) as Node, tooMany ? 'entries' : 'bytes');
    }
  }

  #remove(node: Node, reason: RemovalReason): void {
    this.#byKey.delete(node.entry.key);
    this.#policy.removed(node);
    this.#byAge.remove(node.byAge as Link<Node>);
    this.#bytes -= node.bytes;
    if (this.#byKey.size === 0) {
      this.#sweep?.cancel();
      this.#sweep = null;
    }
    this.#deps.listener.removed(node.entry, reason);
    this.counters.drop(entryCounterKey(node.entry.id));
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

  /** An entry that comes in with less time than the timer has left waits for it: nobody is given it meanwhile. */
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

export function matchesSelector(entry: CacheEntry, selector: PurgeSelector): boolean {
  return (
    (selector.id === undefined || selector.id === entry.id) &&
    (selector.scope === undefined || selector.scope === entry.scope) &&
    (selector.model === undefined || selector.model === entry.model) &&
    (selector.tenant === undefined || selector.tenant === entry.tenant)
  );
}
