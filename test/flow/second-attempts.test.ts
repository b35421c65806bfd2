/** Attempts that are shared, doubled or bounded in time, through the whole gateway against real simulators. */
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { startRawUpstream } from '../support/raw-upstream.ts';
import { ollamaLike } from '../support/ollama-like.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** The simulator's own embedding model, under whatever name it has. */
async function embedder(url: string): Promise<string> {
  const list = (await (await fetch(`${url}/api/tags`)).json()) as { models: { name: string }[] };
  const found = list.models.find(({ name }) => /use-lite|potion|builtin/.test(name));
  if (found === undefined) throw new Error('the simulator lists no embedding model');
  return found.name;
}

function embed(
  url: string,
  model: string,
  input: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
) {
  return fetch(`${url}/api/embed`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model, input }),
    ...(signal === undefined ? {} : { signal }),
  });
}

const received = (simulator: Simulator, path: string): number => simulator.state().counts.byPath[path] ?? 0;

describe('identical requests that meet', () => {
  it('cause one attempt, are all answered, and are counted', async () => {
    await using stack = await startStack({ config: { cache: { mode: 'off' } } });
    const { url, simulator } = stack;
    const model = await embedder(simulator.url);
    const before = received(simulator, '/api/embed');
    simulator.setFaults({
      rules: [
        { fault: 'delay', delayMs: 300, path: '/api/tags', count: 1 },
        { fault: 'delay', delayMs: 300, path: '/api/embed' },
      ],
    });
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => fetch(`${url}/api/tags`)),
      ...Array.from({ length: 10 }, () => embed(url, model, 'the same text')),
      embed(url, model, 'another text'),
      embed(url, model, 'the same text', { authorization: 'Bearer somebody-else' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 22 }, () => 200));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies.slice(0, 10)).size).toBe(1);
    expect(bodies[19]).toContain('embeddings');
    expect(received(simulator, '/api/embed') - before).toBe(3);
    const samples = await scrape(url);
    expect(valueOf(samples, 'llamascope_coalesced_requests_total', { kind: 'read' })).toBe(9);
    expect(valueOf(samples, 'llamascope_coalesced_requests_total', { kind: 'embedding' })).toBe(9);
    const finished = samples.filter(
      ({ name, labels }) => name === 'llamascope_requests_total' && labels['outcome'] === 'ok',
    );
    expect(finished.reduce((sum, { value }) => sum + value, 0)).toBe(22);
    expect(valueOf(samples, 'connection_pool_requests_total')).toBe(4);
  });

  it('go on when the one that came first leaves', async () => {
    await using stack = await startStack({ config: { cache: { mode: 'off' } } });
    stack.simulator.setFaults({ rules: [{ fault: 'delay', delayMs: 400, path: '/api/embed' }] });
    const model = await embedder(stack.simulator.url);
    const before = received(stack.simulator, '/api/embed');
    const leave = new AbortController();
    const first = embed(stack.url, model, 'text', {}, leave.signal).catch(() => 'left');
    await until(() => received(stack.simulator, '/api/embed') === before + 1, 'the attempt');
    const second = embed(stack.url, model, 'text');
    const coalesced = async (): Promise<number> =>
      (await scrape(stack.url)).find(({ name }) => name === 'llamascope_coalesced_requests_total')?.value ??
      0;
    await until(async () => (await coalesced()) === 1, 'the second to join');
    leave.abort();
    expect(await first).toBe('left');
    expect((await second).status).toBe(200);
    expect(received(stack.simulator, '/api/embed') - before).toBe(1);
  });
});

