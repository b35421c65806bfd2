/** Taking upstreams out of service and putting them back, and the two ends of the gateway's life. */
import { describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import type { ConfigInput } from '../../src/config/config.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';
import { chat } from '../support/chat.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { startRawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const FAST: SimulatorOptions = {
  embedder: null,
  loadMs: 0,
  tokensPerSecond: 0,
  prefillTokensPerSecond: 0,
  numParallel: 64,
};

interface House extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly url: string;
  readonly adminUrl: string;
  readonly simulators: readonly Simulator[];
  act(path: string, body?: unknown): Promise<{ status: number; json: unknown }>;
}

async function house(
  upstreams: readonly {
    readonly name: string;
    readonly parallel?: number;
    readonly tokensPerSecond?: number;
  }[],
  more: Partial<ConfigInput> = {},
): Promise<House> {
  const simulators = await Promise.all(
    upstreams.map(({ tokensPerSecond = 0 }) => startSimulator({ ...FAST, tokensPerSecond })),
  );
  const gateway = createGateway({
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'off' },
    upstreams: upstreams.map(({ name, parallel = 64 }, index) => ({
      name,
      parallel,
      url: simulators[index]?.url ?? '',
    })),
    ...more,
  });
  const { url, adminUrl } = await gateway.listen();
  await gateway.ready();
  return {
    gateway,
    url,
    adminUrl,
    simulators,
    act: async (path, body) => {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, json: await response.json() };
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await gateway.close(0);
      await Promise.all(simulators.map((one) => one.close()));
    },
  };
}

describe('an upstream drained by hand', () => {
  it('gets nothing new, ends what it has begun, and takes part again when resumed', async () => {
    await using rig = await house([
      { name: 'one', tokensPerSecond: 50 },
      { name: 'two', tokensPerSecond: 50 },
    ]);
    const running = [1, 2, 3, 4].map(() => chat(rig.url));
    await until(() => rig.simulators.every((one) => one.state().inFlight > 0), 'streams at both');
    const drained = await rig.act('/admin/upstreams/one/drain');
    expect(drained).toMatchObject({ status: 200, json: { name: 'one', draining: true, healthy: false } });
    const health = await (await fetch(`${rig.url}/health`)).json();
    expect(health).toMatchObject({ status: 'degraded', reasons: ['upstream one is drained'] });
    const meanwhile = await Promise.all([1, 2, 3].map(() => chat(rig.url)));
    expect(meanwhile.map(({ status, upstream }) => [status, upstream])).toEqual(Array(3).fill([200, 'two']));
    for (const one of await Promise.all(running)) expect(one).toMatchObject({ status: 200, done: true });
    await until(() => rig.gateway.state.upstreams()[0]?.inFlight === 0, 'one is idle');
    expect(await rig.act('/admin/upstreams/one/resume')).toMatchObject({
      json: { draining: false, healthy: true },
    });
    const after = await Promise.all(Array.from({ length: 12 }, () => chat(rig.url)));
    expect(new Set(after.map(({ upstream }) => upstream))).toEqual(new Set(['one', 'two']));
  });

  it('ends what takes too long with an in-band error and frees the upstream; a resume in time ends nothing', async () => {
    await using rig = await house([{ name: 'one', tokensPerSecond: 3 }]);
    let speaking = 0;
    const onContent = (): void => void (speaking += 1);
    const spared = chat(rig.url, { onContent });
    await until(() => speaking === 1, 'the first speaks');
    await rig.act('/admin/upstreams/one/drain', { deadlineMs: 60_000 });
    await rig.act('/admin/upstreams/one/resume');
    const cut = chat(rig.url, { onContent });
    await until(() => speaking === 2, 'the second speaks');
    await rig.act('/admin/upstreams/one/drain', { deadlineMs: 50 });
    for (const one of [await spared, await cut]) {
      expect(one).toMatchObject({ status: 200, done: false });
      expect(one.error).toContain('drained');
    }
    await until(() => rig.simulators[0]?.state().inFlight === 0, 'aborted upstream');
    expect(await chat(rig.url)).toMatchObject({ status: 503, retryAfter: '1' });
    const samples = await scrape(rig.url);
    expect(valueOf(samples, 'circuit_breaker_calls_total', { breaker_name: 'one', status: 'failure' })).toBe(
      0,
    );
  });

  it('hands its line to another, and refuses it when there is none', async () => {
    await using rig = await house([
      { name: 'one', parallel: 1, tokensPerSecond: 50 },
      { name: 'two', parallel: 1, tokensPerSecond: 50 },
    ]);
    const asked = Array.from({ length: 6 }, () => chat(rig.url));
    await until(
      () => rig.gateway.state.queues().reduce((sum, { depth }) => sum + depth, 0) === 4,
      'four wait',
    );
    await rig.act('/admin/upstreams/one/drain', { deadlineMs: null });
    for (const one of await Promise.all(asked)) expect(one).toMatchObject({ status: 200, done: true });
    const moved = await scrape(rig.url);
    expect(moved.filter(({ name }) => name === 'llamascope_queue_rejections_total')).toEqual([]);
    const again = [chat(rig.url), chat(rig.url)];
    await until(() => rig.gateway.state.queues()[1]?.depth === 1, 'one waits');
    await rig.act('/admin/upstreams/two/drain');
    expect((await Promise.all(again)).map(({ status }) => status).sort()).toEqual([200, 503]);
    const samples = await scrape(rig.url);
    expect(
      valueOf(samples, 'llamascope_queue_rejections_total', { upstream: 'two', reason: 'draining' }),
    ).toBe(1);
  });

  it('is refused for an unknown name or a bad deadline', async () => {
    await using rig = await house([{ name: 'one' }]);
    expect(await rig.act('/admin/upstreams/nobody/drain')).toMatchObject({ status: 404 });
    for (const body of [[], { deadlineMs: -1 }, { deadlineMs: 'soon' }, { deadline: 1 }])
      expect(await rig.act('/admin/upstreams/one/drain', body)).toMatchObject({ status: 400 });
    expect(rig.gateway.state.upstreams()[0]?.draining).toBe(false);
    expect((await fetch(`${rig.url}/admin/upstreams/one`)).status).toBe(200);
  });
});

