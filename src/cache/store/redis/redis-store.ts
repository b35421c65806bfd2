/**
 * Entries in memory and in a Redis that several gateways share. What one stores, the others hear of through a log in Redis
 * and take into their own memory; a new one loads everything, then follows. So a lookup asks Redis nothing, and a
 * purge reaches all. Without Redis each goes on by itself: what it stores waits in the outbox; when Redis is back, what the others did
 * is caught up first, then the own changes are sent. A Redis that came back empty is filled again from
 * what the replicas hold.
 */
import type { Timer } from '../../../runtime/clock.ts';
import { BackedStore, type StoreOperation } from '../backed-store.ts';
import { matchesSelector } from '../memory.ts';
import type { Batch } from '../outbox.ts';
import type { CacheEntry, Counts, OpenStore, PurgeSelector, StoreDeps, StoreOptions } from '../port.ts';
import {
  connectRedis,
  FOLLOW_MS,
  isConnection,
  isEpoch,
  type RedisConnection,
  type RedisStoreOptions,
} from './connection.ts';
import { readLog, SharedCache, type EntryFacts, type LogLine } from './shared.ts';

/** Soon enough for the next replica to know before the next question. */
export const REDIS_DELAY_MS = 5;
const RETRY_MS = 500;
const FETCH = 64;

export function openRedisStore(where: RedisStoreOptions, replica: string): OpenStore {
  return (options, deps) => new RedisStore(where, replica, options, deps);
}

class RedisStore extends BackedStore {
  readonly ready: Promise<void>;
  readonly #replica: string;
  readonly #where: RedisStoreOptions;
  readonly #prepared: PromiseWithResolvers<undefined> = Promise.withResolvers();
  #limits: StoreOptions;
  #connection: RedisConnection | null = null;
  #shared: SharedCache | null = null;
  /** The epoch that this replica is in step with; null before the first time. */
  #epoch: string | null = null;
  #last = '0-0';
  /** Counts each attempt to get in step; whatever belongs to an earlier one stops. */
  #attempt = 0;
  #retry: Timer | null = null;

  constructor(where: RedisStoreOptions, replica: string, options: StoreOptions, deps: StoreDeps) {
    super('redis', REDIS_DELAY_MS, options, deps);
    this.#where = where;
    this.#replica = replica;
    this.#limits = options;
    this.purgedWhileLoading = [];
    this.ready = this.#prepared.promise;
    void this.#connect();
  }

  override configure(options: StoreOptions): void {
    this.#limits = options;
    super.configure(options);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.ready;
    await this.writer.close();
    this.closed = true;
    this.#attempt += 1;
    this.#retry?.cancel();
    void this.memory.close();
    this.outbox.clear();
    this.#connection?.close();
  }

  protected override fail(operation: StoreOperation, error: unknown): void {
    super.fail(operation, isConnection(error) ? new Error('no connection to Redis') : error);
  }

  protected async send(batch: Batch): Promise<void> {
    const shared = this.#shared;
    if (shared === null || this.#epoch === null) throw new Error('there is no connection');
    try {
      const found: [string, string][] = [];
      for (const selector of batch.purges) found.push(...(await shared.purge(selector)));
      const removes = [...batch.removes, ...found];
      const now = this.deps.clock.wallMs();
      const find = (key: string): CacheEntry | null => this.memory.peek(key);
      await shared.write({ ...batch, removes }, this.#epoch, now, this.#limits, find);
      // What the others had put there meanwhile may have come in here after the purge.
      this.taking(() => {
        for (const [key, id] of found) this.memory.drop(key, id, 'purge');
      });
    } catch (error) {
      if (isEpoch(error)) this.#syncLater();
      throw error;
    }
  }

  async #connect(): Promise<void> {
    try {
      this.#connection = await connectRedis(this.#where, {
        ready: () => void this.#sync(),
        lost: (reason) => {
          this.#lost(reason);
        },
      });
      this.#shared = new SharedCache(this.#connection.commands, this.#where.prefix, this.#replica);
      if (this.closed) this.#connection.close();
      else if (this.#connection.commands.status === 'ready') void this.#sync();
    } catch (error) {
      this.fail('open', error);
      this.#prepared.resolve(undefined);
    }
  }

