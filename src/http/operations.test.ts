import { afterEach, describe, expect, it } from 'vitest';
import { dialects } from '../dialect/dialects.ts';
import { systemClock } from '../runtime/clock.ts';
import { GatewayError } from '../core/errors.ts';
import { request as httpRequest } from 'node:http';
import { jsonReply, type OperationRoute } from './operation-route.ts';
import { createListener, type Listener } from './listener.ts';
import { createOperations, type OperationsOptions } from './operations.ts';

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)));
});

async function start(options: Partial<OperationsOptions> = {}): Promise<string> {
  const listener = createListener({
    limits: {
      bodyBytes: 1e6,
      headerBytes: 16_384,
      headerTimeoutMs: 5_000,
      requestTimeoutMs: 5_000,
      clientStallMs: 5_000,
      keepAliveMs: 5_000,
    },
    handle: null,
    operations: createOperations({
      metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
      health: () => ({ status: 'ok' }),
      ready: () => ({ ready: true, reason: 'an upstream is healthy' }),
      admin: { breakers: () => [{ name: 'a' }] },
      token: null,
      ...options,
    }),
    dialects,
    emit: () => undefined,
    clock: systemClock,
  });
  open.push(listener);
  return (await listener.listen({ host: '127.0.0.1', port: 0 })).url;
}

describe('operations plane', () => {
  it('serves its paths, and only those', async () => {
    const url = await start();
    const metrics = await fetch(`${url}/metrics`);
    expect([metrics.headers.get('content-type'), await metrics.text()]).toEqual([
      'text/plain; version=0.0.4',
      'up 1\n',
    ]);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      ready: true,
      reason: 'an upstream is healthy',
    });
    expect(await (await fetch(`${url}/admin/`)).json()).toEqual({ resources: ['/admin/breakers'] });
    expect(await (await fetch(`${url}/admin/breakers`)).json()).toEqual([{ name: 'a' }]);
    expect((await fetch(`${url}/admin/__proto__`)).status).toBe(404);
    expect((await fetch(`${url}/admin/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/api/chat`)).status).toBe(404);
    const head = await fetch(`${url}/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('says that it is not ready, why, and with 503', async () => {
    const url = await start({ ready: () => ({ ready: false, reason: 'no upstream answers' }) });
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      503,
      { ready: false, reason: 'no upstream answers' },
    ]);
  });

  it('answers 404 with a sentence when metrics are off, and 405 to anything but reading', async () => {
    const url = await start({ metrics: null });
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { code: 'metrics_disabled', message: expect.stringContaining('METRICS_ENABLED') as string },
    });
    const post = await fetch(`${url}/admin/breakers`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('needs the token for everything but the two probes', async () => {
    const url = await start({ token: 'secret' });
    for (const path of ['/metrics', '/health', '/admin/', '/admin/breakers']) {
      expect((await fetch(url + path)).status).toBe(401);
      expect((await fetch(url + path, { headers: { authorization: 'Bearer wrong!' } })).status).toBe(401);
      expect((await fetch(url + path, { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
    }
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('answers 500 and lives on when a reader throws', async () => {
    const url = await start({
      health: () => {
        throw new Error('broken reader');
      },
    });
    const response = await fetch(`${url}/health`);
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: { code: 'internal', message: 'internal error' } },
    ]);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('lets parts act: parameters, query and a JSON body, with errors of their own', async () => {
    const url = await start({ routes: [echo, refusing] });
    const reply = await fetch(`${url}/admin/things/a%20b/set?x=1`, { method: 'POST', body: '{"n":1}' });
    expect([reply.status, await reply.json()]).toEqual([200, { name: 'a b', x: '1', json: { n: 1 } }]);
    const empty = await fetch(`${url}/admin/things/a/set`, { method: 'POST' });
    expect(await empty.json()).toMatchObject({ json: null });
    const index = (await (await fetch(`${url}/admin/`)).json()) as { resources: string[] };
    expect(index.resources).toEqual(['/admin/breakers', 'POST /admin/things/{name}/set', '/admin/no']);
    const wrong = await fetch(`${url}/admin/things/a/set`, { method: 'POST', body: '{"n":' });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: { code: 'invalid_json' } }]);
    const large = await fetch(`${url}/admin/things/a/set`, { method: 'POST', body: `"${'x'.repeat(200)}"` });
    expect([large.status, await large.json()]).toMatchObject([413, { error: { code: 'body_too_large' } }]);
    expect((await fetch(`${url}/admin/no`)).status).toBe(503);
    expect((await fetch(`${url}/admin/things/a/set`)).headers.get('allow')).toBe('POST');
  });

  it('writes an answer bit by bit, and says when its reader has gone', async () => {
    let closed = 0;
    const ticking: OperationRoute = {
      method: 'GET',
      path: '/admin/ticks',
      handle: () => ({
        status: 200,
        contentType: 'text/event-stream',
        body: (stream): void => {
          stream.onClose(() => (closed += 1));
          stream.write('data: 1\n\n');
          expect(stream.pendingBytes).toBeGreaterThanOrEqual(0);
          stream.onDrain(() => undefined);
          stream.end();
        },
      }),
    };
    const url = await start({ routes: [ticking] });
    expect(await (await fetch(`${url}/admin/ticks`)).text()).toBe('data: 1\n\n');
    await expect.poll(() => closed).toBe(1);
  });

  it('keeps pages of other origins out', async () => {
    const url = await start({ routes: [echo] });
    const post = (headers: Record<string, string>): Promise<number> =>
      ask('POST', `${url}/admin/things/a/set`, headers);
    expect(await post({ origin: url })).toBe(200);
    expect(await post({ 'sec-fetch-site': 'same-origin', origin: url })).toBe(200);
    expect(await post({ origin: 'http://evil.example' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    // DNS rebinding: the page's own origin, resolved to us.
    expect(await ask('GET', `${url}/admin/`, { host: 'evil.example' })).toBe(403);
    expect(await ask('GET', `${url}/admin/`, { host: 'localhost:11435' })).toBe(200);
    expect(await ask('GET', `${url}/livez`, { host: 'evil.example' })).toBe(200);
    const locked = await start({ token: 'secret' });
    expect(
      await ask('GET', `${locked}/admin/`, { host: 'gateway.internal', authorization: 'Bearer secret' }),
    ).toBe(200);
  });
});

const echo: OperationRoute = {
  method: 'POST',
  path: '/admin/things/{name}/set',
  bodyBytes: 100,
  handle: ({ params, query, json }) => jsonReply({ name: params['name'] ?? null, x: query.get('x'), json }),
};

const refusing: OperationRoute = {
  method: 'GET',
  path: '/admin/no',
  handle: () => {
    throw new GatewayError('draining', 'not now');
  },
};

/** `fetch` sets `host` and `origin` itself. */
function ask(method: string, url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });
}
