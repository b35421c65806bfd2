import { openMemoryStore } from './store/memory.ts';
import type { OpenStore } from './store/port.ts';
import type { RedisStoreOptions } from './store/redis/connection.ts';
import { openRedisStore } from './store/redis/redis-store.ts';
import { openSnapshotStore, type SnapshotOptions } from './store/snapshot-store.ts';
import { openSqliteStore, type SqliteStoreOptions } from './store/sqlite/sqlite-store.ts';

/** Which store, and what each needs to know; only what the chosen one needs is read. */
export interface StoreChoice {
  readonly store: 'memory' | 'sqlite' | 'redis';
  readonly snapshot: Omit<SnapshotOptions, 'path'> & { readonly path: string | null };
  readonly sqlite: SqliteStoreOptions;
  readonly redis: RedisStoreOptions;
}

/** `replica` tells this gateway from the others that use the same Redis. */
export function storeOf({ store, snapshot, sqlite, redis }: StoreChoice, replica: string): OpenStore {
  if (store === 'redis') return openRedisStore(redis, replica);
  if (store === 'sqlite') return openSqliteStore(sqlite);
  const { path, everyMs } = snapshot;
  return path === null ? openMemoryStore : openSnapshotStore({ path, everyMs });
}
