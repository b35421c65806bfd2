/** Every rule that opens a breaker, set by configuration and seen from outside; breakers per model; all of them open. */
import { describe, expect, it } from 'vitest';
import type { UpstreamInput } from '../../src/config/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const CONFIG = { retry: { max: 0 }, cache: { mode: 'off' } } as const;

type BreakerInput = NonNullable<UpstreamInput['breaker']>;

function start(breaker: BreakerInput): Promise<Stack> {
  return startStack({ config: CONFIG, upstream: { breaker: { jitter: 0, ...breaker } } });
}

let questions = 0;
async function chat(url: string, model = 'llama3.2:1b', stream = false): Promise<number> {
  questions += 1;
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({
      model,
      stream,
      messages: [{ role: 'user', content: `question ${String(questions)}` }],
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function chats(url: string, count: number, model?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i += 1) statuses.push(await chat(url, model));
  return statuses;
}

/** The six contract metrics of one breaker that can be read as numbers. */
async function account(url: string, name: string): Promise<Record<string, number>> {
  const samples = await scrape(url);
  const of = (metric: string, labels: Record<string, string> = {}): number =>
    valueOf(samples, metric, { breaker_name: name, ...labels });
  return {
    state: of('circuit_breaker_state'),
    success: of('circuit_breaker_calls_total', { status: 'success' }),
    failure: of('circuit_breaker_calls_total', { status: 'failure' }),
    rejected: of('circuit_breaker_calls_total', { status: 'rejected' }),
    opened: of('circuit_breaker_transitions_total', { from_state: 'closed', to_state: 'open' }),
    inARow: of('circuit_breaker_consecutive_failures'),
  };
}

describe('a breaker opens', () => {
  it('by failures in a row', async () => {
    await using stack = await start({ consecutiveFailures: 3 });
    expect(await chats(stack.url, 1)).toEqual([200]);
    stack.simulator.setFaults({ rules: [{ fault: 'status', status: 500 }] });
    expect(await chats(stack.url, 5)).toEqual([500, 500, 500, 503, 503]);
    expect(await account(stack.url, 'simulator')).toEqual({
      state: 1,
      success: 1,
      failure: 3,
      rejected: 2,
      opened: 1,
      inARow: 3,
    });
  });

  it('by the failure rate of a window', async () => {
    await using stack = await start({
      consecutiveFailures: null,
      failureRate: 0.5,
      windowSize: 6,
      minCalls: 6,
    });
    const { url, simulator } = stack;
    for (const status of [null, 500, null, 500, null] as const) {
      simulator.setFaults({ rules: status === null ? [] : [{ fault: 'status', status }] });
      expect(await chat(url)).toBe(status ?? 200);
    }
    expect((await account(url, 'simulator'))['state']).toBe(0);
    simulator.setFaults({ rules: [{ fault: 'status', status: 500 }] });
    expect(await chats(url, 2)).toEqual([500, 503]);
    expect(await account(url, 'simulator')).toEqual({
      state: 1,
      success: 3,
      failure: 3,
      rejected: 1,
      opened: 1,
      inARow: 1,
    });
  });

  it('by slow calls: the time to the first content, streamed or not, and not the length of the answer', async () => {
    for (const stream of [true, false]) {
      await using stack = await start({ slowCallMs: 150, slowCallRate: 1, windowSize: 3, minCalls: 3 });
      const { url, simulator } = stack;
      simulator.setFaults({ rules: [{ fault: 'delay', delayMs: 250 }] });
      for (let i = 0; i < 3; i += 1) expect(await chat(url, 'llama3.2:1b', stream)).toBe(200);
      expect(await chat(url, 'llama3.2:1b', stream)).toBe(503);
      expect(await account(url, 'simulator')).toEqual({
        state: 1,
        success: 3,
        failure: 0,
        rejected: 1,
        opened: 1,
        inARow: 0,
      });
    }
    // A stream whose first content is prompt is not slow, however long the rest takes.
    await using stack = await start({ slowCallMs: 500, slowCallRate: 1, windowSize: 2, minCalls: 2 });
    stack.simulator.setFaults({ rules: [{ fault: 'stall', afterItems: 1, delayMs: 600 }] });
    for (let i = 0; i < 2; i += 1) expect(await chat(stack.url, 'llama3.2:1b', true)).toBe(200);
    expect((await account(stack.url, 'simulator'))['state']).toBe(0);
  });

  it('and stays open as long as the upstream asked', async () => {
    await using stack = await start({ consecutiveFailures: 1, openMs: 50, maxOpenMs: 10_000 });
    stack.simulator.setFaults({ rules: [{ fault: 'status', status: 503, retryAfterS: 7 }] });
    expect(await chat(stack.url)).toBe(503);
    const left = stack.gateway.state.breakers()[0]?.retryAfterMs ?? 0;
    expect(left).toBeGreaterThan(6_000);
    expect(left).toBeLessThanOrEqual(7_000);
  });

  it('whatever reads succeed meanwhile', async () => {
    await using stack = await start({ consecutiveFailures: 3 });
    stack.simulator.setFaults({ rules: [{ fault: 'status', status: 500 }] });
    for (let i = 0; i < 3; i += 1) {
      expect(await chat(stack.url)).toBe(500);
      if (i < 2) expect((await fetch(`${stack.url}/api/tags`)).status).toBe(200);
    }
    expect(await account(stack.url, 'simulator')).toMatchObject({ state: 1, success: 0, failure: 3 });
  });
});

describe('breakers per model', () => {
  it('cut off one model and not the others; the six metrics are exact for each; an operator can reset one', async () => {
    await using stack = await start({ perModel: true, consecutiveFailures: 2 });
    const { url, simulator } = stack;
    simulator.setFaults({ rules: [{ fault: 'status', status: 500, model: 'llama3.2:1b' }] });
    expect(await chats(url, 4)).toEqual([500, 500, 503, 503]);
    expect(await chats(url, 3, 'qwen2.5:0.5b')).toEqual([200, 200, 200]);
    expect(await account(url, 'simulator/llama3.2:1b')).toEqual({
      state: 1,
      success: 0,
      failure: 2,
      rejected: 2,
      opened: 1,
      inARow: 2,
    });
    expect(await account(url, 'simulator/qwen2.5:0.5b')).toEqual({
      state: 0,
      success: 3,
      failure: 0,
      rejected: 0,
      opened: 0,
      inARow: 0,
    });
    expect(await account(url, 'simulator')).toEqual({
      state: 0,
      success: 3,
      failure: 0,
      rejected: 0,
      opened: 0,
      inARow: 0,
    });
    simulator.clearFaults();
    const name = encodeURIComponent('simulator/llama3.2:1b');
    expect((await fetch(`${url}/admin/breakers/${name}/reset`, { method: 'POST' })).status).toBe(200);
    expect(await chat(url)).toBe(200);
  });

  it('make none for a name that a client invents', async () => {
    await using stack = await start({ perModel: true });
    expect(await chat(stack.url, 'no-such-model')).toBe(404);
    expect(stack.gateway.state.breakers().map(({ name }) => String(name))).not.toContain(
      'simulator/no-such-model',
    );
  });
});

describe('when every breaker is open', () => {
  it.each([
    { allOpen: 'reject', statuses: [503, 503], rejected: 2 },
    { allOpen: 'leastRemaining', statuses: [200, 200], rejected: 0 },
  ] as const)('three upstreams with allOpen $allOpen', async ({ allOpen, statuses, rejected }) => {
    const simulators = await Promise.all(
      [0, 1, 2].map(() => startSimulator({ loadMs: 0, tokensPerSecond: 0, prefillTokensPerSecond: 0 })),
    );
    const gateway = createGateway({
      ...CONFIG,
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      upstreams: simulators.map(({ url }, index) => ({
        name: `up${String(index)}`,
        url,
        breaker: { consecutiveFailures: 1, openMs: 20_000 + 1_000 * index, jitter: 0, allOpen },
      })),
    });
    try {
      const { url } = await gateway.listen();
      await gateway.ready();
      for (const one of simulators) one.setFaults({ rules: [{ fault: 'status', status: 500 }] });
      expect(await chats(url, 3)).toEqual([500, 500, 500]);
      expect(gateway.state.breakers().filter(({ state }) => state === 'open')).toHaveLength(3);
      for (const one of simulators) one.clearFaults();
      expect(await chats(url, 2)).toEqual(statuses);
      const samples = await scrape(url);
      const counted = [0, 1, 2].map((index) =>
        valueOf(samples, 'circuit_breaker_calls_total', {
          breaker_name: `up${String(index)}`,
          status: 'rejected',
        }),
      );
      expect(counted.reduce((sum, one) => sum + one, 0)).toBe(rejected);
      // The one whose time is up first, and only that one, was tried or is blamed.
      expect(counted.slice(1)).toEqual([0, 0]);
      if (allOpen === 'leastRemaining') {
        expect(simulators.map((one) => one.state().counts.byPath['/api/chat'] ?? 0)).toEqual([3, 1, 1]);
        await until(
          () => gateway.state.breakers().every(({ inFlight }) => inFlight === 0),
          'nothing in flight',
        );
      }
    } finally {
      await gateway.close(0);
      await Promise.all(simulators.map((one) => one.close()));
    }
  });
});
