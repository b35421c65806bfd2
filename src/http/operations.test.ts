import { afterEach, describe, expect, it } from 'vitest';
import { dialects } from '../dialect/dialects.ts';
import { systemClock } from '../runtime/clock.ts';
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
});
