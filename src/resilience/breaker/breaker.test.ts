import { describe, expect, it } from 'vitest';
import type { BreakerEvent } from '../../core/events.ts';
import { GatewayError } from '../../core/errors.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { CircuitBreaker } from './breaker.ts';
import type { BreakerOptions } from './options.ts';
import type { BreakerPermit, BreakerRejection } from './permit.ts';

/** Half of every spread: open times come out exactly as configured. */
const noJitter = { next: () => 0.5 };

function setUp(options: Partial<BreakerOptions> = {}): {
  clock: ManualClock;
  events: BreakerEvent[];
  breaker: CircuitBreaker;
} {
  const clock = new ManualClock();
  const events: BreakerEvent[] = [];
  const emit = (event: BreakerEvent): void => void events.push(event);
  const breaker = new CircuitBreaker({ name: 'local', ...options }, { clock, rng: noJitter, emit });
  return { clock, events, breaker };
}

function admitted(answer: BreakerPermit | BreakerRejection): BreakerPermit {
  if (!answer.admitted) throw new Error(`expected a permit, was refused: ${answer.state}`);
  return answer;
}

function refused(answer: BreakerPermit | BreakerRejection): BreakerRejection {
  if (answer.admitted) throw new Error('expected a refusal, got a permit');
  return answer;
}

function fail(breaker: CircuitBreaker, times = 1, retryAfterMs?: number): void {
  for (let i = 0; i < times; i += 1) admitted(breaker.tryAcquire()).failure(retryAfterMs);
}

function succeed(breaker: CircuitBreaker, times = 1, firstContentMs?: number): void {
  for (let i = 0; i < times; i += 1) admitted(breaker.tryAcquire()).success(firstContentMs);
}

const transitions = (events: BreakerEvent[]): string[] =>
  events.flatMap((e) => (e.type === 'breaker.transitioned' ? [`${e.from}>${e.to} ${e.cause}`] : []));

describe('closed', () => {
  it('opens at the fifth failure in a row and says so once', () => {
    const { clock, breaker, events } = setUp();
    clock.advance(1_000);
    fail(breaker, 4);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 4 });
    fail(breaker);
    expect(breaker.snapshot()).toEqual({
      name: 'local',
      state: 'open',
      consecutiveFailures: 5,
      lastStateChangeAt: 1_700_000_001_000,
      inFlight: 0,
      retryAfterMs: 30_000,
      manual: null,
    });
    expect(transitions(events)).toEqual(['closed>open tripped']);
  });

  it('starts its row again after a success, and not after an ignored call', () => {
    const { breaker } = setUp();
    fail(breaker, 4);
    admitted(breaker.tryAcquire()).ignore('client_aborted');
    expect(breaker.snapshot().consecutiveFailures).toBe(4);
    succeed(breaker);
    expect(breaker.snapshot().consecutiveFailures).toBe(0);
    fail(breaker, 4);
    expect(breaker.snapshot().state).toBe('closed');
  });

  it('trips on the failure rate once it has seen enough calls', () => {
    const { breaker } = setUp({ consecutiveFailures: null, failureRate: 0.5, windowSize: 4, minCalls: 4 });
    succeed(breaker, 4);
    fail(breaker);
    expect(breaker.snapshot().state).toBe('closed');
    succeed(breaker, 1);
    fail(breaker);
    expect(breaker.snapshot().state).toBe('open');
  });

  it('judges by its rates anew after every change of state', () => {
    const { clock, breaker } = setUp({
      consecutiveFailures: null,
      failureRate: 0.5,
      windowSize: 4,
      minCalls: 4,
    });
    fail(breaker, 4);
    clock.advance(30_000);
    succeed(breaker, 2);
    fail(breaker, 3);
    expect(breaker.snapshot().state).toBe('closed');
    fail(breaker);
    expect(breaker.snapshot().state).toBe('open');
  });

  it('trips on slow first content and ignores calls whose time is unknown', () => {
    const { breaker } = setUp({ slowCallMs: 1_000, slowCallRate: 1, windowSize: 3, minCalls: 3 });
    succeed(breaker, 2, 1_001);
    succeed(breaker, 5);
    expect(breaker.snapshot().state).toBe('closed');
    succeed(breaker, 1, 1_001);
    expect(breaker.snapshot().state).toBe('open');
  });

  it('counts in flight until settled, and settles once', () => {
    const { breaker, events } = setUp();
    const permit = admitted(breaker.tryAcquire());
    expect(breaker.snapshot().inFlight).toBe(1);
    permit.success();
    permit.failure();
    permit.ignore('deadline');
    expect(breaker.snapshot().inFlight).toBe(0);
    expect(breaker.totals()).toEqual({ acquired: 1, success: 1, failure: 0, ignored: 0, rejected: 0 });
    expect(events.filter((e) => e.type !== 'breaker.added')).toEqual([
      { type: 'breaker.settled', breaker: 'local', status: 'success' },
    ]);
  });
});

