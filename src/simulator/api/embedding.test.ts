import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextEmbedder } from '../../core/embedder.ts';
import { openInProcessEmbedder } from '../../embedding/in-process.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../index.ts';

const fast: SimulatorOptions = { loadMs: 0, tokensPerSecond: 0, prefillTokensPerSecond: 0 };

let simulator: Simulator;
let client: Ollama;
let embedder: TextEmbedder;
let model: string;
beforeAll(async () => {
  simulator = await startSimulator(fast);
  client = new Ollama({ host: simulator.url });
  embedder = await openInProcessEmbedder();
  model = (await client.list()).models.map(({ name }) => name).find((name) => /^builtin/.test(name)) ?? '';
});
afterAll(async () => {
  await embedder.close();
  await simulator.close();
});

const post = async (
  path: string,
  body: object,
): Promise<{ status: number; json: Record<string, unknown> }> => {
  const response = await fetch(simulator.url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
};

const norm = (vector: readonly number[]): number => Math.hypot(...vector);

describe('embeddings', () => {
  it('come from a real embedder, under the name of what it is', async () => {
    expect(embedder.identity).toContain('builtin');
    const show = await client.show({ model });
    expect(show.capabilities).toEqual(['embedding']);
    const { embeddings, prompt_eval_count } = await client.embed({ model, input: ['one text', 'another'] });
    const expected = await embedder.embed(['one text', 'another']);
    expect(embeddings.map((vector) => vector.length)).toEqual([embedder.dimensions, embedder.dimensions]);
    expect(embeddings[0]?.[0]).toBeCloseTo(expected[0]?.[0] ?? NaN, 5);
    expect(norm(embeddings[1] ?? [])).toBeCloseTo(1, 4);
    expect(prompt_eval_count).toBeGreaterThan(3);
  });

  it('can be cut, and are unit vectors again', async () => {
    const { json } = await post('/api/embed', { model, input: 'one text', dimensions: 16 });
    const [vector] = json['embeddings'] as number[][];
    expect(vector).toHaveLength(16);
    expect(norm(vector ?? [])).toBeCloseTo(1, 4);
    const whole = await post('/api/embed', { model, input: 'one text', dimensions: 100_000 });
    expect((whole.json['embeddings'] as number[][])[0]).toHaveLength(embedder.dimensions);
  });

  it('have the older form, and the OpenAI form in floats and base64', async () => {
    const { embedding } = await client.embeddings({ model, prompt: 'one text' });
    const openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'x', maxRetries: 0 });
    const floats = await openai.embeddings.create({ model, input: 'one text', encoding_format: 'float' });
    const packed = await openai.embeddings.create({ model, input: ['one text'] });
    expect(embedding).toHaveLength(embedder.dimensions);
    for (const { data } of [floats, packed]) {
      expect(data[0]?.embedding[3]).toBeCloseTo(embedding[3] ?? NaN, 5);
    }
    expect(floats.usage.total_tokens).toBeGreaterThan(0);
  });

  it.each([
    ['/api/embed', { input: 7 }, 400, /invalid input type/],
    ['/api/embed', { input: ['x', 7] }, 400, /invalid input type/],
    ['/api/embed', { model: 'none', input: 'x' }, 404, /model 'none' not found/],
    ['/api/embeddings', { model: '', prompt: 'x' }, 400, /model is required/],
    ['/v1/embeddings', {}, 400, /invalid input/],
    ['/v1/embeddings', { input: [] }, 400, /invalid input/],
    ['/v1/embeddings', { input: 'x', encoding_format: 'hex' }, 400, /encoding_format/],
    ['/api/chat', { messages: [{ role: 'user', content: 'x' }] }, 400, /does not support chat/],
    ['/api/generate', { prompt: 'x' }, 400, /does not support generate/],
  ])('%s refuses %j', async (path, body, status, message) => {
    const answer = await post(path, { model, ...body });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).toMatch(message);
  });

  it('of nothing load the model', async () => {
    expect((await post('/api/embed', { model })).json).toMatchObject({ embeddings: [] });
    expect((await post('/api/embeddings', { model, prompt: '' })).json).toEqual({ embedding: [] });
    expect((await post('/v1/embeddings', { model, input: '' })).json['data']).toHaveLength(1);
    expect((await client.ps()).models.map(({ name }) => name)).toContain(
      `${model.split(':')[0] ?? ''}:latest`,
    );
  });

  it('cost the time of reading their text', async () => {
    const slow = await startSimulator({ ...fast, prefillTokensPerSecond: 10, speed: 10_000, embedder });
    const response = await fetch(`${slow.url}/api/embed`, {
      method: 'POST',
      body: JSON.stringify({ model, input: 'ten simulated tokens a second are slow' }),
    });
    const { total_duration } = (await response.json()) as { total_duration: number };
    expect(total_duration).toBeGreaterThan(800e6);
    await slow.close();
    // What was handed in stays open.
    await expect(embedder.embed(['still there'])).resolves.toHaveLength(1);
  });

  it('are refused without an embedder, or with one that cannot be opened, and tried again', async () => {
    const none = await startSimulator({ ...fast, embedder: null });
    expect((await new Ollama({ host: none.url }).list()).models).toHaveLength(3);
    await expect(new Ollama({ host: none.url }).embed({ model: 'llama3.2:1b', input: 'x' })).rejects.toThrow(
      'this model does not support embeddings',
    );
    await none.close();
    let attempts = 0;
    const failing = await startSimulator({
      ...fast,
      embedder: () => {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new Error('no memory')) : openInProcessEmbedder();
      },
    });
    const other = new Ollama({ host: failing.url });
    await expect(other.embed({ model, input: 'x' })).rejects.toThrow('does not support embeddings');
    expect((await other.embed({ model, input: 'x' })).embeddings).toHaveLength(1);
    await failing.close();
    const unused = await startSimulator(fast);
    await unused.close();
  });
});
