import { connect } from 'node:net';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import {
  FaultPlanError,
  SimulatorOptionsError,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from './index.ts';

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    loadMs: 0,
    tokensPerSecond: 0,
    prefillTokensPerSecond: 0,
    embedder: null,
    ...options,
  });
  open.push(simulator);
  return simulator;
}

const post = (url: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...init });

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited 5 s in vain for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const MODEL = 'llama3.2:1b';
const ASK = { model: MODEL, messages: [{ role: 'user', content: 'Why is the sky blue?' }] };

describe('the Ollama API', () => {
  it('answers what needs no model', async () => {
    const { url } = await start();
    expect(await (await fetch(url)).text()).toBe('Ollama is running');
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect(await (await fetch(`${url}/api/version`)).json()).toEqual({ version: '0.12.6' });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/api/chat`)).status).toBe(405);
  });

  it('streams NDJSON with durations in nanoseconds, and omits counts that are zero', async () => {
    const { url } = await start();
    const response = await post(`${url}/api/chat`, ASK);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const items = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(items.length).toBeGreaterThan(3);
    expect(items.slice(0, -1).every((item) => item['done'] === false)).toBe(true);
    expect(items.at(-1)).toMatchObject({ done: true, done_reason: 'stop' });
    expect(Number.isInteger(items.at(-1)?.['total_duration'])).toBe(true);
    const load = (await (
      await post(`${url}/api/generate`, { model: MODEL, stream: false })
    ).json()) as object;
    expect(load).toMatchObject({ done: true, done_reason: 'load' });
    expect(load).not.toHaveProperty('eval_count');
    const unload = await post(`${url}/api/generate`, { model: MODEL, stream: false, keep_alive: 0 });
    expect(await unload.json()).toMatchObject({ done_reason: 'unload' });
  });

  it('generates with a template, images, thinking, formats and stops', async () => {
    const { url } = await start();
    const thinking = await post(`${url}/api/chat`, {
      ...ASK,
      model: 'qwen3:0.6b',
      think: true,
      stream: false,
    });
    expect(((await thinking.json()) as { message: { thinking?: string } }).message.thinking).toBeTruthy();
    const refused = await post(`${url}/api/chat`, { ...ASK, think: true });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: `"${MODEL}" does not support thinking` },
    ]);
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string' },
        people: { type: 'integer' },
        tags: { type: 'array', items: { type: 'string' } },
      },
      required: ['city', 'people', 'tags'],
    };
    const shaped = await post(`${url}/api/chat`, { ...ASK, format: schema, stream: false });
    const content = ((await shaped.json()) as { message: { content: string } }).message.content;
    expect(JSON.parse(content)).toMatchObject({
      city: expect.any(String) as string,
      people: expect.any(Number) as number,
    });
    const short = await post(`${url}/api/generate`, {
      model: MODEL,
      prompt: 'Why is the sky blue?',
      stream: false,
      options: { num_predict: 2 },
    });
    expect(await short.json()).toMatchObject({ done_reason: 'length', eval_count: 2 });
    const stopped = await post(`${url}/api/generate`, {
      model: MODEL,
      prompt: 'What is the capital of France?',
      stream: false,
      options: { stop: [' capital'] },
    });
    expect(((await stopped.json()) as { response: string }).response).toBe('Paris is the');
  });

  it.each([
    ['{"model":', 400, 'unexpected EOF'],
    ['', 400, 'missing request body'],
    ['[]', 400, 'json: cannot unmarshal array'],
    [{ model: 'none', messages: [{ role: 'user', content: 'x' }] }, 404, "model 'none' not found"],
    [{ messages: [] }, 400, 'model is required'],
  ])('refuses %j as Ollama does', async (body, status, message) => {
    const { url } = await start();
    const response = await post(`${url}/api/chat`, body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toContain(message);
  });

  it('refuses foreign hosts and origins', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.write('GET /api/version HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received).toMatch(/^HTTP\/1\.1 403/);
    expect((await fetch(`${url}/api/version`, { headers: { origin: 'https://evil.example' } })).status).toBe(
      403,
    );
    expect((await fetch(`${url}/api/version`, { headers: { origin: 'http://localhost:3000' } })).status).toBe(
      200,
    );
  });

  it('manages its models: pull, create, copy, delete, blobs, push', async () => {
    const { url } = await start({ speed: 100_000 });
    const client = new Ollama({ host: url });
    const before = (await client.list()).models.length;
    const steps: string[] = [];
    for await (const step of await client.pull({ model: 'gemma3:1b', stream: true })) steps.push(step.status);
    expect([steps[0], steps.at(-1)]).toEqual(['pulling manifest', 'success']);
    await expect(client.pull({ model: 'no-such' })).rejects.toThrow(/file does not exist/);
    await client.create({ model: 'mine', from: MODEL, system: 'Be brief.' });
    await client.copy({ source: 'mine', destination: 'yours' });
    expect((await client.show({ model: 'yours' })).details.family).toBeTruthy();
    expect((await client.list()).models.length).toBe(before + 3);
    await client.delete({ model: 'mine' });
    await expect(client.delete({ model: 'mine' })).rejects.toThrow(/not found/);
    await expect(client.copy({ source: 'mine', destination: 'x' })).rejects.toThrow(/not found/);
    const pushed: string[] = [];
    for await (const step of await client.push({ model: 'yours', stream: true })) pushed.push(step.status);
    expect(pushed.at(-1)).toBe('success');
    const bytes = Buffer.from('weights');
    const digest = `sha256:${(await import('node:crypto')).createHash('sha256').update(bytes).digest('hex')}`;
    expect((await fetch(`${url}/api/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
    expect((await fetch(`${url}/api/blobs/${digest}`, { method: 'POST', body: bytes })).status).toBe(201);
    expect((await fetch(`${url}/api/blobs/${digest}`, { method: 'POST', body: bytes })).status).toBe(200);
    expect((await fetch(`${url}/api/blobs/${digest}`, { method: 'HEAD' })).status).toBe(200);
    const wrong = await fetch(`${url}/api/blobs/sha256:${'0'.repeat(64)}`, { method: 'POST', body: bytes });
    expect([wrong.status, (await wrong.json()) as object]).toMatchObject([400, { error: /digest mismatch/ }]);
    expect((await fetch(`${url}/api/blobs/nonsense`, { method: 'POST', body: bytes })).status).toBe(400);
    for (const [path, body] of [
      ['/api/create', { model: 'x' }],
      ['/api/push', {}],
      ['/api/show', { model: 'none' }],
    ] as const) {
      expect((await post(url + path, body)).status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('the OpenAI and Anthropic APIs', () => {
  it('serve the official client: completions, tools, responses, models', async () => {
    const { url } = await start();
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'x', maxRetries: 0 });
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ];
    const question = { role: 'user' as const, content: 'Use get_weather for Paris please' };
    const whole = await client.chat.completions.create({ model: MODEL, messages: [question], tools });
    const called = whole.choices[0]?.message.tool_calls?.[0];
    expect(called?.type === 'function' ? JSON.parse(called.function.arguments) : null).toMatchObject({
      city: expect.any(String) as string,
    });
    let name = '';
    for await (const chunk of await client.chat.completions.create({
      model: MODEL,
      messages: [question],
      tools,
      stream: true,
    })) {
      name += chunk.choices[0]?.delta.tool_calls?.[0]?.function?.name ?? '';
    }
    expect(name).toBe('get_weather');
    const followUp = await client.chat.completions.create({
      model: MODEL,
      messages: [
        question,
        whole.choices[0]!.message,
        { role: 'tool', tool_call_id: called?.id ?? '', content: '21 degrees' },
      ],
      tools,
    });
    expect(followUp.choices[0]?.message.content).toBeTruthy();
    const text = await client.completions.create({
      model: MODEL,
      prompt: 'Why is the sky blue?',
      stream: true,
      stream_options: { include_usage: true },
    });
    let usage = 0;
    for await (const chunk of text) usage = chunk.usage?.completion_tokens ?? usage;
    expect(usage).toBeGreaterThan(0);
    const tooled = await client.responses.create({
      model: MODEL,
      input: 'Use get_weather for Paris please',
      tools: [
        {
          type: 'function',
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
          strict: false,
        },
      ],
    });
    expect(tooled.output.some((item) => item.type === 'function_call')).toBe(true);
    await expect(client.models.retrieve('none')).rejects.toMatchObject({ status: 404 });
    await expect(
      client.chat.completions.create({ model: 'none', messages: [question] }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('speak Anthropic, whole, streamed and with blocks', async () => {
    const { url } = await start();
    const body = {
      model: MODEL,
      max_tokens: 100,
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Why is the sky blue?' }] }],
    };
    const whole = (await (await post(`${url}/v1/messages`, body)).json()) as {
      content: { text: string }[];
      stop_reason: string;
    };
    expect(whole.content[0]?.text).toContain('scatters');
    expect(whole.stop_reason).toBe('end_turn');
    const events = await (await post(`${url}/v1/messages`, { ...body, stream: true })).text();
    expect(events).toMatch(/^event: message_start/);
    expect(events.trim().endsWith('{"type":"message_stop"}')).toBe(true);
    const tools = [
      { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } },
    ];
    const called = await post(`${url}/v1/messages`, {
      ...body,
      tools,
      messages: [{ role: 'user', content: 'Use get_weather for Paris' }],
    });
    const use = (
      (await called.json()) as { content: { type: string; id: string; input: object }[] }
    ).content.find(({ type }) => type === 'tool_use');
    expect(use).toBeDefined();
    const result = await post(`${url}/v1/messages`, {
      ...body,
      tools,
      messages: [
        { role: 'user', content: 'Use get_weather for Paris' },
        { role: 'assistant', content: [use] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: use?.id, content: [{ type: 'text', text: '21' }] }],
        },
      ],
    });
    expect(result.status).toBe(200);
    const bad = await post(`${url}/v1/messages`, { ...body, messages: [{ role: 'user', content: 7 }] });
    expect([bad.status, ((await bad.json()) as { type: string }).type]).toEqual([400, 'error']);
  });
});

describe('time, queues and residency', () => {
  it('refuses with 503 when too many wait for a load, and joins a loaded model without bound', async () => {
    const { url } = await start({ loadMs: 300, maxQueue: 1, maxLoadedModels: 1 });
    const models = [MODEL, 'qwen2.5:0.5b', 'qwen3:0.6b', MODEL];
    const statuses = await Promise.all(
      models.map(async (model) => (await post(`${url}/api/chat`, { ...ASK, model, stream: false })).status),
    );
    expect(statuses).toContain(503);
    expect(statuses).toContain(200);
  });

  it('reloads for another num_ctx, evicts, expires, and shows it in /api/ps', async () => {
    const simulator = await start({ maxLoadedModels: 1, keepAliveMs: 60_000 });
    const ask = (more: object): Promise<Response> =>
      post(`${simulator.url}/api/chat`, { ...ASK, stream: false, ...more });
    await ask({});
    await ask({ options: { num_ctx: 8_192 } });
    expect(simulator.state().loads).toBe(2);
    await ask({ model: 'qwen2.5:0.5b' });
    expect(simulator.state().evictions).toBeGreaterThanOrEqual(1);
    const ps = (await (await fetch(`${simulator.url}/api/ps`)).json()) as {
      models: { name: string; expires_at: string }[];
    };
    expect(ps.models.map(({ name }) => name)).toEqual(['qwen2.5:0.5b']);
    await ask({ model: 'qwen2.5:0.5b', keep_alive: '10ms' });
    await until(() => simulator.state().queued === 0, 'the queue');
    const deadline = performance.now() + 5_000;
    for (;;) {
      const { models } = (await (await fetch(`${simulator.url}/api/ps`)).json()) as { models: unknown[] };
      if (models.length === 0) break;
      expect(performance.now()).toBeLessThan(deadline);
    }
    expect((await ask({ keep_alive: -1 })).status).toBe(200);
    expect((await ask({ keep_alive: 'soon' })).status).toBe(400);
  });

  it('frees the slot of a client that went away', async () => {
    const simulator = await start({ tokensPerSecond: 5, numParallel: 1 });
    const aborter = new AbortController();
    const response = await post(`${simulator.url}/api/chat`, ASK, { signal: aborter.signal });
    expect(response.status).toBe(200);
    aborter.abort();
    await until(() => simulator.state().aborted === 1 && simulator.state().inFlight === 0, 'the abort');
  });
});

describe('faults and control', () => {
  it('are set, reported, counted and cleared over the control address', async () => {
    const simulator = await start({ seed: 3 });
    const faults = `${simulator.controlUrl}/_simulator/faults`;
    expect(
      await (
        await post(faults, { seed: 1, rules: [{ fault: 'status', status: 503, retryAfterS: 2, count: 1 }] })
      ).json(),
    ).toEqual({ faults: 1 });
    const hit = await post(`${simulator.url}/api/chat`, ASK);
    expect([hit.status, hit.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await post(`${simulator.url}/api/chat`, { ...ASK, stream: false })).status).toBe(200);
    const state = (await (await fetch(`${simulator.controlUrl}/_simulator/state`)).json()) as ReturnType<
      Simulator['state']
    >;
    expect(state.counts.byFault).toEqual({ status: 1 });
    expect(state.faults.rules[0]).toMatchObject({ matched: 1, fired: 1 });
    expect((await fetch(faults, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(`${simulator.controlUrl}/_simulator/state`, { method: 'DELETE' })).status).toBe(200);
    expect(simulator.state().received).toBe(0);
    expect((await fetch(`${simulator.controlUrl}/_simulator/nothing`)).status).toBe(404);
    expect((await post(faults, 'not json')).status).toBe(400);
    expect((await post(faults, '[]')).status).toBe(400);
    const bad = await post(faults, { rules: [{ fault: 'explode', rate: 7, status: 200 }] });
    expect(bad.status).toBe(400);
    expect(((await bad.json()) as { problems: string[] }).problems.length).toBeGreaterThan(0);
  });

  it('happen in the same order for the same seed', async () => {
    const run = async (): Promise<number[]> => {
      const simulator = await start({ faults: { seed: 42, rules: [{ fault: 'status', rate: 0.5 }] } });
      const statuses: number[] = [];
      for (let i = 0; i < 20; i += 1)
        statuses.push((await post(`${simulator.url}/api/chat`, { ...ASK, stream: false })).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(first);
  });

  it('spoil answers in one piece and as streams', async () => {
    const simulator = await start({ control: 'same' });
    expect(simulator.controlUrl).toBe(simulator.url);
    const broken = async (fault: object, stream: boolean): Promise<string> => {
      simulator.setFaults({ rules: [fault as never] });
      try {
        return await (await post(`${simulator.url}/v1/chat/completions`, { ...ASK, stream })).text();
      } catch {
        return 'cut';
      }
    };
    expect(await broken({ fault: 'malformed' }, false)).not.toMatch(/}$/);
    expect(await broken({ fault: 'truncate' }, true)).not.toContain('[DONE]');
    expect(await broken({ fault: 'error-in-stream' }, true)).not.toContain('[DONE]');
    expect(await broken({ fault: 'error-in-stream' }, false)).toContain('runner');
    expect(await broken({ fault: 'reset' }, true)).toBe('cut');
    expect(await broken({ fault: 'reset' }, false)).toBe('cut');
    expect(await broken({ fault: 'refuse', model: MODEL }, false)).toBe('cut');
    expect(await broken({ fault: 'stall', delayMs: 5 }, true)).toContain('[DONE]');
    expect(await broken({ fault: 'stall', delayMs: 5 }, false)).toMatch(/}$/);
    expect(await broken({ fault: 'trickle', delayMs: 0 }, false)).toMatch(/}$/);
    expect(await broken({ fault: 'malformed' }, true)).toContain('data: ');
    expect(await broken({ fault: 'delay', delayMs: 5 }, false)).toMatch(/}$/);
  });

  it('close the port and open it again', async () => {
    const simulator = await start();
    simulator.setFaults({ rules: [{ fault: 'refuse', path: '*' }] });
    const reachable = (): Promise<boolean> =>
      fetch(`${simulator.url}/api/version`).then(
        () => true,
        () => false,
      );
    const deadline = performance.now() + 5_000;
    while (await reachable()) expect(performance.now()).toBeLessThan(deadline);
    simulator.clearFaults();
    while (!(await reachable())) expect(performance.now()).toBeLessThan(deadline);
  });
});

describe('options', () => {
  it('are checked, and the message names place, value and expectation', async () => {
    await expect(startSimulator({ speed: 0 })).rejects.toThrow(SimulatorOptionsError);
    await expect(startSimulator({ listen: 'nowhere' })).rejects.toThrow(
      'listen: "nowhere", expected HOST:PORT',
    );
    await expect(startSimulator({ answersFile: '/does/not/exist' })).rejects.toThrow(
      'cannot read /does/not/exist (ENOENT)',
    );
    await expect(startSimulator({ faults: { rules: [{ fault: 'nope' as never }] } })).rejects.toThrow(
      FaultPlanError,
    );
    const taken = await start();
    await expect(startSimulator({ listen: taken.url.slice(7) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(startSimulator({ control: taken.url.slice(7) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('take an answer table, whose phrasings share an answer', async () => {
    const { url } = await start({ answers: [{ question: 'Who are you?', answer: 'A stand-in.' }] });
    const response = await post(`${url}/api/generate`, {
      model: MODEL,
      prompt: 'who are you',
      stream: false,
    });
    expect(((await response.json()) as { response: string }).response).toBe('A stand-in.');
    const other = await post(`${url}/api/generate`, { model: MODEL, prompt: 'Name a fruit', stream: false });
    expect(((await other.json()) as { response: string }).response).not.toBe('');
  });
});
