/**
 * Two gateways on one Redis, in front of three upstreams: what takes a second one of something. One serves in mode
 * bounded and shows a live page that too many read; the other only counts what it would serve.
 */
import { join } from 'node:path';
import type { ConfigInput } from '../../../src/config/config.ts';
import { createGateway, type Gateway } from '../../../src/gateway.ts';
import { startSimulator, type Simulator } from '../../../src/simulator/index.ts';
import { chatModel } from '../../support/fleet.ts';
import { parseExposition } from '../../support/metrics.ts';
import { startRedis, type RedisServer } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import type { DrivenState } from './state.ts';

const MODEL = 'llama3.2:1b';
const NARROW = 'narrow:1b';
const VIEWERS = 51;
/** Longer than two scrapes. */
const BETWEEN_MS = 1_500;

interface Site {
  readonly gateway: Gateway;
  readonly url: string;
}

interface Parts {
  readonly redis: RedisServer;
  readonly slow: Simulator;
  readonly sites: readonly [bounded: Site, shadow: Site];
}

export async function startReplicas(folder: string, prometheusUrl: string): Promise<DrivenState> {
  const redis = await startRedis();
  const [slow, fast, narrow] = await Promise.all([
    startSimulator({ ...FAST }),
    startSimulator({ ...FAST }),
    startSimulator({ ...FAST, tokensPerSecond: 40, numParallel: 1, embedder: null, models: [chatModel(NARROW)] }),
  ]);
  const upstreams: ConfigInput['upstreams'] = [
    { name: 'slow', url: slow.url, parallel: 16, tier: 0 },
    { name: 'fast', url: fast.url, parallel: 16, tier: 1 },
    { name: 'narrow', url: narrow.url, parallel: 1, queue: { waitMs: 60 } },
  ];
  const config = (mode: 'bounded' | 'shadow'): ConfigInput => ({
    upstreams,
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    probe: { intervalMs: 200, timeoutMs: 200 },
    hedge: { embeddings: true, afterMs: 20 },
    cache: { mode, sampled: true, audit: 1, embedder: 'builtin', store: 'redis', redis: { url: redis.url } },
    dashboard: { snapshotPath: join(folder, `history-${mode}`), prometheusUrl },
  });
  // A first run leaves the history that the second one reads.
  const before = await open(config('bounded'));
  await before.gateway.close(0);
  const sites = [await open(config('bounded')), await open(config('shadow'))] as const;
  return {
    name: 'replicas',
    urls: sites.map(({ url }) => url),
    drive: () => drive({ redis, slow, sites }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(sites.map(({ gateway }) => gateway.close(0)));
      await Promise.all([slow.close(), fast.close(), narrow.close()]);
      await redis[Symbol.asyncDispose]();
    },
  };
}

const FAST = { loadMs: 150, tokensPerSecond: 0, prefillTokensPerSecond: 0, numParallel: 16, control: 'same' } as const;

async function open(config: ConfigInput): Promise<Site> {
  const gateway = createGateway(config);
  const { url } = await gateway.listen();
  await gateway.ready();
  return { gateway, url };
}

function chat(url: string, content: string, more: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ model: MODEL, stream: false, messages: [{ role: 'user', content }], ...more });
  return fetch(`${url}/api/chat`, { method: 'POST', body, headers });
}

async function drive({ redis, slow, sites: [bounded, shadow] }: Parts): Promise<void> {
  await similarQuestions(bounded, shadow);
  await hedged(bounded, slow);
  await waitingInVain(bounded);
  await loadedAgain(bounded);
  await crowd(bounded);
  await longRange(bounded);
  await withoutRedis(redis, bounded);
}

/**
 * Asked at one, again at the other, and in other words at both: entries reach the other replica, hits are audited. In two parts with scrapes
 * between, so that what is counted is seen to rise.
 */
