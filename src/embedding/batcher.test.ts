import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.ts';

interface Run {
  readonly texts: readonly string[];
  readonly finish: () => void;
  readonly fail: (reason: unknown) => void;
}

function held(maxBatch: number, maxQueued: number, maxInFlight = 1): { batcher: Batcher; runs: Run[] } {
  const runs: Run[] = [];
  const batcher = new Batcher({
    maxBatch,
    maxQueued,
    maxInFlight,
    run: (texts) =>
      new Promise((resolve, reject) => {
        runs.push({
          texts,
          finish: () => {
            resolve(texts.map((text) => Float32Array.of(Number(text))));
          },
          fail: reject,
        });
      }),
  });
  return { batcher, runs };
}

const numbers = (vectors: Float32Array[]): number[] => vectors.map((vector) => vector[0]!);

describe('Batcher', () => {
  it('answers no texts without a batch', async () => {
    const { batcher, runs } = held(2, 2);
    expect(await batcher.embed([])).toEqual([]);
    expect(runs).toEqual([]);
  });

  it('joins waiting calls, splits large ones and keeps the order', async () => {
    const { batcher, runs } = held(3, 10);
    const calls = [batcher.embed(['1']), batcher.embed(['2', '3']), batcher.embed(['4', '5'])];
    expect(batcher.waiting).toBe(4);
    runs[0]!.finish();
    expect(numbers(await calls[0]!)).toEqual([1]);
    expect(runs[1]!.texts).toEqual(['2', '3', '4']);
    runs[1]!.finish();
    expect(numbers(await calls[1]!)).toEqual([2, 3]);
    expect(runs[2]!.texts).toEqual(['5']);
    runs[2]!.finish();
    expect(numbers(await calls[2]!)).toEqual([4, 5]);
    expect(batcher.waiting).toBe(0);
  });

  it('puts batches that end out of order together', async () => {
    const { batcher, runs } = held(1, 10, 2);
    const call = batcher.embed(['1', '2']);
    runs[1]!.finish();
    runs[0]!.finish();
    expect(numbers(await call)).toEqual([1, 2]);
  });

  it('rejects what the queue has no room for, but takes one large call when nothing waits', async () => {
    const { batcher, runs } = held(1, 2);
    const large = batcher.embed(['1', '2', '3', '4']);
    expect(batcher.waiting).toBe(3);
    await expect(batcher.embed(['5'])).rejects.toThrow('embedding queue is full (2 texts)');
    batcher.rejectWaiting(new Error('stopped'));
    await expect(large).rejects.toThrow('stopped');
    expect(batcher.waiting).toBe(0);
    runs[0]!.finish();
    const next = batcher.embed(['6']);
    while (runs.length < 2) await Promise.resolve();
    runs[1]!.finish();
    expect(numbers(await next)).toEqual([6]);
  });

  it('rejects only the calls that had a text in the failed batch', async () => {
    const { batcher, runs } = held(2, 10, 2);
    const first = batcher.embed(['1', '2', '3']);
    const other = batcher.embed(['4']);
    runs[0]!.fail('no Error at all');
    await expect(first).rejects.toThrow('no Error at all');
    while (runs.length < 3) await Promise.resolve();
    expect(runs[2]!.texts).toEqual(['4']);
    runs[1]!.fail(new Error('a second failure of the same call'));
    runs[2]!.finish();
    expect(numbers(await other)).toEqual([4]);
  });
});
