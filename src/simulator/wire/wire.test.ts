import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../index.ts';

const MODEL = 'llama3.2:1b';
const THINKER = 'qwen3:0.6b';
const SKY = 'Why is the sky blue?';
const PIXEL = 'iVBORw0KGgo=';
const WEATHER = {
  type: 'object',
  required: ['city'],
  properties: { city: { type: 'string' } },
};

let simulator: Simulator;
let openai: OpenAI;
let ollama: Ollama;
beforeAll(async () => {
  simulator = await startSimulator({
    loadMs: 0,
    tokensPerSecond: 0,
    prefillTokensPerSecond: 0,
    numParallel: 8,
    embedder: null,
  });
  openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'x', maxRetries: 0 });
  ollama = new Ollama({ host: simulator.url });
});
afterAll(() => simulator.close());

async function post(path: string, body: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(simulator.url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

interface SseEvent {
  readonly event: string | null;
  readonly data: Record<string, unknown>;
}

async function events(path: string, body: unknown): Promise<SseEvent[]> {
  const response = await fetch(simulator.url + path, { method: 'POST', body: JSON.stringify(body) });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((block) => block !== '' && block !== 'data: [DONE]')
    .map((block) => ({
      event: /^event: (.*)$/m.exec(block)?.[1] ?? null,
      data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null') as Record<string, unknown>,
    }));
}

describe("Ollama's own wire, with the official client", () => {
  it('chats, whole and streamed, to the same text', async () => {
    const ask = { model: MODEL, messages: [{ role: 'user', content: SKY }] };
    const whole = await ollama.chat(ask);
    expect(whole).toMatchObject({
      model: MODEL,
      done: true,
      done_reason: 'stop',
      message: { role: 'assistant' },
    });
    expect(whole.eval_count).toBeGreaterThan(10);
    expect(whole.prompt_eval_count).toBeGreaterThan(5);
    let text = '';
    let items = 0;
    for await (const part of await ollama.chat({ ...ask, stream: true })) {
      text += part.message.content;
      items += 1;
    }
    expect(text).toBe(whole.message.content);
    expect(items).toBe(whole.eval_count + 1);
  });

  it('calls a tool, and reports its result', async () => {
    const tools = [
      { type: 'function', function: { name: 'get_weather', description: '', parameters: WEATHER } },
    ];
    const question = { role: 'user', content: 'What is the weather in Paris?' };
    const first = await ollama.chat({ model: MODEL, messages: [question], tools });
    expect(first.message.tool_calls).toMatchObject([
      { function: { name: 'get_weather', arguments: { city: 'Paris' } } },
    ]);
    const calls: unknown[] = [];
    for await (const part of await ollama.chat({ model: MODEL, messages: [question], tools, stream: true }))
      calls.push(...(part.message.tool_calls ?? []));
    expect(calls).toHaveLength(1);
    const result = { role: 'tool', content: '21 degrees', tool_name: 'get_weather' };
    const second = await ollama.chat({ model: MODEL, messages: [question, first.message, result], tools });
    expect(second.message.content).toBe('According to get_weather: 21 degrees');
  });

  it('thinks with a model that can, unless told not to', async () => {
    const ask = { model: THINKER, messages: [{ role: 'user', content: SKY }] };
    expect((await ollama.chat(ask)).message.thinking).toBeTruthy();
    expect((await ollama.chat({ ...ask, think: false })).message.thinking).toBeUndefined();
    const generated = await ollama.generate({ model: THINKER, prompt: SKY, think: 'high' });
    expect((generated as unknown as { thinking: string }).thinking).toContain(SKY);
    expect(await post('/api/chat', { ...ask, think: 'hard' })).toMatchObject({
      status: 400,
      json: { error: /invalid think/ },
    });
  });

  it('generates, with system, suffix, images and context', async () => {
    const whole = await ollama.generate({ model: MODEL, prompt: SKY });
    expect(whole.response).toContain('scatters');
    expect(whole.context.length).toBe(whole.prompt_eval_count + whole.eval_count);
    const texts = new Set<string>();
    const ask = { model: 'qwen2.5:0.5b', prompt: 'Say something new' };
    for (const request of [
      ask,
      { ...ask, system: 'Be brief.' },
      { ...ask, suffix: 'end' },
      { ...ask, images: [PIXEL] },
    ]) {
      texts.add((await ollama.generate(request)).response ?? '');
    }
    expect(texts.size).toBe(4);
    const image = await ollama.generate({ model: MODEL, prompt: SKY, images: [PIXEL] });
    expect(image.prompt_eval_count).toBeGreaterThan(whole.prompt_eval_count + 200);
  });

  it('answers with JSON when asked to', async () => {
    const ask = { model: MODEL, messages: [{ role: 'user', content: SKY }] };
    expect(JSON.parse((await ollama.chat({ ...ask, format: 'json' })).message.content)).toHaveProperty(
      'answer',
    );
    const format = { type: 'object', properties: { count: { type: 'integer' }, ok: { type: 'boolean' } } };
    const shaped = JSON.parse((await ollama.chat({ ...ask, format })).message.content) as object;
    expect(shaped).toEqual({ count: 42, ok: true });
  });

  it('gives the same answer to the same request, and another to another', async () => {
    const say = async (content: string, model = MODEL): Promise<string> =>
      (await ollama.chat({ model, messages: [{ role: 'user', content }] })).message.content;
    const first = await say('Tell me of the Zorbians');
    expect(await say('Tell me of the Zorbians')).toBe(first);
    expect(await say('Tell me of the Morbians')).not.toBe(first);
    expect(await say('Tell me of the Zorbians', 'qwen2.5:0.5b')).not.toBe(first);
  });

  it.each([
    [
      '/api/chat',
      { model: MODEL, messages: 'hello' },
      'cannot unmarshal string into Go struct field ChatRequest.messages',
    ],
    ['/api/chat', { model: MODEL, messages: ['hello'] }, 'ChatRequest.messages of type struct'],
    [
      '/api/chat',
      { model: 7, messages: [] },
      'cannot unmarshal number into Go struct field ChatRequest.model',
    ],
    ['/api/chat', { model: MODEL, messages: [], stream: 'yes' }, 'ChatRequest.stream of type bool'],
    ['/api/chat', { model: MODEL, messages: [], options: [] }, 'cannot unmarshal array'],
    [
      '/api/chat',
      { model: MODEL, messages: [{ role: 'user', content: 'x', images: ['?!'] }] },
      'illegal base64 data at input byte 0',
    ],
    [
      '/api/chat',
      { model: MODEL, messages: [{ role: 'user', content: 'x', images: [1] }] },
      'Message.images of type string',
    ],
    ['/api/chat', { model: MODEL, messages: [], options: { num_ctx: 1.5 } }, 'Options.num_ctx of type int'],
    ['/api/chat', { model: MODEL, messages: [], format: 'xml' }, 'invalid format'],
    ['/api/chat', { model: MODEL, messages: [], keep_alive: '5' }, 'time: missing unit in duration "5"'],
    ['/api/chat', { model: MODEL, messages: [], keep_alive: 'soon' }, 'time: invalid duration "soon"'],
    ['/api/chat', { model: MODEL, messages: [], keep_alive: true }, "Unsupported type: 'boolean'"],
    ['/api/generate', { model: MODEL, prompt: 'x', raw: true, system: 'y' }, 'raw mode does not support'],
  ])('refuses %s %j', async (path, body, message) => {
    const { status, json } = await post(path, body);
    expect([status, json['error']]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each([0, -1, '10m', '-1s', '1h30m5.5s'])('takes keep_alive %j', async (keep_alive) => {
    expect((await post('/api/chat', { model: MODEL, messages: [], keep_alive })).status).toBe(200);
  });

  it('loads and unloads by an empty request', async () => {
    const loaded = await post('/api/chat', { model: MODEL });
    expect(loaded.json).toMatchObject({ done: true, done_reason: 'load', message: { content: '' } });
    const unloaded = await post('/api/chat', { model: MODEL, keep_alive: 0 });
    expect(unloaded.json).toMatchObject({ done: true, done_reason: 'unload' });
    expect((await ollama.ps()).models.map(({ name }) => name)).not.toContain(MODEL);
  });
});

describe('chat completions, with the official client', () => {
  const messages = [{ role: 'user' as const, content: SKY }];

  it('sends usage only when asked, in a chunk of its own before [DONE]', async () => {
    const plain = await events('/v1/chat/completions', { model: MODEL, messages, stream: true });
    expect(plain.every(({ data }) => data['usage'] === undefined)).toBe(true);
    const counted = await events('/v1/chat/completions', {
      model: MODEL,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(counted.at(-1)?.data).toMatchObject({
      choices: [],
      usage: { total_tokens: expect.any(Number) as number },
    });
    expect(counted.at(-2)?.data).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('reads parts, images, limits, stops and reasoning', async () => {
    const content = [
      { type: 'text' as const, text: SKY },
      { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${PIXEL}` } },
    ];
    const seen = await openai.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content }],
      max_completion_tokens: 3,
    });
    expect(seen.choices[0]?.finish_reason).toBe('length');
    expect(seen.usage?.prompt_tokens).toBeGreaterThan(200);
    const stopped = await openai.chat.completions.create({ model: MODEL, messages, stop: ['sky'] });
    expect(stopped.choices[0]?.message.content).toBe('The ');
    const thought = await openai.chat.completions.create({
      model: THINKER,
      messages,
      reasoning_effort: 'low',
    });
    expect(thought.choices[0]?.message).toHaveProperty('reasoning');
    const silent = await openai.chat.completions.create({
      model: THINKER,
      messages,
      reasoning_effort: 'none',
    });
    expect(silent.choices[0]?.message).not.toHaveProperty('reasoning');
    let reasoning = '';
    for await (const chunk of await openai.chat.completions.create({
      model: THINKER,
      messages,
      stream: true,
    }))
      reasoning += (chunk.choices[0]?.delta as { reasoning?: string }).reasoning ?? '';
    expect(reasoning).toContain(SKY);
  });

  it('answers in JSON modes and obeys tool_choice', async () => {
    const object = await openai.chat.completions.create({
      model: MODEL,
      messages,
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(object.choices[0]?.message.content ?? '')).toHaveProperty('answer');
    const schema = { type: 'object', properties: { yes: { type: 'boolean' } } };
    const shaped = await openai.chat.completions.create({
      model: MODEL,
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(JSON.parse(shaped.choices[0]?.message.content ?? '')).toEqual({ yes: true });
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: WEATHER } }];
    const forced = await openai.chat.completions.create({
      model: MODEL,
      messages,
      tools,
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    });
    expect(forced.choices[0]?.finish_reason).toBe('tool_calls');
    const asked = [{ role: 'user' as const, content: 'weather in Rome' }];
    const none = await openai.chat.completions.create({
      model: MODEL,
      messages: asked,
      tools,
      tool_choice: 'none',
    });
    expect(none.choices[0]?.message.tool_calls).toBeUndefined();
  });

  it('answers a tool result that names only its call', async () => {
    const call = {
      id: 'call_1',
      type: 'function' as const,
      function: { name: 'get_weather', arguments: '{}' },
    };
    const answer = await openai.chat.completions.create({
      model: MODEL,
      messages: [
        { role: 'user', content: 'weather in Rome' },
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
      ],
    });
    expect(answer.choices[0]?.message.content).toBe('According to get_weather: rain');
  });

  it.each([
    [{ messages: [] }, "[] is too short - 'messages'"],
    [{ messages: [{ role: 'user' }] }, 'invalid message content type: <nil>'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'invalid message content type: number'],
    [{ messages: [{ role: 'user', content: [{ type: 'sound' }] }] }, 'invalid message format'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'http://x/y.png' }] }] },
      'invalid image input',
    ],
    [{ messages: [{ role: 'user', content: 'x' }], reasoning_effort: 'huge' }, 'invalid reasoning value'],
  ])('refuses %j', async (body, message) => {
    const { status, json } = await post('/v1/chat/completions', { model: MODEL, ...body });
    expect([status, json['error']]).toEqual([
      400,
      {
        message: expect.stringContaining(message) as string,
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    ]);
  });

  it('says EOF of an empty body', async () => {
    const response = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST' });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { message: 'EOF' } }]);
  });
});

describe('completions', () => {
  it('answer whole and streamed, with usage when asked', async () => {
    const whole = await openai.completions.create({ model: MODEL, prompt: SKY });
    expect(whole).toMatchObject({ object: 'text_completion', choices: [{ finish_reason: 'stop' }] });
    let text = '';
    for await (const chunk of await openai.completions.create({ model: MODEL, prompt: SKY, stream: true }))
      text += chunk.choices[0]?.text ?? '';
    expect(text).toBe(whole.choices[0]?.text);
    const counted = await events('/v1/completions', {
      model: THINKER,
      prompt: SKY,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(counted[0]?.data).toMatchObject({ usage: { total_tokens: 0 } });
    expect(counted.at(-1)?.data).toMatchObject({ choices: [] });
    const filled = await post('/v1/completions', { model: MODEL, prompt: 'a', suffix: 'b', max_tokens: 1 });
    expect(filled.json).toMatchObject({ choices: [{ finish_reason: 'length' }] });
    expect((await post('/v1/completions', { model: MODEL, prompt: '' })).status).toBe(200);
  });
});

describe('responses, with the official client', () => {
  const tools = [{ type: 'function' as const, name: 'get_weather', parameters: WEATHER, strict: false }];

  it('answer whole', async () => {
    const response = await openai.responses.create({ model: MODEL, input: SKY, instructions: 'Be brief.' });
    expect(response.output_text).toContain('scatters');
    expect(response).toMatchObject({
      status: 'completed',
      instructions: 'Be brief.',
      usage: { total_tokens: expect.any(Number) as number },
    });
    const thought = await openai.responses.create({
      model: THINKER,
      input: SKY,
      reasoning: { effort: 'low' },
    });
    expect(thought.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
  });

  it.each([
    ['text', { model: MODEL, input: SKY }],
    ['thinking', { model: THINKER, input: SKY }],
    ['a tool call', { model: MODEL, input: 'weather in Rome', tools }],
    ['thinking and a tool call', { model: THINKER, input: 'weather in Rome', tools }],
  ])('stream %s as a sequence that the client can assemble', async (_name, body) => {
    const stream = openai.responses.stream(body);
    const numbers: number[] = [];
    for await (const event of stream) numbers.push(event.sequence_number);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    const final = await stream.finalResponse();
    const whole = await openai.responses.create(body);
    expect(final.output.map(({ type }) => type)).toEqual(whole.output.map(({ type }) => type));
    expect(final.output_text).toBe(whole.output_text);
  });

  it('read items: messages, images, calls and their outputs, reasoning', async () => {
    const response = await openai.responses.create({
      model: MODEL,
      input: [
        { role: 'user', content: 'weather in Rome' },
        { type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'rain' },
      ],
      tools,
    });
    expect(response.output_text).toBe('According to get_weather: rain');
    const parts = await openai.responses.create({
      model: MODEL,
      input: [
        { type: 'reasoning', id: 'r', summary: [] },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: SKY },
            { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'auto' },
          ],
        },
      ],
      text: {
        format: {
          type: 'json_schema',
          name: 'x',
          schema: { type: 'object', properties: { n: { type: 'integer' } } },
        },
      },
    });
    expect(JSON.parse(parts.output_text)).toEqual({ n: 42 });
    const object = await openai.responses.create({
      model: MODEL,
      input: SKY,
      text: { format: { type: 'json_object' } },
    });
    expect(JSON.parse(object.output_text)).toHaveProperty('answer');
  });

  it.each([
    [{ input: 7 }, 'input must be a string or array'],
    [{ input: [{}] }, "input[0]: input item missing required 'type' field"],
    [{ input: [{ type: 'video' }] }, 'input[0]: unknown input item type: "video"'],
    [{ input: [{ role: 'user', content: 7 }] }, 'content must be a string or array'],
    [{ input: [{ role: 'user', content: [{ type: 'x' }] }] }, 'unknown content type: x'],
    [{ input: 'x', reasoning: { effort: 'huge' } }, 'invalid reasoning value'],
  ])('refuse %j', async (body, message) => {
    const { status, json } = await post('/v1/responses', { model: MODEL, ...body });
    expect([status, json]).toMatchObject([
      400,
      { error: { message: expect.stringContaining(message) as string } },
    ]);
  });

  it('take no input as a request to load', async () => {
    expect((await post('/v1/responses', { model: MODEL })).json).toMatchObject({ status: 'completed' });
  });
});

describe('messages', () => {
  const ask = { model: THINKER, max_tokens: 500, messages: [{ role: 'user', content: SKY }] };
  const tools = [{ name: 'get_weather', description: '', input_schema: WEATHER }];

  it('stream blocks that open and close in order', async () => {
    const seen = await events('/v1/messages', { ...ask, stream: true });
    const types = seen.map(({ event, data }) => {
      expect(data['type']).toBe(event);
      return event;
    });
    const order = types.filter((type, index) => type !== types[index - 1]);
    expect(order).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(
      seen.filter(({ event }) => event === 'content_block_start').map(({ data }) => data['index']),
    ).toEqual([0, 1]);
    expect(seen.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'end_turn' } });
  });

  it('stream tool use', async () => {
    const body = { ...ask, tools, messages: [{ role: 'user', content: 'weather in Rome' }], stream: true };
    const seen = await events('/v1/messages', body);
    const json = seen.flatMap(
      ({ data }) => (data['delta'] as { partial_json?: string } | undefined)?.partial_json ?? [],
    );
    expect(JSON.parse(json.join(''))).toEqual({ city: 'Rome' });
    expect(seen.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'tool_use' } });
  });

  it('read systems, images, thinking and limits', async () => {
    const whole = await post('/v1/messages', { ...ask, thinking: { type: 'disabled' } });
    expect(whole.json).toMatchObject({
      content: [{ type: 'text' }],
      usage: { output_tokens: expect.any(Number) as number },
    });
    const both = await post('/v1/messages', { ...ask, thinking: { type: 'enabled', budget_tokens: 9 } });
    expect((both.json['content'] as { type: string }[]).map(({ type }) => type)).toEqual([
      'thinking',
      'text',
    ]);
    const relaxed = await post('/v1/messages', { ...ask, model: MODEL, thinking: { type: 'enabled' } });
    expect(relaxed.status).toBe(200);
    const short = await post('/v1/messages', { ...ask, model: MODEL, max_tokens: 2 });
    expect(short.json).toMatchObject({ stop_reason: 'max_tokens' });
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
    const seen = await post('/v1/messages', {
      ...ask,
      model: MODEL,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [{ role: 'user', content: [image, { type: 'text', text: SKY }] }],
      stop_sequences: ['sky'],
    });
    expect(seen.json).toMatchObject({ content: [{ text: 'The ' }] });
  });

  it.each([
    [{ model: '' }, 400, 'model is required'],
    [{ max_tokens: 0 }, 400, 'max_tokens is required'],
    [{ messages: [] }, 400, 'messages is required'],
    [{ model: 'none' }, 404, "model 'none' not found"],
    [{ messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 400, 'invalid image source'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url' } }] }] },
      400,
      'Only base64 images',
    ],
    [{ messages: [{ role: 'assistant', content: [{ type: 'tool_use' }] }] }, 400, "missing required 'id'"],
  ])('refuse %j', async (body, status, message) => {
    const answer = await post('/v1/messages', { ...ask, ...body });
    expect([answer.status, answer.json]).toMatchObject([
      status,
      { type: 'error', error: { message: expect.stringContaining(message) as string } },
    ]);
  });
});
