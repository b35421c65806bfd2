import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gge1Bytes } from '../../test/support/gge1-file.ts';
import { tensorOf, unigramJson, wordPieceJson, writeModel2vec } from '../../test/support/model2vec-folder.ts';
import type { TextEmbedder } from '../core/embedder.ts';
import { openBuiltinEmbedder } from './builtin.ts';
import { parseGge1 } from './gge1.ts';
import { createStaticEmbedder, openStaticEmbedder } from './static.ts';
import { cosine } from './unit-vector.ts';
import { openUpstreamEmbedder } from './upstream.ts';
import { openUseLiteEmbedder } from './use-lite.ts';

const REAL_MODEL = fileURLToPath(
  new URL('../../../shared/models/potion-base-2M-int8/potion-base-2M.gge1.bin', import.meta.url),
);
const small = gge1Bytes(
  ['how', 'cat', 'weather', '##s'],
  [
    [1, 0, 0],
    [0, 9, 0],
    [0, 0, 9],
    [1, 1, 1],
  ],
);

const letters = (text: string): number[] =>
  Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => letter).map((letter) => text.split(letter).length - 1);

/** An upstream of either dialect: a text's vector counts its letters. */
const server = createServer((request, response) => {
  void (async () => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const rows = (JSON.parse(body) as { input: string[] }).input.map(letters);
    const answer =
      request.url === '/api/embed'
        ? { embeddings: rows }
        : { data: rows.map((embedding, index) => ({ index, embedding })) };
    response.end(JSON.stringify(answer));
  })();
});

let home = '';
const ROWS = [9, 9, 9, 1, 0, 0, 0, 9, 0, 0, 0, 9, 1, 1, 1];

async function openModel2vec(type: 'F32' | 'I8'): Promise<TextEmbedder> {
  const numbers = type === 'I8' ? Int8Array.from(ROWS) : Float32Array.from(ROWS);
  const tokenizer =
    type === 'I8'
      ? wordPieceJson(['[UNK]', 'how', 'cat', 'weather', '##s'])
      : unigramJson([
          ['<unk>', 0],
          ['\u2581how', -3],
          ['\u2581cat', -4],
          ['\u2581weather', -5],
          ['s', -6],
        ]);
  const folder = join(home, type);
  return openStaticEmbedder(
    await writeModel2vec(folder, { embeddings: tensorOf(type, [5, 3], numbers) }, tokenizer),
  );
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'embedders-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  await rm(home, { recursive: true });
  server.closeAllConnections();
  server.close();
});

function openUpstream(dialect: 'ollama' | 'openai'): Promise<TextEmbedder> {
  const { port } = server.address() as AddressInfo;
  const call = async (path: string, body: Buffer): Promise<Buffer> => {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
      method: 'POST',
      body: body.toString('utf8'),
    });
    return Buffer.from(await response.arrayBuffer());
  };
  return openUpstreamEmbedder({ dialect, model: 'all-minilm', digest: 'd', call });
}

const IMPLEMENTATIONS: readonly [string, boolean, () => Promise<TextEmbedder>][] = [
  ['built-in', false, () => openBuiltinEmbedder()],
  ['static, small file', false, async () => createStaticEmbedder(parseGge1(small, 'small'), 'small')],
  ['static, real model', !existsSync(REAL_MODEL), () => openStaticEmbedder(REAL_MODEL)],
  ['model2vec, WordPiece, int8', false, () => openModel2vec('I8')],
  ['model2vec, Unigram, float32', false, () => openModel2vec('F32')],
  ['USE-lite', false, () => openUseLiteEmbedder()],
  ['upstream, Ollama', false, () => openUpstream('ollama')],
  ['upstream, OpenAI', false, () => openUpstream('openai')],
];

for (const [name, absent, open] of IMPLEMENTATIONS)
  describe.skipIf(absent)(`TextEmbedder: ${name}`, () => {
    let embedder: TextEmbedder;
    beforeAll(async () => {
      embedder = await open();
    });
    afterAll(() => embedder.close());

    it('tells its identity, dimensions and threshold', () => {
      expect(embedder.identity).toContain(`:${String(embedder.dimensions)}`);
      expect(embedder.recommendedThreshold).toBeGreaterThan(0);
      expect(embedder.recommendedThreshold).toBeLessThanOrEqual(1);
    });

    it('answers one unit vector per text, in order', async () => {
      expect(await embedder.embed([])).toEqual([]);
      const vectors = await embedder.embed(['how cats', 'weather', 'how cats']);
      expect(vectors.map((vector) => vector.length)).toEqual(vectors.map(() => embedder.dimensions));
      for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 4);
      expect(cosine(vectors[0]!, vectors[2]!)).toBeCloseTo(1, 4);
      expect(cosine(vectors[0]!, vectors[1]!)).toBeLessThan(0.95);
    });

    it('answers the same to calls at once as to calls alone', async () => {
      const texts = ['cat', 'weather', 'how'];
      const together = await Promise.all(texts.map((text) => embedder.embed([text])));
      for (const [index, text] of texts.entries()) {
        const [alone] = await embedder.embed([text]);
        expect(cosine(together[index]![0]!, alone!)).toBeCloseTo(1, 4);
      }
    });

    it('answers zero for a blank text, at its place', async () => {
      const [first, blank] = await embedder.embed(['cat', ' \n']);
      expect(cosine(first!, first!)).toBeCloseTo(1, 4);
      expect(blank).toEqual(new Float32Array(embedder.dimensions));
    });

    it('rejects after it is closed', async () => {
      const other = await open();
      await other.close();
      await other.close();
      await expect(other.embed(['cat'])).rejects.toThrow('is closed');
      expect(await embedder.embed(['cat'])).toHaveLength(1);
    });
  });

describe('createStaticEmbedder', () => {
  it('weighs rows by their scale and ignores what it does not know', () => {
    const bytes = gge1Bytes(
      ['a', 'b'],
      [
        [1, 0],
        [0, 1],
      ],
      [3, 4],
    );
    const embedder = createStaticEmbedder(parseGge1(bytes, 'm'), 'm');
    const vector = embedder.embedOne('a zzz b');
    expect(vector[0]).toBeCloseTo(0.6);
    expect(vector[1]).toBeCloseTo(0.8);
    expect([...embedder.embedOne('zzz')]).toEqual([0, 0]);
  });

  it('has another identity for other weights of the same name', () => {
    const identity = (row: readonly number[], token = 'a'): string =>
      createStaticEmbedder(parseGge1(gge1Bytes([token], [row]), 'm'), 'm').identity;
    expect(identity([1, 2])).toBe(identity([1, 2]));
    expect(identity([1, 2])).not.toBe(identity([1, 3]));
    expect(identity([1, 2])).not.toBe(identity([1, 2], 'b'));
  });
});
