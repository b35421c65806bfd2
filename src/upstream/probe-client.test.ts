import { describe, expect, it } from 'vitest';
import { closedPort, startRawUpstream } from '../../test/support/raw-upstream.ts';
import { until } from '../../test/support/until.ts';
import { ProbeClient } from './probe-client.ts';

function client(url: string, timeoutMs = 5_000): ProbeClient & AsyncDisposable {
  const made = new ProbeClient({ url, timeoutMs, headers: { 'X-Extra': 'yes' }, apiKey: 'k', via: 'gw' });
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.close() });
}

describe('ProbeClient', () => {
  it('asks with GET, or POST when there is a body, over one connection, under the path prefix', async () => {
    await using upstream = await startRawUpstream((_, response) => response.end('{"a":1}'));
    await using probe = client(`${upstream.url}/base`);
    const replies = await Promise.all([probe.ask('/api/tags'), probe.ask('/api/show', { model: 'm' })]);
    expect(replies).toEqual([
      { status: 200, json: { a: 1 } },
      { status: 200, json: { a: 1 } },
    ]);
    expect(upstream.received).toMatchObject([
      { method: 'GET', target: '/base/api/tags', body: '' },
      { method: 'POST', target: '/base/api/show', body: '{"model":"m"}' },
    ]);
    expect(upstream.received[0]?.headers).toMatchObject({
      authorization: 'Bearer k',
      'x-extra': 'yes',
      via: '1.1 gw',
    });
    expect(upstream.accepted).toBe(1);
  });

  it.each([
    [404, 'not found'],
    [200, ''],
    [500, '{"cut":'],
  ])('answers %i with %o as a status without JSON', async (status, body) => {
    await using upstream = await startRawUpstream((_, response) => response.writeHead(status).end(body));
    await using probe = client(upstream.url);
    expect(await probe.ask('/x')).toEqual({ status, json: null });
  });

  it('rejects when there is no answer, none in time, or far too much of one', async () => {
    await using nobody = client(`http://127.0.0.1:${String(await closedPort())}`);
    await expect(nobody.ask('/x')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await using silent = await startRawUpstream(() => undefined);
    await using impatient = client(silent.url, 50);
    await expect(impatient.ask('/x')).rejects.toThrow();
    const block = Buffer.alloc(1024 * 1024, 'x');
    await using endless = await startRawUpstream((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    });
    await using flooded = client(endless.url);
    await expect(flooded.ask('/x')).rejects.toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
  });

  it('gives up what it waits for when it is closed', async () => {
    await using upstream = await startRawUpstream(() => undefined);
    await using probe = client(upstream.url);
    const waiting = expect(probe.ask('/x')).rejects.toThrow();
    await until(() => upstream.received.length === 1, 'the question');
    await probe.close();
    await waiting;
    await until(() => upstream.open === 0, 'the connection to close');
  });
});
