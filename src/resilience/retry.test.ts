import { describe, expect, it } from 'vitest';
import type { Dialect } from '../core/dialect.ts';
import { GatewayError } from '../core/errors.ts';
import type { GatewayEvent } from '../core/events.ts';
import { clientId, requestId, tenantId, upstreamName } from '../core/ids.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import {
  openExchange,
  type Exchange,
  type GatewayRequest,
  type GatewayResponse,
  type Handler,
} from '../core/request.ts';
import type { Route } from '../core/route.ts';
import type { ByteStream } from '../core/stream.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { createRetryStage, type RetryDeps, type RetryOptions } from './retry.ts';

const route: Route = {
  template: '/api/chat',
  methods: ['POST'],
  endpoint: '/api/chat',
  dialect: 'ollama',
  operation: 'chat',
  lane: 'generation',
  body: 'json',
  streamsByDefault: true,
  cacheable: true,
};

type Step = GatewayResponse | Error;

interface Scene {
  readonly clock: ManualClock;
  readonly events: GatewayEvent[];
  readonly cancel: CancelSource;
  readonly exchange: Exchange;
  /** Monotonic times at which attempts began. */
  readonly attemptsAt: number[];
  run(): Promise<GatewayResponse>;
}

function scene(
  steps: readonly Step[],
  options: Partial<RetryOptions> = {},
  request: Partial<GatewayRequest> = {},
  deps: Partial<RetryDeps> = {},
): Scene {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const cancel = new CancelSource();
  const attemptsAt: number[] = [];
  const exchange = openExchange(
    {
      id: requestId('r'),
      route,
      method: 'POST',
      target: '/api/chat',
      headers: {},
      body: Buffer.from('{}'),
      facts: { model: null, stream: false, json: {} },
      client: clientId('c'),
      tenant: tenantId('t'),
      cachePolicy: 'default',
      priority: 0,
      receivedAt: 0,
      deadlineAt: null,
      ...request,
    },
    {} as Dialect,
    cancel,
  );
  // Plays the script; its last step repeats.
  const next: Handler = (current) => {
    const step = steps[Math.min(attemptsAt.length, steps.length - 1)] as Step;
    attemptsAt.push(clock.now());
    current.tried.push(upstreamName(`u${String(attemptsAt.length)}`));
    return step instanceof Error ? Promise.reject(step) : Promise.resolve(step);
  };
  const emit = (event: GatewayEvent): void => void events.push(event);
  const stage = createRetryStage(options, { clock, rng: { next: () => 0.5 }, emit, ...deps });
  return { clock, events, cancel, exchange, attemptsAt, run: () => stage(next)(exchange) };
}

const response = (outcome: AttemptOutcome, more: Partial<GatewayResponse> = {}): GatewayResponse => ({
  status: outcome === 'success' ? 200 : 500,
  headers: [],
  body: Buffer.from(outcome),
  outcome,
  streaming: false,
  ...more,
});
const failure = (outcome: AttemptOutcome): GatewayError =>
  new GatewayError('upstream_failed', outcome, { outcome });
const ok = response('success');

