import { describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../core/events.ts';
import { CancelSource } from '../../runtime/cancel.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { WordEmbedder } from '../test-support.ts';
import { EmbedderGate } from './embedder-gate.ts';

function open(): {
  gate: EmbedderGate;
  embedder: WordEmbedder;
  clock: ManualClock;
  events: GatewayEvent[];
} {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const gate = new EmbedderGate(clock, (event) => events.push(event));
  const embedder = new WordEmbedder('words', 4);
  gate.use(embedder);
  return { gate, embedder, clock, events };
}

const hang = (): Promise<Float32Array[]> => new Promise(() => undefined);

describe('EmbedderGate', () => {
  it('gives vectors with the identity of their maker, and leaves no timer', async () => {
    const { gate, clock, events } = open();
    const call = gate.embed(['one', 'two'], 250);
    expect((await call.prompt)?.vectors.length).toBe(2);
    expect((await call.eventual)?.identity).toBe('words');
    expect(events).toEqual([{ type: 'cache.embedded', durationMs: 0, failed: false }]);
    expect(clock.pending).toBe(0);
  });

  it('has no vector for a text of unknown words only', async () => {
    const { gate } = open();
    expect((await gate.embed(['?!'], 250).prompt)?.vectors).toEqual([null]);
  });

  it.each<[string, (embedder: WordEmbedder) => void]>([
    ['rejects', (embedder) => (embedder.answer = () => Promise.reject(new Error('down')))],
    [
      'throws',
      (embedder) =>
        (embedder.answer = () => {
          throw new Error('down');
        }),
    ],
    ['answers too few', (embedder) => (embedder.answer = () => Promise.resolve([]))],
    [
      'answers too long a vector',
      (embedder) => (embedder.answer = () => Promise.resolve([new Float32Array([1, 0, 0, 0, 0])])),
    ],
    [
      'answers a vector that is no unit',
      (embedder) => (embedder.answer = () => Promise.resolve([new Float32Array([2, 0, 0, 0])])),
    ],
    [
      'answers NaN',
      (embedder) => (embedder.answer = () => Promise.resolve([new Float32Array([NaN, 0, 0, 0])])),
    ],
  ])('gives null and counts one failure when the embedder %s', async (_, spoil) => {
    const { gate, embedder, clock, events } = open();
    spoil(embedder);
    const call = gate.embed(['one'], 250);
    expect([await call.prompt, await call.eventual]).toEqual([null, null]);
    expect(events).toEqual([{ type: 'cache.embedded', durationMs: 0, failed: true }]);
    expect(clock.pending).toBe(0);
  });

  it('is late at the deadline, counts once, and still hands over what comes after', async () => {
    const { gate, embedder, clock, events } = open();
    let release: (vectors: Float32Array[]) => void = () => undefined;
    embedder.answer = () => new Promise((resolve) => (release = resolve));
    const call = gate.embed(['one'], 250);
    clock.advance(250);
    expect(await call.prompt).toBeNull();
    clock.advance(100);
    release([embedder.vector('one')]);
    expect((await call.eventual)?.vectors.length).toBe(1);
    expect(events).toEqual([{ type: 'cache.embedded', durationMs: 250, failed: true }]);
    expect(clock.pending).toBe(0);
  });

  it('gives up on an embedder that never answers', async () => {
    const { gate, embedder, clock } = open();
    embedder.answer = hang;
    const call = gate.embed(['one'], 250);
    clock.advance(30_250);
    expect(await call.eventual).toBeNull();
    expect(clock.pending).toBe(0);
  });

  it('does not keep a cancelled request waiting, and still counts how the call ends', async () => {
    const { gate, embedder, clock, events } = open();
    embedder.answer = hang;
    const cancel = new CancelSource();
    const call = gate.embed(['one'], 250, cancel);
    cancel.cancel(new Error('gone'));
    expect(await call.prompt).toBeNull();
    expect(events).toEqual([]);
    clock.advance(250);
    expect(events).toEqual([{ type: 'cache.embedded', durationMs: 250, failed: true }]);
  });

  it('leaves an embedder alone for ten seconds after three failures in a row', async () => {
    const { gate, embedder, clock } = open();
    const good = embedder.answer;
    const bad = (): Promise<never> => Promise.reject(new Error('down'));
    for (const answer of [bad, bad, good, bad, bad]) {
      embedder.answer = answer;
      await gate.embed(['one'], 250).prompt;
      expect(gate.usable).toBe(true);
    }
    await gate.embed(['one'], 250).prompt;
    expect([gate.usable, gate.pausedForMs]).toEqual([false, 10_000]);
    clock.advance(10_000);
    expect(gate.usable).toBe(true);
    await gate.embed(['one'], 250).prompt;
    expect(gate.usable).toBe(false);
    clock.advance(10_000);
    embedder.answer = good;
    await gate.embed(['one'], 250).prompt;
    embedder.answer = bad;
    await gate.embed(['one'], 250).prompt;
    expect(gate.usable).toBe(true);
  });

  it('does not hold the failures of one embedder against the next', async () => {
    const { gate, embedder, clock } = open();
    embedder.answer = hang;
    for (let i = 0; i < 3; i += 1) gate.embed(['one'], 250);
    gate.use(new WordEmbedder('other', 4));
    clock.advance(250);
    expect(gate.usable).toBe(true);
    gate.use(null);
    expect([gate.usable, gate.embedder]).toEqual([false, null]);
  });
});