describe('open', () => {
  it('refuses with the time left, counts only rejections that are declared, and never calls them failures', () => {
    const { clock, breaker, events } = setUp();
    fail(breaker, 5);
    clock.advance(10_000);
    expect(refused(breaker.tryAcquire())).toEqual({ admitted: false, state: 'open', retryAfterMs: 20_000 });
    expect(breaker.totals().rejected).toBe(0);
    breaker.recordRejection();
    expect(breaker.totals().rejected).toBe(1);
    expect(events.at(-1)).toEqual({ type: 'breaker.rejected', breaker: 'local' });
    expect(breaker.snapshot().consecutiveFailures).toBe(5);
  });

  it('becomes half-open by its timer, without traffic', () => {
    const { clock, breaker, events } = setUp();
    fail(breaker, 5);
    clock.advance(29_999);
    expect(breaker.snapshot().state).toBe('open');
    clock.advance(1);
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', retryAfterMs: null });
    expect(transitions(events)).toEqual(['closed>open tripped', 'open>half_open timer']);
  });

  it('does not wait for a timer that a blocked event loop holds up', () => {
    let now = 0;
    const clock = new ManualClock();
    const late = { now: () => now, wallMs: () => now, setTimer: clock.setTimer.bind(clock) };
    const breaker = new CircuitBreaker({ name: 'local' }, { clock: late, rng: noJitter });
    fail(breaker, 5);
    now = 30_000;
    expect(breaker.tryAcquire().admitted).toBe(true);
    expect(breaker.snapshot().state).toBe('half_open');
    expect(clock.pending).toBe(1); // The probe's lease; the late timer is gone.
  });

  it('stays open longer when the upstream asks for it, up to the bound', () => {
    const { clock, breaker } = setUp();
    fail(breaker, 4);
    fail(breaker, 1, 120_000);
    expect(breaker.snapshot().retryAfterMs).toBe(120_000);
    clock.advance(120_000);
    fail(breaker, 1, 86_400_000);
    expect(breaker.snapshot().retryAfterMs).toBe(300_000);
  });

  it('doubles from open to open when asked to, and starts over once it has recovered', () => {
    const { clock, breaker } = setUp({ openDoubling: true, closeAfter: 1 });
    fail(breaker, 5);
    const seen: (number | null)[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { retryAfterMs } = breaker.snapshot();
      seen.push(retryAfterMs);
      clock.advance(retryAfterMs ?? 0);
      fail(breaker);
    }
    expect(seen).toEqual([30_000, 60_000, 120_000, 240_000, 300_000]);
    clock.advance(300_000);
    succeed(breaker);
    fail(breaker, 5);
    expect(breaker.snapshot().retryAfterMs).toBe(30_000);
  });

  it('lets a call through against its state when the caller has no better choice, and learns nothing from it', () => {
    const { breaker } = setUp();
    fail(breaker, 5);
    breaker.acquireAnyway().success();
    expect(breaker.snapshot()).toMatchObject({ state: 'open', consecutiveFailures: 5, inFlight: 0 });
    expect(breaker.totals().success).toBe(1);
    breaker.reset();
    breaker.acquireAnyway().failure();
    expect(breaker.snapshot().consecutiveFailures).toBe(1);
  });
});

