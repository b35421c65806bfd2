import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeasedShare, type PermitLender } from '../admission/leased-share.ts';
import { PermitBank, type BankTeller } from './permit-bank.ts';

/** One worker: a share of one limit, requests that hold permits and requests that wait, over a line that delivers later. */
class Worker implements BankTeller {
  inUse = 0;
  waiting = 0;
  held = 0;
  readonly share: LeasedShare;
  readonly #line: (() => void)[];
  #told: Parameters<PermitLender['open']>[2] | null = null;
  served = 0;

  constructor(bank: PermitBank, limit: number, members: number, line: (() => void)[]) {
    this.#line = line;
    const say = (what: () => void): void => void line.push(what);
    const lender: PermitLender = {
      members,
      open: (name, given, told) => {
        this.#told = told;
        say(() => {
          bank.open(this, 1, name, given);
        });
        return {
          want: (count) => {
            say(() => {
              bank.want(this, 1, count);
            });
          },
          giveBack: (count) => {
            say(() => {
              bank.giveBack(this, 1, count);
            });
          },
          resize: (count) => {
            say(() => {
              bank.resize(this, 1, count);
            });
          },
          close: () => {
            say(() => {
              bank.close(this, 1);
            });
          },
        };
      },
    };
    this.share = new LeasedShare(lender, 'up/generation/4', limit, {
      inUse: () => this.inUse,
      waiting: () => this.waiting,
      hold: (held) => {
        this.held = held;
        this.#admit();
      },
    });
  }

  granted(_: number, count: number): void {
    this.#line.push(() => this.#told?.granted(count));
  }

  recalled(_: number, count: number, spare: boolean): void {
    this.#line.push(() => this.#told?.recalled(count, spare));
  }

  come(): void {
    this.waiting += 1;
    this.#admit();
    this.share.ask();
  }

  end(): void {
    if (this.inUse === 0) return;
    this.inUse -= 1;
    this.share.released();
    this.#admit();
    this.share.ask();
  }

  #admit(): void {
    while (this.inUse < this.held && this.waiting > 0) {
      this.inUse += 1;
      this.waiting -= 1;
      this.served += 1;
    }
  }
}

function deliver(line: (() => void)[], most = Infinity): void {
  for (let at = 0; at < most && line.length > 0; at += 1) line.shift()?.();
}

describe('a limit that several workers have in common', () => {
  it('is never exceeded, and nobody waits for ever, whatever happens in which order', () => {
    const step = fc.record({
      who: fc.nat({ max: 2 }),
      what: fc.constantFrom('come', 'come', 'end', 'deliver', 'die'),
      many: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 120 }), (limit, steps) => {
        const bank = new PermitBank();
        const line: (() => void)[] = [];
        const make = (): Worker => new Worker(bank, limit, 3, line);
        const workers = [make(), make(), make()];
        const dead = new Set<Worker>();
        const check = (): void => {
          const used = workers.reduce((sum, { inUse }) => sum + inUse, 0);
          expect(used).toBeLessThanOrEqual(limit);
          expect(bank.lent('up/generation/4')).toBeLessThanOrEqual(limit);
          for (const { inUse, held } of workers) expect(inUse).toBeLessThanOrEqual(held);
        };
        for (const { who, what, many } of steps) {
          const worker = workers[who] as Worker;
          if (what === 'come') worker.come();
          else if (what === 'end') worker.end();
          else if (what === 'deliver') deliver(line, many);
          else {
            // What it had said is said; then nothing more comes of it.
            deliver(line);
            bank.forget(worker);
            dead.add(worker);
            workers[who] = make();
          }
          check();
        }
        for (let turn = 0; turn < 2_000; turn += 1) {
          deliver(line);
          for (const worker of workers) worker.end();
          check();
          if (workers.every(({ waiting, inUse }) => waiting + inUse === 0)) return;
        }
        throw new Error('somebody waits for ever');
      }),
      { numRuns: 300 },
    );
  });

  it('of one permit goes to and fro while both want it', () => {
    const bank = new PermitBank();
    const line: (() => void)[] = [];
    const [a, b] = [new Worker(bank, 1, 2, line), new Worker(bank, 1, 2, line)];
    deliver(line);
    for (const worker of [a, b]) for (let at = 0; at < 100; at += 1) worker.come();
    for (let turn = 0; turn < 100; turn += 1) {
      deliver(line);
      a.end();
      b.end();
    }
    expect(a.served).toBeGreaterThan(40);
    expect(b.served).toBeGreaterThan(40);
  });

  it('does not travel while each has its share and all are busy', () => {
    const bank = new PermitBank();
    const line: (() => void)[] = [];
    const [a, b] = [new Worker(bank, 4, 2, line), new Worker(bank, 4, 2, line)];
    for (const worker of [a, b]) for (let at = 0; at < 50; at += 1) worker.come();
    deliver(line);
    let said = 0;
    for (let turn = 0; turn < 40; turn += 1) {
      a.end();
      b.end();
      said += line.length;
      deliver(line);
    }
    expect([a.held, b.held]).toEqual([2, 2]);
    expect(said).toBeLessThanOrEqual(4);
  });

  it('is all one worker’s while nobody else wants any', () => {
    const bank = new PermitBank();
    const line: (() => void)[] = [];
    const [a, b] = [new Worker(bank, 4, 2, line), new Worker(bank, 4, 2, line)];
    deliver(line);
    for (let at = 0; at < 4; at += 1) a.come();
    deliver(line);
    expect([a.inUse, b.inUse]).toEqual([4, 0]);
    b.come();
    deliver(line);
    a.end();
    deliver(line);
    expect([a.inUse, b.inUse]).toEqual([3, 1]);
  });

  it('that one has learned to be lower is lower for all, and higher again', () => {
    const bank = new PermitBank();
    const line: (() => void)[] = [];
    const [a, b] = [new Worker(bank, 6, 2, line), new Worker(bank, 6, 2, line)];
    for (const worker of [a, b]) for (let at = 0; at < 50; at += 1) worker.come();
    deliver(line);
    a.share.resize(2);
    deliver(line);
    for (let at = 0; at < 6; at += 1) {
      a.end();
      b.end();
      deliver(line);
    }
    expect(bank.lent('up/generation/4')).toBeLessThanOrEqual(2);
    a.share.resize(6);
    deliver(line);
    a.end();
    b.end();
    deliver(line);
    expect(bank.lent('up/generation/4')).toBe(6);
  });

  it('goes back when a share is closed, what is in use when it is released', () => {
    const bank = new PermitBank();
    const line: (() => void)[] = [];
    const [a, b] = [new Worker(bank, 2, 2, line), new Worker(bank, 2, 2, line)];
    deliver(line);
    a.come();
    deliver(line);
    a.share.close();
    deliver(line);
    b.come();
    b.come();
    deliver(line);
    expect([a.inUse, b.inUse]).toEqual([1, 1]);
    a.end();
    deliver(line);
    expect([a.inUse, b.inUse]).toEqual([0, 2]);
  });
});
