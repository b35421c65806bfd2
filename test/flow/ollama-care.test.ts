/** What an Ollama server is asked on behalf of clients, and what its answers tell of it, over sockets. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ConfigInput, UpstreamInput } from '../../src/config/config.ts';
import type { GatewayEvent } from '../../src/core/events.ts';
import { openInProcessEmbedder } from '../../src/embedding/in-process.ts';
import { chat, chatModel, post, startFleet, type Answered, type Fleet } from '../support/fleet.ts';
import { scrape, type Sample } from '../support/metrics.ts';

const MODEL = 'llama3.2:1b';
type Reloaded = GatewayEvent & { type: 'model.reloaded' };

/** A load takes 150 ms, so that it differs from a model in memory whatever the machine does. */
function startSlow(config: Omit<ConfigInput, 'upstreams'> = {}): Promise<Fleet<'ollama'>> {
  return startFleet({ ollama: { models: [MODEL], simulator: { loadMs: 150, numParallel: 2 } } }, config);
}

function reloadsOf(fleet: Fleet<'ollama'>): Reloaded[] {
  const seen: Reloaded[] = [];
  fleet.gateway.events.subscribe((event) => {
    if (event.type === 'model.reloaded') seen.push(event);
  });
  return seen;
}

const withCtx = (fleet: Fleet<'ollama'>, numCtx: number | null): Promise<Answered> =>
  chat(fleet.url, MODEL, numCtx === null ? {} : { options: { num_ctx: numCtx } });

const counted = (samples: readonly Sample[]): readonly Sample[] =>
  samples.filter(({ name }) => name === 'llamascope_model_reloads_total');

describe('a model in memory', () => {
  it('that is wanted with another num_ctx is loaded again: said with both values, and counted', async () => {
    await using fleet = await startSlow();
    const reloads = reloadsOf(fleet);
    await withCtx(fleet, 4_096);
    // The first load is none: nothing was in memory.
    expect(reloads).toEqual([]);
    await withCtx(fleet, 4_096);
    expect(reloads).toEqual([]);
    await withCtx(fleet, 8_192);
    await withCtx(fleet, null);
    expect(reloads).toMatchObject([
      { upstream: 'ollama', model: MODEL, numCtx: 8_192, formerNumCtx: 4_096 },
      { upstream: 'ollama', model: MODEL, numCtx: null, formerNumCtx: 8_192 },
    ]);
    expect(Math.min(...reloads.map(({ loadMs }) => loadMs))).toBeGreaterThan(140);
    expect(fleet.simulators.ollama.state().loads).toBe(3);
    expect(counted(await scrape(fleet.url))).toEqual([
      { name: 'llamascope_model_reloads_total', labels: { upstream: 'ollama', model: MODEL }, value: 2 },
    ]);
  });

  it('is seen among clients at the same time, each load once', async () => {
    await using fleet = await startSlow();
    const reloads = reloadsOf(fleet);
    await Promise.all([4_096, 8_192, 8_192].map((numCtx) => withCtx(fleet, numCtx)));
    const { loads } = fleet.simulators.ollama.state();
    expect(loads).toBe(2);
    expect(reloads).toHaveLength(loads - 1);
  });

  it('that left in between is no reload', async () => {
    await using fleet = await startSlow();
    const reloads = reloadsOf(fleet);
    await chat(fleet.url, MODEL, { options: { num_ctx: 4_096 }, keep_alive: 0 });
    await withCtx(fleet, 8_192);
    expect(fleet.simulators.ollama.state().loads).toBe(2);
    expect(reloads).toEqual([]);
  });

  it('is not loaded again where numCtx is pinned', async () => {
    await using fleet = await startSlow({ models: { [MODEL]: { numCtx: 4_096 } } });
    const reloads = reloadsOf(fleet);
    for (const numCtx of [4_096, 8_192, null, 2_048]) expect((await withCtx(fleet, numCtx)).status).toBe(200);
    expect(fleet.simulators.ollama.state().loads).toBe(1);
    expect(reloads).toEqual([]);
  });
});

