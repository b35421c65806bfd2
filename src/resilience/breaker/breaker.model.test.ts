/**
 * The breaker against a small reference model, over random sequences of everything one can do to it. The model
 * is written for clarity alone: it replays time step by step and keeps plain lists.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BreakerEvent } from '../../core/events.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { CircuitBreaker } from './breaker.ts';
import type { BreakerPermit } from './permit.ts';

const LIMITS = {
  consecutiveFailures: 3,
  openMs: 100,
  maxOpenMs: 400,
  halfOpenMax: 2,
  closeAfter: 2,
  probeLeaseMs: 70,
};
/** The rules that look at a window, beside the row. */
const RATES = { failureRate: 0.6, slowCallMs: 100, slowCallRate: 0.75, windowSize: 6, minCalls: 4 };
const RUNS = Number(process.env['BREAKER_MODEL_RUNS'] ?? 10_000);

interface ModelPermit {
  readonly era: number;
  readonly role: 'call' | 'probe' | 'bypass';
  readonly takenAt: number;
}

/** `era` numbers the stretches between changes of state (and resets): a result counts for its own era only. */
class Model {
  now = 0;
  state: 'closed' | 'open' | 'half_open' = 'closed';
  manual: 'isolated' | 'disabled' | 'observing' | null = null;
  era = 0;
  row = 0;
  opens = 0;
  successes = 0;
  until: number | null = null;
  readonly live = new Map<number, ModelPermit>();
  acquired = 0;
  success = 0;
  failure = 0;
  ignored = 0;
  rejected = 0;
  /** What the windows hold: whether each judged call failed, and whether each timed success was slow. */
  failures: boolean[] = [];
  slows: boolean[] = [];

  readonly rates: typeof RATES | null;

  constructor(rates: typeof RATES | null) {
    this.rates = rates;
  }

  probes(): number[] {
    if (this.state !== 'half_open') return [];
    return [...this.live].flatMap(([id, p]) => (p.role === 'probe' && p.era === this.era ? [id] : []));
  }

  enter(state: Model['state']): void {
    this.state = state;
    this.era += 1;
    this.successes = 0;
    this.until = null;
    this.failures = [];
    this.slows = [];
    if (state === 'closed') {
      this.row = 0;
      this.opens = 0;
    }
  }

  trip(retryAfterMs: number): void {
    const openMs = Math.min(LIMITS.openMs * 2 ** this.opens, LIMITS.maxOpenMs);
    this.enter('open');
    this.opens += 1;
    this.until = this.now + Math.max(openMs, Math.min(retryAfterMs, LIMITS.maxOpenMs));
  }

  acquire(id: number, anyway: boolean): boolean {
    let role: ModelPermit['role'] | null = null;
    if (this.state === 'closed') role = 'call';
    else if (this.state === 'half_open' && this.probes().length < LIMITS.halfOpenMax) role = 'probe';
    else if (anyway || this.manual === 'observing') role = 'bypass';
    if (role === null) return false;
    this.live.set(id, { era: this.era, role, takenAt: this.now });
    this.acquired += 1;
    return true;
  }

  /** Whether a window now holds too many. Every result is kept, whatever the answer. */
  ratesTrip(failed: boolean, firstContentMs: number | undefined): boolean {
    const { rates } = this;
    if (rates === null) return false;
    this.failures.push(failed);
    if (!failed && firstContentMs !== undefined) this.slows.push(firstContentMs > rates.slowCallMs);
    const over = (window: boolean[], rate: number): boolean => {
      const last = window.slice(-rates.windowSize);
      return last.length >= rates.minCalls && last.filter(Boolean).length >= rate * last.length;
    };
    // A window is judged when it takes a result; the slow calls' takes none of a failure.
    const slow = !failed && firstContentMs !== undefined && over(this.slows, rates.slowCallRate);
    return over(this.failures, rates.failureRate) || slow;
  }

