import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../../src/core/outcome.ts';
import type { GatewayEvent } from '../../src/core/events.ts';
import type { FaultRule } from '../../src/simulator/index.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const MODEL = 'llama3.2:1b';
/** Short, for what never comes. A machine under load takes longer for what does. */
const TIMEOUTS = { connectMs: 1_000, firstTokenMs: 250, loadMs: 0, idleMs: 250, totalMs: null };
const PATIENT = { ...TIMEOUTS, connectMs: 10_000, firstTokenMs: 10_000, idleMs: 10_000 };

function chat(stack: Stack, stream: boolean, content: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${stack.url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content }] }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The last item of an NDJSON answer. */
async function lastItem(response: Response): Promise<Record<string, unknown>> {
  const lines = (await response.text()).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
}

/** Everything held for requests is given back. */
async function expectNothingHeld(stack: Stack): Promise<void> {
  const { state } = stack.gateway;
  await until(
    () => state.queues().every(({ depth, permitsInUse }) => depth === 0 && permitsInUse === 0),
    'permits back',
  );
  await until(() => state.pools().every(({ busy }) => busy === 0), 'no busy connection');
  await until(() => state.breakers().every(({ inFlight }) => inFlight === 0), 'no breaker permit out');
  await until(() => stack.simulator.state().inFlight === 0, 'nothing running upstream');
  const samples = await scrape(stack.url);
  const inFlight = samples.filter(({ name }) => name === 'llamascope_inflight_requests');
  expect(inFlight.every(({ value }) => value === 0)).toBe(true);
}