describe('the whole gateway drained by hand', () => {
  it('refuses new requests and says it is not ready, ends what runs, and opens again', async () => {
    await using rig = await house([{ name: 'one', parallel: 1, tokensPerSecond: 50 }]);
    const asked = [chat(rig.url), chat(rig.url)];
    await until(() => rig.gateway.state.queues()[0]?.depth === 1, 'one waits');
    expect(await rig.act('/admin/drain', { deadlineMs: 10_000 })).toMatchObject({
      json: [{ draining: true }],
    });
    expect((await fetch(`${rig.url}/readyz`)).status).toBe(503);
    expect(await chat(rig.url)).toMatchObject({ status: 503, error: 'Llamascope is drained by hand' });
    expect((await Promise.all(asked)).map(({ status, done }) => [status, done]).sort()).toEqual([
      [200, true],
      [503, false],
    ]);
    expect(await rig.act('/admin/resume')).toMatchObject({ json: [{ draining: false }] });
    expect((await fetch(`${rig.url}/readyz`)).status).toBe(200);
    expect(await chat(rig.url)).toMatchObject({ status: 200, done: true });
  });
});

describe('a gateway that has just started', () => {
  it('answers at once what arrives before the first probes have told anything', async () => {
    const simulator = await startSimulator(FAST);
    const dead = await startSimulator(FAST);
    await dead.close();
    try {
      for (let i = 0; i < 10; i += 1) {
        await using gateway = createGateway({
          listen: '127.0.0.1:0',
          log: { level: 'silent' },
          retry: { max: 0 },
          upstreams: [
            { name: 'dead', url: dead.url },
            { name: 'well', url: simulator.url, parallel: 64 },
          ],
        });
        const { url } = await gateway.listen();
        const seen = await Promise.all(Array.from({ length: 8 }, () => chat(url)));
        expect(seen.map(({ status, upstream, done }) => [status, upstream, done])).toEqual(
          Array(8).fill([200, 'well', true]),
        );
      }
    } finally {
      await simulator.close();
    }
  });

  it('waits for the one that has the model, and not for one that never answers', async () => {
    const other = await startSimulator({ ...FAST, models: [{ name: 'other:1b', family: 'llama' }] as never });
    await using silent = await startRawUpstream(() => undefined);
    const having = await startSimulator(FAST);
    try {
      await using gateway = createGateway({
        listen: '127.0.0.1:0',
        log: { level: 'silent' },
        retry: { max: 0 },
        probe: { timeoutMs: 5_000 },
        upstreams: [
          { name: 'other', url: other.url },
          { name: 'silent', url: silent.url },
          { name: 'having', url: having.url },
        ],
      });
      const { url } = await gateway.listen();
      const from = performance.now();
      expect(await chat(url)).toMatchObject({ status: 200, upstream: 'having', done: true });
      expect(performance.now() - from).toBeLessThan(4_000);
    } finally {
      await Promise.all([other.close(), having.close()]);
    }
  });
});

describe('a gateway that is told to stop', () => {
  it('is not ready, turns the line away, lets streams run to the deadline, ends the rest in band, and aborts upstream', async () => {
    await using rig = await house([{ name: 'one', parallel: 2, tokensPerSecond: 4 }], {
      admin: { listen: '127.0.0.1:0' },
    });
    let speaking = 0;
    const onContent = (): void => void (speaking += 1);
    const streams = [chat(rig.url, { onContent }), chat(rig.url, { onContent })];
    await until(() => speaking === 2, 'both speak');
    const queued = chat(rig.url);
    await until(() => rig.gateway.state.queues()[0]?.depth === 1, 'one waits');
    const from = performance.now();
    const closed = rig.gateway.close(400);
    expect(await queued).toMatchObject({ status: 503 });
    expect(performance.now() - from).toBeLessThan(400);
    const ready = await fetch(`${rig.adminUrl}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('shutting down')]);
    const cut = await Promise.all(streams);
    expect(performance.now() - from).toBeGreaterThanOrEqual(399);
    for (const one of cut) {
      expect(one).toMatchObject({ status: 200, done: false });
      expect(one.error).toContain('shut down');
    }
    await closed;
    await until(() => rig.simulators[0]?.state().inFlight === 0, 'aborted upstream');
    expect(rig.gateway.state.pools()).toMatchObject([{ connections: 0, busy: 0 }]);
    await expect(fetch(`${rig.adminUrl}/livez`)).rejects.toThrow();
  });
});
