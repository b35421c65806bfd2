/**
 * The permit queue under arbitrary sequences of arrivals, releases, departures, time and resizing: never too many
 * permits, never a free permit beside a waiting client, first come first served within a client, and at the
 * end nothing left: no permit, no waiter, no timer.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GatewayError } from '../core/errors.ts';
import type { GatewayEvent } from '../core/events.ts';
import { clientId, upstreamName } from '../core/ids.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import type { Permit } from './held-permit.ts';
import { PermitQueue } from './permits.ts';

interface Asked {
  readonly lane: string;
  readonly cancel: CancelSource;
  permit: Permit | null;
  error: GatewayError | null;
}

const MAX = 6;
const WAIT_MS = 1_000;

class Run {
  readonly clock = new ManualClock();
  readonly events: GatewayEvent[] = [];
  readonly asked: Asked[] = [];
  readonly granted: Asked[] = [];
  readonly held: Asked[] = [];
  readonly queue: PermitQueue;
  permits: number;

  constructor(permits: number) {
    this.permits = permits;
    this.queue = new PermitQueue(
      { permits, max: MAX, waitMs: WAIT_MS },
      { clock: this.clock, emit: (event) => void this.events.push(event), upstream: upstreamName('u') },
    );
  }

  ask(client: string, priority: number, deadlineMs: number | null): void {
    const asked: Asked = {
      lane: `${client}/${String(priority)}`,
      cancel: new CancelSource(),
      permit: null,
      error: null,
    };
    this.asked.push(asked);
    const deadlineAt = deadlineMs === null ? null : this.clock.now() + deadlineMs;
    this.queue.acquire({ client: clientId(client), priority, deadlineAt, cancel: asked.cancel }).then(
      (permit) => {
        asked.permit = permit;
        this.granted.push(asked);
        this.held.push(asked);
      },
      (error: unknown) => {
        asked.error = error as GatewayError;
      },
    );
  }

  giveBack(index: number): void {
    const [asked] = this.held.splice(index % Math.max(1, this.held.length), 1);
    asked?.permit?.release();
    asked?.permit?.release();
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ask: fc.constantFrom('a', 'a', 'a', 'b', 'c'),
      priority: fc.constantFrom(0, 0, 0, 1),
      deadlineMs: fc.option(fc.nat(1_500)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ release: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ leave: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ pass: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ resize: fc.integer({ min: 1, max: 4 }) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(run: Run, item: Step): void {
  if ('ask' in item) run.ask(item.ask, item.priority, item.deadlineMs);
  else if ('release' in item) run.giveBack(item.release);
  else if ('leave' in item) run.asked.at(-1 - item.leave)?.cancel.cancel(new Error('left'));
  else if ('pass' in item) run.clock.advance(item.pass);
  else {
    run.permits = item.resize;
    run.queue.resize(item.resize);
  }
}

function check(run: Run, inUseBefore: number): void {
  const { depth, permitsInUse } = run.queue.snapshot();
  expect(permitsInUse).toBe(run.held.length);
  // A smaller number takes effect as permits come back: nothing new is granted beyond it.
  expect(permitsInUse).toBeLessThanOrEqual(Math.max(run.permits, inUseBefore));
  expect(depth).toBeLessThanOrEqual(MAX);
  if (depth > 0) expect(permitsInUse).toBeGreaterThanOrEqual(run.permits);
  const waiting = run.asked.filter((asked) => asked.permit === null && asked.error === null);
  expect(waiting).toHaveLength(depth);
  expect(run.clock.pending).toBe(depth);
}

it('never leaks, never overtakes, never exceeds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 80, size: 'max' }),
      async (permits, steps) => {
        const run = new Run(permits);
        for (const item of steps) {
          const inUseBefore = run.queue.snapshot().permitsInUse;
          perform(run, item);
          for (let i = 0; i < 5; i += 1) await Promise.resolve();
          check(run, inUseBefore);
        }
        for (const lane of new Set(run.asked.map((asked) => asked.lane))) {
          const order = run.asked.filter((asked) => asked.lane === lane && asked.permit !== null);
          expect(run.granted.filter((asked) => asked.lane === lane)).toEqual(order);
        }
        while (run.held.length > 0 || run.queue.snapshot().depth > 0) {
          run.giveBack(0);
          for (let i = 0; i < 5; i += 1) await Promise.resolve();
        }
        expect(run.queue.snapshot()).toMatchObject({ depth: 0, permitsInUse: 0 });
        expect(run.clock.pending).toBe(0);
        // Every request that asked is accounted for exactly once: granted, refused, or gone by itself.
        const count = (type: GatewayEvent['type']): number =>
          run.events.filter((event) => event.type === type).length;
        const left = run.asked.filter((asked) => asked.error?.code === 'client_closed').length;
        expect(count('queue.waited')).toBe(run.granted.length);
        expect(count('queue.waited') + count('queue.rejected') + left).toBe(run.asked.length);
      },
    ),
    { numRuns: 300 },
  );
});
