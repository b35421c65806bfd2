import { describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../src/core/events.ts';
import { createGateway } from '../../src/gateway.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { ManualClock } from '../../src/runtime/manual-clock.ts';
import { parseExposition, valueOf } from '../support/metrics.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const ASK = { model: 'llama3.2:1b', messages: [{ role: 'user', content: 'Why is the sky blue?' }] };
const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });

describe('a gateway', () => {
  it('serves requests without metrics, and /metrics says why it has none', async () => {
    await using stack = await startStack({ config: { metrics: { enabled: false } } });
    expect((await post(`${stack.url}/api/chat`, { ...ASK, stream: false })).status).toBe(200);
    const metrics = await fetch(`${stack.url}/metrics`);
    expect(metrics.status).toBe(404);
    expect(JSON.stringify(await metrics.json())).toContain('METRICS_ENABLED');
    await expect(stack.gateway.metrics.render()).rejects.toMatchObject({ code: 'metrics_disabled' });
  });

  it('keeps the operations plane on an address of its own, with its token', async () => {
    await using stack = await startStack({ config: { admin: { listen: '127.0.0.1:0', token: 'secret' } } });
    expect((await fetch(`${stack.url}/metrics`)).status).toBe(404);
    await using second = createGateway({
      listen: '127.0.0.1:0',
      admin: { listen: '127.0.0.1:0', token: 'secret' },
      upstreams: [{ name: 'a', url: stack.simulator.url }],
      log: { level: 'silent' },
    });
    const { url, adminUrl } = await second.listen();
    expect(adminUrl).not.toBe(url);
    await second.ready();
    expect((await fetch(`${adminUrl}/metrics`)).status).toBe(401);
    const headers = { authorization: 'Bearer secret' };
    expect((await fetch(`${adminUrl}/metrics`, { headers })).status).toBe(200);
    for (const name of ['breakers', 'pools', 'queues', 'upstreams', 'cache']) {
      expect((await fetch(`${adminUrl}/admin/${name}`, { headers })).status).toBe(200);
    }
    expect((await fetch(`${adminUrl}/api/chat`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  });

  it('drains: running streams end, new requests are refused, nothing is left open', async () => {
    const simulator = await startSimulator({ loadMs: 0, tokensPerSecond: 40, embedder: null });
    const gateway = createGateway({
      listen: '127.0.0.1:0',
      upstreams: [{ name: 'a', url: simulator.url }],
      cache: { mode: 'off' },
      log: { level: 'silent' },
    });
    const { url } = await gateway.listen();
    const running = await post(`${url}/api/chat`, ASK);
    const closed = gateway.close(10_000);
    expect(
      await gateway.fetch('http://x/api/chat', { method: 'POST', body: JSON.stringify(ASK) }),
    ).toMatchObject({
      status: 503,
    });
    expect((await running.text()).trim().split('\n').at(-1)).toContain('"done":true');
    await closed;
    await gateway.close();
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
    await until(() => simulator.state().connections.open === 0, 'no connection to the upstream');
    await simulator.close();
  });

  it('cuts what runs past the drain deadline with an in-band error', async () => {
    await using stack = await startStack({
      simulator: { tokensPerSecond: 5 },
      config: { cache: { mode: 'off' } },
    });
    const running = await post(`${stack.url}/api/chat`, ASK);
    const closed = stack.gateway.close(50);
    const last = (await running.text()).trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toHaveProperty('error');
    await closed;
  });

  it('passes management calls on where they are allowed, uploads included, and only there', async () => {
    await using stack = await startStack({
      simulator: { speed: 1_000_000 },
      config: { allowManagement: ['pull', 'blobs', 'delete'] },
    });
    const pulled = await post(`${stack.url}/api/pull`, { model: 'gemma3:1b' });
    expect(await pulled.text()).toContain('"success"');
    const bytes = Buffer.alloc(300_000, 7);
    const { createHash } = await import('node:crypto');
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    expect((await fetch(`${stack.url}/api/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
    expect((await fetch(`${stack.url}/api/blobs/${digest}`, { method: 'POST', body: bytes })).status).toBe(
      201,
    );
    const viaFetch = await stack.gateway.fetch(`http://x/api/blobs/${digest}`, {
      method: 'POST',
      body: bytes,
    });
    expect(viaFetch.status).toBe(200);
    expect((await stack.gateway.fetch('http://x/api/pull', { method: 'POST' })).status).toBe(400);
    const deleted = await fetch(`${stack.url}/api/delete`, {
      method: 'DELETE',
      body: JSON.stringify({ model: 'gemma3:1b' }),
    });
    expect(deleted.status).toBe(200);
    expect((await post(`${stack.url}/api/copy`, { source: 'a', destination: 'b' })).status).toBe(403);
  });

  it('serves /v1/messages and /v1/responses, and by default caches no answer drawn at random', async () => {
    await using stack = await startStack();
    const message = await post(`${stack.url}/v1/messages`, { ...ASK, max_tokens: 50, stream: true });
    expect(message.headers.get('x-llamascope-cache')).toBe('bypass');
    expect(await message.text()).toContain('message_stop');
    const bad = await post(`${stack.url}/v1/messages`, { max_tokens: 5 });
    expect([bad.status, ((await bad.json()) as { type: string }).type]).toEqual([400, 'error']);
    const response = await post(`${stack.url}/v1/responses`, { model: 'llama3.2:1b', input: 'Hello' });
    expect(response.headers.get('x-llamascope-upstream')).toBe('simulator');
  });

  it('honours the cache headers and names what it did', async () => {
    await using stack = await startStack({
      config: { cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0 } },
    });
    const ask = async (headers: Record<string, string> = {}): Promise<[number, string | null]> => {
      const response = await post(`${stack.url}/api/chat`, { ...ASK, stream: false }, headers);
      await response.arrayBuffer();
      return [response.status, response.headers.get('x-llamascope-cache')];
    };
    expect(await ask({ 'x-llamascope-cache': 'only-if-cached' })).toEqual([504, 'miss']);
    expect(await ask()).toEqual([200, 'miss']);
    await until(async () => (await ask())[1] === 'hit-exact', 'the stored answer');
    expect(await ask({ 'x-llamascope-cache': 'bypass' })).toEqual([200, 'bypass']);
    expect(await ask({ 'cache-control': 'no-cache' })).toEqual([200, 'miss']);
    expect(await ask({ authorization: 'Bearer other' })).toEqual([200, 'miss']);
    expect((await ask({ 'x-llamascope-cache': 'please' }))[0]).toBe(400);
  });

  it('has events whose subscribers cannot hurt a request', async () => {
    await using stack = await startStack();
    const seen: GatewayEvent['type'][] = [];
    const unsubscribe = stack.gateway.events.subscribe((event) => {
      seen.push(event.type);
      throw new Error('a bad subscriber');
    });
    expect((await post(`${stack.url}/api/chat`, { ...ASK, stream: false })).status).toBe(200);
    expect(seen).toContain('request.finished');
    expect(seen).toContain('subscriber.failed');
    unsubscribe();
  });

  it('tries an embedder that could not be opened again, and counts each failure', async () => {
    const simulator = await startSimulator({ loadMs: 0, tokensPerSecond: 0, prefillTokensPerSecond: 0 });
    simulator.setFaults({ rules: [{ fault: 'status', status: 500, path: '/api/embed' }] });
    const clock = new ManualClock();
    const gateway = createGateway(
      {
        upstreams: [{ name: 'embedding', url: simulator.url }],
        listen: '127.0.0.1:0',
        log: { level: 'silent' },
        cache: { mode: 'on', embedder: 'upstream' },
      },
      { clock },
    );
    try {
      await gateway.listen();
      await gateway.ready();
      const failures = async (): Promise<number> =>
        valueOf(
          parseExposition((await gateway.metrics.render()).body),
          'llamascope_semcache_embed_failures_total',
        );
      expect([gateway.state.cache().embedder, await failures()]).toEqual([null, 1]);
      clock.advance(10_000);
      await until(async () => (await failures()) === 2, 'another try');
      simulator.clearFaults();
      clock.advance(10_000);
      await until(() => gateway.state.cache().embedder !== null, 'an embedder');
      expect(await failures()).toBe(2);
    } finally {
      const closing = gateway.close(0);
      await until(() => (clock.advance(1_000), true), 'time to pass');
      await closing;
      await simulator.close();
    }
  });

  it('says in /health when the semantic tier has no embedder, and lives without', async () => {
    for (const embeddingModel of [null, 'no-such-embedder']) {
      await using stack = await startStack({
        simulator: { embedder: null },
        config: { cache: { mode: 'on', embedder: 'upstream', embeddingModel } },
      });
      const health = (await (await fetch(`${stack.url}/health`)).json()) as {
        status: string;
        reasons: string[];
      };
      expect(health.status).toBe('degraded');
      expect(health.reasons.join()).toContain('no embedder');
      expect((await post(`${stack.url}/api/chat`, { ...ASK, stream: false })).status).toBe(200);
    }
  });

  it('aborts through fetch: before an answer, and in the middle of one', async () => {
    await using stack = await startStack({
      simulator: { tokensPerSecond: 10 },
      config: { cache: { mode: 'off' } },
    });
    const { fetch: direct } = stack.gateway;
    const body = JSON.stringify(ASK);
    await expect(
      direct('http://x/api/chat', { method: 'POST', body, signal: AbortSignal.abort() }),
    ).rejects.toThrow();
    stack.simulator.setFaults({ rules: [{ fault: 'hang' }] });
    const early = new AbortController();
    const pending = direct('http://x/api/chat', { method: 'POST', body, signal: early.signal });
    await until(() => stack.simulator.state().inFlight === 1, 'the request upstream');
    early.abort();
    await expect(pending).rejects.toThrow(/abort/i);
    stack.simulator.clearFaults();
    const late = new AbortController();
    const response = await direct('http://x/api/chat', { method: 'POST', body, signal: late.signal });
    late.abort();
    await expect(response.text()).rejects.toThrow(/abort/i);
    const third = await direct('http://x/api/chat', { method: 'POST', body });
    await third.body?.cancel();
    await until(() => stack.simulator.state().inFlight === 0, 'every request to be stopped');
    stack.simulator.setFaults({ rules: [{ fault: 'truncate' }] });
    const cut = await direct('http://x/api/chat', { method: 'POST', body });
    expect(await cut.text()).toContain('"error"');
    expect((await direct('http://x/nothing')).status).toBe(404);
    expect((await direct('http://x/api/chat')).status).toBe(405);
    const large = await direct('http://x/api/chat', { method: 'POST', body: 'x'.repeat(40 * 1024 * 1024) });
    expect(large.status).toBe(413);
    expect((await direct('http://x/api/tags', { method: 'HEAD' })).status).toBe(200);
  });

  it('refuses a bad configuration and a taken admin address', async () => {
    expect(() => createGateway({ upstreams: [] })).toThrow(/upstreams/);
    await using stack = await startStack();
    const gateway = createGateway({
      listen: '127.0.0.1:0',
      admin: { listen: new URL(stack.url).host },
      upstreams: [{ name: 'a', url: stack.simulator.url }],
      log: { level: 'silent' },
    });
    await expect(gateway.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(gateway.listen('nonsense:x')).rejects.toThrow(/nonsense/);
    await gateway.close(0);
  });
});
