/** What fairness is worth, in simulated time. `bench/fairness.ts` prints the whole table, and one run over real sockets. */
import { describe, expect, it } from 'vitest';
import { othersWaits, quantile, type FairnessLoad } from '../../test/support/fairness.ts';

describe('63 clients at 60 % of the capacity, and one that floods', () => {
  it.each([1, 8])(
    'wait no longer than twice what they would, or one service time: %i slots',
    async (slots) => {
      const load: FairnessLoad = {
        slots,
        serviceMs: 1_000,
        share: 0.6,
        flood: 64,
        fifo: false,
        seconds: slots === 1 ? 3_000 : 600,
        seed: 7,
      };
      const alone = quantile(await othersWaits({ ...load, flood: 0 }), 0.95);
      const flooded = quantile(await othersWaits(load), 0.95);
      const fifo = quantile(await othersWaits({ ...load, fifo: true }), 0.95);
      expect(flooded).toBeLessThanOrEqual(Math.max(2 * alone, load.serviceMs));
      // First come, first served makes them wait for the flood.
      expect(fifo).toBeGreaterThan(10 * flooded);
    },
    60_000,
  );
});
