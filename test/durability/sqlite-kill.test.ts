import { describe, expect, it } from 'vitest';
import { seededRng } from '../../src/runtime/rng.ts';
import { killAgainAndAgain } from './sqlite-kill.ts';

describe('a gateway killed while it stores', () => {
  it('finds everything again but the last moment, and nothing that has changed', async () => {
    const rng = seededRng(7);
    const report = await killAgainAndAgain(3, 3_000, () => rng.next());
    expect(report).toMatchObject({ corrupt: 0, unopened: 0 });
    expect(report.found).toBe(report.stored - report.lost);
    // 100 ms of gathering and one batch; the rest is for a machine that is busy.
    expect(report.longestWindowMs).toBeLessThan(3_000);
  }, 60_000);
});
