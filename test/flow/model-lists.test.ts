import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFleet, type Fleet } from '../support/fleet.ts';

let fleet: Fleet<'left' | 'right' | 'cloud'>;
let ollama: Ollama;
let openai: OpenAI;
beforeAll(async () => {
  fleet = await startFleet(
    {
      left: { models: ['llama3.2:1b', 'both:1b'] },
      right: { models: ['both:1b', 'qwen2.5:7b', 'hidden:1b'], upstream: { models: ['both:1b', 'qwen*'] } },
      cloud: { models: ['gpt'], upstream: { kind: 'openai' } },
    },
    {
      models: { fast: 'llama3.2:1b', nowhere: 'missing:1b', 'both:1b': { fallbacks: ['fast'] } },
      retry: { max: 0 },
    },
  );
  ollama = new Ollama({ host: fleet.url });
  openai = new OpenAI({ baseURL: `${fleet.url}/v1`, apiKey: 'k', maxRetries: 0 });
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
});
beforeEach(() => {
  for (const simulator of Object.values(fleet.simulators)) simulator.clearFaults();
});

const tags = async (): Promise<string[]> => (await ollama.list()).models.map(({ name }) => name).sort();
const ids = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { id } of openai.models.list()) found.push(id);
  return found.sort();
};

describe('the lists of models over several upstreams', () => {
  it('have each model once, the aliases, and what each path can serve', async () => {
    expect(await tags()).toEqual(['both:1b', 'fast', 'llama3.2:1b', 'qwen2.5:7b']);
    expect(await ids()).toEqual(['both:1b', 'fast', 'gpt:latest', 'llama3.2:1b', 'qwen2.5:7b']);
    const { models } = await ollama.list();
    const of = (name: string): string | undefined => models.find((one) => one.name === name)?.digest;
    expect(of('fast')).toBe(of('llama3.2:1b'));
    expect(models.find(({ name }) => name === 'fast')?.model).toBe('fast');
  });

  it('show every loaded copy', async () => {
    for (const name of ['left', 'right'] as const)
      await new Ollama({ host: fleet.simulators[name].url }).generate({ model: 'both:1b', prompt: 'x' });
    expect((await ollama.ps()).models.map(({ name }) => name)).toEqual(['both:1b', 'both:1b']);
  });

  it('leave out who fails, and fail only when all do', async () => {
    const broken = { rules: [{ fault: 'status' as const, path: '/api/*', status: 500 }] };
    fleet.simulators.right.setFaults(broken);
    expect(await tags()).toEqual(['both:1b', 'fast', 'llama3.2:1b']);
    fleet.simulators.left.setFaults(broken);
    await expect(ollama.list()).rejects.toThrow();
    fleet.simulators.left.clearFaults();
    fleet.simulators.right.clearFaults();
    expect(await tags()).toHaveLength(4);
    const snapshot = fleet.gateway.state;
    expect(snapshot.breakers().map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
    expect(snapshot.pools().map(({ busy }) => busy)).toEqual([0, 0, 0]);
  });

  it('are one server’s own bytes where there is one, and no alias', async () => {
    await using single = await startFleet({ only: { models: ['m:1b'] } });
    const [through, direct] = await Promise.all(
      [single.url, single.simulators.only.url].map(async (url) => (await fetch(`${url}/api/tags`)).text()),
    );
    expect(through).toBe(direct);
  });
});