describe('a deadline', () => {
  it('goes to the upstream as what is left of it', async () => {
    const seen: (string | undefined)[] = [];
    const server = ollamaLike();
    const answer = server.chat;
    server.chat = (asked, response, socket) => {
      seen.push(asked.headers['x-request-timeout-ms'] as string | undefined);
      answer(asked, response, socket);
    };
    await using upstream = await startRawUpstream(server.respond);
    await using gateway = createGateway({
      upstreams: [{ name: 'up', url: upstream.url }],
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      cache: { mode: 'off' },
    });
    const { url } = await gateway.listen();
    const chat = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${url}/api/chat`, {
        method: 'POST',
        headers,
        body: '{"model":"m","stream":false,"messages":[]}',
      });
    await chat({ 'x-request-timeout-ms': '60000' });
    await chat({});
    const [left, none] = seen;
    expect(none).toBeUndefined();
    expect(Number(left)).toBeGreaterThan(30_000);
    expect(Number(left)).toBeLessThanOrEqual(60_000);
  });

  it('ends all tries, whatever else could be tried', async () => {
    await using stack = await startStack({
      config: { cache: { mode: 'off' }, retry: { max: 3, baseMs: 200 } },
      upstream: { breaker: { consecutiveFailures: null } },
    });
    stack.simulator.setFaults({ rules: [{ fault: 'status', status: 500, delayMs: 100 }] });
    const from = performance.now();
    const response = await fetch(`${stack.url}/api/chat`, {
      method: 'POST',
      headers: { 'x-request-timeout-ms': '400' },
      body: JSON.stringify({ model: 'llama3.2:1b', stream: false, messages: [] }),
    });
    expect([500, 504]).toContain(response.status);
    expect(performance.now() - from).toBeLessThan(900);
    await until(() => stack.simulator.state().inFlight === 0, 'nothing to run on upstream');
  });
});

describe('a hedged embedding', () => {
  async function pair(hedge: ConfigInput['hedge']): Promise<{
    gateway: Gateway;
    url: string;
    slow: Simulator;
    fast: Simulator;
    close(): Promise<void>;
  }> {
    const make = (): Promise<Simulator> =>
      startSimulator({ loadMs: 0, tokensPerSecond: 0, prefillTokensPerSecond: 0, numParallel: 64 });
    const [slow, fast] = await Promise.all([make(), make()]);
    const gateway = createGateway({
      upstreams: [
        { name: 'slow', url: slow.url, tier: 0 },
        { name: 'fast', url: fast.url, tier: 1 },
      ],
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      cache: { mode: 'off' },
      hedge,
    });
    const { url } = await gateway.listen();
    await gateway.ready();
    return {
      gateway,
      url,
      slow,
      fast,
      async close() {
        await gateway.close(0);
        await Promise.all([slow.close(), fast.close()]);
      },
    };
  }

  it('is answered by the faster of two upstreams; the slower attempt is cut and judges nobody', async () => {
    const rig = await pair({ embeddings: true, afterMs: 50 });
    try {
      rig.slow.setFaults({ rules: [{ fault: 'delay', delayMs: 5_000, path: '/api/embed' }] });
      const response = await embed(rig.url, await embedder(rig.slow.url), 'text');
      expect([response.status, response.headers.get('x-llamascope-upstream')]).toEqual([200, 'fast']);
      await until(() => rig.slow.state().inFlight === 0, 'the slow attempt to be cut');
      expect(rig.slow.state().aborted).toBe(1);
      const samples = await scrape(rig.url);
      expect(valueOf(samples, 'llamascope_hedges_total', { upstream: 'slow', result: 'won' })).toBe(1);
      expect(
        valueOf(samples, 'circuit_breaker_ignored_total', { breaker_name: 'slow', reason: 'hedge_lost' }),
      ).toBe(1);
      await until(
        () =>
          rig.gateway.state.queues().every(({ permitsInUse }) => permitsInUse === 0) &&
          rig.gateway.state.breakers().every(({ inFlight }) => inFlight === 0),
        'everything given back',
      );
    } finally {
      await rig.close();
    }
  });

  it('is not made unless asked for', async () => {
    const rig = await pair({ embeddings: false });
    try {
      rig.slow.setFaults({ rules: [{ fault: 'delay', delayMs: 200, path: '/api/embed' }] });
      const response = await embed(rig.url, await embedder(rig.slow.url), 'text');
      expect(response.headers.get('x-llamascope-upstream')).toBe('slow');
      expect(received(rig.fast, '/api/embed')).toBe(0);
    } finally {
      await rig.close();
    }
  });
});
