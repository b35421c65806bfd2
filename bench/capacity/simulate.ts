/**
 * A fleet, event by event: clients that ask at random, questions by Zipf's law, replicas with one thread each, a cache that they share or
 * that each has for itself, and a pool of model slots behind. It knows nothing of the formulas: it is what they are held against.
 */
import { seededRng, type Rng } from '../../src/runtime/rng.ts';
import type { Costs } from './formulas.ts';

export interface Scenario {
  readonly name: string;
  readonly requests: number;
  /** A second, all clients. */
  readonly rate: number;
  readonly shares: Float64Array;
  readonly replicas: number;
  /** Caches: one for all, or one for each. */
  readonly shared: boolean;
  /** Entries that a cache holds; the least recently used goes. */
  readonly entries: number;
  /** Seconds that an entry may be served. */
  readonly ttl: number;
  /** Model slots, all upstreams together. */
  readonly slots: number;
  /** Seconds that an answer takes there, on average, and the squared coefficient of variation. */
  readonly service: number;
  readonly variation2: number;
  readonly costs: Costs;
}

export interface Outcome {
  readonly hits: number;
  /** The busiest part of time that a replica's thread is busy. */
  readonly replica: number;
  readonly redis: number;
  /** Mean wait for a model slot, seconds, of those that are passed on. */
  readonly wait: number;
}

/** Entries with the time they were stored at, in the order of their last use. */
class Lru {
  readonly #stored = new Map<number, number>();
  readonly #entries: number;
  readonly #ttl: number;

  constructor(entries: number, ttl: number) {
    this.#entries = entries;
    this.#ttl = ttl;
  }

  /** Whether it is there; if not, it is from now on. */
  ask(key: number, now: number): boolean {
    const at = this.#stored.get(key);
    if (at !== undefined) this.#stored.delete(key);
    const there = at !== undefined && now - at < this.#ttl;
    this.#stored.set(key, there ? at : now);
    if (this.#stored.size > this.#entries)
      for (const oldest of this.#stored.keys()) return this.#drop(oldest, there);
    return there;
  }

  #drop(key: number, there: boolean): boolean {
    this.#stored.delete(key);
    return there;
  }
}

export function simulate(scenario: Scenario, seed: number): Outcome {
  const { requests, rate, replicas, shared, entries, ttl, costs } = scenario;
  const rng = seededRng(seed);
  const draw = sampler(scenario.shares, rng);
  const caches = Array.from({ length: shared ? 1 : replicas }, () => new Lru(entries, ttl));
  const models = new Slots(scenario.slots);
  const used = new Float64Array(replicas);
  let [now, redis, hits, waited, passed, counted, from] = [0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < requests; at += 1) {
    now += exponential(rng) / rate;
    const measured = at >= requests / 2;
    if (at === Math.floor(requests / 2)) {
      used.fill(0);
      redis = 0;
      from = now;
    }
    const replica = Math.floor(rng.next() * replicas);
    const hit = caches[shared ? 0 : replica]?.ask(draw(), now) === true;
    used[replica] = (used[replica] ?? 0) + (hit ? costs.hit : costs.miss);
    if (!hit && shared && replicas > 1) {
      redis += costs.redisWrite + (replicas - 1) * costs.redisRead;
      for (let other = 0; other < replicas; other += 1)
        if (other !== replica) used[other] = (used[other] ?? 0) + costs.applied;
    }
    // The slots are taken by every miss, the wait is counted in the second half.
    const wait = hit ? 0 : models.take(now, scenario.service * lognormal(rng, scenario.variation2));
    if (!measured) continue;
    counted += 1;
    hits += hit ? 1 : 0;
    passed += hit ? 0 : 1;
    waited += wait;
  }
  const seconds = now - from;
  return {
    hits: hits / counted,
    replica: Math.max(...used) / seconds,
    redis: redis / seconds,
    wait: passed === 0 ? 0 : waited / passed,
  };
}

/** Slots in front of which one waits in turn: a heap of the times at which each is free. */
class Slots {
  readonly #free: Float64Array;

  constructor(slots: number) {
    this.#free = new Float64Array(slots);
  }

  /** Takes the slot that is free first, for so long. Answers how long that was waited for. */
  take(now: number, service: number): number {
    const free = this.#free;
    const start = Math.max(now, free[0] ?? 0);
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = right < free.length && (free[right] ?? 0) < (free[left] ?? 0) ? right : left;
      if (least >= free.length || (free[least] ?? 0) >= start + service) break;
      free[at] = free[least] ?? 0;
      at = least;
    }
    free[at] = start + service;
    return start - now;
  }
}

function sampler(shares: Float64Array, rng: Rng): () => number {
  const sums = new Float64Array(shares.length);
  let total = 0;
  for (const [at, share] of shares.entries()) sums[at] = total += share;
  return () => {
    const wanted = rng.next() * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function exponential(rng: Rng): number {
  return -Math.log(1 - rng.next());
}

/** Mean 1. */
function lognormal(rng: Rng, variation2: number): number {
  const sigma2 = Math.log(1 + variation2);
  const normal = Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
  return Math.exp(Math.sqrt(sigma2) * normal - sigma2 / 2);
}
