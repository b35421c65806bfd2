/** 64 clients in front of one upstream, one of which floods: the load of the fairness proof, in simulated time. */
import { PermitQueue } from '../../src/admission/permits.ts';
import { clientId, upstreamName } from '../../src/core/ids.ts';
import { neverCancelled } from '../../src/runtime/cancel.ts';
import { ManualClock } from '../../src/runtime/manual-clock.ts';
import { seededRng } from '../../src/runtime/rng.ts';

export interface FairnessLoad {
  /** Slots of the upstream. */
  readonly slots: number;
  readonly serviceMs: number;
  /** The share of the capacity that the 63 others use together. */
  readonly share: number;
  /** Requests that the flooder keeps waiting at all times; 0: there is no flooder. */
  readonly flood: number;
  /** Everybody under one name: the line is then first come, first served. */
  readonly fifo: boolean;
  readonly seconds: number;
  readonly seed: number;
}

export const OTHERS = 63;
/** Time moves in steps of this, which is also how exact the waits are. */
const STEP_MS = 5;

/** Waits of the others, milliseconds, sorted. Arrivals are random (Poisson), service takes 0.5 to 1.5 times its mean. */
export async function othersWaits(load: FairnessLoad): Promise<readonly number[]> {
  const clock = new ManualClock();
  // Arrivals are the same whatever the line makes of them.
  const arrivals = seededRng(load.seed);
  const services = seededRng(load.seed + 1_000);
  const queue = new PermitQueue(
    { permits: load.slots, max: 100_000, waitMs: 1e9 },
    { clock, emit: () => undefined, upstream: upstreamName('up') },
  );
  const waits: number[] = [];
  const everybody = clientId('everybody');
  const ask = async (name: string, done: (waitedMs: number) => void): Promise<void> => {
    const from = clock.now();
    const permit = await queue.acquire({
      client: load.fifo ? everybody : clientId(name),
      deadlineAt: null,
      cancel: neverCancelled,
    });
    done(clock.now() - from);
    clock.setTimer(load.serviceMs * (0.5 + services.next()), () => {
      permit.release();
    });
  };
  const flood = (): void => void ask('flooder', flood);
  for (let i = 0; i < load.flood; i += 1) flood();
  const meanGapMs = load.serviceMs / (load.slots * load.share);
  const endMs = load.seconds * 1_000;
  const arrive = (): void => {
    if (clock.now() >= endMs) return;
    void ask(`client-${String(Math.floor(arrivals.next() * OTHERS))}`, (waitedMs) => waits.push(waitedMs));
    clock.setTimer(-Math.log(1 - arrivals.next()) * meanGapMs, arrive);
  };
  arrive();
  for (let now = 0; now < endMs * 1.1; now += STEP_MS) {
    clock.advance(STEP_MS);
    // Permits are granted by promises: let each be used before time goes on.
    await Promise.resolve();
    await Promise.resolve();
  }
  return waits.sort((a, b) => a - b);
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}