async function similarQuestions(...sites: readonly Site[]): Promise<void> {
  for (const countries of [
    ['France', 'Japan', 'Peru'],
    ['Kenya', 'Norway', 'Chile'],
  ]) {
    const before = await Promise.all(sites.map(audits));
    for (const country of countries) {
      for (const { url } of sites) await (await chat(url, `What is the capital of ${country}?`)).arrayBuffer();
      for (const { url } of sites) await (await chat(url, `What is the capital city of ${country}?`)).arrayBuffer();
    }
    // An entry may have come too late for the question in other words: a blank more makes it another one.
    let again = `What is the capital city of ${countries[0] ?? ''}?`;
    await until(
      async () => {
        again += ' ';
        for (const { url } of sites) await (await chat(url, again)).arrayBuffer();
        return (await Promise.all(sites.map(audits))).some((now, at) => now > (before[at] ?? 0));
      },
      'an audit',
    );
    const due = Date.now() + BETWEEN_MS;
    await until(() => Date.now() > due, 'scrapes');
  }
}

/** Those that came to a verdict. */
async function audits({ gateway }: Site): Promise<number> {
  const { body } = await gateway.metrics.render();
  return parseExposition(body)
    .filter(({ name, labels }) => name === 'llamascope_semcache_audits_total' && labels['verdict'] !== 'unknown')
    .reduce((total, { value }) => total + value, 0);
}

/** The embedding at the slow upstream is asked of the fast one as well. */
async function hedged({ url }: Site, slow: Simulator): Promise<void> {
  const list = (await (await fetch(`${slow.url}/api/tags`)).json()) as { models: { name: string }[] };
  const model = list.models.find(({ name }) => /embed|use-lite|potion|builtin/.test(name))?.name;
  slow.setFaults({ rules: [{ fault: 'delay', delayMs: 300, path: '/api/embed' }] });
  for (let i = 0; i < 4; i += 1) {
    const body = JSON.stringify({ model, input: `text ${String(i)}` });
    await (await fetch(`${url}/api/embed`, { method: 'POST', body })).arrayBuffer();
  }
  slow.clearFaults();
}

/** More at once than the upstream with one place takes within the time that its queue waits. */
async function waitingInVain({ url }: Site): Promise<void> {
  const ask = async (i: number): Promise<void> => {
    const answer = await chat(url, `How long is queue ${String(i)}?`, { model: NARROW });
    await answer.arrayBuffer();
  };
  for (let i = 0; i < 3; i += 1) await Promise.all([ask(4 * i), ask(4 * i + 1), ask(4 * i + 2), ask(4 * i + 3)]);
}

/** The same model with other contexts, looked at by a probe in between. */
async function loadedAgain({ url }: Site): Promise<void> {
  for (const num_ctx of [2_048, 4_096, 8_192, 2_048, 4_096])
    await (await chat(url, `How large is context ${String(num_ctx)}?`, { options: { num_ctx } })).arrayBuffer();
}

async function crowd({ url }: Site): Promise<void> {
  const gone = new AbortController();
  const readers = await Promise.all(
    Array.from({ length: VIEWERS }, () => fetch(`${url}/dashboard/api/stream`, { signal: gone.signal })),
  );
  gone.abort();
  await Promise.all(readers.map((reader) => reader.text().catch(() => undefined)));
}

/** Further back than the rings reach. */
async function longRange({ url }: Site): Promise<void> {
  const to = Date.now();
  const from = to - 5 * 86_400_000;
  const answer = await fetch(`${url}/dashboard/api/history?panel=lookups&from=${String(from)}&to=${String(to)}`);
  await answer.arrayBuffer();
}

async function withoutRedis(redis: RedisServer, { url, gateway }: Site): Promise<void> {
  await redis.stop();
  await until(async () => {
    await (await chat(url, `Who is there at ${String(performance.now())}?`)).arrayBuffer();
    return (await gateway.metrics.render()).body.includes('llamascope_semcache_store_errors_total{');
  }, 'a failed write');
  await redis.start();
}
