import { describe, expect, it } from 'vitest';
import { GatewayError } from '../core/errors.ts';
import type { GatewayEvent } from '../core/events.ts';
import { clientId, upstreamName } from '../core/ids.ts';
import { CancelSource, neverCancelled } from '../runtime/cancel.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import type { Permit } from './held-permit.ts';
import { PermitQueue, type PermitWaiter } from './permits.ts';
import type { PermitQueueOptions } from './queue-options.ts';

function setUp(options: Partial<PermitQueueOptions> = {}): {
  clock: ManualClock;
  events: GatewayEvent[];
  queue: PermitQueue;
} {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const queue = new PermitQueue(
    { permits: 1, max: 4, waitMs: 30_000, ...options },
    { clock, emit: (event) => void events.push(event), upstream: upstreamName('local') },
  );
  return { clock, events, queue };
}

const waiter = (client: string, more: Partial<PermitWaiter> = {}): PermitWaiter => ({
  client: clientId(client),
  deadlineAt: null,
  cancel: neverCancelled,
  ...more,
});

function take(queue: PermitQueue): Permit {
  const permit = queue.tryAcquire();
  if (permit === null) throw new Error('expected a free permit');
  return permit;
}

/** The error of a promise that must reject. */
async function refusal(promise: Promise<Permit>): Promise<GatewayError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GatewayError)) throw new Error('expected a GatewayError');
  return error;
}

/** One call that held its permit for so long. */
function serve(queue: PermitQueue, clock: ManualClock, heldMs: number): void {
  const permit = take(queue);
  clock.advance(heldMs);
  permit.release();
}

const rejections = (events: GatewayEvent[]): string[] =>
  events.flatMap((e) => (e.type === 'queue.rejected' ? [e.reason] : []));

