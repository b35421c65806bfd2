import { describe, expect, it } from 'vitest';
import { openUpstreamEmbedder } from './upstream.ts';
import type { UpstreamEmbedderOptions } from './upstream.ts';

type Dialect = UpstreamEmbedderOptions['dialect'];
interface Asked {
  readonly path: string;
  readonly body: { readonly input: readonly string[] } & Record<string, unknown>;
}

/** Answers the first call, which asks for the dimension, with [1, 0]; then with what `answer` makes. */
function upstream(dialect: Dialect, answer: (texts: readonly string[]) => unknown) {
  const asked: Asked[] = [];
  const call = async (path: string, body: Buffer): Promise<Buffer> => {
    const request = JSON.parse(body.toString('utf8')) as Asked['body'];
    asked.push({ path, body: request });
    const probe = dialect === 'ollama' ? { embeddings: [[1, 0]] } : { data: [{ embedding: [1, 0] }] };
    const value = asked.length === 1 ? probe : answer(request.input);
    return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  };
  return { asked, options: { dialect, model: 'all-minilm', digest: null, call } };
}

describe('openUpstreamEmbedder', () => {
  it('asks Ollama at /api/embed', async () => {
    const { asked, options } = upstream('ollama', (texts) => ({ embeddings: texts.map(() => [3, 4]) }));
    const embedder = await openUpstreamEmbedder(options);
    const [vector] = await embedder.embed(['hello']);
    expect(asked[1]).toEqual({
      path: '/api/embed',
      body: { model: 'all-minilm', input: ['hello'], truncate: true },
    });
    expect(vector![0]).toBeCloseTo(0.6);
    expect(embedder.identity).toBe('upstream:all-minilm@unknown:2:""');
    expect(embedder.recommendedThreshold).toBe(0.85);
  });

  it('asks OpenAI at /v1/embeddings and orders the answer by index', async () => {
    const { asked, options } = upstream('openai', () => ({
      data: [
        { index: 1, embedding: [0, 1] },
        { index: 0, embedding: [1, 0] },
      ],
    }));
    const embedder = await openUpstreamEmbedder(options);
    const vectors = await embedder.embed(['a', 'b']);
    expect(asked[1]).toEqual({
      path: '/v1/embeddings',
      body: { model: 'all-minilm', input: ['a', 'b'], encoding_format: 'float' },
    });
    expect(vectors.map((vector) => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('puts the prefix before every text and never sends a blank one', async () => {
    const { asked, options } = upstream('ollama', (texts) => ({ embeddings: texts.map(() => [0, 2]) }));
    const embedder = await openUpstreamEmbedder({ ...options, model: 'nomic-embed-text', digest: 'abc' });
    const vectors = await embedder.embed([' ', 'x', '']);
    expect(asked.map((request) => request.body.input)).toEqual([
      ['clustering: dimensions?'],
      ['clustering: x'],
    ]);
    expect(vectors.map((vector) => [...vector])).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(embedder.identity).toBe('upstream:nomic-embed-text@abc:2:"clustering: "');
  });

  it('takes prefix, threshold and bounds from the options', async () => {
    const { asked, options } = upstream('ollama', (texts) => ({ embeddings: texts.map(() => [0, 2]) }));
    const embedder = await openUpstreamEmbedder({
      ...options,
      prefix: 'q: ',
      threshold: 0.5,
      maxBatch: 1,
      maxQueued: 1,
      maxInFlight: 1,
    });
    expect(embedder.recommendedThreshold).toBe(0.5);
    await embedder.embed(['a', 'b']);
    expect(asked.map((request) => request.body.input)).toEqual([['q: dimensions?'], ['q: a'], ['q: b']]);
  });

  it('rejects what waits when it is closed', async () => {
    const { options } = upstream('ollama', (texts) => ({ embeddings: texts.map(() => [0, 2]) }));
    const embedder = await openUpstreamEmbedder({ ...options, maxBatch: 1, maxInFlight: 1 });
    const waiting = embedder.embed(['a', 'b']);
    await embedder.close();
    await expect(waiting).rejects.toThrow('embedder all-minilm is closed');
  });

  it('passes on the error of the call', async () => {
    const { options } = upstream('ollama', () => null);
    const call = (): Promise<Buffer> => Promise.reject(new Error('no route'));
    await expect(openUpstreamEmbedder({ ...options, call })).rejects.toThrow('no route');
  });

  it.each([[[]], [new Array<number>(65_537).fill(1)]])(
    'refuses a first vector of a wrong size',
    async (row) => {
      const { options } = upstream('ollama', () => null);
      const call = async (): Promise<Buffer> => Buffer.from(JSON.stringify({ embeddings: [row] }));
      await expect(openUpstreamEmbedder({ ...options, call })).rejects.toThrow(
        `/api/embed: expected vector 0 to have 1 to 65536 dimensions, found ${String(row.length)}`,
      );
    },
  );

  it.each<[Dialect, unknown, string]>([
    ['ollama', '<html>', 'expected a JSON object, found "<html>"'],
    ['ollama', 'null', 'expected a JSON object, found null'],
    ['ollama', [], 'expected a JSON object, found an array'],
    ['ollama', {}, 'expected an array "embeddings", found undefined'],
    ['ollama', { embeddings: [[1, 0]] }, 'expected 2 vectors, found 1'],
    ['ollama', { embeddings: [[1, 0], 'x'] }, 'expected vector 1 to be an array of numbers, found string'],
    ['ollama', { embeddings: [[1, 0], [1]] }, 'expected vector 1 to have 2 dimensions, found 1'],
    [
      'ollama',
      {
        embeddings: [
          [1, 0],
          [1, '0'],
        ],
      },
      'expected a finite number at vector 1[1], found "0"',
    ],
    [
      'ollama',
      {
        embeddings: [
          [1e39, 0],
          [1, 0],
        ],
      },
      'expected a finite number at vector 0[0], found 1e+39',
    ],
    ['openai', { data: {} }, 'expected an array "data", found object'],
    ['openai', { data: [1] }, 'expected an object at data[0], found number'],
    ['openai', { data: [{ index: 2, embedding: [1, 0] }] }, 'expected data[0].index below 2, found 2'],
    ['openai', { data: [{ index: -1 }] }, 'expected data[0].index below 2, found -1'],
    ['openai', { data: [{ index: 0.5 }] }, 'expected data[0].index below 2, found 0.5'],
    ['openai', { data: [{ index: '0' }] }, 'expected data[0].index below 2, found "0"'],
    [
      'openai',
      { data: [{ index: 1, embedding: [1, 0] }, { embedding: [1, 0] }] },
      'expected each index once in data, found 1 twice',
    ],
    ['openai', { data: [{ embedding: [1, 0] }] }, 'expected 2 vectors, found 1'],
    ['openai', { data: [{}, {}] }, 'expected vector 0 to be an array of numbers, found undefined'],
  ])('%s: refuses %j', async (dialect, answer, message) => {
    const { options, asked } = upstream(dialect, () => answer);
    const embedder = await openUpstreamEmbedder(options);
    const failed = embedder.embed(['a', 'b']);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toThrow(asked[1]!.path);
  });
});
