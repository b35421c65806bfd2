import { describe, expect, it } from 'vitest';
import { CancelSource, neverCancelled } from '../runtime/cancel.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { SERVER_BUSY, type SimulatorError } from './error.ts';
import { CHAT_MODELS } from './models/spec.ts';
import { ModelStore, type StoredModel } from './models/store.ts';
import { Residency, type Lease, type ResidencyOptions, type Want } from './residency.ts';
import { Slots } from './slots.ts';

const store = new ModelStore();
for (const spec of CHAT_MODELS) store.add(spec, 0);
const [A, B, C] = CHAT_MODELS.map(({ name }) => store.require(name)) as [
  StoredModel,
  StoredModel,
  StoredModel,
];

const LOAD = 1_000;

function residency(options: Partial<ResidencyOptions> = {}): { residency: Residency; clock: ManualClock } {
  const clock = new ManualClock();
  const made = new Residency(
    {
      maxLoadedModels: 2,
      maxQueue: 512,
      numParallel: 1,
      keepAliveMs: 60_000,
      loadMs: () => LOAD,
      ...options,
    },
    clock,
  );
  return { residency: made, clock };
}

const want = (model: StoredModel, more: Partial<Want> = {}): Want => ({
  model,
  numCtx: 4_096,
  keepAliveMs: null,
  ...more,
});

/** Lets every promise that can settle do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function advance(clock: ManualClock, ms: number): Promise<void> {
  await settle();
  clock.advance(ms);
  await settle();
}

/** A promise's state, without waiting for it. */
function watch(promise: Promise<Lease>): { lease: Lease | null; error: SimulatorError | null } {
  const seen: { lease: Lease | null; error: SimulatorError | null } = { lease: null, error: null };
  promise.then(
    (lease) => (seen.lease = lease),
    (error: unknown) => (seen.error = error as SimulatorError),
  );
  return seen;
}

async function load(made: Residency, clock: ManualClock, wanted: Want): Promise<Lease> {
  const promise = made.acquire(wanted, neverCancelled);
  await advance(clock, LOAD);
  return promise;
}

const names = (made: Residency): string[] => made.residents().map(({ model }) => model.name);

