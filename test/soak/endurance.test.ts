/** The endurance run of bench/endurance, short: its processes, its load, its accounts. `npm run soak` is the long one. */
import { describe, expect, it } from 'vitest';
import { endure, growth } from '../../bench/endurance/run.ts';

describe('the endurance run', () => {
  it('asks in every way, counts each request once and reads what is held', { timeout: 60_000 }, async () => {
    const { kinds, held, verdicts } = await endure({
      minutes: 0.05,
      warmUp: 0.02,
      perSecond: 80,
      viewers: 2,
      seed: 1,
      everyMs: 1_000,
    });
    expect(verdicts.find(({ what }) => what.startsWith('every request'))).toMatchObject({ holds: true });
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'broken body',
      'embedding',
      'goes away',
      'new question',
      'ollama stream',
      'openai stream',
      'paraphrase',
      'repeat',
    ]);
    expect(kinds.find(({ kind }) => kind === 'broken body')?.ok).toBe(0);
    expect(kinds.find(({ kind }) => kind === 'repeat')?.ok).toBeGreaterThan(0.9);
    expect(held.length).toBeGreaterThan(1);
    for (const { rssMb, heapMb, handles } of held) {
      expect(rssMb).toBeGreaterThan(heapMb);
      expect(handles).toBeGreaterThan(0);
    }
  });

  it('tells growth per ten minutes', () => {
    expect(
      growth([
        [0, 10],
        [5, 11],
        [10, 12],
      ]),
    ).toBeCloseTo(2);
    expect(growth([[3, 7]])).toBe(0);
  });
});
