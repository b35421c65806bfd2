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
const RUNS = Number(process.env['BREAKER_MODEL_RUNS'] ?? 1_000);

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

  probes(): number[] {
    if (this.state !== 'half_open') return [];
    return [...this.live].flatMap(([id, p]) => (p.role === 'probe' && p.era === this.era ? [id] : []));
  }

  enter(state: Model['state']): void {
    this.state = state;
    this.era += 1;
    this.successes = 0;
    this.until = null;
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

  settle(id: number, how: 'success' | 'failure' | 'ignored', retryAfterMs = 0): void {
    const permit = this.live.get(id);
    if (permit === undefined) return;
    this.live.delete(id);
    this[how] += 1;
    if (how === 'ignored' || permit.era !== this.era || permit.role === 'bypass') return;
    this.row = how === 'failure' ? this.row + 1 : 0;
    if (this.state === 'half_open') {
      if (how === 'failure') this.trip(retryAfterMs);
      else if (++this.successes === LIMITS.closeAfter) this.enter('closed');
    } else if (this.row >= LIMITS.consecutiveFailures && this.manual !== 'disabled') this.trip(retryAfterMs);
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
  readonly breaker: CircuitBreaker = new CircuitBreaker(
    { name: 'm', openDoubling: true, ...LIMITS },
    { clock: this.clock, rng: { next: () => 0.5 }, emit: (event) => void this.events.push(event) },
  );
}

/** What must hold after every step, whatever was done. */
function invariants(model: Model, real: Real): void {
  const totals = real.breaker.totals();
  const snapshot = real.breaker.snapshot();
  expect(totals).toEqual({
    acquired: model.acquired,
    success: model.success,
    failure: model.failure,
    ignored: model.ignored,
    rejected: model.rejected,
  });
  expect(totals.acquired).toBe(totals.success + totals.failure + totals.ignored + snapshot.inFlight);
  expect(real.breaker.state).toBe(model.state);
  expect(snapshot).toMatchObject({
    state: model.state,
    manual: model.manual,
    consecutiveFailures: model.row,
    inFlight: model.live.size,
    retryAfterMs: model.until === null ? null : model.until - model.now,
  });
  // Timers: one for an open state that waits, one lease per probe, nothing else.
  expect(real.clock.pending).toBe((model.until === null ? 0 : 1) + model.probes().length);
  expect(model.probes().length).toBeLessThanOrEqual(LIMITS.halfOpenMax);
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
    expect(event.from).toBe(gauge);
    expect(event.to).not.toBe(gauge);
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
    expect(answer.admitted).toBe(expected);
    if (answer.admitted) real.permits.push(answer);
    else expect(answer.state).toBe(model.state);
  });

/** Settles any permit ever taken, also one that was settled before. */
const settle = (pick: number, how: 'success' | 'failure' | 'ignored', retryAfterMs: number): Step =>
  step(`${how}(${String(pick)}, ${String(retryAfterMs)})`, (model, real) => {
    const id = real.permits.length === 0 ? -1 : real.permits.length - 1 - (pick % real.permits.length);
    const permit = real.permits[id];
    if (how === 'success') permit?.success();
    else if (how === 'failure') permit?.failure(retryAfterMs);
    else permit?.ignore('client_aborted');
    model.settle(id, how, retryAfterMs);
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

const results = fc.constantFrom('success', 'failure', 'failure', 'failure', 'ignored');
const anyStep = fc.oneof(
  { weight: 8, arbitrary: fc.constant(acquire(false)) },
  { weight: 1, arbitrary: fc.constant(acquire(true)) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.nat(5), results, fc.constantFrom(0, 0, 0, 150, 1_000))
      .map(([pick, how, retryAfterMs]) => settle(pick, how, retryAfterMs)),
  },
  { weight: 4, arbitrary: fc.nat(120).map(pass) },
  { weight: 1, arbitrary: fc.constantFrom(reject, isolate, reset, disable, observe) },
);

it('behaves as the reference model and keeps its invariants', { timeout: 300_000 }, () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.commands([anyStep], { maxCommands: 120, size: 'max' }), (commands) => {
      const real = new Real();
      fc.modelRun(() => ({ model: new Model(), real }), commands);
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
