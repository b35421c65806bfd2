import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { FaultEngine } from './engine.ts';
import { parseFaultFlag } from './flag.ts';
import { FaultPlanError, readFaultPlan, type FaultName, type FaultPlan } from './plan.ts';

const chat = { path: '/api/chat', model: 'llama3.2:1b', inference: true, requestId: null };
const tags = { path: '/api/tags', model: null, inference: false, requestId: null };

function engine(plan: FaultPlan, clock = new ManualClock()): { engine: FaultEngine; ports: boolean[] } {
  const ports: boolean[] = [];
  const made = new FaultEngine(clock, (closed) => ports.push(closed));
  made.set(plan);
  return { engine: made, ports };
}

const decisions = (of: FaultEngine, count: number): (FaultName | null)[] =>
  Array.from({ length: count }, () => of.decide(chat)?.fault ?? null);

describe('a fault plan', () => {
  it('gives the same faults for the same seed and order', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, rate) => {
        const plan: FaultPlan = {
          seed: seed >>> 0,
          rules: [
            { fault: 'status', rate },
            { fault: 'reset', rate: 0.3 },
          ],
        };
        expect(decisions(engine(plan).engine, 50)).toEqual(decisions(engine(plan).engine, 50));
      }),
      { numRuns: 50 },
    );
  });

  it('draws by request on demand: the n-th attempt of an id meets its fate in any order', () => {
    const plan: FaultPlan = { seed: 9, draw: 'request', rules: [{ fault: 'status', rate: 0.3 }] };
    const ids = Array.from({ length: 2_000 }, (_, index) => `r-${String(index)}`);
    const fates = (order: readonly string[]): Map<string, (FaultName | null)[]> => {
      const { engine: one } = engine(plan);
      const met = new Map<string, (FaultName | null)[]>(order.map((id) => [id, []]));
      for (const id of order) met.get(id)?.push(one.decide({ ...chat, requestId: id })?.fault ?? null);
      return met;
    };
    const forward = fates([...ids, ...ids]);
    const backward = fates([...ids].reverse().flatMap((id) => [id, id]));
    for (const id of ids) expect(backward.get(id)).toEqual(forward.get(id));
    const share = (nth: number): number =>
      [...forward.values()].filter((met) => met[nth] !== null).length / ids.length;
    expect(share(0)).toBeCloseTo(0.3, 1);
    expect(share(1)).toBeCloseTo(0.3, 1);
    // The two attempts of one id are not the same draw.
    const both =
      [...forward.values()].filter((met) => met[0] !== null && met[1] !== null).length / ids.length;
    expect(both).toBeCloseTo(0.09, 1);
    expect(both).toBeLessThan(0.15);
    const { engine: nameless } = engine(plan);
    expect(decisions(nameless, 100).some((fault) => fault !== null)).toBe(true);
    expect(nameless.report().draw).toBe('request');
  });

  it('differs by seed, and hits the share it says', () => {
    const run = (seed: number): (FaultName | null)[] =>
      decisions(engine({ seed, rules: [{ fault: 'status', rate: 0.2 }] }).engine, 10_000);
    expect(run(1)).not.toEqual(run(2));
    const share = run(3).filter((fault) => fault !== null).length / 10_000;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.22);
  });

  it('does not disturb one rule with another that matches other requests', () => {
    const alone = engine({ seed: 5, rules: [{ fault: 'status', rate: 0.5, model: 'llama3.2:1b' }] }).engine;
    const plan: FaultPlan = {
      seed: 5,
      rules: [
        { fault: 'status', rate: 0.5, model: 'llama3.2:1b' },
        { fault: 'hang', rate: 0.5, path: '/api/tags' },
      ],
    };
    const both = engine(plan).engine;
    for (let i = 0; i < 100; i += 1) {
      both.decide(tags);
      expect(both.decide(chat)).toEqual(alone.decide(chat));
    }
  });

  it('matches by path and model, with a star at the end; without a path only inference', () => {
    const hits = (rule: object, subject = chat): boolean =>
      engine({ rules: [{ fault: 'delay', ...rule }] }).engine.decide(subject) !== null;
    expect([hits({}), hits({}, tags as never)]).toEqual([true, false]);
    expect([hits({ path: '*' }), hits({ path: '*' }, tags as never)]).toEqual([true, true]);
    expect([hits({ path: '/api/*' }), hits({ path: '/v1/*' })]).toEqual([true, false]);
    expect([hits({ model: 'llama*' }), hits({ model: 'qwen*' })]).toEqual([true, false]);
    expect(hits({ model: '*', path: '*' }, tags as never)).toBe(false);
  });

  it('keeps to its count and its time', () => {
    const clock = new ManualClock();
    const { engine: timed } = engine(
      { rules: [{ fault: 'delay', fromMs: 100, untilMs: 200, count: 2 }] },
      clock,
    );
    expect(timed.decide(chat)).toBeNull();
    clock.advance(100);
    expect([timed.decide(chat), timed.decide(chat), timed.decide(chat)].map(Boolean)).toEqual([
      true,
      true,
      false,
    ]);
    expect(timed.report().rules[0]).toMatchObject({ matched: 2, fired: 2 });
    timed.set({ rules: [{ fault: 'delay', untilMs: 50 }] });
    expect(timed.decide(chat)).not.toBeNull();
    clock.advance(50);
    expect(timed.decide(chat)).toBeNull();
    expect(timed.report()).toMatchObject({ seed: 0, sinceMs: 50 });
    timed.clear();
    expect(timed.report().rules).toEqual([]);
  });

  it('closes the port for a refuse over everything, and only then', () => {
    const clock = new ManualClock();
    const { engine: timed, ports } = engine(
      { rules: [{ fault: 'refuse', fromMs: 100, untilMs: 300 }] },
      clock,
    );
    expect(ports).toEqual([false]);
    clock.advance(100);
    expect(ports.at(-1)).toBe(true);
    expect(timed.decideBeforeBody(tags)).toMatchObject({ fault: 'refuse' });
    clock.advance(200);
    expect(ports.at(-1)).toBe(false);
    expect(timed.decideBeforeBody(tags)).toBeNull();
    for (const rule of [{ path: '/api/chat' }, { model: 'x' }, { rate: 0.5 }, { count: 1 }]) {
      expect(engine({ rules: [{ fault: 'refuse', ...rule }] }).engine.portClosed).toBe(false);
    }
    expect(engine({ rules: [{ fault: 'refuse', path: '*', rate: 1 }] }).engine.portClosed).toBe(true);
    timed.set({ rules: [{ fault: 'refuse', fromMs: 10 }] });
    timed.close();
    expect(clock.pending).toBe(0);
  });

  it('decides a refuse by model only once the body is read', () => {
    const { engine: byModel } = engine({ rules: [{ fault: 'refuse', model: 'llama3.2:1b' }] });
    expect(byModel.decideBeforeBody(chat)).toBeNull();
    expect(byModel.decide(chat)).toMatchObject({ fault: 'refuse' });
  });
});