describe('streams at once', () => {
  /** An answer takes a fifth of a second, so that two that are written at once are seen to be. */
  const TOKENS_PER_SECOND = 100;

  async function stream(fleet: Fleet<'ollama'>, content: string): Promise<void> {
    const response = await fetch(`${fleet.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({
        model: MODEL,
        messages: [{ role: 'user', content }],
        options: { num_predict: 20 },
      }),
    });
    await response.text();
  }

  async function hints(fleet: Fleet<'ollama'>): Promise<readonly (string | null)[]> {
    const health = (await (await fetch(`${fleet.url}/health`)).json()) as {
      upstreams: { hint: string | null }[];
    };
    return health.upstreams.map(({ hint }) => hint);
  }

  it.each([
    [1, 'seems to write one stream of llama3.2:1b at once although parallel is 4'],
    [2, 'seems to write 2 streams of llama3.2:1b at once although parallel is 4'],
    [4, null],
  ])('at a server that writes %i: %s', async (numParallel, said) => {
    await using fleet = await startFleet({
      ollama: {
        models: [MODEL],
        simulator: { tokensPerSecond: TOKENS_PER_SECOND, numParallel },
        upstream: { parallel: 4 },
      },
    });
    const events: GatewayEvent[] = [];
    fleet.gateway.events.subscribe((event) => {
      if (event.type === 'model.serialised') events.push(event);
    });
    await Promise.all(Array.from({ length: 16 }, (_, index) => stream(fleet, `What is ${index}?`)));
    const [hint] = await hints(fleet);
    if (said === null) expect([hint, events]).toEqual([null, []]);
    else {
      expect(hint).toContain(said);
      expect(hint).toContain('OLLAMA_NUM_PARALLEL');
      expect(events).toMatchObject([{ upstream: 'ollama', model: MODEL, atOnce: numParallel, parallel: 4 }]);
    }
  });
});

const EMBEDDER = chatModel('nomic-embed-text', {
  family: 'nomic-bert',
  embeddingLength: 768,
  capabilities: ['embedding'],
});

describe('what the server is asked', () => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const hashOf = (body: unknown): string => createHash('sha256').update(JSON.stringify(body)).digest('hex');

  /** Sends the body and says whether the server got `expected`, byte for byte. */
  async function sends(fleet: Fleet<'ollama'>, path: string, body: object, expected: object): Promise<void> {
    fleet.simulators.ollama.resetState();
    expect((await post(`${fleet.url}${path}`, body)).status).toBe(200);
    const [received] = fleet.simulators.ollama.state().requests.filter((one) => one.path === path);
    expect(received?.bodyHash, JSON.stringify(expected)).toBe(hashOf(expected));
  }

  const start = (ollama: UpstreamInput['ollama']): Promise<Fleet<'ollama'>> =>
    startFleet({
      ollama: {
        simulator: { models: [chatModel(MODEL), EMBEDDER], embedder: openInProcessEmbedder },
        upstream: ollama === undefined ? {} : { ollama },
      },
    });
  const ask = { model: MODEL, stream: false, messages };
  const embed = { model: 'nomic-embed-text', input: 'Hi' };

  it('keeps models as long as it is told, embedding models longer, and the client’s own word unless overridden', async () => {
    await using fleet = await start({ keepAlive: '30m', embeddingKeepAlive: -1 });
    await sends(fleet, '/api/chat', ask, { keep_alive: '30m', ...ask });
    await sends(fleet, '/api/embed', embed, { keep_alive: -1, ...embed });
    await sends(fleet, '/api/chat', { ...ask, keep_alive: '1m' }, { ...ask, keep_alive: '1m' });
    const openai = { model: MODEL, messages };
    await sends(fleet, '/v1/chat/completions', openai, openai);
    const resident = (await (await fetch(`${fleet.simulators.ollama.url}/api/ps`)).json()) as {
      models: { name: string; expires_at: string }[];
    };
    const yearOf = (name: string): number =>
      new Date(resident.models.find((one) => one.name.startsWith(name))?.expires_at ?? '').getUTCFullYear();
    expect(yearOf('nomic-embed-text')).toBeGreaterThan(yearOf(MODEL) + 10);
  });

  it('overrides the client where told to, but never an unload by hand', async () => {
    await using fleet = await start({ keepAlive: '30m', keepAliveOverride: true });
    await sends(fleet, '/api/chat', { ...ask, keep_alive: '1m' }, { ...ask, keep_alive: '30m' });
    const unload = { model: MODEL, messages: [], stream: false, keep_alive: 0 };
    await sends(fleet, '/api/chat', unload, unload);
  });

  it('gets the pinned num_ctx, within the client’s other options', async () => {
    await using fleet = await start({ numCtx: 2_048 });
    const asked = { ...ask, options: { num_ctx: 9_000, temperature: 0 } };
    await sends(fleet, '/api/chat', asked, { ...ask, options: { num_ctx: 2_048, temperature: 0 } });
    await sends(fleet, '/api/chat', ask, { options: { num_ctx: 2_048 }, ...ask });
    expect(fleet.simulators.ollama.state().resident.map(({ numCtx }) => numCtx)).toEqual([2_048]);
  });
});