describe('one fault, seen by the client, the breaker and the simulator', () => {
  const cases: {
    fault: FaultRule;
    stream: boolean;
    status: number;
    error: RegExp | null;
    breaker: 'success' | 'failure' | 'ignored';
    outcome: AttemptOutcome;
  }[] = [
    {
      fault: { fault: 'status', status: 500 },
      stream: false,
      status: 500,
      error: /simulated/,
      breaker: 'failure',
      outcome: 'server_error',
    },
    {
      fault: { fault: 'status', status: 503 },
      stream: true,
      status: 503,
      error: /simulated/,
      breaker: 'failure',
      outcome: 'server_error',
    },
    {
      fault: { fault: 'status', status: 429, retryAfterS: 7 },
      stream: false,
      status: 429,
      error: /simulated/,
      breaker: 'ignored',
      outcome: 'rate_limited',
    },
    {
      fault: { fault: 'hang' },
      stream: true,
      status: 504,
      error: /time|content/i,
      breaker: 'failure',
      outcome: 'first_token_timeout',
    },
    {
      fault: { fault: 'stall' },
      stream: true,
      status: 200,
      error: /more within/,
      breaker: 'failure',
      outcome: 'idle_timeout',
    },
    {
      fault: { fault: 'reset' },
      stream: true,
      status: 200,
      error: /./,
      breaker: 'failure',
      outcome: 'reset',
    },
    {
      fault: { fault: 'reset', path: '/api/chat' },
      stream: false,
      status: 502,
      error: /./,
      breaker: 'failure',
      outcome: 'reset',
    },
    {
      fault: { fault: 'truncate' },
      stream: true,
      status: 200,
      error: /./,
      breaker: 'failure',
      outcome: 'truncated',
    },
    {
      fault: { fault: 'error-in-stream' },
      stream: true,
      status: 200,
      error: /runner/,
      breaker: 'failure',
      outcome: 'stream_error',
    },
    {
      fault: { fault: 'malformed' },
      stream: false,
      status: 502,
      error: /./,
      breaker: 'failure',
      outcome: 'malformed',
    },
    {
      fault: { fault: 'trickle', delayMs: 1 },
      stream: true,
      status: 200,
      error: null,
      breaker: 'success',
      outcome: 'success',
    },
    {
      fault: { fault: 'delay', delayMs: 20 },
      stream: false,
      status: 200,
      error: null,
      breaker: 'success',
      outcome: 'success',
    },
    {
      fault: { fault: 'refuse' },
      stream: false,
      status: 502,
      error: /./,
      breaker: 'failure',
      outcome: 'connect_error',
    },
  ];

  it.each(cases)(
    '$fault.fault, stream $stream: $outcome',
    async ({ fault, stream, status, error, breaker, outcome }) => {
      const never = fault.fault === 'hang' || fault.fault === 'stall';
      await using stack = await startStack({
        upstream: { timeouts: never ? TIMEOUTS : PATIENT },
        config: { retry: { max: 0 }, cache: { mode: 'off' } },
      });
      const outcomes: AttemptOutcome[] = [];
      stack.gateway.events.subscribe((event: GatewayEvent) => {
        if (event.type === 'upstream.attempted') outcomes.push(event.outcome);
      });
      stack.simulator.setFaults({ rules: [fault] });
      const response = await chat(stack, stream, 'Why is the sky blue?');
      expect(response.status).toBe(status);
      const last = await lastItem(response);
      if (error === null) expect(last).toMatchObject({ done: true });
      else expect(String(last['error'])).toMatch(error);
      if (status === 429) expect(response.headers.get('retry-after')).toBe('7');
      await until(() => outcomes.length > 0, 'the attempt to be counted');
      expect(outcomes.at(-1)).toBe(outcome);
      const samples = await scrape(stack.url);
      const calls = (label: string): number =>
        valueOf(samples, 'circuit_breaker_calls_total', { status: label });
      expect([calls('success'), calls('failure')]).toEqual(
        breaker === 'success' ? [1, 0] : breaker === 'failure' ? [0, 1] : [0, 0],
      );
      stack.simulator.clearFaults();
      await expectNothingHeld(stack);
    },
  );

  it('counts a request as failed whose upstream wrote an error into its own stream', async () => {
    await using stack = await startStack({
      config: { retry: { max: 0 }, cache: { mode: 'exact', sampled: true } },
    });
    stack.simulator.setFaults({ rules: [{ fault: 'error-in-stream' }] });
    const response = await chat(stack, true, 'Why is the sky blue?');
    expect(response.status).toBe(200);
    expect(String((await lastItem(response))['error'])).toMatch(/runner/);
    await until(
      async () =>
        valueOf(await scrape(stack.url), 'llamascope_requests_total', {
          endpoint: '/api/chat',
          outcome: 'upstream_error',
        }) === 1,
      'the request to be counted as failed',
    );
    const samples = await scrape(stack.url);
    expect(valueOf(samples, 'llamascope_requests_total', { endpoint: '/api/chat', outcome: 'ok' })).toBe(0);
    expect(valueOf(samples, 'semcache_size')).toBe(0);
    stack.simulator.clearFaults();
    await expectNothingHeld(stack);
  });

  it('retries what a retry can change, before the first byte, and counts each attempt', async () => {
    await using stack = await startStack({
      upstream: { timeouts: PATIENT },
      config: { retry: { max: 3, baseMs: 5 }, cache: { mode: 'off' } },
    });
    stack.simulator.setFaults({ rules: [{ fault: 'status', status: 500, count: 2 }] });
    const response = await chat(stack, true, 'Why is the sky blue?');
    expect(response.status).toBe(200);
    expect(await lastItem(response)).toMatchObject({ done: true });
    const samples = await scrape(stack.url);
    expect(valueOf(samples, 'circuit_breaker_calls_total', { status: 'failure' })).toBe(2);
    expect(valueOf(samples, 'circuit_breaker_calls_total', { status: 'success' })).toBe(1);
    expect(valueOf(samples, 'llamascope_retries_total', { reason: 'server_error' })).toBe(2);
    expect(stack.simulator.state().requests.filter(({ path }) => path === '/api/chat')).toHaveLength(3);
  });

  it('starts without its upstream, says so, and recovers without a restart', async () => {
    await using stack = await startStack({
      simulator: { faults: { rules: [{ fault: 'refuse', path: '*' }] } },
      config: { retry: { max: 0 }, cache: { mode: 'off' }, probe: { intervalMs: 100, timeoutMs: 500 } },
    });
    const notReady = await fetch(`${stack.url}/readyz`);
    expect(notReady.status).toBe(503);
    expect(((await (await fetch(`${stack.url}/health`)).json()) as { status: string }).status).toBe('down');
    expect((await chat(stack, false, 'anyone?')).status).toBe(502);
    stack.simulator.clearFaults();
    await until(
      async () => (await fetch(`${stack.url}/readyz`)).status === 200,
      'the gateway to see its upstream',
    );
    expect((await chat(stack, false, 'Why is the sky blue?')).status).toBe(200);
  });

  it("stops everything at the client's own deadline", async () => {
    await using stack = await startStack({ config: { cache: { mode: 'off' } } });
    stack.simulator.setFaults({ rules: [{ fault: 'hang' }] });
    const response = await fetch(`${stack.url}/api/chat`, {
      method: 'POST',
      headers: { 'x-request-timeout-ms': '100' },
      body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'x' }] }),
    });
    expect([response.status, ((await response.json()) as { code?: string }).code]).toEqual([
      504,
      'deadline_exceeded',
    ]);
    await expectNothingHeld(stack);
    expect(valueOf(await scrape(stack.url), 'circuit_breaker_ignored_total', { reason: 'deadline' })).toBe(1);
  });
});