describe('reading a plan', () => {
  it.each([
    [7, 'plan: 7, expected an object'],
    [{}, 'rules: undefined, expected a list'],
    [{ rules: [], extra: 1 }, 'extra: unknown key'],
    [{ seed: -1, rules: [] }, 'seed: -1, expected a whole number'],
    [{ draw: 'lots', rules: [] }, 'draw: "lots", expected one of order, request'],
    [{ rules: [3] }, 'rules[0]: 3 is not an object'],
    [{ rules: [{}] }, 'rules[0].fault: missing, expected one of refuse'],
    [{ rules: [{ fault: 'explode' }] }, 'rules[0].fault: "explode", expected one of'],
    [
      { rules: [{ fault: 'hang' }, { fault: 'hang', rate: 1.2 }] },
      'rules[1].rate: 1.2, expected a number from 0 to 1',
    ],
    [{ rules: [{ fault: 'hang', count: 0 }] }, 'rules[0].count: 0, expected a whole number from 1'],
    [{ rules: [{ fault: 'hang', path: 'api' }] }, 'rules[0].path: "api", expected a path'],
    [{ rules: [{ fault: 'hang', model: '' }] }, 'rules[0].model: "", expected a model'],
    [{ rules: [{ fault: 'hang', status: 500 }] }, 'rules[0].status: 500, expected only with fault status'],
    [
      { rules: [{ fault: 'status', status: 200 }] },
      'rules[0].status: 200, expected a whole number from 400 to 599',
    ],
    [{ rules: [{ fault: 'status', retryAfterS: 1.5 }] }, 'rules[0].retryAfterS: 1.5'],
    [{ rules: [{ fault: 'hang', fromMs: 5, untilMs: 5 }] }, 'rules[0].untilMs: 5, expected more than fromMs'],
    [{ rules: [{ fault: 'hang', untilMs: 0 }] }, 'rules[0].untilMs: 0, expected more than fromMs'],
    [{ rules: [{ fault: 'hang', constructor: 1 }] }, 'rules[0].constructor: unknown key'],
    [{ rules: [{ fault: 'hang', ['x'.repeat(80)]: 'y'.repeat(200) }] }, 'unknown key'],
    [{ rules: [{ fault: 'y'.repeat(200) }] }, '...'],
    [{ rules: Array.from({ length: 1_001 }, () => ({ fault: 'hang' })) }, 'expected at most 1000'],
  ])('refuses %j', (plan, problem) => {
    expect(() => readFaultPlan(plan)).toThrow(problem);
  });

  it('names every problem at once', () => {
    try {
      readFaultPlan({ seed: 'a', rules: [{ fault: 'hang', rate: 'often', count: -1 }] });
      expect.unreachable();
    } catch (error) {
      expect((error as FaultPlanError).problems).toHaveLength(3);
    }
  });

  it('never throws anything else, and what it accepts it can run', () => {
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom('rules', 'seed', 'fault', 'rate', 'path') }), (value) => {
        try {
          engine(readFaultPlan(value)).engine.decide(chat);
        } catch (error) {
          expect(error).toBeInstanceOf(FaultPlanError);
        }
      }),
    );
  });
});