describe('half-open', () => {
  function halfOpen(options: Partial<BreakerOptions> = {}): ReturnType<typeof setUp> {
    const parts = setUp(options);
    fail(parts.breaker, 5);
    parts.clock.advance(30_000);
    parts.events.length = 0;
    return parts;
  }

  it('admits three probes and refuses the fourth at once', () => {
    const { breaker } = halfOpen();
    for (let i = 0; i < 3; i += 1) admitted(breaker.tryAcquire());
    expect(refused(breaker.tryAcquire())).toEqual({
      admitted: false,
      state: 'half_open',
      retryAfterMs: 1_000,
    });
  });

  it('closes after two successes in a row and is then as new', () => {
    const { clock, breaker, events } = halfOpen();
    succeed(breaker);
    expect(breaker.snapshot().state).toBe('half_open');
    succeed(breaker);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
    expect(transitions(events)).toEqual(['half_open>closed recovered']);
    expect(clock.pending).toBe(0);
  });

  it('reopens at any failure', () => {
    const { breaker, events } = halfOpen();
    succeed(breaker);
    fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', consecutiveFailures: 1 });
    expect(transitions(events)).toEqual(['half_open>open probe_failed']);
  });

  it('gives the slot back on ignore, without counting it for or against', () => {
    const { breaker } = halfOpen({ halfOpenMax: 1 });
    succeed(breaker);
    for (let i = 0; i < 5; i += 1) admitted(breaker.tryAcquire()).ignore('client_aborted');
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', inFlight: 0 });
    succeed(breaker);
    expect(breaker.snapshot().state).toBe('closed');
  });

  it('takes the slot of a probe that hangs, once', () => {
    const { clock, breaker, events } = halfOpen({ halfOpenMax: 1, probeLeaseMs: 60_000 });
    const hung = admitted(breaker.tryAcquire());
    clock.advance(59_999);
    expect(breaker.tryAcquire().admitted).toBe(false);
    clock.advance(1);
    expect(events.at(-1)).toEqual({ type: 'breaker.ignored', breaker: 'local', reason: 'lease_expired' });
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', inFlight: 0 });
    const next = admitted(breaker.tryAcquire());
    hung.failure();
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', inFlight: 1 });
    next.success();
    expect(breaker.totals()).toMatchObject({ acquired: 7, success: 1, failure: 5, ignored: 1 });
  });

  it('counts results of calls begun before the trip and lets them change nothing', () => {
    const { clock, breaker } = setUp();
    const early = [0, 1, 2, 3].map(() => admitted(breaker.tryAcquire()));
    fail(breaker, 5);
    early[0]?.failure();
    clock.advance(30_000);
    early[1]?.failure();
    early[2]?.success();
    early[3]?.success();
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', consecutiveFailures: 5, inFlight: 0 });
    expect(breaker.totals()).toMatchObject({ success: 2, failure: 7 });
  });

  it('lets a probe outlive its state without holding a slot or a timer', () => {
    const { clock, breaker } = halfOpen();
    const slow = admitted(breaker.tryAcquire());
    fail(breaker);
    expect(clock.pending).toBe(1); // Only the timer of the new open state.
    clock.advance(30_000);
    for (let i = 0; i < 3; i += 1) admitted(breaker.tryAcquire());
    slow.failure();
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', inFlight: 3 });
  });
});

describe('by hand', () => {
  it('isolates until told otherwise', () => {
    const { clock, breaker, events } = setUp();
    breaker.isolate();
    clock.advance(3_600_000);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', manual: 'isolated', retryAfterMs: null });
    expect(refused(breaker.tryAcquire()).retryAfterMs).toBe(30_000);
    breaker.reset();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', manual: null });
    expect(transitions(events)).toEqual(['closed>open manual', 'open>closed manual']);
  });

  it('isolates an open breaker without inventing a transition', () => {
    const { clock, breaker, events } = setUp();
    fail(breaker, 5);
    breaker.isolate();
    clock.advance(3_600_000);
    expect(breaker.snapshot().state).toBe('open');
    expect(transitions(events)).toEqual(['closed>open tripped']);
    expect(clock.pending).toBe(0);
  });

  it('disabled, it counts and never trips', () => {
    const { breaker } = setUp();
    breaker.isolate();
    breaker.disable();
    fail(breaker, 20);
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      manual: 'disabled',
      consecutiveFailures: 20,
    });
  });

  it('reset also forgets a row that has not tripped yet, and calls that began in it', () => {
    const { breaker } = setUp();
    fail(breaker, 4);
    const early = admitted(breaker.tryAcquire());
    breaker.reset();
    early.failure();
    fail(breaker, 4);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 4 });
  });

  it('observing, its states move and nobody is refused', () => {
    const { clock, breaker, events } = setUp({ halfOpenMax: 1 });
    breaker.observeOnly();
    fail(breaker, 5);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', manual: 'observing' });
    fail(breaker, 3);
    expect(breaker.snapshot().consecutiveFailures).toBe(5);
    clock.advance(30_000);
    const probe = admitted(breaker.tryAcquire());
    fail(breaker);
    expect(breaker.snapshot().state).toBe('half_open');
    probe.success();
    succeed(breaker);
    expect(breaker.snapshot().state).toBe('closed');
    expect(transitions(events)).toEqual([
      'closed>open tripped',
      'open>half_open timer',
      'half_open>closed recovered',
    ]);
  });

  it('observing ends an isolation', () => {
    const { breaker } = setUp();
    breaker.isolate();
    breaker.observeOnly();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', manual: 'observing' });
  });
});

