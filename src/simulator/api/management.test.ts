import { createHash } from 'node:crypto';
import { Ollama } from 'ollama';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../index.ts';

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    loadMs: 0,
    tokensPerSecond: 0,
    embedder: null,
    speed: 100_000,
    ...options,
  });
  open.push(simulator);
  return simulator;
}

const MODEL = 'llama3.2:1b';
const post = async (
  simulator: Simulator,
  path: string,
  body: object,
  method = 'POST',
): Promise<{ status: number; type: string | null; text: string }> => {
  const response = await fetch(simulator.url + path, { method, body: JSON.stringify(body) });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('the catalogue', () => {
  it('lists models newest first, with digests that belong to them', async () => {
    const simulator = await start();
    const client = new Ollama({ host: simulator.url });
    const { models } = await client.list();
    expect(models.map(({ name }) => name)).toEqual([MODEL, 'qwen2.5:0.5b', 'qwen3:0.6b']);
    expect(models.every(({ digest }) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
    await client.copy({ source: MODEL, destination: 'copy' });
    await client.create({ model: 'other', from: MODEL, system: 'Be brief.' });
    const after = (await client.list()).models;
    const digestOf = (name: string): string | undefined => after.find((model) => model.name === name)?.digest;
    expect(digestOf('copy:latest')).toBe(digestOf(MODEL));
    expect(digestOf('other:latest')).not.toBe(digestOf(MODEL));
    expect((await client.show({ model: 'other' })).details.parent_model).toBe(MODEL);
    expect((await client.show({ model: 'OTHER:latest' })).system).toBe('Be brief.');
  });

  it('shows a model under either field, and says when there is none', async () => {
    const simulator = await start();
    const shown = JSON.parse((await post(simulator, '/api/show', { name: MODEL })).text) as {
      capabilities: string[];
      model_info: Record<string, unknown>;
    };
    expect(shown.capabilities).toEqual(['completion', 'tools']);
    expect(shown.model_info).toMatchObject({
      'general.architecture': 'llama',
      'general.parameter_count': 1.2e9,
    });
    expect(await post(simulator, '/api/show', {})).toMatchObject({
      status: 400,
      text: '{"error":"model is required"}',
    });
    expect((await post(simulator, '/api/show', { model: 'none' })).status).toBe(404);
    const list = (await (await fetch(`${simulator.url}/v1/models`)).json()) as {
      data: { id: string; owned_by: string }[];
    };
    expect(list.data[0]).toMatchObject({ id: MODEL, object: 'model', owned_by: 'library' });
    expect(await (await fetch(`${simulator.url}/v1/models/${MODEL}`)).json()).toMatchObject({ id: MODEL });
    const none = await fetch(`${simulator.url}/v1/models/none`);
    expect([none.status, await none.json()]).toMatchObject([404, { error: { type: 'not_found_error' } }]);
  });

  it('tells what is in memory, for how long and with which context', async () => {
    const simulator = await start({ speed: 1 });
    const load = (body: object): Promise<unknown> => post(simulator, '/api/generate', body);
    await load({ model: MODEL, keep_alive: -1 });
    await load({ model: 'qwen2.5:0.5b', keep_alive: '10m', options: { num_ctx: 8_192 } });
    const { models } = (await (await fetch(`${simulator.url}/api/ps`)).json()) as {
      models: { name: string; expires_at: string; context_length: number; size_vram: number }[];
    };
    expect(models.map(({ name, context_length }) => [name, context_length])).toEqual([
      [MODEL, 4_096],
      ['qwen2.5:0.5b', 8_192],
    ]);
    const left = (index: number): number => Date.parse(models[index]?.expires_at ?? '') - Date.now();
    expect(left(0)).toBeGreaterThan(200 * 365 * 86_400_000);
    expect(left(1)).toBeGreaterThan(590_000);
    expect(left(1)).toBeLessThanOrEqual(600_000);
  });
});

describe('management', () => {
  it('pulls with progress that only grows, or says it in one object', async () => {
    const simulator = await start();
    const { type, text } = await post(simulator, '/api/pull', { model: 'gemma3:1b' });
    const steps = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; completed?: number; total?: number });
    expect(type).toBe('application/x-ndjson');
    const completed = steps.flatMap((step) => step.completed ?? []);
    expect(completed).toEqual([...completed].sort((a, b) => a - b));
    expect(completed.at(-1)).toBe(steps.find(({ total }) => total !== undefined)?.total);
    const again = await post(simulator, '/api/pull', { model: 'gemma3:1b', stream: false });
    expect(again).toMatchObject({ status: 200, text: '{"status":"success"}' });
  });

  it('reports a failed pull inside the stream, or as a status', async () => {
    const simulator = await start();
    const streamed = await post(simulator, '/api/pull', { model: 'no-such' });
    expect(streamed.status).toBe(200);
    expect(streamed.text.trim().split('\n').at(-1)).toBe(
      '{"error":"pull model manifest: file does not exist"}',
    );
    expect((await post(simulator, '/api/pull', { model: 'no-such', stream: false })).status).toBe(500);
    expect((await post(simulator, '/api/push', { model: 'no-such', stream: false })).status).toBe(500);
  });

  it('stops a pull whose client leaves', async () => {
    const simulator = await start({ speed: 1 });
    const aborter = new AbortController();
    const response = await fetch(`${simulator.url}/api/pull`, {
      method: 'POST',
      body: JSON.stringify({ model: 'gemma3:1b' }),
      signal: aborter.signal,
    });
    expect(response.status).toBe(200);
    aborter.abort();
    await until(() => simulator.state().aborted === 1 && simulator.state().inFlight === 0, 'the end');
    expect((await new Ollama({ host: simulator.url }).list()).models).toHaveLength(3);
  });

  it('creates from files that were uploaded, and from no others', async () => {
    const simulator = await start();
    const bytes = 'weights';
    const upload = await fetch(`${simulator.url}/api/blobs/${sha256(bytes)}`, {
      method: 'POST',
      body: bytes,
    });
    expect(upload.status).toBe(201);
    const created = await post(simulator, '/api/create', {
      model: 'mine',
      files: { 'm.gguf': sha256(bytes) },
      stream: false,
    });
    expect(created).toMatchObject({ status: 200, text: '{"status":"success"}' });
    const missing = await post(simulator, '/api/create', {
      model: 'mine',
      files: { 'm.gguf': sha256('other') },
    });
    expect([missing.status, missing.text]).toMatchObject([
      400,
      expect.stringContaining('not found') as string,
    ]);
    expect((await post(simulator, '/api/create', { model: 'mine', files: { x: 7 } })).status).toBe(400);
    const bare = await start({ models: [] });
    await fetch(`${bare.url}/api/blobs/${sha256(bytes)}`, { method: 'POST', body: bytes });
    expect((await post(bare, '/api/create', { model: 'm', files: { x: sha256(bytes) } })).status).toBe(500);
  });

  it.each([
    ['/api/create', 'POST', { model: 'x' }, 400, "neither 'from' or 'files'"],
    ['/api/create', 'POST', { model: 'a b', from: MODEL }, 400, 'invalid model name'],
    ['/api/create', 'POST', { model: 'x', from: 'none' }, 404, 'not found'],
    ['/api/copy', 'POST', { source: '', destination: 'x' }, 400, 'source \\"\\" is invalid'],
    ['/api/copy', 'POST', { source: MODEL, destination: '/' }, 400, 'destination \\"/\\" is invalid'],
    ['/api/copy', 'POST', { source: 'none', destination: 'x' }, 404, 'model \\"none\\" not found'],
    ['/api/delete', 'DELETE', {}, 400, 'name \\"\\" is invalid'],
    ['/api/delete', 'DELETE', { model: 'none' }, 404, "model 'none' not found"],
    ['/api/pull', 'POST', {}, 400, 'invalid model name'],
    ['/api/push', 'POST', {}, 400, 'model is required'],
  ])('%s (%s) refuses %j', async (path, method, body, status, message) => {
    const answer = await post(await start(), path, body, method);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(message)]);
  });

  it('deletes a model, also from memory', async () => {
    const simulator = await start();
    await post(simulator, '/api/generate', { model: MODEL });
    expect(simulator.state().resident).toMatchObject([{ model: MODEL, numCtx: 4_096, loading: false }]);
    expect((await post(simulator, '/api/delete', { model: MODEL }, 'DELETE')).status).toBe(200);
    expect(simulator.state().resident).toEqual([]);
    expect((await post(simulator, '/api/generate', { model: MODEL })).status).toBe(404);
  });
});
