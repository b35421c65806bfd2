/** Gateways in the trouble that each alert is about, and how they are kept in it. */
import type { ConfigInput, UpstreamInput } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/index.ts';
import { chatModel } from '../../support/fleet.ts';
import { until } from '../../support/until.ts';
import { startMisread } from './misread.ts';

export type AlertName = `Llamascope${string}`;

export interface Trouble extends AsyncDisposable {
  /** What is to fire because of it. */
  readonly alerts: readonly AlertName[];
  readonly urls: readonly string[];
  /** One turn of what makes it; repeated after its end, or after so many milliseconds, while the alerts are waited for. */
  readonly turn: () => Promise<unknown>;
  readonly everyMs: number;
  /** Ends the trouble of the first alert. */
  readonly heal?: () => Promise<unknown>;
}

const FAST: SimulatorOptions = { loadMs: 0, tokensPerSecond: 0, prefillTokensPerSecond: 0, numParallel: 64 };
const FAILING: Parameters<Simulator['setFaults']>[0] = { rules: [{ fault: 'status', status: 500 }] };

interface Box {
  readonly simulator: Simulator;
  readonly upstream: UpstreamInput;
}

/** A server with one model named like itself. */
export async function box(name: string, given: Partial<UpstreamInput> = {}, options: SimulatorOptions = {}): Promise<Box> {
  const simulator = await startSimulator({
    ...FAST,
    embedder: null,
    models: [chatModel(modelOf(name))],
    ...options,
  });
  return { simulator, upstream: { name, url: simulator.url, parallel: 16, ...given } };
}

export const modelOf = (name: string): string => `${name}:1b`;

export async function open(
  boxes: readonly Box[],
  config: Omit<ConfigInput, 'upstreams'> = {},
): Promise<AsyncDisposable & { readonly url: string; readonly gateway: ReturnType<typeof createGateway> }> {
  const gateway = createGateway({
    upstreams: boxes.map(({ upstream }) => upstream),
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'off' },
    // One of these gateways blocks the thread of them all: a probe that is late says nothing.
    probe: { intervalMs: 500, timeoutMs: 10_000 },
    ...config,
  });
  const { url } = await gateway.listen();
  await gateway.ready();
  // The first probe may have failed on a busy machine, and nobody asks a server for a model it was never seen to have.
  await until(() => gateway.state.upstreams().every(({ models }) => models.length > 0), 'the models of every server');
  return {
    url,
    gateway,
    [Symbol.asyncDispose]: async () => {
      await gateway.close(0);
      await Promise.all(boxes.map(({ simulator }) => simulator.close()));
    },
  };
}

export async function chat(url: string, name: string, more: object = {}): Promise<void> {
  const body = { model: modelOf(name), stream: false, messages: [{ role: 'user', content: 'What is new?' }], ...more };
  const answer = await fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify(body) });
  await answer.arrayBuffer();
}

/** Four servers: one that fails, one that fails now and then, one that is gone, one with a single place. */
export async function failingServers(): Promise<Trouble> {
  const boxes = await Promise.all([
    box('broken', { breaker: { consecutiveFailures: 3, openMs: 400 } }),
    box('flaky', { breaker: { consecutiveFailures: null } }),
    box('gone', { breaker: { consecutiveFailures: null } }),
    box('narrow', { parallel: 1, queue: { max: 1, waitMs: 100 }, pool: { maxsize: 1 } }, { tokensPerSecond: 50 }),
  ]);
  const [broken, flaky, gone] = boxes;
  const { url, [Symbol.asyncDispose]: close } = await open(boxes, { retry: { max: 2, baseMs: 5, budget: 0.1 } });
  broken.simulator.setFaults(FAILING);
  flaky.simulator.setFaults({ rules: [{ fault: 'status', status: 500, rate: 0.6 }] });
  gone.simulator.setFaults({ rules: [{ fault: 'refuse', path: '*' }] });
  await gone.simulator.settled();
  return {
    alerts: [
      'LlamascopeBreakerOpen',
      'LlamascopeUpstreamFailing',
      'LlamascopeUpstreamUnhealthy',
      'LlamascopeConnectErrors',
      'LlamascopePoolExhausted',
      'LlamascopeQueueSaturated',
      'LlamascopeRetryBudgetExhausted',
      'LlamascopeHighFailureRate',
      'LlamascopeErrorBudgetBurnFast',
    ],
    urls: [url],
    turn: () =>
      Promise.all([
        ...['broken', 'broken', 'flaky', 'flaky', 'flaky', 'flaky', 'gone'].map((name) => chat(url, name)),
        ...[1, 2, 3].map(() => chat(url, 'narrow')),
      ]),
    everyMs: 100,
    heal: async () => {
      broken.simulator.clearFaults();
      await fetch(`${url}/admin/breakers/broken/reset`, { method: 'POST' });
    },
    [Symbol.asyncDispose]: close,
  };
}

