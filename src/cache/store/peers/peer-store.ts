/**
 * The entries in one of several processes that keep in step through a hub. What is stored here, the hub hears of and
 * tells the others; what they store comes in here. So a lookup asks nobody, and a hit is one wherever it was
 * stored. Where entries are kept besides memory is the hub's affair.
 */
import { BackedStore } from '../backed-store.ts';
import { encodeEntry, decodeEntry } from '../entry-codec.ts';
import { matchesSelector } from '../memory.ts';
import type { Batch } from '../outbox.ts';
import type { CacheEntry, OpenStore, PurgeSelector, StoreDeps, StoreOptions } from '../port.ts';
import { NOTHING, type PeerBatch } from './batch.ts';

/** The way to the hub. Nothing gets lost on it, and it keeps the order. */
export interface HubLink {
  send(batch: PeerBatch): void;
  /** Asks for everything that is there, which comes as batches, then `loaded`. */
  load(): void;
  /** Who hears what comes. */
  follow(peer: { receive(batch: PeerBatch): void; loaded(): void }): void;
}

/** Soon enough for the next process to know before the next question. */
const DELAY_MS = 1;

export function openPeerStore(link: HubLink): OpenStore {
  return (options, deps) => new PeerStore(link, options, deps);
}

class PeerStore extends BackedStore {
  readonly ready: Promise<void>;
  readonly #link: HubLink;
  #loading = true;

  constructor(link: HubLink, options: StoreOptions, deps: StoreDeps) {
    super('memory', DELAY_MS, options, deps);
    this.#link = link;
    const prepared = Promise.withResolvers<undefined>();
    this.ready = prepared.promise;
    link.follow({
      receive: (batch) => {
        this.taking(() => {
          this.#receive(batch);
        });
      },
      loaded: () => {
        this.#loading = false;
        this.settle('ok', null);
        this.writer.release();
        prepared.resolve(undefined);
      },
    });
    link.load();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.writer.close();
    this.closed = true;
    void this.memory.close();
    this.outbox.clear();
  }

  protected send(batch: Batch): Promise<void> {
    const puts = batch.puts.flatMap((key) => {
      const entry = this.memory.peek(key);
      return entry === null ? [] : [encodeEntry(entry)];
    });
    const { purges, removes, counts } = batch;
    this.#link.send({ ...NOTHING, purges, removes, puts, counts });
    return Promise.resolve();
  }

  #receive({ purged, purges, removes, puts, counts, known }: PeerBatch): void {
    const { listener } = this.deps;
    if (this.closed) return;
    if (purged || purges.length > 0) listener.purged?.();
    for (const selector of purges) this.#purge(selector);
    for (const [key, id] of removes) this.memory.drop(key, id, 'entries');
    for (const bytes of puts) {
      const entry = decodeEntry(bytes);
      if (entry !== null) this.#take(entry);
    }
    for (const [key, { dropped, deltas }] of counts) {
      if (dropped) this.counters.forget(key);
      if (Object.keys(deltas).length > 0) this.counters.merge(key, deltas);
      listener.counted?.(key, this.counters.get(key) ?? {});
    }
    if (known.length > 0) this.#know(known);
  }

  /** What the hub has, and what was added here and is not sent yet. */
  #know(known: PeerBatch['known']): void {
    const unsent = this.writer.unsent();
    for (const [key, counts] of known) {
      this.counters.set(key, counts);
      const own = unsent.get(key);
      if (own !== undefined) this.counters.merge(key, own);
      this.deps.listener.counted?.(key, this.counters.get(key) ?? counts);
    }
  }

  #take(entry: CacheEntry): void {
    const held = this.memory.peek(entry.key);
    if (held === null) this.#takeNew(entry);
    else if (held.id !== entry.id) this.memory.put(entry, true);
    else if (entry.embedding !== null && held.embedding?.identity !== entry.embedding.identity)
      this.memory.attach(entry.key, entry.id, entry.embedding);
  }

  /** What was there before comes with the age that it has and pushes nobody out; what another stores now is new here too. */
  #takeNew(entry: CacheEntry): void {
    if (this.#loading) this.memory.restore(entry);
    else this.memory.put(entry, false);
  }

  /** What was stored here meanwhile and the hub does not know of is taken back there, too. */
  #purge(selector: PurgeSelector): void {
    for (const key of this.memory.keys()) {
      const entry = this.memory.peek(key);
      if (entry === null || !matchesSelector(entry, selector)) continue;
      this.memory.drop(key, entry.id, 'purge');
      this.outbox.remove(key, entry.id, 'entries');
    }
    this.writer.touch();
  }
}
