import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairLine, type LineEntry } from './fair-line.ts';

interface Guest {
  readonly client: string;
  readonly priority: number;
  readonly id: number;
}

function lineOf(...clients: string[]): FairLine<string> {
  const line = new FairLine<string>();
  const seen = new Map<string, number>();
  for (const client of clients) {
    const count = (seen.get(client) ?? 0) + 1;
    seen.set(client, count);
    line.join(client, 0, `${client}${String(count)}`);
  }
  return line;
}

function takeAll(line: FairLine<string>): string[] {
  const taken: string[] = [];
  for (let next = line.takeNext(); next !== null; next = line.takeNext()) taken.push(next);
  return taken;
}

describe('turns', () => {
  it('is first come, first served for one client', () => {
    expect(takeAll(lineOf('a', 'a', 'a'))).toEqual(['a1', 'a2', 'a3']);
  });

  it('takes clients in turn, so that a flood delays its own client', () => {
    expect(takeAll(lineOf('a', 'a', 'a', 'a', 'b', 'c', 'b'))).toEqual([
      'a1',
      'b1',
      'c1',
      'a2',
      'b2',
      'a3',
      'a4',
    ]);
  });

  it('lets who has had no turn lately go before who has', () => {
    const line = lineOf('flood', 'flood', 'flood', 'flood');
    expect([line.takeNext(), line.takeNext()]).toEqual(['flood1', 'flood2']);
    line.join('rare', 0, 'rare1');
    expect(line.ahead('other', 0)).toBe(1);
    expect(line.takeNext()).toBe('rare1');
    // Again at once, the same client stands behind the one that waited for it.
    line.join('rare', 0, 'rare2');
    line.join('rare', 0, 'rare3');
    line.join('other', 0, 'other1');
    expect(takeAll(line)).toEqual(['other1', 'flood3', 'rare2', 'flood4', 'rare3']);
  });

  it('shuts nobody out by an endless row of new names', () => {
    const line = lineOf('patient', 'patient');
    line.takeNext();
    const turns: string[] = [];
    for (let i = 0; i < 17; i += 1) {
      line.join(`new-${String(i)}`, 0, `new ${String(i)}`);
      line.join(`more-${String(i)}`, 0, 'more');
    }
    for (let i = 0; i < 17; i += 1) turns.push(line.takeNext() ?? '');
    expect(turns.indexOf('patient2')).toBe(16);
  });

  it('serves a higher priority first', () => {
    const line = new FairLine<string>();
    line.join('a', 0, 'low');
    line.join('a', 9, 'high');
    line.join('b', 5, 'middle');
    line.join('b', 9, 'high too');
    expect(takeAll(line)).toEqual(['high', 'high too', 'middle', 'low']);
  });

  it('lets anyone leave, once', () => {
    const line = new FairLine<string>();
    const entries = ['a1', 'a2', 'a3'].map((value) => line.join('a', 0, value));
    line.join('b', 0, 'b1');
    for (const index of [1, 1]) line.leave(entries[index] as LineEntry<string>);
    expect(line.length).toBe(3);
    line.leave(entries[2] as LineEntry<string>);
    line.leave(entries[0] as LineEntry<string>);
    expect(takeAll(line)).toEqual(['b1']);
    expect(line.length).toBe(0);
  });

  it('knows how many can go before a newcomer', () => {
    const line = lineOf('a', 'a', 'a', 'a', 'a', 'a', 'b');
    expect(line.ahead('c', 0)).toBe(2);
    expect(line.ahead('b', 0)).toBe(3);
    expect(line.ahead('a', 0)).toBe(7);
    expect(line.ahead('c', 1)).toBe(0);
    expect(line.ahead('c', -1)).toBe(7);
  });

  it('names who may be displaced: the newest of the fullest lane, never for a client that has as many', () => {
    const line = lineOf('a', 'a', 'a', 'b');
    expect(line.displaceable('c', 0)?.value).toBe('a3');
    expect(line.displaceable('b', 0)?.value).toBe('a3');
    expect(line.displaceable('a', 0)).toBeNull();
    expect(lineOf('a', 'a', 'b').displaceable('b', 0)).toBeNull();
    expect(line.displaceable('a', 1)?.value).toBe('a3');
    expect(line.displaceable('c', -1)).toBeNull();
    expect(new FairLine<string>().displaceable('a', 0)).toBeNull();
  });
});

interface NaiveLane {
  readonly client: string;
  readonly guests: Guest[];
}

/** The same rules over plain arrays. */
class NaiveLine {
  readonly levels = new Map<number, { fresh: NaiveLane[]; served: NaiveLane[]; freshTurns: number }>();

  get guests(): Guest[] {
    return [...this.levels.keys()].flatMap((priority) => this.lanes(priority).flatMap((lane) => lane.guests));
  }

  lanes(priority: number): NaiveLane[] {
    const { fresh = [], served = [] } = this.levels.get(priority) ?? {};
    return [...fresh, ...served].filter(({ guests }) => guests.length > 0);
  }

