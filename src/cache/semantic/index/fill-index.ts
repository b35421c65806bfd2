import { afterIo } from '../../../runtime/defer.ts';
import type { CacheEntry, EntryStore, StoreListener } from '../../store/port.ts';

/** Entries between two pauses for requests. */
const SLICE = 200;

/**
 * Tells a new index of the entries that are here already, in the background: those of an earlier run, stored
 * before anybody knew which embedder there would be. Ends early when `current` says that the index is not wanted any more.
 */
export async function fillIndex(
  store: EntryStore,
  listener: Pick<StoreListener, 'added'>,
  current: () => boolean,
): Promise<void> {
  const keys = store.keys();
  for (const [position, key] of keys.entries()) {
    if (position % SLICE === SLICE - 1) await new Promise<void>(afterIo);
    if (!current()) return;
    const entry: CacheEntry | null = store.peek(key);
    if (entry !== null && entry.embedding !== null) listener.added(entry);
  }
}