  settle(id: number, how: 'success' | 'failure' | 'ignored', detailMs?: number): void {
    const permit = this.live.get(id);
    if (permit === undefined) return;
    this.live.delete(id);
    this[how] += 1;
    if (how === 'ignored' || permit.era !== this.era || permit.role === 'bypass') return;
    this.row = how === 'failure' ? this.row + 1 : 0;
    if (this.state === 'half_open') {
      if (how === 'failure') this.trip(detailMs ?? 0);
      else if (++this.successes === LIMITS.closeAfter) this.enter('closed');
      return;
    }
    const rates = this.ratesTrip(how === 'failure', detailMs);
    if ((rates || this.row >= LIMITS.consecutiveFailures) && this.manual !== 'disabled')
      this.trip(how === 'failure' ? (detailMs ?? 0) : 0);
  }

  pass(ms: number): void {
    for (let i = 0; i < ms; i += 1) {
      this.now += 1;
      if (this.until === this.now) this.enter('half_open');
      for (const id of this.probes()) {
        if (this.live.get(id)?.takenAt === this.now - LIMITS.probeLeaseMs) this.settle(id, 'ignored');
      }
    }
  }
}

class Real {
  readonly clock: ManualClock = new ManualClock();
  readonly events: BreakerEvent[] = [];
  readonly permits: BreakerPermit[] = [];
  readonly breaker: CircuitBreaker;

  constructor(rates: typeof RATES | null) {
    this.breaker = new CircuitBreaker(
      { name: 'm', openDoubling: true, ...LIMITS, ...rates },
      { clock: this.clock, rng: { next: () => 0.5 }, emit: (event) => void this.events.push(event) },
    );
  }
}

/** What must hold after every step, whatever was done. */
function invariants(model: Model, real: Real): void {
  const totals = real.breaker.totals();
  const snapshot = real.breaker.snapshot();
  same('acquired', totals.acquired, model.acquired);
  same('success', totals.success, model.success);
  same('failure', totals.failure, model.failure);
  same('ignored', totals.ignored, model.ignored);
  same('rejected', totals.rejected, model.rejected);
  const accounted = totals.success + totals.failure + totals.ignored + snapshot.inFlight;
  same('acquired = settled + in flight', totals.acquired, accounted);
  same('state', real.breaker.state, model.state);
  same('state in the snapshot', snapshot.state, model.state);
  same('manual', snapshot.manual, model.manual);
  same('consecutive failures', snapshot.consecutiveFailures, model.row);
  same('in flight', snapshot.inFlight, model.live.size);
  same('retryAfterMs', snapshot.retryAfterMs, model.until === null ? null : model.until - model.now);
  // Timers: one for an open state that waits, one lease per probe, nothing else.
  const probes = model.probes().length;
  same('timers', real.clock.pending, (model.until === null ? 0 : 1) + probes);
  same('probe slots kept', probes <= LIMITS.halfOpenMax, true);
}

/** An `expect` after every step of ten thousand sequences would be most of the time. */
function same(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) expect.fail(`${what}: ${String(actual)}, the model says ${String(expected)}`);
}

/** The event stream alone must tell the same story: this is all that metrics ever see. */
function eventsAgree(real: Real): void {
  const counted = { success: 0, failure: 0, ignored: 0, rejected: 0 };
  let gauge = 'closed';
  let changedAt: number | null = null;
  for (const event of real.events) {
    if (event.type === 'breaker.settled') counted[event.status] += 1;
    if (event.type === 'breaker.ignored') counted.ignored += 1;
    if (event.type === 'breaker.rejected') counted.rejected += 1;
    if (event.type === 'breaker.added') changedAt = event.at;
    if (event.type !== 'breaker.transitioned') continue;
    same('from', event.from, gauge);
    same('a transition changes the state', event.to === gauge, false);
    gauge = event.to;
    changedAt = event.at;
  }
  const { state, lastStateChangeAt } = real.breaker.snapshot();
  expect(gauge).toBe(state);
  expect(changedAt).toBe(lastStateChangeAt);
  expect(real.breaker.totals()).toMatchObject(counted);
}

type Step = fc.Command<Model, Real>;

function step(name: string, act: (model: Model, real: Real) => void): Step {
  return {
    check: () => true,
    run(model, real): void {
      act(model, real);
      invariants(model, real);
    },
    toString: () => name,
  };
}

