import type { Answer } from '../../core/answer.ts';
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
 * expired entry is never given out or counted; the limits are never exceeded, not for a moment.
 */
export interface EntryStore {
  /** The live entry with this key, which is now the most recently used one. */
  get(key: string): MaybePromise<CacheEntry | null>;
  put(entry: CacheEntry, replace: boolean): MaybePromise<PutOutcome>;
  /** Gives an entry its embedding. False when that very entry is gone or there is no room for it. */
  attach(key: string, id: string, embedding: EntryEmbedding): MaybePromise<boolean>;
  /** Answers how many entries went. */
  purge(selector: PurgeSelector): MaybePromise<number>;
  stats(): StoreStats;
  /** Lets go of timers and connections. Nothing is called afterwards. */
  close(): MaybePromise<void>;
}

export interface StoreOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
}

export interface StoreDeps {
  readonly clock: Clock;
  readonly listener: StoreListener;
}

export type OpenStore = (options: StoreOptions, deps: StoreDeps) => EntryStore;
