/** The cache as it is in Redis: what its keys hold, how a batch gets in and how everything gets out. */
import type { Redis } from 'ioredis';
import { decodeEntry, encodeEntry } from '../entry-codec.ts';
import type { Batch } from '../outbox.ts';
import type { CacheEntry, Counts, PurgeSelector, StoreOptions } from '../port.ts';
import { SEED_SCRIPT, WRITE_SCRIPT } from './write-script.ts';

/** One line of the log. */
export interface LogLine {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is known of an entry without its payload. */
export interface EntryFacts {
  readonly key: string;
  readonly id: string;
  readonly scope: string;
  readonly model: string;
  readonly tenant: string;
  readonly storedAt: number;
}

/** Labels and the log outlive the entries by a month, then an abandoned cache is gone from Redis. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1_000;
/** A replica that was away for more lines than that loads everything again. */
const MAX_LOG = 20_000;
const SCAN = 500;

export class SharedCache {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #replica: string;

  constructor(redis: Redis, prefix: string, replica: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#replica = replica;
  }

  /** In one hash slot, so that it also works in a cluster. */
  key(name: string): string {
    return `{${this.#prefix}}:${name}`;
  }

  /** What this Redis has been called since it had nothing; `candidate` if it has nothing now. */
  async epoch(candidate: string): Promise<string> {
    await this.#redis.set(this.key('epoch'), candidate, 'PX', KEEP_MS, 'NX');
    return (await this.#redis.get(this.key('epoch'))) ?? '';
  }

  async write(
    batch: Batch,
    epoch: string,
    now: number,
    limits: StoreOptions,
    find: (key: string) => CacheEntry | null,
  ): Promise<void> {
    const entries = batch.puts.map(find).filter((entry) => entry !== null);
    const names = ['entries', 'meta', 'age', 'bytes', 'counts', 'log', 'epoch', `seen:${this.#replica}`];
    await this.#redis.eval(
      WRITE_SCRIPT,
      names.length,
      ...names.map((name) => this.key(name)),
      epoch,
      this.#replica,
      batch.number,
      now,
      Math.ceil(limits.ttlMs),
      KEEP_MS,
      limits.maxEntries,
      limits.maxBytes,
      MAX_LOG,
      batch.purges.length,
      ...batch.purges.map((selector) => JSON.stringify(selector)),
      batch.removes.length,
      ...batch.removes.flat(),
      entries.length,
      ...entries.flatMap((entry) => [
        entry.key,
        entry.id,
        JSON.stringify([entry.id, entry.scope, entry.model, entry.tenant, entry.storedAt]),
        entry.storedAt,
        Buffer.from(encodeEntry(entry).buffer),
      ]),
      batch.counts.length,
      ...batch.counts.flatMap(([key, { dropped, deltas }]) => [
        key,
        dropped ? '1' : '0',
        JSON.stringify(deltas),
      ]),
    );
  }

  /** Removes from Redis what matches, held here or not, slice by slice. */
  async purge(selector: PurgeSelector): Promise<[string, string][]> {
    const matching: [string, string][] = [];
    for await (const facts of this.facts())
      if (matchesFacts(facts, selector)) matching.push([facts.key, facts.id]);
    return matching;
  }

  async *facts(): AsyncGenerator<EntryFacts> {
    let cursor = '0';
    do {
      const [next, items] = await this.#redis.hscan(this.key('meta'), cursor, 'COUNT', SCAN);
      cursor = next;
      for (let i = 0; i + 1 < items.length; i += 2) {
        const [id, scope, model, tenant, storedAt] = JSON.parse(items[i + 1] as string) as [
          string,
          string,
          string,
          string,
          number,
        ];
        yield { key: items[i] as string, id, scope, model, tenant, storedAt };
      }
    } while (cursor !== '0');
  }

  /** Null where there is none, `corrupt` where what is there is none. */
  async fetch(keys: readonly string[]): Promise<(CacheEntry | 'corrupt' | null)[]> {
    if (keys.length === 0) return [];
    const payloads = await this.#redis.hmgetBuffer(this.key('entries'), ...keys);
    return payloads.map((payload, i) => {
      if (payload === null) return null;
      const entry = decodeEntry(payload);
      return entry?.key === keys[i] ? entry : 'corrupt';
    });
  }

  /** The counts, and the end of the log at that very moment. */
  async position(): Promise<{ last: string; counts: Map<string, Counts> }> {
    const replies = await this.#redis
      .multi()
      .xrevrange(this.key('log'), '+', '-', 'COUNT', 1)
      .hgetall(this.key('counts'))
      .exec();
    const [[logError, lines], [countsError, stored]] = replies as [
      [Error | null, [string, string[]][]],
      [Error | null, Record<string, string>],
    ];
    const error = logError ?? countsError;
    if (error !== null) throw error;
    const counts = new Map<string, Counts>();
    for (const [key, text] of Object.entries(stored)) counts.set(key, JSON.parse(text) as Counts);
    return { last: lines[0]?.[0] ?? '0-0', counts };
  }

  /** Whether the log still has everything after this line. */
  async reaches(id: string): Promise<boolean> {
    const [first] = await this.#redis.xrange(this.key('log'), '-', '+', 'COUNT', 1);
    return first === undefined
      ? id === '0-0'
      : (await this.#redis.xrange(this.key('log'), id, id)).length > 0;
  }

  async seed(epoch: string, counts: readonly (readonly [string, Counts])[]): Promise<void> {
    if (counts.length === 0) return;
    const pairs = counts.flatMap(([key, known]) => [key, JSON.stringify(known)]);
    await this.#redis.eval(SEED_SCRIPT, 2, this.key('counts'), this.key('epoch'), epoch, ...pairs);
  }
}

/** Waits up to `blockMs` for lines after this one. On a connection of its own. */
export async function readLog(
  redis: Redis,
  log: string,
  after: string,
  blockMs: number,
): Promise<readonly LogLine[]> {
  const reply = await redis.xread('COUNT', SCAN, 'BLOCK', blockMs, 'STREAMS', log, after);
  const lines = reply?.[0]?.[1] ?? [];
  return lines.map(([id, flat]) => {
    const fields: Record<string, string> = {};
    for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string;
    return { id, fields };
  });
}

function matchesFacts(facts: EntryFacts, selector: PurgeSelector): boolean {
  return (['id', 'scope', 'model', 'tenant'] as const).every(
    (field) => selector[field] === undefined || selector[field] === facts[field],
  );
}