describe('2,000 mixed requests with faults', () => {
  it('leave nothing behind, and every counter agrees with what the simulator saw', async () => {
    await using stack = await startStack({
      simulator: { logSize: 10_000, tokensPerSecond: 20_000, embedder: null },
      upstream: {
        // Long enough that no attempt runs out of time before its head is written and read: the sums below are exact.
        timeouts: { ...TIMEOUTS, firstTokenMs: 3_000 },
        parallel: 16,
        queue: { max: 500, waitMs: 20_000 },
        breaker: { consecutiveFailures: null },
      },
      config: { retry: { max: 2, baseMs: 2 }, cache: { mode: 'exact', sampled: true } },
    });
    stack.simulator.setFaults({
      seed: 7,
      rules: [
        { fault: 'status', status: 500, rate: 0.05 },
        { fault: 'status', status: 503, rate: 0.03 },
        { fault: 'status', status: 429, rate: 0.03 },
        { fault: 'reset', rate: 0.04 },
        { fault: 'truncate', rate: 0.03 },
        { fault: 'error-in-stream', rate: 0.03 },
        { fault: 'malformed', rate: 0.02 },
        { fault: 'stall', rate: 0.01 },
        { fault: 'hang', rate: 0.01 },
      ],
    });
    let aborted = 0;
    const one = async (i: number): Promise<void> => {
      const aborter = new AbortController();
      const stream = i % 3 !== 0;
      try {
        const response = await chat(stack, stream, `Mixed question ${i % 1_500}`, aborter.signal);
        if (stream && i % 17 === 0) {
          aborter.abort();
          aborted += 1;
          return;
        }
        const last = await lastItem(response);
        // Whatever went wrong, the answer ends in a final object or says why not.
        expect(last['done'] === true || typeof last['error'] === 'string', JSON.stringify(last)).toBe(true);
      } catch (error) {
        if (!aborter.signal.aborted) throw error;
      }
    };
    await Promise.all(
      Array.from({ length: 40 }, async (_, worker) => {
        for (let i = worker; i < 2_000; i += 40) await one(i);
      }),
    );
    expect(aborted).toBeGreaterThan(50);
    await expectNothingHeld(stack);

    const samples = await scrape(stack.url);
    const sum = (name: string, labels: Record<string, string> = {}): number =>
      samples
        .filter(
          (sample) =>
            sample.name === name && Object.entries(labels).every(([k, v]) => sample.labels[k] === v),
        )
        .reduce((total, sample) => total + sample.value, 0);
    const received = stack.simulator.state().counts.byPath['/api/chat'] ?? 0;
    const attempts = sum('llamascope_upstream_attempts_total');
    expect(sum('llamascope_requests_total')).toBe(2_000);
    expect(sum('semcache_hits_total') + sum('semcache_misses_total')).toBe(2_000);
    expect(sum('circuit_breaker_calls_total') + sum('circuit_breaker_ignored_total')).toBe(attempts);
    expect(sum('connection_pool_requests_total')).toBe(received);
    // One that the client gave up before its head was written never reached the simulator. Who is given up later has
    // had the head of an answer: the client here aborts with it in hand.
    expect(attempts - sum('circuit_breaker_ignored_total', { reason: 'not_sent' })).toBe(received);
    expect(sum('semcache_size')).toBe(stack.gateway.state.cache().entries);
    await until(async () => stack.gateway.state.pools()[0]?.busy === 0, 'idle sockets only');
  }, 120_000);
});

describe('bad input', () => {
  it.each([
    ['not JSON', '{"model": ', 400, 'invalid_json'],
    ['an array', '[]', 400, 'invalid_json'],
    ['no model', '{"messages":[]}', 400, 'missing_model'],
    ['wrong types', '{"model":"m","messages":"hello"}', 400, 'invalid_field'],
    ['an empty body', '', 400, 'invalid_json'],
  ])('%s gets a clear error and takes nothing', async (_name, body, status, code) => {
    await using stack = await startStack();
    const response = await fetch(`${stack.url}/v1/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: { code: string } }).error.code).toBe(code);
    await expectNothingHeld(stack);
  });

  it('refuses loops', async () => {
    const { createGateway } = await import('../../src/gateway.ts');
    let via = '';
    const { createServer } = await import('node:http');
    const mirror = createServer((request, response) => {
      via = request.headers.via ?? '';
      response.end('{}');
    });
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
    const address = mirror.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await using second = createGateway({
      upstreams: [{ name: 'mirror', url: `http://127.0.0.1:${port}`, kind: 'ollama' }],
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
    });
    await second.fetch('http://x/api/version');
    expect(via).toMatch(/llamascope-/);
    const looped = await second.fetch('http://x/api/version', { headers: { via } });
    expect(looped.status).toBe(508);
    mirror.close();
  });
});
