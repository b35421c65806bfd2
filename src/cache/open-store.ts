import { openMemoryStore } from './store/memory.ts';
import type { OpenStore } from './store/port.ts';
import { openSnapshotStore, type SnapshotOptions } from './store/snapshot-store.ts';
import { openSqliteStore, type SqliteStoreOptions } from './store/sqlite/sqlite-store.ts';

/** Which store, and what each needs to know; only what the chosen one needs is read. */
export interface StoreChoice {
  readonly store: 'memory' | 'sqlite';
  readonly snapshot: Omit<SnapshotOptions, 'path'> & { readonly path: string | null };
  readonly sqlite: SqliteStoreOptions;
}

export function storeOf({ store, snapshot, sqlite }: StoreChoice): OpenStore {
  if (store === 'sqlite') return openSqliteStore(sqlite);
  const { path, everyMs } = snapshot;
  return path === null ? openMemoryStore : openSnapshotStore({ path, everyMs });
}
