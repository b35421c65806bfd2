/** A client that leaves gives back at once what was held for it: its place in the line, its permit, the work upstream. */
import { describe, expect, it } from 'vitest';
import { chat, openChat } from '../support/chat.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** What the product promises. */
const WITHIN_MS = 50;
/** The median is held to it: a machine that runs other things may hold up any single one. */
const TIMES = 15;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

describe('a client that leaves', () => {
  it(`while it is queued, frees its place within ${WITHIN_MS} ms and never reaches the upstream`, async () => {
    await using stack = await startStack({ upstream: { parallel: 1 }, config: { cache: { mode: 'off' } } });
    const { state } = stack.gateway;
    stack.simulator.setFaults({ rules: [{ fault: 'hang', count: 1 }] });
    const holding = new AbortController();
    openChat(stack.url, { signal: holding.signal }).catch(() => undefined);
    await until(() => stack.simulator.state().inFlight === 1, 'the permit to be taken');
    const took: number[] = [];
    for (let i = 0; i < TIMES; i += 1) {
      const leaving = new AbortController();
      const asked = openChat(stack.url, { signal: leaving.signal });
      asked.catch(() => undefined);
      await until(() => state.queues()[0]?.depth === 1, 'it to wait');
      const from = performance.now();
      leaving.abort();
      await until(() => state.queues()[0]?.depth === 0, 'its place');
      took.push(performance.now() - from);
    }
    expect(median(took)).toBeLessThan(WITHIN_MS);
    holding.abort();
    await until(() => state.queues()[0]?.permitsInUse === 0, 'the permit');
    expect(stack.simulator.state().counts.byPath['/api/chat']).toBe(1);
    expect(await chat(stack.url)).toMatchObject({ status: 200, done: true });
  });

  it(`in the middle of an answer, ends the work upstream within ${WITHIN_MS} ms by the simulator's clock`, async () => {
    await using stack = await startStack({
      simulator: { tokensPerSecond: 20 },
      config: { cache: { mode: 'off' } },
    });
    const took: number[] = [];
    for (let i = 0; i < TIMES; i += 1) {
      const leaving = new AbortController();
      const response = await openChat(stack.url, { signal: leaving.signal });
      await response.body?.getReader().read();
      // In one process the simulator's clock is this one.
      const at = performance.now();
      leaving.abort();
      const record = await until(
        () => stack.simulator.state().requests.find((one) => one.abortedAt !== null && one.abortedAt >= at),
        'the abort at the simulator',
      );
      took.push((record.abortedAt ?? Infinity) - at);
    }
    expect(median(took)).toBeLessThan(WITHIN_MS);
    expect(stack.simulator.state()).toMatchObject({ inFlight: 0, working: 0, aborted: TIMES });
  });
});