/** More questions than there is room for, none asked twice, and a configuration that is refused. */
export async function uselessCache(): Promise<Trouble> {
  const one = await box('one');
  const site = await open([one], { cache: { mode: 'on', sampled: true, embedder: 'builtin', maxEntries: 8 } });
  let asked = 0;
  return {
    alerts: ['LlamascopeSemcacheHitRatioLow', 'LlamascopeSemcacheAlmostFull', 'LlamascopeConfigReloadFailed'],
    urls: [site.url],
    turn: async () => {
      for (let i = 0; i < 4; i += 1) {
        asked += 1;
        await chat(site.url, 'one', { messages: [{ role: 'user', content: `Tell me about number ${String(asked)}` }] });
      }
      await site.gateway.reload({ upstreams: [] }).catch(() => undefined);
    },
    everyMs: 100,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

/** An embedder that failed three times is left alone for ten seconds: several, one after the other, fail all the time. */
const EMBEDDING_SITES = 4;
const EMBEDDING_TURN_MS = 2_500;

/** The server that is to embed answers with errors. */
export async function failingEmbedder(): Promise<Trouble> {
  const simulator = await startSimulator(FAST);
  const upstream = { name: 'embedding', url: simulator.url, parallel: 16, breaker: { consecutiveFailures: null } };
  const cache = { mode: 'on', sampled: true, embedder: 'upstream' } as const;
  const sites = await Promise.all(
    Array.from({ length: EMBEDDING_SITES }, () => open([{ simulator, upstream }], { cache })),
  );
  simulator.setFaults({ rules: [{ fault: 'status', status: 500, path: '/api/embed' }] });
  let asked = 0;
  return {
    alerts: ['LlamascopeEmbedderFailing'],
    urls: sites.map(({ url }) => url),
    turn: async () => {
      asked += 1;
      const site = sites[Math.floor(performance.now() / EMBEDDING_TURN_MS) % EMBEDDING_SITES];
      const messages = [{ role: 'user', content: `What became of number ${String(asked)}?` }];
      await chat(site?.url ?? '', 'llama3.2', { model: 'llama3.2:1b', messages });
    },
    everyMs: 200,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(sites.map((site) => site[Symbol.asyncDispose]()));
    },
  };
}

/** Two clients that want the same model with contexts of different lengths. */
export async function loadedInTurns(): Promise<Trouble> {
  const one = await box('thrash', {}, { loadMs: 150 });
  const site = await open([one]);
  let asked = 0;
  return {
    alerts: ['LlamascopeModelReloadThrash'],
    urls: [site.url],
    turn: () => {
      asked += 1;
      return chat(site.url, 'thrash', { options: { num_ctx: asked % 2 === 0 ? 2_048 : 8_192 } });
    },
    everyMs: 0,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

/** How long a slow answer takes to begin: longer than the alert allows, and the promise of ten seconds. */
const SLOW_MS = 33_000;
/** Under way at once, so that they end one after the other for as long as anybody watches: a busy Prometheus misses scrapes. */
const SLOW_STREAMS = 100;
/** A fifth of the answers is slow: too many for the promise, too few to be called fast burning. */
const QUICK_PER_SLOW = 4;

/** Streams of which a fifth begin very late. Its first answers count after that time, and not before. */
export async function slowStarts(): Promise<Trouble> {
  const slow = await box('slow', { parallel: SLOW_STREAMS }, { numParallel: SLOW_STREAMS });
  const quick = await box('quick');
  const site = await open([slow, quick]);
  slow.simulator.setFaults({ rules: [{ fault: 'delay', delayMs: SLOW_MS }] });
  let running = 0;
  const one = async (): Promise<void> => {
    running += 1;
    await chat(site.url, 'slow', { stream: true }).catch(() => undefined);
    running -= 1;
    for (let i = 0; i < QUICK_PER_SLOW; i += 1) await chat(site.url, 'quick', { stream: true }).catch(() => undefined);
  };
  return {
    alerts: ['LlamascopeSlowFirstToken', 'LlamascopeErrorBudgetBurnSlow'],
    urls: [site.url],
    turn: () => {
      if (running < SLOW_STREAMS) void one();
      return Promise.resolve();
    },
    everyMs: 500,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

/** Labels made up without end. */
export async function madeUpLabels(): Promise<Trouble> {
  const program = await startMisread();
  return {
    alerts: ['LlamascopeMetricSeriesDropped'],
    urls: program.urls,
    turn: () => Promise.resolve(),
    everyMs: 1_000,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** A gateway in a process whose one thread is kept busy by something else: that of this test. */
export async function blockedLoop(): Promise<Trouble> {
  const site = await open([await box('calm')]);
  return {
    alerts: ['LlamascopeEventLoopBlocked'],
    urls: [site.url],
    turn: () => {
      const until = performance.now() + 160;
      while (performance.now() < until);
      return Promise.resolve();
    },
    everyMs: 300,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

/** A gateway that ends once it was seen. */
export async function gatewayThatEnds(): Promise<Trouble> {
  const site = await open([await box('ended')]);
  await site[Symbol.asyncDispose]();
  return {
    alerts: ['LlamascopeDown'],
    urls: [site.url],
    turn: () => Promise.resolve(),
    everyMs: 1_000,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