  join(guest: Guest): void {
    const level = this.levels.get(guest.priority) ?? { fresh: [], served: [], freshTurns: 0 };
    this.levels.set(guest.priority, level);
    const lane = [...level.fresh, ...level.served].find(({ client }) => client === guest.client);
    if (lane === undefined) level.fresh.push({ client: guest.client, guests: [guest] });
    else lane.guests.push(guest);
  }

  takeNext(): Guest | null {
    const [priority] = [...this.levels.keys()].sort((a, b) => b - a);
    if (priority === undefined) return null;
    const level = this.levels.get(priority) as {
      fresh: NaiveLane[];
      served: NaiveLane[];
      freshTurns: number;
    };
    while (level.served[0]?.guests.length === 0) level.served.shift();
    const fromServed = level.fresh.length === 0 || (level.served.length > 0 && level.freshTurns >= 16);
    level.freshTurns = fromServed || level.served.length === 0 ? 0 : level.freshTurns + 1;
    const lane = (fromServed ? level.served : level.fresh).shift() as NaiveLane;
    level.served.push(lane);
    const guest = lane.guests.shift() ?? null;
    this.#tidy();
    return guest;
  }

  leave(guest: Guest): void {
    for (const lane of this.lanes(guest.priority)) {
      const at = lane.guests.indexOf(guest);
      if (at >= 0) lane.guests.splice(at, 1);
    }
    const level = this.levels.get(guest.priority);
    if (level !== undefined) level.fresh = level.fresh.filter(({ guests }) => guests.length > 0);
    this.#tidy();
  }

  /** When nobody waits any more, nobody has had a turn. */
  #tidy(): void {
    for (const priority of this.levels.keys())
      if (this.lanes(priority).length === 0) this.levels.delete(priority);
  }
}

const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      join: fc.constantFrom('a', 'b', 'c', 'd'),
      priority: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  { weight: 3, arbitrary: fc.constant('take' as const) },
  { weight: 2, arbitrary: fc.record({ leave: fc.nat(30) }) },
);
const actions = fc.array(action, { maxLength: 200, size: 'max' });

describe('properties', () => {
  it('equals the naive line, whatever happens', () => {
    fc.assert(
      fc.property(actions, (sequence) => {
        const line = new FairLine<Guest>();
        const naive = new NaiveLine();
        const entries: LineEntry<Guest>[] = [];
        for (const item of sequence) {
          if (item === 'take') expect(line.takeNext()).toBe(naive.takeNext());
          else if ('join' in item) {
            const guest: Guest = { client: item.join, priority: item.priority, id: entries.length };
            entries.push(line.join(guest.client, guest.priority, guest));
            naive.join(guest);
          } else {
            const entry = entries[item.leave % Math.max(1, entries.length)];
            if (entry === undefined) continue;
            line.leave(entry);
            naive.leave(entry.value);
          }
          expect(line.length).toBe(naive.guests.length);
          const fullest = Math.max(0, ...naive.lanes(0).map((lane) => lane.guests.length));
          const displaced = line.displaceable('newcomer', 0);
          if (fullest > 1)
            expect(naive.lanes(0).filter((l) => l.guests.at(-1) === displaced?.value)).toMatchObject([
              { guests: { length: fullest } },
            ]);
          else expect(displaced).toBeNull();
        }
        for (let next = naive.takeNext(); next !== null; next = naive.takeNext())
          expect(line.takeNext()).toBe(next);
        expect(line.takeNext()).toBeNull();
      }),
    );
  });

  it('gives every other client at most one turn between two of a client that keeps waiting', () => {
    const oneLevel = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constant('take')), {
      maxLength: 300,
      size: 'max',
    });
    fc.assert(
      fc.property(oneLevel, (sequence) => {
        const line = new FairLine<string>();
        const waiting = new Map<string, number>();
        // Per waiting client: the turns others had since its last one, or since it came.
        const since = new Map<string, Map<string, number>>();
        for (const item of sequence) {
          if (item !== 'take') {
            line.join(item, 0, item);
            const before = waiting.get(item) ?? 0;
            if (before === 0) since.set(item, new Map());
            waiting.set(item, before + 1);
            continue;
          }
          const client = line.takeNext();
          if (client === null) continue;
          waiting.set(client, (waiting.get(client) ?? 0) - 1);
          since.set(client, new Map());
          for (const [other, turns] of since) {
            if (other === client || waiting.get(other) === 0) continue;
            turns.set(client, (turns.get(client) ?? 0) + 1);
            expect(turns.get(client)).toBe(1);
          }
        }
      }),
    );
  });

  it('never lets more go before a newcomer than it said', () => {
    const clients = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(fc.array(clients, { maxLength: 30 }), fc.nat(10), clients, (joins, takes, client) => {
        const line = lineOf(...joins);
        for (let i = 0; i < takes; i += 1) line.takeNext();
        const ahead = line.ahead(client, 0);
        line.join(client, 0, 'newcomer');
        expect(takeAll(line).indexOf('newcomer')).toBeLessThanOrEqual(ahead);
      }),
    );
  });
});
