import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scrape, valueOf } from '../support/metrics.ts';
import { chat, post, startFleet, type Fleet } from '../support/fleet.ts';

/** Which model and which upstream a request ends at, with two servers that have different models. */
const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];

let fleet: Fleet<'left' | 'right'>;
beforeAll(async () => {
  fleet = await startFleet(
    {
      left: { models: ['llama3.2:1b', 'both:1b'] },
      right: { models: ['qwen2.5:7b', 'both:1b'] },
    },
    {
      models: {
        fast: 'llama3.2:1b',
        'gpt-4o': { model: 'fast' },
        'gone:70b': { fallbacks: ['also-gone', 'qwen2.5:7b'] },
        lonely: { fallbacks: ['also-gone'] },
        'both:1b': { fallbacks: ['fast'] },
      },
      retry: { max: 1, baseMs: 1 },
    },
  );
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
});
beforeEach(() => {
  for (const simulator of Object.values(fleet.simulators)) {
    simulator.clearFaults();
    simulator.resetState();
  }
});

/** The models that a simulator was asked for, with how often. */
const asked = (name: 'left' | 'right'): Readonly<Record<string, number>> =>
  fleet.simulators[name].state().counts.byModel;

describe('several upstreams', () => {
  it('each model goes to who has it', async () => {
    for (let i = 0; i < 4; i += 1) {
      expect((await chat(fleet.url, 'llama3.2:1b')).headers.get('x-llamascope-upstream')).toBe('left');
      expect((await chat(fleet.url, 'qwen2.5:7b')).headers.get('x-llamascope-upstream')).toBe('right');
    }
    expect([asked('left'), asked('right')]).toEqual([{ 'llama3.2:1b': 4 }, { 'qwen2.5:7b': 4 }]);
  });

  it('a model that nobody has is answered by an upstream, in its own words', async () => {
    const { status, json, headers } = await chat(fleet.url, 'nobody:1b');
    expect([status, json]).toEqual([404, { error: "model 'nobody:1b' not found" }]);
    expect(headers.get('x-llamascope-model')).toBeNull();
  });
});

describe('aliases', () => {
  it('work with the official ollama client, whole, streamed and for what it shows', async () => {
    const ollama = new Ollama({ host: fleet.url });
    const whole = await ollama.chat({ model: 'fast', messages });
    expect([whole.model, whole.done]).toEqual(['llama3.2:1b', true]);
    let text = '';
    for await (const part of await ollama.chat({ model: 'gpt-4o', messages, stream: true }))
      text += part.message.content;
    expect(text).toBe(whole.message.content);
    expect((await ollama.generate({ model: 'fast', prompt: 'Hi' })).response).not.toBe('');
    expect((await ollama.show({ model: 'fast' })).details.family).toBe('llama');
    expect(asked('left')).toEqual({ 'llama3.2:1b': 4 });
  });

  it('work with the official openai client', async () => {
    const openai = new OpenAI({ baseURL: `${fleet.url}/v1`, apiKey: 'k', maxRetries: 0 });
    const whole = await openai.chat.completions.create({ model: 'gpt-4o', messages });
    expect(whole.choices[0]?.message.content).toContain('Paris');
    let text = '';
    for await (const part of await openai.chat.completions.create({
      model: 'gpt-4o',
      messages,
      stream: true,
    }))
      text += part.choices[0]?.delta.content ?? '';
    expect(text).toBe(whole.choices[0]?.message.content);
    expect((await openai.models.retrieve('gpt-4o')).id).toBe('llama3.2:1b');
  });

  it('are said in a header, and the rest of the body stays as it was', async () => {
    const { headers } = await chat(fleet.url, 'fast');
    expect([headers.get('x-llamascope-model'), headers.get('x-llamascope-fallback')]).toEqual([
      'llama3.2:1b',
      null,
    ]);
    const [request] = fleet.simulators.left.state().requests;
    const sent = JSON.stringify({ model: 'llama3.2:1b', stream: false, messages });
    expect(request?.bodyBytes).toBe(Buffer.byteLength(sent));
  });
});

