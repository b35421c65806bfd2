import { LinkedQueue, type Link } from './linked-queue.ts';
import type { Eviction } from './port.ts';
import { TinyLfu } from './tiny-lfu.ts';

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

export function createPolicy(eviction: Eviction): EvictionPolicy {
  return eviction === 'lru' ? new LeastRecentlyUsed() : new TinyLfu();
}

class LeastRecentlyUsed implements EvictionPolicy {
  readonly #queue = new LinkedQueue<Evictable>();

  added(item: Evictable): void {
    this.#queue.append(item.place);
  }

  restored(item: Evictable): void {
    this.#queue.prepend(item.place);
  }

  used(item: Evictable): void {
    this.#queue.moveToEnd(item.place);
  }

  removed(item: Evictable): void {
    this.#queue.remove(item.place);
  }

  victim(keep: Evictable | null): Evictable | null {
    return this.#queue.firstBut(keep);
  }

  clear(): void {
    this.#queue.clear();
  }
}

/** Of the last characters of a key, which is a hash already. FNV-1a. */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = Math.max(0, key.length - 12); i < key.length; i += 1)
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
