import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../runtime/manual-clock.ts';
import type { EntryEmbedding } from '../store/port.ts';
import { WordEmbedder } from '../test-support.ts';
import { EmbedderGate } from './embedder-gate.ts';
import { Learner, type Unlearned } from './learner.ts';

function open(embedder: WordEmbedder | null = new WordEmbedder()): {
  learner: Learner;
  gate: EmbedderGate;
  clock: ManualClock;
  attached: Map<string, EntryEmbedding>;
} {
  const clock = new ManualClock();
  const gate = new EmbedderGate(clock, () => undefined);
  gate.use(embedder);
  const attached = new Map<string, EntryEmbedding>();
  const attach = (_: string, id: string, embedding: EntryEmbedding): boolean => {
    if (id === 'broken') throw new Error('store is down');
    return attached.set(id, embedding).size > 0;
  };
  return { learner: new Learner({ clock, gate, attach }), gate, clock, attached };
}

const item = (id: string, scope = 'scope'): Unlearned => ({
  id,
  key: `key-${id}`,
  scope,
  text: `text ${id}`,
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Learner', () => {
  it('embeds in batches of sixteen, in order', async () => {
    const embedder = new WordEmbedder();
    const { learner, attached } = open(embedder);
    for (let i = 0; i < 40; i += 1) learner.learn(item(`${i}`), null);
    expect(learner.pendingIn('scope')).not.toBeNull();
    await learner.idle();
    expect(embedder.calls.map((texts) => texts.length)).toEqual([1, 16, 16, 7]);
    expect([...attached.keys()]).toEqual(Array.from({ length: 40 }, (_, i) => `${i}`));
    expect(learner.pendingIn('scope')).toBeNull();
  });

  it('takes over an embedding that a lookup has begun', async () => {
    const embedder = new WordEmbedder();
    const { learner, gate, attached } = open(embedder);
    learner.learn(item('a'), gate.embed(['text a'], 250));
    await learner.pendingIn('scope');
    await learner.idle();
    expect(embedder.calls.length).toBe(1);
    expect(attached.get('a')?.vector).toEqual(embedder.vector('text a'));
  });

  it('waits for an embedder, but not for more entries than it can hold', async () => {
    const { learner, gate, attached } = open(null);
    for (let i = 0; i < 1_010; i += 1) learner.learn(item(`${i}`, i < 10 ? 'dropped' : 'kept'), null);
    await learner.idle();
    expect(attached.size).toBe(0);
    expect(learner.pendingIn('dropped')).toBeNull();
    gate.use(new WordEmbedder());
    learner.kick();
    await learner.idle();
    expect(attached.size).toBe(1_000);
    expect(attached.has('10')).toBe(true);
  });

  it('drops the batch of a failed call and goes on after the pause', async () => {
    const embedder = new WordEmbedder();
    const { learner, gate, clock, attached } = open(embedder);
    const good = embedder.answer;
    embedder.answer = () => Promise.reject(new Error('down'));
    for (const id of ['a', 'b', 'c']) {
      learner.learn(item(id), null);
      await learner.idle();
    }
    expect(gate.usable).toBe(false);
    learner.learn(item('d'), null);
    learner.learn(item('e'), null);
    await learner.idle();
    embedder.answer = good;
    expect(attached.size).toBe(0);
    clock.advance(10_000);
    await learner.idle();
    expect([...attached.keys()]).toEqual(['d', 'e']);
    expect(clock.pending).toBe(0);
  });

  it('survives a store that fails, and text without a vector', async () => {
    const { learner, attached } = open();
    learner.learn(item('broken'), null);
    learner.learn({ ...item('empty'), text: '?' }, null);
    learner.learn(item('good'), null);
    await learner.idle();
    expect([...attached.keys()]).toEqual(['good']);
    expect(learner.pendingIn('scope')).toBeNull();
  });

  it('lets go of everything when closed', async () => {
    const embedder = new WordEmbedder();
    const { learner, gate, clock, attached } = open(embedder);
    let release: () => void = () => undefined;
    embedder.answer = (texts) =>
      new Promise((resolve) => {
        release = (): void => resolve(texts.map((text) => embedder.vector(text)));
      });
    learner.learn(item('a'), null);
    learner.learn(item('b', 'other'), null);
    learner.close();
    expect(learner.pendingIn('other')).toBeNull();
    release();
    await turn();
    expect(attached.size).toBe(0);
    learner.learn(item('c'), null);
    learner.kick();
    expect(gate.embedder).toBe(embedder);
    expect(clock.pending).toBe(0);
  });

  it('forgets its alarm when closed during a pause', async () => {
    const embedder = new WordEmbedder();
    const { learner, clock } = open(embedder);
    embedder.answer = () => Promise.reject(new Error('down'));
    for (const id of ['a', 'b', 'c', 'd']) {
      learner.learn(item(id), null);
      await learner.idle();
    }
    expect(clock.pending).toBe(1);
    learner.close();
    expect(clock.pending).toBe(0);
  });
});