/** Lets the stage run to its next wait: promises only, no time passes. */
async function flush(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** Moves time on until the promise has settled. */
async function finish<T>(s: Scene, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = promise.finally(() => {
    settled = true;
  });
  done.catch(() => undefined);
  for (let i = 0; i < 1_000 && !settled; i += 1) {
    await flush();
    if (!settled) s.clock.advance(100);
  }
  return done;
}

const reasons = (s: Scene): string[] =>
  s.events.map((e) => (e.type === 'upstream.retried' ? `${e.upstream} ${e.reason}` : e.type));

describe('what it retries', () => {
  it('passes a success on, untouched and without a timer', async () => {
    const s = scene([ok]);
    expect(await s.run()).toBe(ok);
    expect(s.attemptsAt).toHaveLength(1);
    expect(s.clock.pending).toBe(0);
    expect(s.events).toEqual([]);
  });

  it('passes on answers without an outcome and outcomes that no attempt can change', async () => {
    const { outcome: _, ...cached } = ok;
    for (const answer of [cached, response('client_error'), response('total_timeout')]) {
      const s = scene([answer]);
      expect(await s.run()).toBe(answer);
      expect(s.attemptsAt).toHaveLength(1);
    }
  });

  it('backs off between server errors and returns the last one', async () => {
    const last = response('server_error');
    const s = scene([response('server_error'), response('server_error'), response('server_error'), last]);
    expect(await finish(s, s.run())).toBe(last);
    expect(s.attemptsAt).toEqual([0, 300, 900, 2_100]);
    expect(s.exchange.waitedMs).toBe(2_100);
    expect(reasons(s)).toEqual(['u1 server_error', 'u2 server_error', 'u3 server_error']);
  });

  it('retries thrown transport failures and rethrows the last', async () => {
    const errors = [
      failure('first_token_timeout'),
      failure('reset'),
      failure('truncated'),
      failure('malformed'),
    ];
    const s = scene(errors);
    await expect(finish(s, s.run())).rejects.toBe(errors[3]);
    expect(reasons(s)).toEqual(['u1 timeout', 'u2 reset', 'u3 stream_error']);
  });

  it('succeeds on a later attempt', async () => {
    const s = scene([failure('stream_error'), ok]);
    expect(await finish(s, s.run())).toBe(ok);
  });

  it('never retries our own refusals or defects, and waits for no breaker', async () => {
    for (const error of [
      new GatewayError('breaker_open', 'open'),
      new GatewayError('queue_full', 'full'),
      new Error('bug'),
    ]) {
      const s = scene([error]);
      await expect(s.run()).rejects.toBe(error);
      expect(s.attemptsAt).toHaveLength(1);
    }
    const open = new GatewayError('breaker_open', 'open');
    const s = scene([response('server_error'), open]);
    await expect(finish(s, s.run())).rejects.toBe(open);
    expect(s.attemptsAt).toHaveLength(2);
  });

  it('is off at max 0 and refuses a nonsensical max', async () => {
    const answer = response('server_error');
    const s = scene([answer], { max: 0 });
    expect(await s.run()).toBe(answer);
    expect(() => scene([ok], { max: -1 })).toThrow('retry: max must be a whole number of at least 0, got -1');
  });
});

describe('when it waits', () => {
  it.each(['connect_error', 'reset'] as const)(
    'goes on at once after the first %s, then backs off',
    async (outcome) => {
      const s = scene([failure(outcome)]);
      await expect(finish(s, s.run())).rejects.toMatchObject({ outcome });
      expect(s.attemptsAt.slice(0, 2)).toEqual([0, 0]);
      expect(s.attemptsAt[2]).toBeGreaterThan(0);
    },
  );

  it('waits as long as the upstream asks, if that is bearable', async () => {
    const s = scene([response('rate_limited', { retryAfterMs: 5_000 }), ok]);
    expect(await finish(s, s.run())).toBe(ok);
    expect(s.attemptsAt).toEqual([0, 5_000]);
  });

  it('hands an unbearable Retry-After to the client', async () => {
    const busy = response('overloaded', { retryAfterMs: 60_000 });
    const s = scene([busy, ok]);
    expect(await s.run()).toBe(busy);
    expect(s.events).toEqual([]);
  });

  it('does not wait when another upstream can take it', async () => {
    const s = scene(
      [response('rate_limited', { retryAfterMs: 60_000 }), ok],
      {},
      {},
      { elsewhere: () => true },
    );
    expect(await s.run()).toBe(ok);
    expect(s.attemptsAt).toEqual([0, 0]);
  });

  it('looks for a missing model only elsewhere', async () => {
    const missing = response('model_missing', { status: 404 });
    const alone = scene([missing, ok]);
    expect(await alone.run()).toBe(missing);
    const two = scene([missing, ok], {}, {}, { elsewhere: ({ tried }) => tried.length < 2 });
    expect(await two.run()).toBe(ok);
  });
});

describe('what bounds it', () => {
  it('leaves a deadline that the wait would miss to the client', async () => {
    const answer = response('server_error');
    const s = scene([answer, ok], {}, { deadlineAt: 300 });
    expect(await s.run()).toBe(answer);
    const later = scene([answer, ok], {}, { deadlineAt: 301 });
    expect(await finish(later, later.run())).toBe(ok);
  });

  it('stops waiting at once when the client leaves', async () => {
    const s = scene([failure('server_error'), ok]);
    const running = s.run();
    running.catch(() => undefined);
    await flush();
    s.clock.advance(100);
    s.cancel.cancel(new Error('socket closed'));
    await expect(running).rejects.toMatchObject({ code: 'client_closed' });
    expect(s.attemptsAt).toEqual([0]);
    expect(s.exchange.waitedMs).toBe(100);
    expect(s.clock.pending).toBe(0);
  });

  it('keeps the reason when it is already one of ours', async () => {
    const deadline = new GatewayError('deadline_exceeded', 'too late');
    const s = scene([failure('server_error'), ok]);
    const running = s.run();
    running.catch(() => undefined);
    await flush();
    s.cancel.cancel(deadline);
    await expect(running).rejects.toBe(deadline);
  });

  it('does not begin again for a client that left during the attempt', async () => {
    const error = failure('connect_error');
    const s = scene([error]);
    s.cancel.cancel(new Error('socket closed'));
    await expect(s.run()).rejects.toBe(error);
    expect(s.attemptsAt).toHaveLength(1);
  });

  it('sends a body twice only if it has it', async () => {
    async function* unread(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('{}'));
    }
    for (const body of [unread(), Buffer.alloc(101)]) {
      const error = failure('connect_error');
      const s = scene([error], { replayBytes: 100 }, { body });
      await expect(s.run()).rejects.toBe(error);
      expect(s.attemptsAt).toHaveLength(1);
    }
    for (const body of [null, Buffer.alloc(100)]) {
      const s = scene([failure('connect_error'), ok], { replayBytes: 100 }, { body });
      expect(await s.run()).toBe(ok);
    }
  });

  it('repeats a management call only if it never arrived', async () => {
    const manage: Partial<GatewayRequest> = { route: { ...route, operation: 'manage' }, body: null };
    const arrived = scene([failure('reset'), ok], {}, manage);
    await expect(arrived.run()).rejects.toMatchObject({ outcome: 'reset' });
    const not = scene([failure('connect_error'), ok], {}, manage);
    expect(await not.run()).toBe(ok);
  });

  it('says once that the budget is spent and gives what it has', async () => {
    const answer = response('server_error');
    const s = scene([answer], { budget: 0, max: 5 });
    expect(await finish(s, s.run())).toBe(answer);
    expect(reasons(s)).toEqual([
      'u1 server_error',
      'u2 server_error',
      'u3 server_error',
      'retry.budget-exhausted',
    ]);
  });

  it('attributes nothing when no upstream was tried', async () => {
    const s = scene([failure('connect_error'), ok]);
    const stage = createRetryStage(
      {},
      { clock: s.clock, rng: { next: () => 0 }, emit: (e) => void s.events.push(e) },
    );
    let calls = 0;
    const next: Handler = () =>
      calls++ === 0 ? Promise.reject(failure('connect_error')) : Promise.resolve(ok);
    expect(await stage(next)(s.exchange)).toBe(ok);
    expect(s.events).toEqual([]);
  });
});

describe('what it gives back', () => {
  function streamed(outcome: AttemptOutcome): { answer: GatewayResponse; cancelledBy: Error[] } {
    const cancelledBy: Error[] = [];
    const body: ByteStream = {
      start: () => undefined,
      resume: () => undefined,
      cancel: (reason) => void cancelledBy.push(reason),
    };
    return { answer: response(outcome, { body }), cancelledBy };
  }

  it('cancels a stream it discards, before it waits', async () => {
    const { answer, cancelledBy } = streamed('server_error');
    const s = scene([answer, ok]);
    const running = s.run();
    await flush();
    expect(cancelledBy).toHaveLength(1);
    expect(await finish(s, running)).toBe(ok);
    expect(cancelledBy).toHaveLength(1);
  });

  it('leaves a stream it returns alone', async () => {
    const { answer, cancelledBy } = streamed('server_error');
    const s = scene([answer], { max: 1 }, { deadlineAt: 1 });
    expect(await s.run()).toBe(answer);
    expect(cancelledBy).toEqual([]);
  });

  it('has nothing to give back for an empty body', async () => {
    const s = scene([response('server_error', { body: null }), ok]);
    expect(await finish(s, s.run())).toBe(ok);
  });
});