const acquire = (anyway: boolean): Step =>
  step(anyway ? 'acquireAnyway' : 'tryAcquire', (model, real) => {
    const { breaker } = real;
    const answer = anyway ? breaker.acquireAnyway() : breaker.tryAcquire();
    const expected = model.acquire(real.permits.length, anyway);
    same('admitted', answer.admitted, expected);
    if (answer.admitted) real.permits.push(answer);
    else same('state of the refusal', answer.state, model.state);
  });

/** Settles any permit ever taken, also one that was settled before. */
const settle = (pick: number, how: 'success' | 'failure' | 'ignored', detailMs?: number): Step =>
  step(`${how}(${String(pick)}, ${String(detailMs)})`, (model, real) => {
    const id = real.permits.length === 0 ? -1 : real.permits.length - 1 - (pick % real.permits.length);
    const permit = real.permits[id];
    if (how === 'success') permit?.success(detailMs);
    else if (how === 'failure') permit?.failure(detailMs);
    else permit?.ignore('client_aborted');
    model.settle(id, how, detailMs);
  });

const pass = (ms: number): Step =>
  step(`pass(${String(ms)})`, (model, real) => {
    real.clock.advance(ms);
    model.pass(ms);
  });

const reject: Step = step('recordRejection', (model, real) => {
  real.breaker.recordRejection();
  model.rejected += 1;
});

const isolate: Step = step('isolate', (model, real) => {
  real.breaker.isolate();
  model.manual = 'isolated';
  model.enter('open');
});
const reset: Step = step('reset', (model, real) => {
  real.breaker.reset();
  model.manual = null;
  model.enter('closed');
});
const disable: Step = step('disable', (model, real) => {
  real.breaker.disable();
  model.manual = 'disabled';
  model.enter('closed');
});
const observe: Step = step('observeOnly', (model, real) => {
  real.breaker.observeOnly();
  if (model.manual === 'isolated') model.enter('closed');
  model.manual = 'observing';
});

/** For a success the time to its first content, for a failure what the upstream asked to be left alone. */
const results = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.constant('success' as const), fc.constantFrom(undefined, 20, 500)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('failure' as const), fc.constantFrom(undefined, 150, 1_000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('ignored' as const), fc.constant(undefined)) },
);
const anyStep = fc.oneof(
  { weight: 8, arbitrary: fc.constant(acquire(false)) },
  { weight: 1, arbitrary: fc.constant(acquire(true)) },
  {
    weight: 8,
    arbitrary: fc.tuple(fc.nat(5), results).map(([pick, [how, detailMs]]) => settle(pick, how, detailMs)),
  },
  { weight: 4, arbitrary: fc.nat(120).map(pass) },
  { weight: 1, arbitrary: fc.constantFrom(reject, isolate, reset, disable, observe) },
);

it.each([
  ['failures in a row alone', null],
  ['every rule at once', RATES],
])('behaves as the reference model and keeps its invariants: %s', { timeout: 300_000 }, (_, rates) => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.commands([anyStep], { maxCommands: 120, size: 'max' }), (commands) => {
      const real = new Real(rates);
      fc.modelRun(() => ({ model: new Model(rates), real }), commands);
      eventsAgree(real);
      for (const e of real.events)
        if (e.type === 'breaker.transitioned') seen.add(`${e.from}>${e.to} ${e.cause}`);
      // No slot leaks: whatever is still out comes back, and nothing is left running but an open state's timer.
      for (const permit of real.permits) permit.ignore('deadline');
      expect(real.breaker.snapshot().inFlight).toBe(0);
      real.breaker.close();
      expect(real.clock.pending).toBe(0);
    }),
    { numRuns: RUNS },
  );
  // The sequences reached every transition there is, or the above would show nothing.
  expect([...seen].sort()).toEqual([
    'closed>open manual',
    'closed>open tripped',
    'half_open>closed manual',
    'half_open>closed recovered',
    'half_open>open manual',
    'half_open>open probe_failed',
    'open>closed manual',
    'open>half_open timer',
  ]);
});