  #lost(reason: string): void {
    this.#attempt += 1;
    this.writer.hold();
    const sentence = `no connection to Redis: ${reason === '' ? 'nobody answers' : reason}`;
    if (this.state().state === 'degraded') this.settle('degraded', sentence);
    else this.fail('open', new Error(sentence));
    this.#prepared.resolve(undefined);
  }

  #syncLater(): void {
    this.writer.hold();
    this.#retry?.cancel();
    if (this.closed) return;
    this.#retry = this.deps.clock.setTimer(RETRY_MS, () => void this.#sync());
  }

  /** Gets in step with Redis, then follows it. */
  async #sync(): Promise<void> {
    const connection = this.#connection;
    const shared = this.#shared;
    if (connection === null || shared === null || this.closed) return;
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.writer.hold();
    try {
      const epoch = await shared.epoch(`${this.#replica}-${this.deps.clock.wallMs()}`);
      const known = this.#epoch !== null;
      const kept = epoch === this.#epoch;
      if (!kept || !(await shared.reaches(this.#last)))
        await this.#load(shared, epoch, known && !kept, attempt);
      if (attempt !== this.#attempt) return;
      this.#epoch = epoch;
      this.purgedWhileLoading = null;
      this.settle('ok', null);
      this.writer.release();
      this.#prepared.resolve(undefined);
      void this.#follow(connection, shared, attempt);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.fail('load', error);
      this.#prepared.resolve(undefined);
      this.#syncLater();
    }
  }

  /** `refill`: it was in step before, and Redis has forgotten; what is held here goes back. */
  async #load(shared: SharedCache, epoch: string, refill: boolean, attempt: number): Promise<void> {
    const startedAt = this.deps.clock.now();
    const again = this.#epoch !== null && !refill;
    if (refill) await shared.seed(epoch, this.#countsWithout(this.writer.unsent()));
    const { last, counts } = await shared.position();
    const facts: EntryFacts[] = [];
    for await (const one of shared.facts()) facts.push(one);
    if (attempt !== this.#attempt) return;
    facts.sort((a, b) => b.storedAt - a.storedAt);
    const there = new Map(facts.map(({ key, id }) => [key, id]));
    if (again) this.#dropMissing(there);
    const tally = { entries: 0, corrupt: 0 };
    const wanted = facts.filter(({ key, id }) => this.memory.peek(key)?.id !== id).map(({ key }) => key);
    for (let at = 0; at < wanted.length; at += FETCH) {
      const fetched = await shared.fetch(wanted.slice(at, at + FETCH));
      if (attempt !== this.#attempt) return;
      this.taking(() => {
        for (const entry of fetched) this.#takeLoaded(entry, tally);
      });
    }
    if (refill) for (const key of this.memory.keys().reverse()) if (!there.has(key)) this.outbox.put(key);
    this.#takeCounts(counts);
    this.#last = last;
    this.deps.emit({ type: 'cache.restored', ...tally, durationMs: this.deps.clock.now() - startedAt });
  }

  #takeLoaded(entry: CacheEntry | 'corrupt' | null, tally: { entries: number; corrupt: number }): void {
    if (entry === 'corrupt') tally.corrupt += 1;
    if (entry === null || entry === 'corrupt') return;
    if (this.purgedWhileLoading?.some((selector) => matchesSelector(entry, selector)) === true) return;
    if (this.memory.restore(entry)) tally.entries += 1;
  }

  /** What is here, is not there and does not wait to be sent was removed elsewhere. */
  #dropMissing(there: ReadonlyMap<string, string>): void {
    this.taking(() => {
      for (const key of this.memory.keys()) {
        const id = this.memory.peek(key)?.id;
        if (id === undefined || there.get(key) === id || this.writer.waitsFor(key)) continue;
        this.memory.drop(key, id, 'purge');
      }
    });
  }

  /** What Redis has, and what was added here and is not sent yet. */
  #takeCounts(counts: ReadonlyMap<string, Counts>): void {
    const unsent = this.writer.unsent();
    for (const [key, known] of counts) {
      this.counters.set(key, known);
      const own = unsent.get(key);
      if (own !== undefined) this.counters.merge(key, own);
      this.deps.listener.counted?.(key, this.counters.get(key) ?? known);
    }
  }

  #countsWithout(unsent: ReadonlyMap<string, Counts>): [string, Counts][] {
    const base: [string, Counts][] = [];
    for (const key of this.counters.keys()) {
      const own = unsent.get(key) ?? {};
      const sums = Object.entries(this.counters.get(key) ?? {});
      base.push([key, Object.fromEntries(sums.map(([name, value]) => [name, value - (own[name] ?? 0)]))]);
    }
    return base;
  }

  async #follow({ follower }: RedisConnection, shared: SharedCache, attempt: number): Promise<void> {
    try {
      while (attempt === this.#attempt && !this.closed) {
        const lines = await readLog(follower, shared.key('log'), this.#last, FOLLOW_MS);
        if (attempt !== this.#attempt || this.closed) return;
        if (lines.length > 0) await this.#apply(shared, lines, attempt);
      }
    } catch (error) {
      if (attempt !== this.#attempt || this.closed) return;
      this.fail('follow', error);
      this.#syncLater();
    }
  }

  async #apply(shared: SharedCache, lines: readonly LogLine[], attempt: number): Promise<void> {
    const foreign = lines.filter(({ fields }) => fields['r'] !== this.#replica);
    const keys = foreign.filter(({ fields }) => fields['o'] === 'put').map(({ fields }) => fields['k'] ?? '');
    const entries = new Map<string, CacheEntry>();
    const wanted = [...new Set(keys)];
    for (let at = 0; at < wanted.length; at += FETCH) {
      for (const entry of await shared.fetch(wanted.slice(at, at + FETCH)))
        if (entry !== null && entry !== 'corrupt') entries.set(entry.key, entry);
    }
    if (attempt !== this.#attempt) return;
    for (const { fields } of foreign) this.#applyOne(fields, entries);
    this.#last = lines.at(-1)?.id ?? this.#last;
  }

  #applyOne(fields: LogLine['fields'], entries: ReadonlyMap<string, CacheEntry>): void {
    const { k: key = '', i: id = '', o: change, t: at } = fields;
    if (change === 'put') this.#takePut(entries.get(key));
    else if (change === 'remove') this.taking(() => this.memory.drop(key, id, 'entries'));
    else if (change === 'purge') this.#takePurge(JSON.parse(key) as PurgeSelector);
    else if (change === 'count') this.#takeCount(key, fields);
    else return;
    const delayMs = Math.max(0, this.deps.clock.wallMs() - Number(at));
    this.deps.emit({ type: 'cache.replicated', change, delayMs });
  }

  #takePut(entry: CacheEntry | undefined): void {
    if (entry === undefined) return;
    this.taking(() => {
      const held = this.memory.peek(entry.key);
      if (held?.id !== entry.id) this.memory.put(entry, true);
      else if (entry.embedding !== null && held.embedding?.identity !== entry.embedding.identity)
        this.memory.attach(entry.key, entry.id, entry.embedding);
    });
  }

  /** What this replica has sent since the purge, not knowing of it, is taken back. */
  #takePurge(selector: PurgeSelector): void {
    this.deps.listener.purged?.();
    let entries = 0;
    for (const key of this.memory.keys()) {
      const entry = this.memory.peek(key);
      if (entry === null || !matchesSelector(entry, selector)) continue;
      this.taking(() => this.memory.drop(key, entry.id, 'purge'));
      this.outbox.remove(key, entry.id, 'entries');
      entries += 1;
    }
    this.writer.touch();
    this.deps.emit({ type: 'cache.purged', entries, by: 'replica' });
  }

  #takeCount(key: string, fields: LogLine['fields']): void {
    if (fields['d'] === '1') this.counters.forget(key);
    const deltas = JSON.parse(fields['v'] ?? '{}') as Counts;
    if (Object.keys(deltas).length > 0) this.counters.merge(key, deltas);
    this.deps.listener.counted?.(key, this.counters.get(key) ?? {});
  }
}