describe('residency', () => {
  it('loads once for all who come while it loads, and lets everybody join what is loaded', async () => {
    const { residency: made, clock } = residency({ maxQueue: 1 });
    const first = watch(made.acquire(want(A), neverCancelled));
    await settle();
    const others = Array.from({ length: 20 }, () => watch(made.acquire(want(A), neverCancelled)));
    await advance(clock, LOAD - 1);
    expect([first.lease, others[0]?.lease]).toEqual([null, null]);
    expect(made.residents()[0]).toMatchObject({ loading: true, active: 21 });
    await advance(clock, 1);
    expect(first.lease).not.toBeNull();
    expect(others.every(({ lease }) => lease !== null)).toBe(true);
    expect(made.loads).toBe(1);
  });

  it('bounds the queue of loads and refuses beyond it in the words of Ollama', async () => {
    const { residency: made, clock } = residency({ maxQueue: 2, maxLoadedModels: 1 });
    const busy = await load(made, clock, want(A));
    const waiting = [watch(made.acquire(want(B), neverCancelled))];
    await settle();
    waiting.push(watch(made.acquire(want(C), neverCancelled)), watch(made.acquire(want(B), neverCancelled)));
    const refused = watch(made.acquire(want(C), neverCancelled));
    await settle();
    expect(refused.error).toMatchObject({ status: 503, message: SERVER_BUSY });
    expect(made.queued).toBe(2);
    busy.release();
    await advance(clock, LOAD);
    expect(waiting[0]?.lease).not.toBeNull();
  });

  it('blocks every pending load while one waits for an eviction, but not requests for a loaded model', async () => {
    const { residency: made, clock } = residency();
    const a = await load(made, clock, want(A));
    const b = await load(made, clock, want(B));
    const evicting = watch(made.acquire(want(C), neverCancelled));
    await settle();
    const behind = watch(made.acquire(want(B, { numCtx: 8_192 }), neverCancelled));
    const joined = watch(made.acquire(want(B), neverCancelled));
    await advance(clock, LOAD);
    expect([evicting.lease, behind.lease]).toEqual([null, null]);
    expect(joined.lease).not.toBeNull();
    a.release();
    await advance(clock, LOAD);
    expect(evicting.lease).not.toBeNull();
    expect(names(made).sort()).toEqual([B.name, C.name].sort());
    b.release();
    joined.lease?.release();
    await advance(clock, LOAD);
    expect(behind.lease).not.toBeNull();
    expect(made.evictions).toBe(2);
  });

  it('evicts the least recently used idle model', async () => {
    const { residency: made, clock } = residency();
    for (const model of [A, B]) {
      (await load(made, clock, want(model))).release();
      clock.advance(1);
    }
    (await made.acquire(want(A), neverCancelled)).release();
    await load(made, clock, want(C));
    expect(names(made)).toEqual([A.name, C.name]);
  });

  it('reloads for another num_ctx', async () => {
    const { residency: made, clock } = residency();
    (await load(made, clock, want(A))).release();
    const again = watch(made.acquire(want(A, { numCtx: 8_192 }), neverCancelled));
    await settle();
    expect(again.lease).toBeNull();
    await advance(clock, LOAD);
    expect(again.lease).not.toBeNull();
    expect([made.loads, made.residents()[0]?.numCtx]).toEqual([2, 8_192]);
  });

  it('lets an idle model go after its keep-alive, which each request may change', async () => {
    const { residency: made, clock } = residency();
    const lease = await load(made, clock, want(A));
    await advance(clock, 120_000);
    expect(names(made)).toEqual([A.name]);
    lease.release();
    lease.release();
    expect(made.residents()[0]?.expiresInMs).toBe(60_000);
    await advance(clock, 59_999);
    (await made.acquire(want(A, { keepAliveMs: 5_000 }), neverCancelled)).release();
    await advance(clock, 4_999);
    expect(names(made)).toEqual([A.name]);
    await advance(clock, 1);
    expect([names(made), made.expirations]).toEqual([[], 1]);
    (await load(made, clock, want(A, { keepAliveMs: Infinity }))).release();
    await advance(clock, 1e12);
    expect(names(made)).toEqual([A.name]);
    expect(made.keepAliveOf(A)).toBe(Infinity);
    made.expire(A);
    expect(names(made)).toEqual([]);
    made.expire(A);
    expect(made.keepAliveOf(A)).toBe(60_000);
  });

  it('unloads a model asked to go as soon as it is idle', async () => {
    const { residency: made, clock } = residency({ keepAliveMs: -1 });
    const lease = await load(made, clock, want(A));
    made.expire(A);
    expect(names(made)).toEqual([A.name]);
    lease.release();
    expect(names(made)).toEqual([]);
  });

  it('aborts the load of a request that goes away; whoever joined it asks again', async () => {
    const { residency: made, clock } = residency();
    const client = new CancelSource();
    const first = watch(made.acquire(want(A), client));
    await settle();
    const joined = watch(made.acquire(want(A), neverCancelled));
    const left = new CancelSource();
    const leaving = watch(made.acquire(want(A), left));
    await advance(clock, LOAD / 2);
    left.cancel(new Error('gone'));
    await settle();
    expect(leaving.error?.status).toBe(499);
    client.cancel(new Error('gone'));
    await settle();
    expect(first.error?.status).toBe(499);
    await advance(clock, LOAD / 2);
    expect(joined.lease).toBeNull();
    await advance(clock, LOAD / 2);
    expect(joined.lease).not.toBeNull();
    expect(made.loads).toBe(2);
  });

  it('keeps the place of an aborted one in the queue until its turn, as Ollama does', async () => {
    const { residency: made, clock } = residency({ maxLoadedModels: 1, maxQueue: 1 });
    const busy = await load(made, clock, want(A));
    watch(made.acquire(want(B), neverCancelled));
    await settle();
    const client = new CancelSource();
    const waiting = watch(made.acquire(want(C), client));
    client.cancel(new Error('gone'));
    await settle();
    expect([waiting.error?.status, made.queued]).toEqual([499, 1]);
    busy.release();
    await advance(clock, LOAD);
    expect([names(made), made.queued]).toEqual([[B.name], 0]);
  });

  it('refuses whoever is already gone, and everybody once closed', async () => {
    const { residency: made, clock } = residency({ maxLoadedModels: 1 });
    const gone = new CancelSource();
    gone.cancel(new Error('gone'));
    expect(await made.acquire(want(A), gone).catch((error: unknown) => error)).toMatchObject({ status: 499 });
    await load(made, clock, want(A));
    const pending = [
      watch(made.acquire(want(B), neverCancelled)),
      watch(made.acquire(want(C), neverCancelled)),
    ];
    await settle();
    made.close();
    await settle();
    expect(pending.map(({ error }) => error?.status)).toEqual([499, 499]);
    expect(watch(made.acquire(want(A), neverCancelled)).lease).toBeNull();
    expect([made.queued, names(made), clock.pending]).toEqual([0, [], 0]);
  });
});

describe('slots', () => {
  it('are given first come, first served, without bound, and back once', async () => {
    const slots = new Slots(2);
    const first = await slots.acquire(neverCancelled);
    await slots.acquire(neverCancelled);
    const order: number[] = [];
    const waiting = [1, 2, 3].map((n) => slots.acquire(neverCancelled).then((give) => (order.push(n), give)));
    expect([slots.used, slots.waiting]).toEqual([2, 3]);
    first();
    first();
    await settle();
    expect([order, slots.waiting]).toEqual([[1], 2]);
    (await waiting[0])?.();
    await settle();
    expect(order).toEqual([1, 2]);
  });

  it('are not given to those who left', async () => {
    const slots = new Slots(1);
    const give = await slots.acquire(neverCancelled);
    const client = new CancelSource();
    const left = slots.acquire(client).catch((error: unknown) => error);
    const stays = slots.acquire(neverCancelled);
    client.cancel(new Error('gone'));
    expect(await left).toMatchObject({ status: 499 });
    give();
    await stays;
    expect([slots.used, slots.waiting]).toEqual([1, 0]);
    expect(await slots.acquire(client).catch((error: unknown) => error)).toMatchObject({ status: 499 });
  });
});