describe('permits', () => {
  it('gives out as many as there are and takes each back once', () => {
    const { queue, events } = setUp({ permits: 2 });
    const first = take(queue);
    take(queue);
    expect(queue.tryAcquire()).toBeNull();
    expect(queue.snapshot()).toEqual({
      upstream: 'local',
      depth: 0,
      permits: 2,
      permitsInUse: 2,
      oldestWaitMs: 0,
    });
    first.release();
    first.release();
    expect(queue.snapshot().permitsInUse).toBe(1);
    expect(events).toEqual([
      { type: 'queue.waited', upstream: 'local', durationMs: 0 },
      { type: 'queue.waited', upstream: 'local', durationMs: 0 },
    ]);
  });

  it('hands a returned permit to the next in line, with what it waited', async () => {
    const { clock, queue, events } = setUp();
    const held = take(queue);
    const waiting = queue.acquire(waiter('a'));
    expect(queue.snapshot().depth).toBe(1);
    clock.advance(250);
    held.release();
    expect(queue.snapshot()).toMatchObject({ depth: 0, permitsInUse: 1 });
    expect(queue.tryAcquire()).toBeNull();
    (await waiting).release();
    expect(events.at(-1)).toEqual({ type: 'queue.waited', upstream: 'local', durationMs: 250 });
    expect(queue.snapshot().permitsInUse).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('is granted at once when one is free', async () => {
    const { queue, clock } = setUp();
    (await queue.acquire(waiter('a', { deadlineAt: 10 }))).release();
    expect(clock.pending).toBe(0);
  });

  it('can be resized: more at once, fewer as they come back', async () => {
    const { queue } = setUp();
    take(queue);
    const second = queue.acquire(waiter('a'));
    queue.resize(2);
    const permit = await second;
    queue.resize(1);
    expect(queue.snapshot()).toMatchObject({ permits: 1, permitsInUse: 2 });
    permit.release();
    expect(queue.tryAcquire()).toBeNull();
    expect(() => {
      queue.resize(0);
    }).toThrow('queue of "local": permits must be a whole number of at least 1, got 0');
  });

  it.each<[Partial<PermitQueueOptions>, string]>([
    [{ permits: 0 }, 'permits must be a whole number of at least 1, got 0'],
    [{ max: -1 }, 'max must be a whole number of at least 0, got -1'],
    [{ waitMs: NaN }, 'waitMs must be at least 0, got NaN'],
  ])('refuses %j', (options, message) => {
    expect(() => setUp(options)).toThrow(message);
  });
});

describe('refusals', () => {
  it('turns away what does not fit in the line', async () => {
    const { queue, events } = setUp({ max: 1 });
    take(queue);
    void queue.acquire(waiter('a'));
    expect(await refusal(queue.acquire(waiter('a')))).toMatchObject({
      code: 'queue_full',
      status: 503,
      retryAfterMs: 1_000,
    });
    expect(rejections(events)).toEqual(['full']);
  });

  it('with no room at all, only free permits count', async () => {
    const { queue } = setUp({ max: 0 });
    const held = await queue.acquire(waiter('a'));
    expect((await refusal(queue.acquire(waiter('b')))).code).toBe('queue_full');
    held.release();
    expect(queue.tryAcquire()).not.toBeNull();
  });

  it('lets a client with nothing waiting displace the newest of a flood', async () => {
    const { queue, events } = setUp({ max: 3 });
    const held = take(queue);
    const flood = [1, 2, 3].map(() => queue.acquire(waiter('flood')));
    const polite = queue.acquire(waiter('polite'));
    expect((await refusal(flood[2] as Promise<Permit>)).message).toContain('a client with fewer waiting');
    expect(queue.snapshot().depth).toBe(3);
    expect(rejections(events)).toEqual(['full']);
    held.release();
    (await (flood[0] as Promise<Permit>)).release();
    (await polite).release();
    (await (flood[1] as Promise<Permit>)).release();
  });

  it('gives up after the longest wait', async () => {
    const { clock, queue, events } = setUp();
    take(queue);
    const waiting = queue.acquire(waiter('a'));
    clock.advance(30_000);
    expect(await refusal(waiting)).toMatchObject({
      code: 'queue_timeout',
      message: 'no permit for "local" within 30000 ms',
    });
    expect(rejections(events)).toEqual(['timeout']);
    expect(queue.snapshot().depth).toBe(0);
  });

  it('gives up at the deadline if that is sooner', async () => {
    const { clock, queue, events } = setUp();
    take(queue);
    const waiting = queue.acquire(waiter('a', { deadlineAt: 500 }));
    clock.advance(500);
    expect((await refusal(waiting)).code).toBe('deadline_exceeded');
    expect((await refusal(queue.acquire(waiter('a', { deadlineAt: 500 })))).code).toBe('deadline_exceeded');
    expect(rejections(events)).toEqual(['deadline', 'deadline']);
  });

  it('refuses early what could not be served in time, and says how long it would take', async () => {
    const { clock, queue, events } = setUp();
    serve(queue, clock, 10_000);
    take(queue);
    void queue.acquire(waiter('a'));
    expect(queue.expectedWaitMs).toBe(20_000);
    const late = queue.acquire(waiter('a', { deadlineAt: clock.now() + 19_999 }));
    expect(await refusal(late)).toMatchObject({
      code: 'deadline_exceeded',
      retryAfterMs: 20_000,
      message: 'the wait would be about 20000 ms for "local", the deadline is in 19999 ms',
    });
    expect(rejections(events)).toEqual(['deadline']);
    void queue.acquire(waiter('a', { deadlineAt: clock.now() + 20_000 }));
    expect(queue.snapshot().depth).toBe(2);
  });

  it('reckons with turns: a flood ahead does not make a newcomer hopeless', () => {
    const { clock, queue } = setUp({ max: 100 });
    serve(queue, clock, 1_000);
    take(queue);
    for (let i = 0; i < 50; i += 1) void queue.acquire(waiter('flood'));
    void queue.acquire(waiter('polite', { deadlineAt: clock.now() + 2_000 }));
    expect(queue.snapshot().depth).toBe(51);
  });

  it('keeps the advice within reason', async () => {
    const { clock, queue } = setUp({ max: 0 });
    serve(queue, clock, 600_000);
    take(queue);
    expect((await refusal(queue.acquire(waiter('a')))).retryAfterMs).toBe(60_000);
  });
});

describe('a client that leaves', () => {
  it('frees its place at once and is not counted as refused', async () => {
    const { clock, queue, events } = setUp({ max: 1 });
    take(queue);
    const cancel = new CancelSource();
    const waiting = queue.acquire(waiter('a', { cancel }));
    cancel.cancel(new Error('socket closed'));
    expect(queue.snapshot().depth).toBe(0);
    expect(clock.pending).toBe(0);
    expect((await refusal(waiting)).code).toBe('client_closed');
    expect(rejections(events)).toEqual([]);
    void queue.acquire(waiter('b'));
    expect(queue.snapshot().depth).toBe(1);
  });

  it('because of its deadline is refused for that', async () => {
    const { queue, events } = setUp();
    take(queue);
    const cancel = new CancelSource();
    const waiting = queue.acquire(waiter('a', { cancel }));
    const deadline = new GatewayError('deadline_exceeded', 'late');
    cancel.cancel(deadline);
    expect(await refusal(waiting)).toBe(deadline);
    expect(rejections(events)).toEqual(['deadline']);
    const draining = new CancelSource();
    draining.cancel(new GatewayError('draining', 'bye'));
    expect((await refusal(queue.acquire(waiter('a', { cancel: draining })))).code).toBe('draining');
    expect(rejections(events)).toEqual(['deadline']);
  });

  it('before asking gets nothing, even if a permit is free', async () => {
    const { queue } = setUp();
    const cancel = new CancelSource();
    cancel.cancel(new Error('socket closed'));
    expect((await refusal(queue.acquire(waiter('a', { cancel })))).code).toBe('client_closed');
    expect(queue.snapshot().permitsInUse).toBe(0);
  });

  it('after it was served changes nothing and is not counted', async () => {
    const { queue, events } = setUp();
    const held = take(queue);
    const cancel = new CancelSource();
    const waiting = queue.acquire(waiter('a', { cancel }));
    held.release();
    cancel.cancel(new GatewayError('deadline_exceeded', 'late'));
    (await waiting).release();
    expect(queue.snapshot().permitsInUse).toBe(0);
    expect(rejections(events)).toEqual([]);
  });
});

describe('draining', () => {
  it('turns the line away and lets what is running finish', async () => {
    const { clock, queue, events } = setUp();
    const held = take(queue);
    const waiting = [queue.acquire(waiter('a')), queue.acquire(waiter('b'))];
    queue.drain();
    for (const each of waiting) expect((await refusal(each)).code).toBe('draining');
    expect((await refusal(queue.acquire(waiter('c')))).code).toBe('draining');
    held.release();
    expect(queue.tryAcquire()).toBeNull();
    expect(queue.snapshot()).toMatchObject({ depth: 0, permitsInUse: 0 });
    expect(rejections(events)).toEqual([]);
    expect(clock.pending).toBe(0);
    queue.resume();
    expect(queue.tryAcquire()).not.toBeNull();
  });

  it('counts the wait from where it began, for one that was moved here from a drained line', async () => {
    const { clock, queue, events } = setUp({ permits: 1, waitMs: 1_000 });
    const held = take(queue);
    clock.advance(5_000);
    const now = clock.now();
    const late = refusal(queue.acquire(waiter('a', { since: now - 700 })));
    const served = queue.acquire(waiter('b', { since: now - 200 }));
    clock.advance(300);
    expect((await late).code).toBe('queue_timeout');
    held.release();
    (await served).release();
    expect(events.findLast((event) => event.type === 'queue.waited')).toMatchObject({ durationMs: 500 });
  });
});

describe('expected wait', () => {
  it('is 0 while a permit is free or nothing is known, then follows service time and places', () => {
    const { clock, queue } = setUp({ permits: 2 });
    take(queue);
    expect(queue.expectedWaitMs).toBe(0);
    serve(queue, clock, 1_000);
    take(queue);
    expect(queue.expectedWaitMs).toBe(500);
    void queue.acquire(waiter('a'));
    expect(queue.expectedWaitMs).toBe(1_000);
  });

  it('follows a change without jumping to it', () => {
    const { clock, queue } = setUp();
    for (let i = 0; i < 10; i += 1) serve(queue, clock, 100);
    serve(queue, clock, 60_000);
    take(queue);
    expect(queue.expectedWaitMs).toBeCloseTo(12_080);
  });
});
