/** Waiting for a turn, through the whole gateway: who goes first, what is told, what is counted. */
import { describe, expect, it } from 'vitest';
import type { UpstreamInput } from '../../src/config/config.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { startStack, type Stack, type StackOptions } from '../support/stack.ts';
import { until } from '../support/until.ts';

const CHAT = 'llama3.2:1b';
const OTHER = 'qwen2.5:0.5b';

function start(upstream: Partial<UpstreamInput>, options: StackOptions = {}): Promise<Stack> {
  return startStack({
    ...options,
    config: { cache: { mode: 'off' }, retry: { max: 0 }, ...options.config },
    upstream: { parallel: 1, ...upstream },
  });
}

interface Asked {
  readonly model?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

function chat(stack: Stack, { model = CHAT, headers = {}, signal }: Asked = {}): Promise<Response> {
  return fetch(`${stack.url}/api/chat`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model, stream: false, messages: [{ role: 'user', content: 'hello' }] }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Answers that are held until the fault is cleared: one slot, taken. */
async function occupy(stack: Stack, asked: Asked = {}): Promise<{ free(): Promise<void> }> {
  stack.simulator.setFaults({ rules: [{ fault: 'hang', count: 1 }] });
  const leave = new AbortController();
  const running = chat(stack, { ...asked, signal: leave.signal }).catch(() => undefined);
  await until(() => stack.simulator.state().inFlight === 1, 'the slot to be taken');
  return {
    async free() {
      leave.abort();
      await running;
    },
  };
}

const depth = (stack: Stack): number => stack.gateway.state.queues()[0]?.depth ?? 0;

describe('a queued request', () => {
  it('is told how long it waited, and is counted with its turn and its wait', async () => {
    await using stack = await start({});
    const slot = await occupy(stack);
    const waiting = chat(stack);
    await until(() => depth(stack) === 1, 'one to wait');
    await until(async () => {
      const oldest = valueOf(await scrape(stack.url), 'llamascope_queue_oldest_wait_seconds');
      return oldest >= 0.05;
    }, 'the oldest wait to show');
    await slot.free();
    const answer = await waiting;
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('x-llamascope-queue-ms'))).toBeGreaterThanOrEqual(50);
    // Who did not wait is told nothing.
    expect((await chat(stack)).headers.has('x-llamascope-queue-ms')).toBe(false);
    const samples = await scrape(stack.url);
    expect(valueOf(samples, 'llamascope_queue_position_count')).toBe(1);
    expect(valueOf(samples, 'llamascope_queue_position_sum')).toBe(1);
    expect(valueOf(samples, 'llamascope_queue_wait_seconds_count')).toBe(3);
    expect(valueOf(samples, 'llamascope_queue_wait_seconds_sum')).toBeGreaterThanOrEqual(0.05);
    expect(valueOf(samples, 'llamascope_queue_oldest_wait_seconds')).toBe(0);
  });

  it('that is refused is told when to come back, and why it left is counted', async () => {
    await using stack = await start({ queue: { max: 2, waitMs: 100 } });
    const slot = await occupy(stack);
    const late = await chat(stack);
    expect(late.status).toBe(503);
    expect(await late.json()).toEqual({
      error: 'no permit for "simulator" within 100 ms',
      code: 'queue_timeout',
    });
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(late.headers.get('x-llamascope-queue-ms'))).toBeGreaterThanOrEqual(100);
    const leave = new AbortController();
    const gone = chat(stack, { signal: leave.signal }).catch(() => undefined);
    await until(() => depth(stack) === 1, 'one to wait');
    leave.abort();
    await gone;
    await until(() => depth(stack) === 0, 'its place to be free');
    await slot.free();
    const samples = await scrape(stack.url);
    for (const reason of ['timeout', 'aborted'])
      expect(valueOf(samples, 'llamascope_queue_left_seconds_count', { reason })).toBe(1);
    expect(valueOf(samples, 'llamascope_queue_rejections_total', { reason: 'timeout' })).toBe(1);
  });

  it('whose deadline cannot be met is refused before it waits', async () => {
    await using stack = await start({});
    stack.simulator.setFaults({ rules: [{ fault: 'delay', delayMs: 300, count: 1 }] });
    await chat(stack);
    const slot = await occupy(stack);
    const before = performance.now();
    const refused = await chat(stack, { headers: { 'x-request-timeout-ms': '150' } });
    expect(refused.status).toBe(504);
    expect(performance.now() - before).toBeLessThan(140);
    expect(((await refused.json()) as { error: string }).error).toContain('the wait would be about');
    await slot.free();
  });
});

describe('priority', () => {
  it('goes by key, and cannot be taken by header beyond the cap', async () => {
    await using stack = await start(
      {},
      { config: { admission: { priority: { keys: [{ key: 'sk-fast', priority: 10 }], headerMax: 5 } } } },
    );
    const slot = await occupy(stack);
    const order: string[] = [];
    const ask = async (name: string, headers: Record<string, string>): Promise<void> => {
      const answering = chat(stack, { headers: { 'x-llamascope-client': name, ...headers } }).then(
        async (response) => {
          await response.arrayBuffer();
          order.push(name);
        },
      );
      const before = depth(stack);
      await until(() => depth(stack) === before + 1, `${name} to wait`);
      running.push(answering);
    };
    const running: Promise<void>[] = [];
    await ask('low', { 'x-llamascope-priority': '-1' });
    await ask('usual', {});
    await ask('asks', { 'x-llamascope-priority': '99' });
    await ask('keyed', { authorization: 'Bearer sk-fast' });
    await slot.free();
    await Promise.all(running);
    expect(order).toEqual(['keyed', 'asks', 'usual', 'low']);
    const bad = await chat(stack, { headers: { 'x-llamascope-priority': 'first' } });
    expect(bad.status).toBe(400);
  });
});

describe('a limit per model', () => {
  it('holds one model back and lets another pass', async () => {
    await using stack = await start({ parallel: 4, modelParallel: { 'llama*': 1 } });
    const slot = await occupy(stack);
    const waiting = chat(stack);
    await until(() => depth(stack) === 1, 'the second of the same model to wait');
    const other = await chat(stack, { model: OTHER });
    expect([other.status, other.headers.has('x-llamascope-queue-ms')]).toEqual([200, false]);
    expect(depth(stack)).toBe(1);
    await slot.free();
    expect((await waiting).status).toBe(200);
    expect(stack.simulator.state().inFlightHigh).toBeLessThanOrEqual(2);
  });
});

describe('the adaptive limit', () => {
  it('grows while answers begin promptly, within its bounds, and is a gauge', async () => {
    await using stack = await start({ adaptive: { enabled: true, min: 1, max: 4 } });
    const limit = async (): Promise<number> =>
      valueOf(await scrape(stack.url), 'llamascope_adaptive_limit', { upstream: 'simulator' });
    expect(await limit()).toBe(1);
    stack.simulator.setFaults({ rules: [{ fault: 'delay', delayMs: 10 }] });
    await until(async () => {
      await Promise.all(Array.from({ length: 16 }, () => chat(stack).then((answer) => answer.arrayBuffer())));
      return (await limit()) > 1;
    }, 'the limit to grow');
    expect(await limit()).toBeLessThanOrEqual(4);
    expect(stack.simulator.state().inFlightHigh).toBeLessThanOrEqual(4);
  });

  it('is no gauge where it is off', async () => {
    await using stack = await start({});
    const names = (await scrape(stack.url)).map(({ name }) => name);
    expect(names).not.toContain('llamascope_adaptive_limit');
  });
});
