/**
 * Who is next: the waiting line of one upstream, without time, permits or events.
 *
 * Order: higher priority first; within a priority one waiter per client in turn (round robin); within a client
 * first come, first served. Between two turns of a client that keeps waiting, every other client of its
 * priority has at most one: a flood of one client costs the others one turn, not the whole flood.
 *
 * Joining, leaving from anywhere, and taking the next are O(1) in the number of waiters.
 */
export interface LineEntry<T> {
  readonly value: T;
  /** Null once it has left. */
  lane: Lane<T> | null;
  previous: LineEntry<T> | null;
  next: LineEntry<T> | null;
}

/** The waiters of one client at one priority; a link in its level's ring. */
interface Lane<T> {
  readonly client: string;
  readonly level: Level<T>;
  length: number;
  first: LineEntry<T> | null;
  last: LineEntry<T> | null;
  previous: Lane<T> | null;
  next: Lane<T> | null;
}

export class FairLine<T> {
  /** Highest priority first; only levels with somebody in them. */
  readonly #levels: Level<T>[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  join(client: string, priority: number, value: T): LineEntry<T> {
    const entry: LineEntry<T> = { value, lane: null, previous: null, next: null };
    this.#levelFor(priority).append(client, entry);
    this.#length += 1;
    return entry;
  }

  /** The first of each client's waiters: the oldest of them all is among these. */
  *firsts(): Generator<T> {
    for (const level of this.#levels) yield* level.firsts();
  }

  /** Takes the next in turn out of the line. */
  takeNext(): T | null {
    const entry = this.#levels[0]?.nextInTurn() ?? null;
    if (entry === null) return null;
    const { lane } = entry;
    this.leave(entry);
    if (lane !== null && lane.length > 0) lane.level.toBack(lane);
    return entry.value;
  }

  /** Leaves from any place. Harmless when it has already left. */
  leave(entry: LineEntry<T>): void {
    const { lane } = entry;
    if (lane === null) return;
    lane.level.remove(lane, entry);
    this.#length -= 1;
    if (lane.level.isEmpty) this.#levels.splice(this.#levels.indexOf(lane.level), 1);
  }

  /** How many would go before a newcomer of this client, at most: no more than wait, no more than its share of turns. */
  ahead(client: string, priority: number): number {
    let before = 0;
    for (const level of this.#levels) {
      if (level.priority > priority) before += level.length;
      else if (level.priority === priority) before += level.ahead(client);
    }
    return before;
  }

  /**
   * Whom a newcomer may displace from a full line: the newest waiter of the fullest lane of a lower priority, or of
   * its own if that lane would still be at least as long as the newcomer's. Null: it may displace nobody.
   */
  displaceable(client: string, priority: number): LineEntry<T> | null {
    const lowest = this.#levels.at(-1);
    if (lowest === undefined || lowest.priority > priority) return null;
    const fullest = lowest.fullest();
    if (lowest.priority < priority) return fullest.last;
    return fullest.length > lowest.lengthOf(client) + 1 ? fullest.last : null;
  }

  #levelFor(priority: number): Level<T> {
    let index = 0;
    for (const level of this.#levels) {
      if (level.priority === priority) return level;
      if (level.priority < priority) break;
      index += 1;
    }
    const level = new Level<T>(priority);
    this.#levels.splice(index, 0, level);
    return level;
  }
}

class Level<T> {
  readonly priority: number;
  readonly #lanes = new Map<string, Lane<T>>();
  /** Lanes by length, and the greatest length: the fullest lane without a search. */
  readonly #byLength = new Map<number, Set<Lane<T>>>();
  #longest = 0;
  #head: Lane<T> | null = null;
  #tail: Lane<T> | null = null;
  length = 0;

  constructor(priority: number) {
    this.priority = priority;
  }

  get isEmpty(): boolean {
    return this.#head === null;
  }

  *firsts(): Generator<T> {
    for (const { first } of this.#lanes.values()) if (first !== null) yield first.value;
  }

  nextInTurn(): LineEntry<T> | null {
    return this.#head?.first ?? null;
  }

  lengthOf(client: string): number {
    return this.#lanes.get(client)?.length ?? 0;
  }

  ahead(client: string): number {
    const own = this.#lanes.get(client);
    const clients = this.#lanes.size + (own === undefined ? 1 : 0);
    const turn = (own?.length ?? 0) + 1;
    return Math.min(this.length, turn * clients - 1);
  }

  /** Call only on a level with somebody in it. */
  fullest(): Lane<T> {
    const [lane] = this.#byLength.get(this.#longest) as Set<Lane<T>>;
    return lane as Lane<T>;
  }

  append(client: string, entry: LineEntry<T>): void {
    let lane = this.#lanes.get(client);
    if (lane === undefined) {
      lane = { client, level: this, length: 0, first: null, last: null, previous: null, next: null };
      this.#lanes.set(client, lane);
      this.#link(lane);
    }
    entry.lane = lane;
    entry.previous = lane.last;
    if (lane.last === null) lane.first = entry;
    else lane.last.next = entry;
    lane.last = entry;
    this.#resize(lane, 1);
  }

  remove(lane: Lane<T>, entry: LineEntry<T>): void {
    if (entry.previous === null) lane.first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) lane.last = entry.previous;
    else entry.next.previous = entry.previous;
    entry.lane = null;
    entry.previous = null;
    entry.next = null;
    this.#resize(lane, -1);
    if (lane.length === 0) {
      this.#lanes.delete(lane.client);
      this.#unlink(lane);
    }
  }

  /** The client has had its turn. */
  toBack(lane: Lane<T>): void {
    if (this.#tail === lane) return;
    this.#unlink(lane);
    this.#link(lane);
  }

  #link(lane: Lane<T>): void {
    lane.previous = this.#tail;
    lane.next = null;
    if (this.#tail === null) this.#head = lane;
    else this.#tail.next = lane;
    this.#tail = lane;
  }

  #unlink(lane: Lane<T>): void {
    if (lane.previous === null) this.#head = lane.next;
    else lane.previous.next = lane.next;
    if (lane.next === null) this.#tail = lane.previous;
    else lane.next.previous = lane.previous;
  }

  #resize(lane: Lane<T>, by: 1 | -1): void {
    const before = this.#byLength.get(lane.length);
    before?.delete(lane);
    if (before?.size === 0) this.#byLength.delete(lane.length);
    lane.length += by;
    this.length += by;
    if (lane.length > 0) {
      const after = this.#byLength.get(lane.length);
      if (after === undefined) this.#byLength.set(lane.length, new Set([lane]));
      else after.add(lane);
    }
    // A lane that shrinks lands one below, so the greatest length moves by one at most.
    if (lane.length > this.#longest) this.#longest = lane.length;
    else if (!this.#byLength.has(this.#longest)) this.#longest -= 1;
  }
}
