import type { Link } from './linked-queue.ts';

/** What a policy has to know of an entry; it keeps its own place in here, so that nothing is looked up. */
export interface Evictable {
  readonly hash: number;
  readonly place: Link<Evictable>;
  /** Which of the policy's queues it stands in. */
  region: number;
}

/** Who goes first when there is no room. Every operation is O(1), whatever the size. */
export interface EvictionPolicy {
  added(item: Evictable): void;
  /** One that comes from an earlier run: older than all that are here. */
  restored(item: Evictable): void;
  used(item: Evictable): void;
  removed(item: Evictable): void;
  /** The next to go, never `keep`; null when there is no other. It stays until `removed` is called. */
  victim(keep: Evictable | null): Evictable | null;
  clear(): void;
}

/** Of the last characters of a key, which is a hash already. FNV-1a. */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = Math.max(0, key.length - 12); i < key.length; i += 1)
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
