import { describe, expect, it } from 'vitest';
import { ManualClock } from '../runtime/manual-clock.ts';
import { Channel, type Message } from './channel.ts';

interface There {
  readonly twice: readonly [number, number];
  readonly fails: readonly [null, null];
  readonly never: readonly [null, null];
  readonly heard: readonly [string, null];
}

function pair(): {
  a: Channel<There, object>;
  b: Channel<object, There>;
  clock: ManualClock;
  /** Of `b`. */
  defects: [string, unknown][];
  cut(): void;
} {
  const clock = new ManualClock();
  let open = true;
  const defects: [string, unknown][] = [];
  const to = (other: () => { receive(message: Message): void }) => (message: Message) => {
    if (open) queueMicrotask(() => other().receive(structuredClone(message)));
  };
  const a: Channel<There, object> = new Channel(
    to(() => b),
    clock,
    () => undefined,
  );
  const b: Channel<object, There> = new Channel(
    to(() => a),
    clock,
    (topic, error) => defects.push([topic, error]),
  );
  return { a, b, clock, defects, cut: () => void (open = false) };
}

describe('two processes talking', () => {
  it('answers calls, each its own, and passes notes in order', async () => {
    const { a, b } = pair();
    const heard: string[] = [];
    b.on('twice', (n) => n * 2);
    b.on('heard', (text) => void heard.push(text));
    for (const text of ['one', 'two', 'three']) a.note('heard', text);
    expect(await Promise.all([a.call('twice', 1), a.call('twice', 2), a.call('twice', 3)])).toEqual([
      2, 4, 6,
    ]);
    expect(heard).toEqual(['one', 'two', 'three']);
  });

  it('rejects with what the other side threw, its code too', async () => {
    const { a, b } = pair();
    b.on('fails', () => {
      throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
    });
    await expect(a.call('fails', null)).rejects.toMatchObject({ message: 'in use', code: 'EADDRINUSE' });
  });

  it('says when a note could not be dealt with, and goes on', async () => {
    const { a, b, defects } = pair();
    b.on('twice', (n) => n * 2);
    b.on('heard', () => {
      throw new Error('not that');
    });
    a.note('heard', 'this');
    expect(await a.call('twice', 2)).toBe(4);
    expect(defects).toEqual([['heard', new Error('not that')]]);
  });

  it('rejects when there is no answer in time, and when the other side is gone', async () => {
    const { a, b, clock, cut } = pair();
    b.on('never', () => new Promise<never>(() => undefined));
    const late = a.call('never', null, 1_000);
    clock.advance(1_000);
    await expect(late).rejects.toThrow('no answer to "never" in 1000 ms');
    const cutOff = a.call('never', null, 1_000);
    cut();
    a.closed();
    await expect(cutOff).rejects.toThrow('ended before it answered');
    await expect(a.call('twice', 1)).rejects.toThrow('ended before it answered');
    expect(clock.pending).toBe(0);
  });
});
