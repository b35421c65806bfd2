import type { Evictable, EvictionPolicy } from './eviction-policy.ts';
import { LinkedQueue } from './linked-queue.ts';
import type { Eviction } from './port.ts';
import { TinyLfu } from './tiny-lfu.ts';

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
