/** One gateway with one upstream, through whatever leaves a trace in its metrics. */
import { join } from 'node:path';
import { startStack, type Stack } from '../../support/stack.ts';
import type { DrivenState } from './state.ts';

const MODEL = 'llama3.2:1b';

export async function startAlone(folder: string): Promise<DrivenState> {
  const stack = await startStack({
    simulator: { loadMs: 80, tokensPerSecond: 2_000, prefillTokensPerSecond: 20_000, numParallel: 2 },
    upstream: {
      name: 'gpu-1',
      parallel: 2,
      queue: { max: 2, waitMs: 300 },
      breaker: { consecutiveFailures: 6, openMs: 500 },
      timeouts: { connectMs: 500 },
      adaptive: { enabled: true },
    },
    config: {
      cache: {
        mode: 'on',
        sampled: true,
        embedder: 'builtin',
        secondOpinion: 'use-lite',
        embedDeadlineMs: 5_000,
        maxEntries: 12,
        store: 'sqlite',
        sqlite: { path: join(folder, 'cache.db') },
      },
      retry: { max: 1, baseMs: 5 },
      models: { 'ghost:1b': { fallbacks: [MODEL] } },
    },
  });
  return {
    name: 'alone',
    urls: [stack.url],
    drive: () => drive(stack),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

/** Through every state that leaves a trace in the metrics. */
async function drive({ url, simulator, gateway }: Stack): Promise<void> {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}, ms = 10_000): Promise<void> => {
    const sent = fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers, signal: AbortSignal.timeout(ms) });
    await sent.then((response) => response.arrayBuffer()).catch(() => undefined);
  };
  const chat = (content: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}, ms?: number): Promise<void> =>
    post('/api/chat', { model: MODEL, messages: [{ role: 'user', content }], ...more }, headers, ms);
  const viewer = new AbortController();
  const feed = fetch(`${url}/dashboard/api/stream`, { signal: viewer.signal }).then((one) => one.text());
  await gateway.reload(gateway.config);
  await gateway.reload({ upstreams: [] }).catch(() => undefined);
  const round = async (n: number): Promise<void> => {
    await chat('What is the capital of France?');
    await chat('What is the capital of France?');
    // A blank more each time: a second opinion on a text is asked for once.
    await chat(`Which city is the capital of France?${' '.repeat(n)}`);
    await chat('What is the capital of Germany?');
    await chat(`How deep is lake number ${String(n)}?`, { model: n % 2 === 0 ? 'qwen2.5:0.5b' : MODEL });
    await chat(`How wide is lake number ${String(n)}?`, { options: { num_ctx: n % 2 === 0 ? 2_048 : 8_192 } });
    await chat('hello', {}, { 'x-llamascope-cache': 'bypass' });
    await chat(`who are you ${String(n)}`, { model: 'ghost:1b' });
    await post('/v1/chat/completions', { model: MODEL, stream: true, messages: [{ role: 'user', content: `tell ${String(n)}` }] });
    await Promise.all([1, 2, 3].map(() => post('/api/embed', { model: 'none', input: `text ${String(n)}` })));
    await Promise.all([1, 2, 3].map(() => fetch(`${url}/api/tags`).then((one) => one.arrayBuffer())));
    await fetch(`${url}/nowhere`).then((one) => one.arrayBuffer());
    // More at once than slots and places; one that will not wait, one that leaves.
    await Promise.all(Array.from({ length: 9 }, (_, i) => chat(`at once ${String(n)} ${String(i)} `.repeat(20), { model: 'qwen2.5:0.5b' }, {}, 10 + 30 * i)));
    await chat(`in a hurry ${String(n)} ${'x '.repeat(200)}`, {}, { 'x-request-timeout-ms': '1' });
    await chat(`gone ${String(n)} ${'y '.repeat(400)}`, {}, {}, 15);
  };
  for (let n = 0; n < 6; n += 1) await round(n);
  await fetch(`${url}/admin/baseline`, { method: 'PUT' }).then((one) => one.arrayBuffer());
  simulator.setFaults({ seed: 1, rules: [{ fault: 'status', status: 429, count: 2 }, { fault: 'status', status: 500, rate: 0.5, count: 10 }] });
  for (let n = 6; n < 9; n += 1) await round(n);
  simulator.setFaults({ rules: [{ fault: 'refuse', path: '*' }] });
  await simulator.settled();
  // The faults before may have left the breaker open, and then nobody tries to connect.
  await fetch(`${url}/admin/breakers/gpu-1/reset`, { method: 'POST' });
  for (let n = 0; n < 12; n += 1) await chat(`refused ${String(n)}`);
  simulator.clearFaults();
  await simulator.settled();
  await fetch(`${url}/admin/breakers/gpu-1/isolate`, { method: 'POST' });
  for (let n = 0; n < 3; n += 1) await chat(`rejected ${String(n)}`);
  await fetch(`${url}/admin/breakers/gpu-1/reset`, { method: 'POST' });
  for (let n = 9; n < 12; n += 1) await round(n);
  viewer.abort();
  await feed.catch(() => undefined);
}
