/** Another configuration under running requests: nothing fails, nothing is forgotten, nothing is half applied. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigInput } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problems.ts';
import type { GatewayEvent } from '../../src/core/events.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';
import { askChat, type Reply } from '../support/ask.ts';
import { chat, openChat } from '../support/chat.ts';
import { scrape, valueOf, type Sample } from '../support/metrics.ts';
import { until } from '../support/until.ts';

const FAST: SimulatorOptions = { loadMs: 0, tokensPerSecond: 0, prefillTokensPerSecond: 0, numParallel: 64 };

interface House extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly url: string;
  readonly simulators: readonly Simulator[];
  readonly events: readonly GatewayEvent[];
  config(more?: Partial<ConfigInput>): ConfigInput;
}

/** A gateway in front of so many simulators, called `one`, `two` … */
async function house(
  count: number,
  options: SimulatorOptions = {},
  more: Partial<ConfigInput> = {},
): Promise<House> {
  const simulators = await Promise.all(
    Array.from({ length: count }, () => startSimulator({ embedder: null, ...FAST, ...options })),
  );
  const config = (other: Partial<ConfigInput> = {}): ConfigInput => ({
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'off' },
    upstreams: simulators.map(({ url }, index) => upstream(['one', 'two', 'three'][index] ?? '', url)),
    ...more,
    ...other,
  });
  const gateway = createGateway(config());
  const events: GatewayEvent[] = [];
  gateway.events.subscribe((event) => events.push(event));
  const { url } = await gateway.listen();
  await gateway.ready();
  return {
    gateway,
    url,
    simulators,
    events,
    config,
    async [Symbol.asyncDispose](): Promise<void> {
      await gateway.close(200);
      await Promise.all(simulators.map((one) => one.close()));
    },
  };
}

function upstream(name: string, url: string, more: Partial<ConfigInput['upstreams'][number]> = {}) {
  return { name, url, parallel: 64, ...more } as const;
}

const namesIn = (samples: readonly Sample[], label: string): ReadonlySet<string | undefined> =>
  new Set(samples.map(({ labels }) => labels[label]));

