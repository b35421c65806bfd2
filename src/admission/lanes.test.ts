import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../core/errors.ts';
import type { QueueEvent } from '../core/events.ts';
import { clientId, modelId, upstreamName } from '../core/ids.ts';
import { CancelSource, neverCancelled } from '../runtime/cancel.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import type { Permit } from './held-permit.ts';
import { Lanes, type LanesOptions } from './lanes.ts';
import type { PermitWaiter } from './permits.ts';

interface Rig {
  readonly lanes: Lanes;
  readonly clock: ManualClock;
  readonly events: QueueEvent[];
  ask(model: string | null, waiter?: Partial<PermitWaiter>): Promise<Permit>;
}

function rigOf(options: Partial<LanesOptions> = {}): Rig {
  const clock = new ManualClock();
  const events: QueueEvent[] = [];
  const lanes = new Lanes(
    { generation: 4, embedding: 1, models: {}, max: 8, waitMs: 10_000, ...options },
    { clock, emit: (event) => void events.push(event), upstream: upstreamName('up') },
  );
  return {
    lanes,
    clock,
    events,
    async ask(model, waiter = {}) {
      const id = model === null ? null : modelId(model);
      return (
        lanes.tryAcquire('generation', id) ??
        (await lanes.acquire('generation', id, {
          client: clientId('c'),
          deadlineAt: null,
          cancel: neverCancelled,
          ...waiter,
        }))
      );
    },
  };
}

const settled = async (promise: Promise<unknown>): Promise<string> =>
  Promise.race([
    promise.then(
      () => 'granted',
      (error: unknown) => (error as GatewayError).code,
    ),
    new Promise<string>((resolve) => setTimeout(resolve, 0, 'waiting')),
  ]);

describe('lanes', () => {
  it('keep generations and embeddings apart', () => {
    const { lanes } = rigOf({ generation: 1 });
    expect(lanes.tryAcquire('generation', null)).not.toBeNull();
    expect(lanes.tryAcquire('generation', null)).toBeNull();
    expect(lanes.tryAcquire('embedding', null)).not.toBeNull();
    expect(lanes.snapshot()).toMatchObject({ permits: 2, permitsInUse: 2 });
  });

  it('hold a model to its own limit without holding up another', async () => {
    const { ask, lanes, events } = rigOf({ models: { 'big:*': 1 } });
    const first = await ask('big:70b');
    const second = ask('big:70b');
    expect(await settled(second)).toBe('waiting');
    // Another model of the same pattern has its own count, a model of no pattern has none.
    const others = await Promise.all([ask('big:8b'), ask('small'), ask(null)]);
    expect(lanes.snapshot()).toMatchObject({ depth: 1, permits: 5, permitsInUse: 4 });
    first.release();
    first.release();
    (await second).release();
    for (const permit of others) permit.release();
    expect(lanes.snapshot()).toMatchObject({ depth: 0, permitsInUse: 0, oldestWaitMs: 0 });
    expect(events.filter(({ type }) => type === 'queue.waited')).toHaveLength(5);
    expect(events.filter(({ type }) => type === 'queue.joined')).toHaveLength(1);
  });

  it('count one wait for both limits, and no more than waitMs in all', async () => {
    const { ask, clock, events, lanes } = rigOf({ generation: 1, models: { m: 1 } });
    const lane = await ask('other');
    const first = ask('m');
    const second = ask('m');
    clock.advance(4_000);
    expect([await settled(first), await settled(second)]).toEqual(['waiting', 'waiting']);
    expect(lanes.snapshot()).toMatchObject({ depth: 2, oldestWaitMs: 4_000 });
    lane.release();
    const held = await first;
    clock.advance(3_000);
    held.release();
    expect(await settled(second)).toBe('granted');
    const waits = events.flatMap((event) => (event.type === 'queue.waited' ? [event.durationMs] : []));
    expect(waits).toEqual([0, 4_000, 7_000]);

    const third = ask('m');
    const fourth = ask('other');
    clock.advance(9_999);
    expect(await settled(third)).toBe('waiting');
    clock.advance(1);
    expect([await settled(third), await settled(fourth)]).toEqual(['queue_timeout', 'queue_timeout']);
    expect(events.flatMap((event) => (event.type === 'queue.left' ? [event] : []))).toEqual([
      { type: 'queue.left', upstream: 'up', reason: 'timeout', durationMs: 10_000 },
      { type: 'queue.left', upstream: 'up', reason: 'timeout', durationMs: 10_000 },
    ]);
  });

  it('give the slot of the model back when the lane refuses', async () => {
    const { ask, clock, lanes } = rigOf({ generation: 1, models: { m: 1 } });
    const lane = await ask(null);
    const cancel = new CancelSource();
    const gone = ask('m', { cancel });
    const late = ask('m', { deadlineAt: clock.now() + 500 });
    clock.advance(100);
    cancel.cancel(new Error('away'));
    expect(await settled(gone)).toBe('client_closed');
    clock.advance(400);
    expect(await settled(late)).toBe('deadline_exceeded');
    lane.release();
    (await ask('m')).release();
    expect(lanes.snapshot()).toMatchObject({ depth: 0, permitsInUse: 0 });
  });

  it('turn everybody away when drained, in the lines of models too', async () => {
    const { ask, lanes, events } = rigOf({ models: { '*': 1 } });
    const held = await ask('a');
    const waiting = ask('a');
    lanes.drain();
    expect(await settled(waiting)).toBe('draining');
    expect(await settled(ask('b'))).toBe('draining');
    held.release();
    expect(events.filter(({ type }) => type === 'queue.left')).toMatchObject([{ reason: 'draining' }]);
  });

  it('take a pattern for what it says', async () => {
    const { ask } = rigOf({ models: { 'a.b*': 1 } });
    await ask('a.b:1');
    expect(await settled(ask('a.b:1'))).toBe('waiting');
    await ask('axb:1');
    expect(await settled(ask('axb:1'))).toBe('granted');
  });
});
