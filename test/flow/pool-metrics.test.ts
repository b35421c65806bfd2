/** The pool's figures against two accounts of the same traffic: undici's own messages and the simulator's. */
import diagnostics from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DiagnosticsChannel } from 'undici';
import { createGateway } from '../../src/gateway.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { scrape, valueOf, type Sample } from '../support/metrics.ts';
import { closedPort } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

/** What undici says it did for one origin since this was called. */
function undiciAccount(url: string): { connected: number; heads: number } {
  const { host, origin } = new URL(url);
  const account = { connected: 0, heads: 0 };
  const connected = (message: unknown): void => {
    if ((message as DiagnosticsChannel.ClientConnectedMessage).connectParams.host === host)
      account.connected += 1;
  };
  const sent = (message: unknown): void => {
    const { request } = message as DiagnosticsChannel.ClientSendHeadersMessage;
    if (String(request.origin) === origin) account.heads += 1;
  };
  diagnostics.subscribe('undici:client:connected', connected);
  diagnostics.subscribe('undici:client:sendHeaders', sent);
  onTestFinished(() => {
    diagnostics.unsubscribe('undici:client:connected', connected);
    diagnostics.unsubscribe('undici:client:sendHeaders', sent);
  });
  return account;
}

describe('the pool metrics', () => {
  it('are what undici and the upstream say happened: opened, reused, busy, idle, pending', async () => {
    const simulator = await startSimulator({
      loadMs: 0,
      tokensPerSecond: 0,
      prefillTokensPerSecond: 0,
      numParallel: 64,
      embedder: null,
    });
    const gateway = createGateway({
      upstreams: [{ name: 'up', url: simulator.url, parallel: 3, pool: { maxsize: 3, keepAliveMs: 60_000 } }],
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      cache: { mode: 'off' },
      probe: { intervalMs: 3_600_000 },
    });
    onTestFinished(async () => {
      await gateway.close(200);
      await simulator.close();
    });
    const { url } = await gateway.listen();
    await gateway.ready();
    const before = simulator.state();
    const undici = undiciAccount(simulator.url);
    const chat = (signal?: AbortSignal): Promise<string> =>
      fetch(`${url}/api/chat`, {
        method: 'POST',
        body: '{"model":"llama3.2:1b","stream":false,"messages":[{"role":"user","content":"hi"}]}',
        ...(signal === undefined ? {} : { signal }),
      }).then((response) => response.text());
    const pool = async (): Promise<Record<string, number>> => {
      const samples: readonly Sample[] = await scrape(url);
      const of = (name: string, labels: Record<string, string> = {}): number =>
        valueOf(samples, name, labels);
      return {
        sent: of('connection_pool_requests_total'),
        created: of('llamascope_pool_connections_created_total'),
        reused: of('llamascope_pool_connections_reused_total'),
        acquired: of('llamascope_pool_acquire_seconds_count'),
        connected: of('llamascope_pool_connect_seconds_count'),
        open: of('connection_pool_size', { pool_type: 'connections' }),
        busy: of('llamascope_pool_connections', { state: 'busy' }),
        idle: of('llamascope_pool_connections', { state: 'idle' }),
        pending: of('llamascope_pool_pending_requests'),
      };
    };
    const expectAgreement = async (): Promise<Record<string, number>> => {
      const now = await pool();
      const upstream = simulator.state();
      expect(now['sent']).toBe(undici.heads);
      expect(now['sent']).toBe(upstream.received - before.received);
      expect(now['created']).toBe(undici.connected);
      expect(now['created']).toBe(upstream.connections.total - before.connections.total);
      expect(now['reused']).toBe((now['sent'] ?? 0) - (now['created'] ?? 0));
      expect([now['acquired'], now['connected']]).toEqual([now['sent'], now['created']]);
      return now;
    };
    for (let i = 0; i < 5; i += 1) await chat();
    expect(await expectAgreement()).toMatchObject({
      sent: 5,
      created: 1,
      reused: 4,
      open: 1,
      busy: 0,
      idle: 1,
    });
    await Promise.all(Array.from({ length: 12 }, () => chat()));
    expect(await expectAgreement()).toMatchObject({ sent: 17, open: 3, busy: 0, idle: 3, pending: 0 });

    // Three hang; a read, which needs no permit, then waits for a connection.
    simulator.setFaults({ rules: [{ fault: 'hang', path: '/api/chat' }] });
    const leave = new AbortController();
    const hanging = Array.from({ length: 3 }, () => chat(leave.signal).catch(() => 'left'));
    await until(async () => (await pool())['busy'] === 3, 'three busy connections');
    const read = fetch(`${url}/api/tags`).then((response) => response.text());
    await until(async () => (await pool())['pending'] === 1, 'the read to wait');
    expect(await pool()).toMatchObject({ open: 3, busy: 3, idle: 0, pending: 1 });
    leave.abort();
    await Promise.all([...hanging, read]);
    await until(async () => (await pool())['busy'] === 0, 'nothing busy');
    expect(await expectAgreement()).toMatchObject({ sent: 21, pending: 0 });
  });

  it('count a connection that could not be made, by reason', async () => {
    const port = await closedPort();
    const gateway = createGateway({
      upstreams: [{ name: 'gone', url: `http://127.0.0.1:${String(port)}` }],
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      cache: { mode: 'off' },
      retry: { max: 0 },
    });
    onTestFinished(() => gateway.close(200));
    const { url } = await gateway.listen();
    await gateway.ready();
    for (let i = 0; i < 3; i += 1) {
      const response = await fetch(`${url}/api/tags`);
      expect(response.status).toBe(502);
      await response.arrayBuffer();
    }
    const samples = await scrape(url);
    expect(valueOf(samples, 'llamascope_pool_connect_errors_total', { reason: 'refused' })).toBe(3);
    expect(valueOf(samples, 'llamascope_pool_connections_created_total')).toBe(0);
    expect(valueOf(samples, 'connection_pool_requests_total')).toBe(0);
  });
});
