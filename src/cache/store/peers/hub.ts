/**
 * The entries of several processes, in the process that outlives them. It holds what they hold, in the store that the
 * configuration names, tells each what the others did, and hands a new one everything. It answers no request.
 *
 * Guarantees: each process hears of every change once, in one order; entries are counted as evicted once, here, however
 * many processes held them.
 */
import type { Emit } from '../../../core/events.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { afterIo } from '../../../runtime/defer.ts';
import { decodeEntry, encodeEntry } from '../entry-codec.ts';
import type {
  CacheEntry,
  EntryStore,
  OpenStore,
  PurgeSelector,
  RemovalReason,
  StoreOptions,
} from '../port.ts';
import { NOTHING, type PeerBatch } from './batch.ts';

/** A process that holds the entries too. */
export interface Peer {
  receive(batch: PeerBatch): void;
  loaded(): void;
}

/** Entries that are read and handed over at once. */
const SLICE = 128;

export class PeerHub {
  readonly store: EntryStore;
  readonly #emit: Emit;
  readonly #clock: Clock;
  readonly #peers = new Set<Peer>();
  #limits: StoreOptions;
  /** Whose change it is that the store makes: its own, which everybody is told of; one that a process `told` of; or room for one. */
  #change: 'own' | 'told' | 'room' = 'own';

  constructor(open: OpenStore, options: StoreOptions, deps: { readonly clock: Clock; readonly emit: Emit }) {
    this.#emit = deps.emit;
    this.#clock = deps.clock;
    this.#limits = options;
    this.store = open(options, {
      ...deps,
      listener: {
        added: (entry) => {
          if (this.#change === 'own') this.#tell({ ...NOTHING, puts: [encodeEntry(entry)] });
        },
        removed: (entry, reason) => {
          this.#removed(entry, reason);
        },
        purged: () => {
          this.#tell({ ...NOTHING, purged: true });
        },
        counted: (key, counts) => {
          this.#tell({ ...NOTHING, known: [[key, counts]] });
        },
      },
    });
  }

  join(peer: Peer): void {
    this.#peers.add(peer);
  }

  leave(peer: Peer): void {
    this.#peers.delete(peer);
  }

  /** Hands over everything that is there, in slices; changes meanwhile come in between. */
  async load(peer: Peer): Promise<void> {
    await this.store.ready;
    const keys = this.store.keys();
    for (let at = 0; at < keys.length && this.#peers.has(peer); at += SLICE) {
      const puts = keys.slice(at, at + SLICE).flatMap((key) => {
        const entry = this.store.peek(key);
        return entry === null ? [] : [encodeEntry(entry)];
      });
      peer.receive({ ...NOTHING, puts });
      await new Promise<void>(afterIo);
    }
    const { counters } = this.store;
    const known = [...counters.keys()].flatMap((key) => {
      const counts = counters.get(key);
      return counts === null ? [] : [[key, counts] as const];
    });
    if (!this.#peers.has(peer)) return;
    peer.receive({ ...NOTHING, known });
    peer.loaded();
  }

  /** What a process has done, which all others do, too. */
  take(from: Peer, batch: PeerBatch): void {
    this.#as('told', () => {
      for (const selector of batch.purges) void this.store.purge(selector);
      for (const [key, id] of batch.removes) this.store.drop(key, id, this.#whyRemoved(key));
      for (const [key, { dropped, deltas }] of batch.counts) {
        if (dropped) this.store.counters.drop(key);
        if (Object.keys(deltas).length > 0) this.store.counters.add(key, deltas);
      }
    });
    // Whoever has to go for an entry goes everywhere: each process has its own opinion of who that is.
    this.#as('room', () => {
      for (const bytes of batch.puts) {
        const entry = decodeEntry(bytes);
        if (entry !== null) this.#put(entry);
      }
    });
    for (const peer of this.#peers) if (peer !== from) peer.receive(batch);
  }

  /** From here, for all. Answers how many entries went. */
  async purge(selector: PurgeSelector): Promise<number> {
    this.#tell({ ...NOTHING, purges: [selector] });
    const entries = await this.#as('told', () => this.store.purge(selector));
    this.#emit({ type: 'cache.purged', entries, by: 'here' });
    return entries;
  }

  configure(options: StoreOptions): void {
    this.#limits = options;
    this.store.configure(options);
  }

  async close(): Promise<void> {
    this.#peers.clear();
    await this.store.close();
  }

  #put(entry: CacheEntry): void {
    const held = this.store.peek(entry.key);
    if (held?.id !== entry.id) void this.store.put(entry, true);
    else if (entry.embedding !== null) void this.store.attach(entry.key, entry.id, entry.embedding);
  }

  #removed(entry: CacheEntry, reason: RemovalReason): void {
    this.#emit({ type: 'cache.evicted', reason });
    // Time passes everywhere, and what replaces an entry is told itself.
    if (reason === 'ttl' || reason === 'replaced') return;
    if (this.#change === 'told') return;
    this.#tell({ ...NOTHING, removes: [[entry.key, entry.id]] });
  }

  #tell(batch: PeerBatch): void {
    for (const peer of this.#peers) peer.receive(batch);
  }

  #as<T>(change: 'told' | 'room', work: () => T): T {
    this.#change = change;
    try {
      return work();
    } finally {
      this.#change = 'own';
    }
  }

  /** A process says that an entry is gone, not why: its time was up, or there was no room. */
  #whyRemoved(key: string): RemovalReason {
    const entry = this.store.peek(key);
    if (entry === null) return 'entries';
    const { ttlMs, maxEntries } = this.#limits;
    // The clocks of two processes agree but for the time a message takes.
    if (this.#clock.wallMs() - entry.storedAt >= ttlMs - 1_000) return 'ttl';
    return this.store.stats().entries >= maxEntries ? 'entries' : 'bytes';
  }
}
