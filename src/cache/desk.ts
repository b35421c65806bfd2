/**
 * The cache as somebody sees it who looks after it: what is in it, one entry at a time or page by page, out to a file and
 * back in. Walks in slices, so that requests are answered in between; disturbs neither order nor counters.
 */
import type { Clock } from '../runtime/clock.ts';
import { afterIo } from '../runtime/defer.ts';
import type { CacheEntry, EntryStore } from './store/port.ts';

export interface EntryFilter {
  readonly model: string | null;
  readonly tenant: string | null;
  readonly scope: string | null;
  readonly minAgeMs: number;
  readonly maxAgeMs: number;
}

export interface EntryPage {
  readonly entries: readonly CacheEntry[];
  /** The id of the last entry shown when there are more, for the next page. */
  readonly next: string | null;
}

export interface CacheDesk {
  /** Newest first. `after` is the `next` of the page before; null when that entry is gone. */
  page(filter: EntryFilter, after: string | null, limit: number): Promise<EntryPage | null>;
  find(id: string): Promise<CacheEntry | null>;
  /** Every entry that is there when its turn comes. */
  all(): AsyncGenerator<CacheEntry>;
  /** Takes an entry with the age that it has. False when it is too old, its key is taken, or there is no room. */
  restore(entry: CacheEntry): boolean;
  ageMs(entry: CacheEntry): number;
}

const SLICE = 500;

export function createDesk(store: EntryStore, clock: Clock): CacheDesk {
  const ageMs = (entry: CacheEntry): number => Math.max(0, clock.wallMs() - entry.storedAt);
  async function* all(): AsyncGenerator<CacheEntry> {
    for (const [position, key] of store.keys().entries()) {
      if (position % SLICE === SLICE - 1) await new Promise<void>(afterIo);
      const entry = store.peek(key);
      if (entry !== null) yield entry;
    }
  }
  return {
    all,
    ageMs,
    restore: (entry) => store.restore(entry),
    async find(id): Promise<CacheEntry | null> {
      for await (const entry of all()) if (entry.id === id) return entry;
      return null;
    },
    async page(filter, after, limit): Promise<EntryPage | null> {
      const entries: CacheEntry[] = [];
      let begun = after === null;
      for await (const entry of all()) {
        if (!begun) begun = entry.id === after;
        else if (matches(entry, filter, ageMs(entry))) {
          if (entries.length === limit) return { entries, next: entries.at(-1)?.id ?? null };
          entries.push(entry);
        }
      }
      return begun ? { entries, next: null } : null;
    },
  };
}

function matches(entry: CacheEntry, filter: EntryFilter, ageMs: number): boolean {
  return (
    (filter.model === null || filter.model === entry.model) &&
    (filter.tenant === null || filter.tenant === entry.tenant) &&
    (filter.scope === null || filter.scope === entry.scope) &&
    ageMs >= filter.minAgeMs &&
    ageMs <= filter.maxAgeMs
  );
}
