/** What docs/scale.md calculates with. Rates per second, times in seconds; sources beside each formula. */

/** Zipf's law over `keys` questions: the share of the requests that is for each, the most popular first. */
export function zipf(keys: number, exponent: number): Float64Array {
  const shares = Float64Array.from({ length: keys }, (_, at) => (at + 1) ** -exponent);
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/**
 * The share of requests that a cache of `entries` with eviction of the least recently used answers: Che's approximation
 * (Che, Tung, Wang 2002). Each key stays for one and the same time after it was last asked for, which solves that the entries are full.
 */
export function hitsOfLru(shares: Float64Array, entries: number): number {
  if (entries >= shares.length) return 1;
  const held = (time: number): number => shares.reduce((sum, share) => sum + 1 - Math.exp(-share * time), 0);
  let [low, high] = [0, 1];
  while (held(high) < entries) high *= 2;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (held(middle) < entries) low = middle;
    else high = middle;
  }
  return shares.reduce((sum, share) => sum + share * (1 - Math.exp(-share * high)), 0);
}

/**
 * The same where there is room for all, and an entry goes `ttl` after it was stored: of each key one request per renewal is a miss
 * (renewal theory: the next request after the end comes after 1/rate on average).
 */
export function hitsOfTtl(shares: Float64Array, rate: number, ttl: number): number {
  return shares.reduce((sum, share) => {
    const within = share * rate * ttl;
    return sum + (share * within) / (1 + within);
  }, 0);
}

/** The share of requests that waits when `slots` are taken for `service` on average: Erlang's C formula, by the recursion for B. */
export function erlangC(rate: number, service: number, slots: number): number {
  const load = rate * service;
  if (load >= slots) return 1;
  let blocked = 1;
  for (let slot = 1; slot <= slots; slot += 1) blocked = (load * blocked) / (slot + load * blocked);
  return blocked / (1 - (load / slots) * (1 - blocked));
}

/**
 * The mean wait for one of `slots`, Poisson arrivals, any distribution of times with that mean and squared coefficient of variation:
 * Allen and Cunneen's approximation, exact for one slot (Pollaczek and Khinchine) and for exponential times.
 */
export function meanWait(rate: number, service: number, slots: number, variation2: number): number {
  const spare = slots / service - rate;
  return spare <= 0 ? Infinity : (erlangC(rate, service, slots) / spare) * ((1 + variation2) / 2);
}

/** The fewest slots with which the mean wait is at most so long. */
export function slotsFor(rate: number, service: number, variation2: number, wait: number): number {
  let slots = Math.floor(rate * service) + 1;
  while (meanWait(rate, service, slots, variation2) > wait) slots += 1;
  return slots;
}

/** Processor seconds of a gateway process. */
export interface Costs {
  /** A request that is answered from memory. */
  readonly hit: number;
  /** One that is passed on and whose answer is stored. */
  readonly miss: number;
  /** An entry that another replica stored. */
  readonly applied: number;
  /** An entry in the one thread of Redis: written, and read by one replica. */
  readonly redisWrite: number;
  readonly redisRead: number;
}

/** How busy each of `replicas` is that share one cache, and the thread of Redis with them. */
export function busy(
  rate: number,
  hits: number,
  replicas: number,
  costs: Costs,
): { readonly replica: number; readonly redis: number } {
  const stored = rate * (1 - hits);
  const own = (rate * hits * costs.hit + stored * costs.miss) / replicas;
  const others = replicas === 1 ? 0 : stored * (1 - 1 / replicas) * costs.applied;
  const redis = replicas === 1 ? 0 : stored * (costs.redisWrite + (replicas - 1) * costs.redisRead);
  return { replica: own + others, redis };
}

/** The fewest replicas on one cache that stay below `most`; null where no number of them does. */
export function replicasFor(rate: number, hits: number, costs: Costs, most: number): number | null {
  for (let replicas = 1; replicas <= 10_000; replicas += 1) {
    const { replica, redis } = busy(rate, hits, replicas, costs);
    if (redis > most) return null;
    if (replica <= most) return replicas;
  }
  return null;
}
