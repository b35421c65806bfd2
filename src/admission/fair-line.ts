/**
 * Who is next: the waiting line of one upstream, without time, permits or events.
 *
 * Order: higher priority first; within a priority clients take turns; within a client first come, first served. A
 * client that has not had a turn lately goes before those that have, and after its turn it stands behind everybody who
 * waits: between two turns of a client that keeps waiting, every other one of its priority has at most one. So a
 * flood of one client costs the others little more than the request that is being worked on. Of 17 turns one goes to
 * those who have had theirs all the same, so that an endless row of new names cannot shut anybody out.
 *
 * This is the sparse-flow rule of FQ-CoDel (RFC 8290, 4.2) with a turn for a quantum.
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

/** Turns in a row of clients that have had none lately, while others wait. */
const FRESH_TURNS = 16;

/** The waiters of one client at one priority; a link in one of its level's two rows. */
interface Lane<T> {
  readonly client: string;
  readonly level: Level<T>;
  /** 0: nobody waits; it only remembers that the client has had a turn. */
  length: number;
  row: Row<T>;
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
    const entry = this.#levels[0]?.takeTurn() ?? null;
    if (entry === null) return null;
    this.leave(entry);
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

/** Lanes in the order of their turns. */
class Row<T> {
  head: Lane<T> | null = null;
  tail: Lane<T> | null = null;

  link(lane: Lane<T>): void {
    lane.row = this;
    lane.previous = this.tail;
    lane.next = null;
    if (this.tail === null) this.head = lane;
    else this.tail.next = lane;
    this.tail = lane;
  }

  unlink(lane: Lane<T>): void {
    if (lane.previous === null) this.head = lane.next;
    else lane.previous.next = lane.next;
    if (lane.next === null) this.tail = lane.previous;
    else lane.next.previous = lane.previous;
  }
}

class Level<T> {
  readonly priority: number;
  readonly #lanes = new Map<string, Lane<T>>();
  /** Clients that have had no turn lately. Each has somebody waiting. */
  readonly #fresh = new Row<T>();
  /** Those that have, the one whose turn is longest ago first. */
  readonly #served = new Row<T>();
  #freshLanes = 0;
  /** Lanes in which somebody waits. */
  #waitingLanes = 0;
  #freshTurns = 0;
  /** Lanes by length, and the greatest length: the fullest lane without a search. */
  readonly #byLength = new Map<number, Set<Lane<T>>>();
  #longest = 0;
  length = 0;

  constructor(priority: number) {
    this.priority = priority;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** The first of each lane. */
  *firsts(): Generator<T> {
    for (const { first } of this.#lanes.values()) if (first !== null) yield first.value;
  }

  /** Whose turn it is, still in line. Its client stands behind all others from now on. */
  takeTurn(): LineEntry<T> | null {
    const lane = this.#nextLane();
    if (lane === null) return null;
    if (lane.row === this.#fresh) this.#freshLanes -= 1;
    lane.row.unlink(lane);
    this.#served.link(lane);
    return lane.first;
  }

  #nextLane(): Lane<T> | null {
    // Nobody waits behind these names, and everybody who stood before them has had a turn since.
    while (this.#served.head?.length === 0) this.#forget(this.#served.head);
    const fresh = this.#fresh.head;
    const served = this.#served.head;
    if (fresh === null || (served !== null && this.#freshTurns >= FRESH_TURNS)) {
      this.#freshTurns = 0;
      return served;
    }
    this.#freshTurns = served === null ? 0 : this.#freshTurns + 1;
    return fresh;
  }

  lengthOf(client: string): number {
    return this.#lanes.get(client)?.length ?? 0;
  }

  ahead(client: string): number {
    const own = this.#lanes.get(client);
    if (own === undefined) {
      const between =
        this.#served.head === null ? 0 : Math.floor((this.#freshTurns + this.#freshLanes) / FRESH_TURNS);
      return Math.min(this.length, this.#freshLanes + between);
    }
    const clients = this.#waitingLanes + (own.length === 0 ? 1 : 0);
    return Math.min(this.length, (own.length + 1) * clients - 1);
  }

  /** Call only on a level with somebody in it. */
  fullest(): Lane<T> {
    const [lane] = this.#byLength.get(this.#longest) as Set<Lane<T>>;
    return lane as Lane<T>;
  }

  append(client: string, entry: LineEntry<T>): void {
    let lane = this.#lanes.get(client);
    if (lane === undefined) {
      const row = this.#fresh;
      lane = { client, level: this, length: 0, row, first: null, last: null, previous: null, next: null };
      this.#lanes.set(client, lane);
      row.link(lane);
      this.#freshLanes += 1;
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
    // A client that has had a turn keeps its place in the row.
    if (lane.length === 0 && lane.row === this.#fresh) this.#forget(lane);
  }

  #forget(lane: Lane<T>): void {
    this.#lanes.delete(lane.client);
    if (lane.row === this.#fresh) this.#freshLanes -= 1;
    lane.row.unlink(lane);
  }

  #resize(lane: Lane<T>, by: 1 | -1): void {
    const before = this.#byLength.get(lane.length);
    before?.delete(lane);
    if (before?.size === 0) this.#byLength.delete(lane.length);
    if (by === 1 && lane.length === 0) this.#waitingLanes += 1;
    lane.length += by;
    this.length += by;
    if (lane.length === 0) this.#waitingLanes -= 1;
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
