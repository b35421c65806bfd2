import type { Answer } from '../../core/answer.ts';
import type { Emit } from '../../core/events.ts';
import type { StoreSnapshot } from '../../core/state.ts';
import type { Clock } from '../../runtime/clock.ts';

/** Immediate where the store is in this process, so that a hit costs no extra turn; a promise where it is not. */
export type MaybePromise<T> = T | Promise<T>;

export interface EntryEmbedding {
  /** The identity of the embedder that made it; vectors of different identities are never compared. */
  readonly identity: string;
  readonly vector: Float32Array;
}

/** One stored answer and what is needed to find, judge and serve it. Immutable but for its embedding. */
export interface CacheEntry {
  /** Unique for ever: a refreshed answer is a new entry. Goes into the response headers. */
  readonly id: string;
  /** The exact key of the request that it answers. */
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  readonly model: string;
  /** The last user text, for the guard. */
  readonly text: string;
  readonly answer: Answer;
  /** Unix milliseconds. */
  readonly storedAt: number;
  /** Milliseconds that making the answer took, without the time in our own queue. */
  readonly costMs: number;
  readonly embedding: EntryEmbedding | null;
}

export type RemovalReason = 'ttl' | 'entries' | 'bytes' | 'purge' | 'replaced';

/** Follows what a store holds; the semantic index is one. Called synchronously, at the moment of the change. */
export interface StoreListener {
  /** A new entry, or one that has just been given its embedding. */
  added(entry: CacheEntry): void;
  removed(entry: CacheEntry, reason: RemovalReason): void;
  /** Another replica purged: answers asked for before now are not to be stored any more. */
  purged?(): void;
  /** Counts came from an earlier run or another replica; `counts` is all that is now known under the key. */
  counted?(key: string, counts: Counts): void;
}

/** Numbers by name. Only ever added to, so that replicas can merge them in any order. */
export type Counts = Readonly<Record<string, number>>;

/**
 * Small numbers that belong to the cache and are not answers: labels and audits. They are kept like entries
 * (they survive a restart and are merged between replicas) and are always at hand: nothing here waits.
 */
export interface Counters {
  get(key: string): Counts | null;
  /** Adds to the counts of the key; a new name begins at 0. False when there is no room for another key. */
  add(key: string, deltas: Counts): boolean;
  drop(key: string): void;
  keys(): IterableIterator<string>;
}

/** Counts under this key leave with the entry, whatever it leaves for; all others stay until they are dropped. */
export function entryCounterKey(id: string): string {
  return `entry:${id}`;
}

export interface PutOutcome {
  /** `exists`: a live entry has the key and `replace` was false. `too_large`: it alone exceeds `maxBytes`. */
  readonly result: 'stored' | 'exists' | 'too_large';
  /** What the entry takes in memory. */
  readonly bytes: number;
}

/** An entry is purged when it matches every field given; with none given, all are. */
export interface PurgeSelector {
  readonly id?: string;
  readonly scope?: string;
  readonly model?: string;
  readonly tenant?: string;
}

export interface StoreStats {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Where entries live. Every implementation passes `storeContract`. At most one entry has a key; an
 * expired entry is never given out or counted; the limits are never exceeded, not for a moment. All entries
 * are in this process, so that a lookup waits for nothing; an implementation differs in where else they are.
 * A disk or a server that fails is reported in `state` and costs no caller an error.
 */
export interface EntryStore {
  /** Settles, and never rejects, when what an earlier run or another replica left has been taken in or given up. */
  readonly ready: Promise<void>;
  readonly counters: Counters;
  /** The live entry with this key, which is now the most recently used one. */
  get(key: string): MaybePromise<CacheEntry | null>;
  /** The same without counting as a use. */
  peek(key: string): CacheEntry | null;
  put(entry: CacheEntry, replace: boolean): MaybePromise<PutOutcome>;
  /** Gives an entry its embedding. False when that very entry is gone or there is no room for it. */
  attach(key: string, id: string, embedding: EntryEmbedding): MaybePromise<boolean>;
  /**
   * Takes an entry from a file or another process with the age that it has. It never pushes another out:
   * false when its time is up, its key is taken or there is no room.
   */
  restore(entry: CacheEntry): boolean;
  /** The keys of all entries, newest first. A copy: what happens meanwhile does not disturb whoever walks it. */
  keys(): string[];
  /** Removes that very entry, which is gone elsewhere. False when it is not here. */
  drop(key: string, id: string, reason: RemovalReason): boolean;
  /** Answers how many entries went. */
  purge(selector: PurgeSelector): MaybePromise<number>;
  stats(): StoreStats;
  /** Other limits from now on, for what is held as well: what no longer fits, or is too old by now, goes. */
  configure(options: StoreOptions): void;
  state(): StoreSnapshot;
  /** Settles when all changes so far are where they are kept, or that has failed. */
  flush(): MaybePromise<void>;
  /** Writes what is left and lets go of timers and connections. Nothing is called afterwards. */
  close(): MaybePromise<void>;
}

export const EVICTIONS = ['lru', 'w-tinylfu'] as const;
export type Eviction = (typeof EVICTIONS)[number];

export interface StoreOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
  /** Who goes first when there is no room. */
  readonly eviction: Eviction;
}

export interface StoreDeps {
  readonly clock: Clock;
  readonly listener: StoreListener;
  readonly emit: Emit;
}

export type OpenStore = (options: StoreOptions, deps: StoreDeps) => EntryStore;