describe('the compact flag', () => {
  it.each([
    ['hang', { fault: 'hang' }],
    ['status=503,rate=0.2,path=/api/chat', { fault: 'status', status: 503, rate: 0.2, path: '/api/chat' }],
    ['status=429,retry-after=7,count=3', { fault: 'status', status: 429, retryAfterS: 7, count: 3 }],
    ['delay=500', { fault: 'delay', delayMs: 500 }],
    ['stall,after=5,from=1000,until=4000', { fault: 'stall', afterItems: 5, fromMs: 1000, untilMs: 4000 }],
    ['stall=2000', { fault: 'stall', delayMs: 2000 }],
    ['trickle=5 , model=llama3.2:1b', { fault: 'trickle', delayMs: 5, model: 'llama3.2:1b' }],
    ['status=500,delay=20', { fault: 'status', status: 500, delayMs: 20 }],
  ])('%s', (text, rule) => {
    expect(parseFaultFlag(text)).toEqual(rule);
  });

  it.each([
    ['', '"", expected one of refuse'],
    ['rate=0.5', '"rate", expected one of refuse'],
    ['hang=5', '"hang=5", expected "hang" without a value'],
    ['hang,rate', '"rate", expected key=value'],
    ['hang,rate=often', 'rate: "often", expected a number from 0 to 1'],
    ['hang,rate=', 'rate: "", expected a number'],
    ['status=200', 'status: 200, expected a whole number from 400 to 599'],
    ['hang,colour=red', 'colour: unknown key'],
  ])('refuses %s', (text, problem) => {
    expect(() => parseFaultFlag(text)).toThrow(problem);
    expect(() => parseFaultFlag(text)).toThrow(FaultPlanError);
  });
});