describe('its reports', () => {
  it('is announced with its creation time and removed with its timers', () => {
    const { clock, breaker, events } = setUp();
    expect(events).toEqual([{ type: 'breaker.added', breaker: 'local', at: 1_700_000_000_000 }]);
    expect(breaker.snapshot().lastStateChangeAt).toBe(1_700_000_000_000);
    fail(breaker, 5);
    breaker.close();
    expect(clock.pending).toBe(0);
    expect(events.at(-1)).toEqual({ type: 'breaker.removed', breaker: 'local' });
    fail(breaker, 10);
    breaker.recordRejection();
    expect(events.at(-1)).toEqual({ type: 'breaker.removed', breaker: 'local' });
  });

  it('survives a listener that throws', () => {
    const emit = (): void => {
      throw new Error('listener');
    };
    const clock = new ManualClock();
    const breaker = new CircuitBreaker({ name: 'local' }, { clock, rng: noJitter, emit });
    fail(breaker, 5);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', inFlight: 0 });
  });

  it('may be acted on by a listener', () => {
    const clock = new ManualClock();
    let now = 0;
    const late = { now: () => now, wallMs: () => now, setTimer: clock.setTimer.bind(clock) };
    const emit = (event: BreakerEvent): void => {
      if (event.type === 'breaker.transitioned' && event.to === 'half_open') breaker.reset();
    };
    const breaker: CircuitBreaker = new CircuitBreaker(
      { name: 'local' },
      { clock: late, rng: noJitter, emit },
    );
    fail(breaker, 5);
    now = 30_000;
    admitted(breaker.tryAcquire()).success();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', inFlight: 0 });
  });

  it('runs on the system clock by default and does not keep the process alive', () => {
    const before = Date.now();
    const breaker = new CircuitBreaker({ name: 'alone' });
    fail(breaker, 5);
    const { lastStateChangeAt, retryAfterMs } = breaker.snapshot();
    expect(lastStateChangeAt).toBeGreaterThanOrEqual(before);
    expect(retryAfterMs).toBeGreaterThan(26_000);
    expect(retryAfterMs).toBeLessThanOrEqual(33_000);
    breaker.close();
  });
});

describe('execute', () => {
  it('passes values and errors through and settles by them', async () => {
    const { breaker } = setUp();
    await expect(breaker.execute(() => Promise.resolve(42))).resolves.toBe(42);
    const broken = new Error('broken');
    await expect(breaker.execute(() => Promise.reject(broken))).rejects.toBe(broken);
    await expect(
      breaker.execute(() => {
        throw broken;
      }),
    ).rejects.toBe(broken);
    expect(breaker.totals()).toEqual({ acquired: 3, success: 1, failure: 2, ignored: 0, rejected: 0 });
  });

  it('refuses without calling, counts the rejection and says when to come back', async () => {
    const { breaker } = setUp({ consecutiveFailures: 1 });
    fail(breaker);
    let called = false;
    const refusal = breaker.execute(async () => {
      called = true;
    });
    await expect(refusal).rejects.toMatchObject({
      code: 'breaker_open',
      retryAfterMs: 30_000,
      message: 'circuit breaker "local" is open',
    });
    expect(called).toBe(false);
    expect(breaker.totals().rejected).toBe(1);
  });

  it('ignores what is not the callee’s fault', async () => {
    const { breaker, events } = setUp({ consecutiveFailures: 1 });
    const errors = [
      new DOMException('stop', 'AbortError'),
      new GatewayError('client_closed', 'gone', { outcome: 'aborted' }),
      new GatewayError('queue_full', 'full'),
    ];
    for (const error of errors)
      await expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error);
    expect(events.flatMap((e) => (e.type === 'breaker.ignored' ? [e.reason] : []))).toEqual([
      'client_aborted',
      'client_aborted',
      'not_sent',
    ]);
    expect(breaker.snapshot().state).toBe('closed');
  });

  it('counts a GatewayError by its outcome, with what it asks for', async () => {
    const { breaker } = setUp({ consecutiveFailures: 1 });
    const error = new GatewayError('upstream_failed', 'no', {
      outcome: 'server_error',
      retryAfterMs: 90_000,
    });
    await expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 90_000 });
  });

  it('calls a rejection a failure whatever its outcome says, and one without a hint just that', async () => {
    const { breaker } = setUp({ consecutiveFailures: 1 });
    const odd = new GatewayError('not_cached', 'odd', { outcome: 'success' });
    await expect(breaker.execute(() => Promise.reject(odd))).rejects.toBe(odd);
    expect(breaker.totals().failure).toBe(1);
    expect(breaker.snapshot().retryAfterMs).toBe(30_000);
  });

  it('takes a classifier, and settles also when that throws', async () => {
    const { breaker } = setUp({ consecutiveFailures: 1 });
    const error = new Error('404');
    const rejected = breaker.execute(
      () => Promise.reject(error),
      () => 'client_error',
    );
    await expect(rejected).rejects.toBe(error);
    expect(breaker.totals()).toMatchObject({ failure: 0, ignored: 1 });
    const worse = breaker.execute(
      () => Promise.reject(error),
      () => {
        throw new Error('classifier');
      },
    );
    await expect(worse).rejects.toThrow('classifier');
    expect(breaker.snapshot()).toMatchObject({ state: 'open', inFlight: 0 });
  });
});
