import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outlet } from './outlet.ts';

/** Any order of arrivals, starts, pauses, resumes and ends. */
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant('push' as const) },
    { weight: 2, arbitrary: fc.constant('resume' as const) },
    { weight: 1, arbitrary: fc.constant('start' as const) },
    { weight: 1, arbitrary: fc.constant('finish' as const) },
    { weight: 1, arbitrary: fc.constant('cancel' as const) },
  ),
  { maxLength: 60 },
);

describe('Outlet', () => {
  it('keeps the contract of a byte stream in any order of events', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.boolean()), fc.boolean(), (order, accepts, fails) => {
        const sent: number[] = [];
        const got: number[] = [];
        let ends = 0;
        let abandoned = 0;
        let started = false;
        let cancelled = false;
        let finished = false;
        let open = true;
        const outlet = new Outlet({
          pause: () => undefined,
          resume: () => undefined,
          abandon: () => (abandoned += 1),
        });
        const end = (): void => {
          expect(cancelled).toBe(false);
          ends += 1;
        };
        for (const step of order) {
          if (step === 'push' && !finished) {
            sent.push(sent.length);
            outlet.push(Uint8Array.of((sent.length - 1) % 256));
          } else if (step === 'resume') {
            open = true;
            outlet.resume();
          } else if (step === 'start' && !started) {
            started = true;
            outlet.start({
              write(chunk): boolean {
                expect(ends).toBe(0);
                expect(cancelled).toBe(false);
                expect(open).toBe(true);
                got.push(chunk[0] as number);
                open = accepts.next().value as boolean;
                return open;
              },
              end,
              fail: end,
            });
          } else if (step === 'finish') {
            finished = true;
            outlet.finish(fails ? new Error('failed') : null);
          } else if (step === 'cancel') {
            outlet.cancel(new Error('gone'));
            cancelled = true;
          }
        }
        expect(got).toEqual(sent.slice(0, got.length));
        if (!cancelled) {
          for (let i = 0; i <= sent.length && started; i += 1) {
            open = true;
            outlet.resume();
          }
          if (started) expect(got).toEqual(sent);
          expect(ends).toBe(started && finished ? 1 : 0);
        }
        expect(abandoned).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('stops in the middle of what it held when its reader cancels or pauses there', () => {
    const outlet = new Outlet({ pause: () => undefined, resume: () => undefined, abandon: () => undefined });
    for (const byte of [1, 2, 3]) outlet.push(Uint8Array.of(byte));
    const got: number[] = [];
    outlet.start({
      write(chunk): boolean {
        got.push(chunk[0] as number);
        if (got.length === 2) outlet.cancel(new Error('enough'));
        return true;
      },
      end: () => got.push(-1),
      fail: () => got.push(-2),
    });
    outlet.push(Uint8Array.of(4));
    outlet.finish(null);
    expect(got).toEqual([1, 2]);
  });
});