describe('fallbacks', () => {
  it('are taken along the chain when nobody has the model, and said', async () => {
    const { status, headers, json } = await chat(fleet.url, 'gone:70b');
    expect([status, json['model']]).toEqual([200, 'qwen2.5:7b']);
    expect(headers.get('x-llamascope-model')).toBe('qwen2.5:7b');
    expect(headers.get('x-llamascope-fallback')).toBe('missing');
    expect(headers.get('x-llamascope-upstream')).toBe('right');
  });

  it('that fail too leave the answer for the model that was asked', async () => {
    const { status, json, headers } = await chat(fleet.url, 'lonely');
    expect([status, json]).toEqual([404, { error: "model 'lonely' not found" }]);
    expect(headers.get('x-llamascope-fallback')).toBeNull();
  });

  it('are taken when every upstream of the model refuses, streaming too, and counted', async () => {
    const plan = { rules: [{ fault: 'status' as const, model: 'both:1b', status: 500 }] };
    for (const simulator of Object.values(fleet.simulators)) simulator.setFaults(plan);
    const ollama = new Ollama({ host: fleet.url });
    let model = '';
    for await (const part of await ollama.chat({ model: 'both:1b', messages, stream: true }))
      model = part.model;
    expect(model).toBe('llama3.2:1b');
    expect((await chat(fleet.url, 'both:1b')).headers.get('x-llamascope-fallback')).toBe('failed');
    expect([asked('left')['both:1b'], asked('right')['both:1b']]).toEqual([2, 2]);
    const samples = await scrape(fleet.url);
    expect(valueOf(samples, 'llamascope_model_fallbacks_total', { model: 'both:1b', reason: 'failed' })).toBe(
      2,
    );
  });

  it('are not taken for the client’s own mistakes, nor for embeddings', async () => {
    const bad = await post(`${fleet.url}/api/chat`, {
      model: 'both:1b',
      messages,
      options: { num_ctx: 'x' },
      stream: false,
    });
    expect([bad.status, bad.headers.get('x-llamascope-fallback')]).toEqual([400, null]);
    const embed = await post(`${fleet.url}/api/embed`, { model: 'gone:70b', input: 'x' });
    expect([embed.status, embed.headers.get('x-llamascope-fallback')]).toEqual([404, null]);
  });
});

describe('the cache', () => {
  it('knows an alias and its model as one, and never keeps a fallback’s answer', async () => {
    await using cached = await startFleet(
      { only: { models: ['llama3.2:1b'] } },
      {
        cache: { mode: 'exact', sampled: true },
        models: { fast: 'llama3.2:1b', big: { fallbacks: ['fast'] } },
      },
    );
    const cache = async (model: string): Promise<string | null> =>
      (await chat(cached.url, model)).headers.get('x-llamascope-cache');
    expect(await cache('fast')).toBe('miss');
    expect(await cache('llama3.2:1b')).toBe('hit-exact');
    const hit = await chat(cached.url, 'fast');
    expect([hit.headers.get('x-llamascope-cache'), hit.headers.get('x-llamascope-model')]).toEqual([
      'hit-exact',
      'llama3.2:1b',
    ]);
    expect([await cache('big'), await cache('big')]).toEqual(['miss', 'miss']);
    expect(cached.gateway.state.cache().entries).toBe(1);
  });
});

describe('lists of models per upstream', () => {
  it('keep an upstream to its models, and refuse what is in none', async () => {
    await using listed = await startFleet({
      left: { models: ['llama3.2:1b', 'qwen2.5:7b'], upstream: { models: ['llama*'] } },
      right: { models: ['llama3.2:1b', 'qwen2.5:7b'], upstream: { models: ['qwen2.5:7b', 'unlisted:1b'] } },
    });
    const at = async (model: string): Promise<(string | number | null)[]> => {
      const { status, headers } = await chat(listed.url, model);
      return [status, headers.get('x-llamascope-upstream')];
    };
    for (let i = 0; i < 5; i += 1) {
      expect(await at('llama3.2:1b')).toEqual([200, 'left']);
      expect(await at('qwen2.5:7b')).toEqual([200, 'right']);
    }
    expect(await at('unlisted:1b')).toEqual([404, 'right']);
    const refused = await chat(listed.url, 'phi4');
    expect([refused.status, refused.json['code']]).toEqual([404, 'model_not_found']);
    expect(listed.gateway.state.upstreams().map(({ models }) => models)).toEqual([
      ['llama3.2:1b'],
      ['qwen2.5:7b', 'unlisted:1b'],
    ]);
  });
});

describe('token counts of OpenAI streams', () => {
  it('are asked for and hidden again, byte for byte, and counted', async () => {
    const stream = async (
      model: string,
      given: Record<string, unknown> = {},
      base = fleet.url,
    ): Promise<string> => {
      const response = await fetch(`${base}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model, messages, stream: true, ...given }),
      });
      return (await response.text()).replaceAll(/"id":"chatcmpl-\d+"|"created":\d+/g, '');
    };
    const direct = await stream('both:1b', {}, fleet.simulators.left.url);
    const before = await scrape(fleet.url);
    const tokens = (samples: Awaited<ReturnType<typeof scrape>>): number =>
      samples.find(
        (one) =>
          one.name === 'llamascope_tokens_total' &&
          one.labels['model'] === 'both:1b' &&
          one.labels['direction'] === 'output',
      )?.value ?? 0;
    expect(await stream('both:1b')).toBe(direct);
    expect(direct).not.toContain('"usage"');
    const wanted = await stream('both:1b', { stream_options: { include_usage: true } });
    expect(wanted).toContain('"usage":{"prompt_tokens"');
    const counted = Number(/"completion_tokens":(\d+)/.exec(wanted)?.[1]);
    expect(tokens(await scrape(fleet.url)) - tokens(before)).toBe(2 * counted);
  });
});
