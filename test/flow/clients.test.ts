import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** The two official clients against the gateway, with the cache off: what they get is what the upstream said. */
let stack: Stack;
let ollama: Ollama;
let openai: OpenAI;

beforeAll(async () => {
  stack = await startStack({ config: { cache: { mode: 'off' } } });
  ollama = new Ollama({ host: stack.url });
  openai = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: 'test', maxRetries: 0 });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const MODEL = 'llama3.2:1b';
const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];

describe('the official ollama client', () => {
  it('lists, shows and sees what is running', async () => {
    const { models } = await ollama.list();
    expect(models.map((model) => model.name)).toContain(MODEL);
    expect((await ollama.show({ model: MODEL })).capabilities).toContain('completion');
    await ollama.chat({ model: MODEL, messages });
    expect((await ollama.ps()).models.map((model) => model.name)).toContain(MODEL);
    expect((await ollama.version()).version).toMatch(/^\d+\.\d+/);
  });

  it('chats, whole and streamed, with the same words', async () => {
    const whole = await ollama.chat({ model: MODEL, messages });
    expect(whole.message.content).toContain('Paris');
    expect(whole.done).toBe(true);
    expect(whole.eval_count).toBeGreaterThan(0);
    const parts: string[] = [];
    let last: { done: boolean; eval_count: number } | null = null;
    for await (const part of await ollama.chat({ model: MODEL, messages, stream: true })) {
      parts.push(part.message.content);
      last = part;
    }
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.join('')).toBe(whole.message.content);
    expect(last).toMatchObject({ done: true, eval_count: whole.eval_count });
  });

  it('generates, whole and streamed', async () => {
    const whole = await ollama.generate({ model: MODEL, prompt: 'What is the capital of France?' });
    expect(whole.response).toContain('Paris');
    let text = '';
    for await (const part of await ollama.generate({
      model: MODEL,
      prompt: 'What is the capital of France?',
      stream: true,
    })) {
      text += String(part.response);
    }
    expect(text).toBe(whole.response);
  });

  it('embeds one text and several', async () => {
    const embedder = (await ollama.list()).models.find((model) => /use-lite|potion|builtin/.test(model.name));
    expect(embedder).toBeDefined();
    const model = embedder?.name ?? '';
    const { embeddings } = await ollama.embed({ model, input: ['a cat', 'a kitten', 'the stock market'] });
    expect(embeddings).toHaveLength(3);
    const [cat, kitten, market] = embeddings as [number[], number[], number[]];
    const dot = (a: number[], b: number[]): number =>
      a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
    expect(dot(cat, kitten)).toBeGreaterThan(dot(cat, market));
    const { embedding } = await ollama.embeddings({ model, prompt: 'a cat' });
    expect(embedding).toHaveLength(cat.length);
  });

  it('calls tools and answers in JSON', async () => {
    const tools = [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'The weather of a city',
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    ];
    const called = await ollama.chat({
      model: MODEL,
      messages: [{ role: 'user', content: 'Use get_weather: what is the weather in Paris?' }],
      tools,
    });
    expect(called.message.tool_calls?.[0]?.function.name).toBe('get_weather');
    const json = await ollama.chat({ model: MODEL, messages, format: 'json' });
    expect(() => JSON.parse(json.message.content) as unknown).not.toThrow();
  });

  it('gets the upstream errors as they are', async () => {
    await expect(ollama.chat({ model: 'no-such-model', messages })).rejects.toMatchObject({
      status_code: 404,
    });
    await expect(ollama.pull({ model: 'x' })).rejects.toMatchObject({
      status_code: 403,
      message: expect.stringContaining('allowManagement') as string,
    });
  });

  it('aborts mid-stream and the upstream stops at once', async () => {
    await using slow = await startStack({
      simulator: { tokensPerSecond: 2 },
      config: { cache: { mode: 'off' } },
    });
    const client = new Ollama({ host: slow.url });
    const stream = await client.chat({ model: MODEL, messages, stream: true });
    await expect(
      (async (): Promise<void> => {
        for await (const part of stream) if (part.message.content !== '') client.abort();
      })(),
    ).rejects.toThrow(/abort/i);
    await until(() => slow.simulator.state().aborted === 1, 'the simulator to see the abort');
    await until(() => slow.simulator.state().inFlight === 0, 'the slot to be free');
  });
});

