/**
 * W-TinyLFU (Einziger, Friedman, Manes 2017). A new entry first stands in a small window; when it leaves that, it
 * has to be asked for more often than the one that would go for it. What is asked for again is
 * protected. A crowd of questions that come once therefore cannot push out the few that come every hour.
 */
import type { Evictable, EvictionPolicy } from './eviction-policy.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import { LinkedQueue } from './linked-queue.ts';

const WINDOW = 0;
const PROBATION = 1;
const PROTECTED = 2;

export interface TinyLfuShares {
  /** Of all entries. */
  readonly window: number;
  /** Of those outside the window. */
  readonly protected: number;
}

/** The paper's: one in a hundred for the window. */
export const TINY_LFU_SHARES: TinyLfuShares = { window: 0.01, protected: 0.8 };

export class TinyLfu implements EvictionPolicy {
  readonly #shares: TinyLfuShares;
  readonly #sketch = new FrequencySketch();
  readonly #queues: readonly [LinkedQueue<Evictable>, LinkedQueue<Evictable>, LinkedQueue<Evictable>] = [
    new LinkedQueue(),
    new LinkedQueue(),
    new LinkedQueue(),
  ];
  /** The last to leave the window, which has yet to prove itself. */
  #candidate: Evictable | null = null;

  constructor(shares: TinyLfuShares = TINY_LFU_SHARES) {
    this.#shares = shares;
  }

  added(item: Evictable): void {
    const [window, probation] = this.#queues;
    this.#sketch.ensure(this.#size + 1);
    this.#sketch.count(item.hash);
    this.#enter(item, WINDOW);
    if (window.size <= Math.max(1, this.#size * this.#shares.window)) return;
    const leaving = window.first as Evictable;
    this.#leave(leaving);
    this.#enter(leaving, PROBATION);
    if (probation.first !== leaving) this.#candidate = leaving;
  }

  restored(item: Evictable): void {
    this.#sketch.ensure(this.#size + 1);
    this.#sketch.count(item.hash);
    item.region = PROBATION;
    this.#queues[PROBATION].prepend(item.place);
  }

  used(item: Evictable): void {
    this.#sketch.count(item.hash);
    if (item.region !== PROBATION) {
      this.#queues[item.region as 0 | 2].moveToEnd(item.place);
      return;
    }
    this.#leave(item);
    this.#enter(item, PROTECTED);
    const [window, , kept] = this.#queues;
    if (kept.size <= (this.#size - window.size) * this.#shares.protected) return;
    const demoted = kept.first as Evictable;
    this.#leave(demoted);
    this.#enter(demoted, PROBATION);
  }

  removed(item: Evictable): void {
    this.#leave(item);
  }

  victim(keep: Evictable | null): Evictable | null {
    const [window, probation, kept] = this.#queues;
    const oldest = probation.firstBut(keep) ?? kept.firstBut(keep) ?? window.firstBut(keep);
    const candidate = this.#candidate;
    if (candidate === null || candidate === keep || oldest === null) return oldest;
    this.#candidate = null;
    const proven = this.#sketch.estimate(candidate.hash) > this.#sketch.estimate(oldest.hash);
    return proven ? oldest : candidate;
  }

  clear(): void {
    for (const queue of this.#queues) queue.clear();
    this.#sketch.clear();
    this.#candidate = null;
  }

  get #size(): number {
    const [window, probation, kept] = this.#queues;
    return window.size + probation.size + kept.size;
  }

  #enter(item: Evictable, region: 0 | 1 | 2): void {
    item.region = region;
    this.#queues[region].append(item.place);
  }

  #leave(item: Evictable): void {
    this.#queues[item.region as 0 | 1 | 2].remove(item.place);
    if (this.#candidate === item) this.#candidate = null;
  }
}