describe('a reload', () => {
  it('keeps an unchanged upstream with its breaker and connections, and tells what it changed', async () => {
    await using rig = await house(2);
    await chat(rig.url);
    await chat(rig.url);
    const before = rig.gateway.state;
    const opened = before.breakers().map(({ lastStateChangeAt }) => lastStateChangeAt);
    const connected = rig.events.filter(({ type }) => type === 'pool.connected').length;
    const [one] = rig.config().upstreams;
    const report = await rig.gateway.reload(
      rig.config({
        upstreams: [one as never, upstream('two', rig.simulators[1]?.url ?? '', { weight: 2 })],
        retry: { max: 1 },
      }),
    );
    expect(report).toEqual({
      changed: ['upstreams.two', 'retry.max'],
      needsRestart: [],
      upstreams: { added: [], replaced: ['two'], removed: [], kept: ['one'] },
    });
    expect(rig.gateway.config.retry.max).toBe(1);
    expect(before.breakers()[0]?.lastStateChangeAt).toBe(opened[0]);
    expect(before.pools()[0]?.connections).toBe(
      rig.events.filter((event) => event.type === 'pool.connected' && event.client === 'one').length,
    );
    expect(connected).toBeGreaterThan(0);
    const samples = await scrape(rig.url);
    expect(valueOf(samples, 'llamascope_config_reloads_total', { result: 'applied' })).toBe(1);
    expect(valueOf(samples, 'llamascope_config_last_reload_timestamp_seconds')).toBeCloseTo(
      Date.now() / 1_000,
      -1,
    );
  });

  it('lets a stream of a replaced upstream run to its end, and sums its figures with its successor', async () => {
    await using rig = await house(1, { tokensPerSecond: 40 });
    const running = chat(rig.url);
    await until(() => rig.gateway.state.queues()[0]?.permitsInUse === 1, 'a running stream');
    await rig.gateway.reload(
      rig.config({ upstreams: [upstream('one', rig.simulators[0]?.url ?? '', { parallel: 3 })] }),
    );
    expect(rig.gateway.state.queues()).toMatchObject([
      { upstream: 'one', depth: 0, permits: 7, permitsInUse: 1 },
    ]);
    expect(rig.gateway.state.pools()).toMatchObject([{ client: 'one', connections: 1, busy: 1 }]);
    const second = chat(rig.url);
    await until(() => rig.gateway.state.pools()[0]?.busy === 2, 'a second stream');
    expect(rig.gateway.state.pools()).toMatchObject([{ connections: 2, busy: 2, idle: 0 }]);
    expect(await running).toMatchObject({ status: 200, done: true });
    expect(await second).toMatchObject({ status: 200, done: true });
    await until(() => rig.events.some(({ type }) => type === 'upstream.removed'), 'the old one gone');
    const samples = await scrape(rig.url);
    expect(valueOf(samples, 'circuit_breaker_calls_total', { breaker_name: 'one', status: 'success' })).toBe(
      2,
    );
    expect(valueOf(samples, 'connection_pool_requests_total', { client_name: 'one' })).toBe(2);
    expect(valueOf(samples, 'connection_pool_size', { client_name: 'one', pool_type: 'connections' })).toBe(
      1,
    );
  });

  it('drains a removed upstream until the deadline, cuts the rest in band, and drops its series', async () => {
    await using rig = await house(2, { tokensPerSecond: 5 });
    const [first] = rig.config().upstreams;
    let speaking = 0;
    const onContent = (): void => void (speaking += 1);
    const streams = [1, 2, 3, 4].map(() => chat(rig.url, { onContent }));
    await until(() => speaking >= 4 && rig.simulators.every((one) => one.state().inFlight > 0), 'streams');
    await rig.gateway.reload(rig.config({ upstreams: [first as never], drainMs: 150 }));
    expect(rig.gateway.state.upstreams().map(({ name }) => name)).toEqual(['one']);
    expect(rig.gateway.state.pools().map(({ client }) => client)).toEqual(['one', 'two']);
    await until(() => rig.gateway.state.pools().length === 1, 'two is gone');
    await until(() => rig.simulators[1]?.state().inFlight === 0, 'its work was aborted');
    await rig.gateway.close(0);
    const seen = await Promise.all(streams);
    for (const one of seen) expect(one).toMatchObject({ status: 200, done: false });
    expect(seen.some(({ error, upstream: by }) => by === 'two' && error?.includes('shut down'))).toBe(true);
    const page = (await rig.gateway.metrics.render()).body;
    expect(page).toContain('"one"');
    expect(page).not.toContain('"two"');
  });

  it('moves those who wait in the line of a replaced upstream, in their order, and refuses none', async () => {
    await using rig = await house(1, { tokensPerSecond: 200 });
    const url = rig.simulators[0]?.url ?? '';
    await rig.gateway.reload(rig.config({ upstreams: [upstream('one', url, { parallel: 1 })] }));
    const order: number[] = [];
    const ask = async (index: number): Promise<void> => {
      const seen = await chat(rig.url, { stream: false });
      expect(seen).toMatchObject({ status: 200, done: true });
      order.push(index);
    };
    const all: Promise<void>[] = [];
    for (let index = 0; index < 4; index += 1) {
      all.push(ask(index));
      await until(
        () =>
          (rig.gateway.state.queues()[0]?.depth ?? 0) + (rig.gateway.state.queues()[0]?.permitsInUse ?? 0) ===
          index + 1,
        'in line',
      );
    }
    await rig.gateway.reload(rig.config({ upstreams: [upstream('one', url, { parallel: 1, weight: 3 })] }));
    await Promise.all(all);
    // The successor had a permit free at once: the second may end before the first.
    expect(order.filter((index) => index > 0)).toEqual([1, 2, 3]);
    const samples = await scrape(rig.url);
    expect(samples.filter(({ name }) => name === 'llamascope_queue_rejections_total')).toEqual([]);
  });

  it('keeps what an operator set by hand, and a chain of transitions without a gap', async () => {
    await using rig = await house(2);
    expect((await fetch(`${rig.url}/admin/breakers/one/isolate`, { method: 'POST' })).status).toBe(200);
    const urls = rig.simulators.map((one) => one.url);
    await rig.gateway.reload(
      rig.config({
        upstreams: urls.map((at, index) => upstream(index === 0 ? 'one' : 'two', at, { weight: 2 })),
      }),
    );
    expect(rig.gateway.state.breakers()).toMatchObject([
      { name: 'one', state: 'open', manual: 'isolated' },
      { name: 'two', state: 'closed', manual: null },
    ]);
    for (let i = 0; i < 4; i += 1) expect((await chat(rig.url)).upstream).toBe('two');
    const moves = rig.events
      .filter((event) => event.type === 'breaker.transitioned')
      .map(({ from, to }) => `${from}-${to}`);
    expect(moves).toEqual(['closed-open', 'open-closed', 'closed-open']);
  });

  it('keeps the entries of the cache over changes of mode, time to live and limits, as far as these allow', async () => {
    await using rig = await house(1, {}, { cache: { mode: 'exact', sampled: true } });
    const ask = (question: string): Promise<Reply> => askChat(rig.url, question);
    await ask('What is the capital of France?');
    await ask('What is the capital of Peru?');
    await until(() => rig.gateway.state.cache().entries === 2, 'stored');
    const url = rig.simulators[0]?.url ?? '';
    const other = (cache: NonNullable<ConfigInput['cache']>, weight: number): ConfigInput =>
      rig.config({ cache: { sampled: true, ...cache }, upstreams: [upstream('one', url, { weight })] });
    await rig.gateway.reload(other({ mode: 'off' }, 1));
    expect(await ask('What is the capital of France?')).toMatchObject({ cache: 'bypass' });
    await rig.gateway.reload(other({ mode: 'shadow', ttlMs: 3_600_000, threshold: 0.9 }, 2));
    expect(await ask('What is the capital of France?')).toMatchObject({ cache: 'hit-exact' });
    expect(rig.gateway.state.cache()).toMatchObject({ mode: 'shadow', entries: 2 });
    await rig.gateway.reload(other({ mode: 'exact', maxEntries: 1 }, 2));
    expect(rig.gateway.state.cache()).toMatchObject({ entries: 1, maxEntries: 1 });
    await rig.gateway.reload(other({ mode: 'exact', ttlMs: 1 }, 2));
    expect(rig.gateway.state.cache()).toMatchObject({ entries: 0 });
  });

  it(
    'opens the embedder that is asked for now, and says when there is none',
    { timeout: 60_000 },
    async () => {
      const simulator = await startSimulator(FAST);
      onTestFinished(() => simulator.close());
      await using rig = await house(1, {}, { cache: { mode: 'exact' } });
      const cached = (cache: NonNullable<ConfigInput['cache']>): ConfigInput => rig.config({ cache });
      const embedder = (): string | null => rig.gateway.state.cache().embedder;
      expect(embedder()).toBeNull();
      await rig.gateway.reload(cached({ mode: 'on', embedder: 'builtin' }));
      const first = await until(embedder, 'the embedder in this process', 30_000);
      await rig.gateway.reload(cached({ mode: 'on', embedder: 'upstream' }));
      const degraded = async (): Promise<boolean> =>
        (await (await fetch(`${rig.url}/health`)).text()).includes('no upstream has an embedding model');
      await until(degraded, 'the missing model to be said');
      expect(embedder()).toBe(first);
      await rig.gateway.reload({
        ...cached({ mode: 'on', embedder: 'upstream' }),
        upstreams: [upstream('two', simulator.url)],
      });
      await until(() => embedder() !== first, 'the embedder at the upstream');
      expect(embedder()).not.toBeNull();
      expect(await degraded()).toBe(false);
    },
  );

  it('refuses a configuration with mistakes and goes on with the former one, saying so', async () => {
    await using rig = await house(1);
    const before = rig.gateway.config;
    const wrong = { ...rig.config(), upstreams: [{ name: 'one', url: 'ftp://nowhere' }] };
    await expect(rig.gateway.reload(wrong)).rejects.toThrow(ConfigError);
    expect(rig.gateway.config).toBe(before);
    expect(await chat(rig.url)).toMatchObject({ status: 200 });
    const health = (await (await fetch(`${rig.url}/health`)).json()) as Record<string, unknown>;
    expect(health).toMatchObject({
      status: 'degraded',
      config: { problem: expect.stringContaining('ftp://nowhere') as string },
    });
    expect(valueOf(await scrape(rig.url), 'llamascope_config_reloads_total', { result: 'rejected' })).toBe(1);
    await rig.gateway.reload(rig.config());
    expect(await (await fetch(`${rig.url}/health`)).json()).toMatchObject({
      status: 'ok',
      config: { problem: null },
    });
  });

  it('names what needs a restart, keeps its running value, and applies the rest', async () => {
    await using rig = await house(1);
    const report = await rig.gateway.reload(
      rig.config({
        listen: '127.0.0.1:1',
        metrics: { enabled: false },
        limits: { bodyBytes: 2_048, headerBytes: 8_192 },
        admin: { token: 'secret' },
      }),
    );
    expect(report.needsRestart).toEqual(['listen', 'limits.headerBytes', 'metrics.enabled']);
    expect(report.changed).toEqual(['limits.bodyBytes', 'admin.token']);
    expect(rig.gateway.config).toMatchObject({ listen: '127.0.0.1:0', metrics: { enabled: true } });
    expect((await fetch(`${rig.url}/metrics`)).status).toBe(401);
    const authorised = { headers: { authorization: 'Bearer secret' } };
    expect((await fetch(`${rig.url}/metrics`, authorised)).status).toBe(200);
    expect(await (await fetch(`${rig.url}/health`, authorised)).json()).toMatchObject({
      config: { needsRestart: ['listen', 'limits.headerBytes', 'metrics.enabled'] },
    });
    expect((await openChat(rig.url, { content: 'x'.repeat(3_000) })).status).toBe(413);
  });

  it('answers POST /admin/reload with what changed, and 422 where there is no or no good configuration', async () => {
    const simulator = await startSimulator({ embedder: null, ...FAST });
    onTestFinished(() => simulator.close());
    let next: ConfigInput = {
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      upstreams: [upstream('one', simulator.url)],
    };
    await using gateway = createGateway(next, { readConfig: () => next });
    const { url } = await gateway.listen();
    const reload = async (): Promise<unknown> => {
      const response = await fetch(`${url}/admin/reload`, { method: 'POST' });
      return { status: response.status, body: await response.json() };
    };
    next = { ...next, retry: { max: 2 } };
    expect(await reload()).toEqual({
      status: 200,
      body: {
        changed: ['retry.max'],
        needsRestart: [],
        upstreams: { added: [], replaced: [], removed: [], kept: ['one'] },
      },
    });
    next = { ...next, retry: { max: -1 } };
    expect(await reload()).toMatchObject({
      status: 422,
      body: { error: { code: 'config_refused', message: expect.stringContaining('retry.max') as string } },
    });
    await using alone = await house(1);
    const response = await fetch(`${alone.url}/admin/reload`, { method: 'POST' });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('gateway.reload(config)');
  });

  it('time after time under load fails no request', { timeout: 60_000 }, async () => {
    await using rig = await house(2, { tokensPerSecond: 200 });
    const urls = rig.simulators.map((one) => one.url);
    let stop = false;
    const seen: { status: number; done: boolean }[] = [];
    const clients = Array.from({ length: 16 }, async () => {
      while (!stop) seen.push(await chat(rig.url));
    });
    const RELOADS = 50;
    for (let i = 0; i < RELOADS; i += 1) {
      // One upstream is replaced each time, the other stays; now and then one is removed or comes back.
      const [first, second] = urls as [string, string];
      const changing = upstream('two', second, { weight: 1 + (i % 7) });
      await rig.gateway.reload(
        rig.config({ upstreams: i % 10 === 5 ? [changing] : [upstream('one', first), changing] }),
      );
    }
    stop = true;
    await Promise.all(clients);
    expect(seen.filter(({ status, done }) => status !== 200 || !done)).toEqual([]);
    expect(seen.length).toBeGreaterThan(16);
    await until(() => rig.gateway.state.pools().length === 2, 'old ones gone');
    const samples = await scrape(rig.url);
    expect(valueOf(samples, 'llamascope_config_reloads_total', { result: 'applied' })).toBe(RELOADS);
    expect(namesIn(samples, 'breaker_name')).toEqual(new Set([undefined, 'one', 'two']));
    expect(
      samples.filter(({ name, value }) => /connection|inflight|queue_depth|permits/.test(name) && value < 0),
    ).toEqual([]);
  });
});