describe('the official openai client', () => {
  it('lists models', async () => {
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids).toContain(MODEL);
    expect((await openai.models.retrieve(MODEL)).id).toBe(MODEL);
  });

  it('chats, whole and streamed with usage', async () => {
    const whole = await openai.chat.completions.create({ model: MODEL, messages });
    expect(whole.choices[0]?.message.content).toContain('Paris');
    const stream = await openai.chat.completions.create({
      model: MODEL,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: OpenAI.CompletionUsage | null = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(usage).toMatchObject({ completion_tokens: whole.usage?.completion_tokens });
  });

  it('completes, embeds, responds', async () => {
    const completion = await openai.completions.create({
      model: MODEL,
      prompt: 'What is the capital of France?',
    });
    expect(completion.choices[0]?.text).toContain('Paris');
    const models = await openai.models.list();
    const model = models.data.find((entry) => /use-lite|potion|builtin/.test(entry.id))?.id ?? '';
    const embedded = await openai.embeddings.create({ model, input: 'a cat', encoding_format: 'float' });
    expect(embedded.data[0]?.embedding.length).toBeGreaterThan(10);
    const response = await openai.responses.create({ model: MODEL, input: 'What is the capital of France?' });
    expect(response.output_text).toContain('Paris');
    let streamed = '';
    for await (const event of await openai.responses.create({
      model: MODEL,
      input: 'What is the capital of France?',
      stream: true,
    })) {
      if (event.type === 'response.output_text.delta') streamed += event.delta;
    }
    expect(streamed).toBe(response.output_text);
  });

  it('calls tools and answers in JSON', async () => {
    const called = await openai.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'Use get_weather: what is the weather in Paris?' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
          },
        },
      ],
    });
    const call = called.choices[0]?.message.tool_calls?.[0];
    expect(call?.type === 'function' ? call.function.name : null).toBe('get_weather');
    const json = await openai.chat.completions.create({
      model: MODEL,
      messages,
      response_format: { type: 'json_object' },
    });
    expect(() => JSON.parse(json.choices[0]?.message.content ?? '') as unknown).not.toThrow();
  });

  it('sees an in-band error of the gateway as an error', async () => {
    await using faulty = await startStack({
      simulator: {
        tokensPerSecond: 200,
        faults: { rules: [{ fault: 'truncate', path: '/v1/chat/completions' }] },
      },
      config: { cache: { mode: 'off' } },
    });
    const client = new OpenAI({ baseURL: `${faulty.url}/v1`, apiKey: 'test', maxRetries: 0 });
    const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true });
    await expect(
      (async (): Promise<void> => {
        for await (const chunk of stream) expect(chunk.choices).toBeDefined();
      })(),
    ).rejects.toThrow(/final marker|cut|ended/i);
  });

  it('aborts mid-stream and the upstream stops at once', async () => {
    await using slow = await startStack({
      simulator: { tokensPerSecond: 2 },
      config: { cache: { mode: 'off' } },
    });
    const client = new OpenAI({ baseURL: `${slow.url}/v1`, apiKey: 'test', maxRetries: 0 });
    const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true });
    for await (const chunk of stream) {
      if ((chunk.choices[0]?.delta.content ?? '') !== '') break;
    }
    await until(() => slow.simulator.state().aborted === 1, 'the simulator to see the abort');
    await until(() => slow.simulator.state().inFlight === 0, 'the slot to be free');
  });
});

describe('without a listener', () => {
  it('both clients work on gateway.fetch', async () => {
    const native = new Ollama({ host: 'http://gateway.invalid', fetch: stack.gateway.fetch });
    const whole = await native.chat({ model: MODEL, messages });
    let text = '';
    for await (const part of await native.chat({ model: MODEL, messages, stream: true }))
      text += part.message.content;
    expect(text).toBe(whole.message.content);
    const compatible = new OpenAI({
      baseURL: 'http://gateway.invalid/v1',
      apiKey: 'x',
      fetch: stack.gateway.fetch,
      maxRetries: 0,
    });
    const answer = await compatible.chat.completions.create({ model: MODEL, messages });
    expect(answer.choices[0]?.message.content).toBe(whole.message.content);
    await expect(compatible.files.list()).rejects.toMatchObject({ status: 404 });
  });
});
