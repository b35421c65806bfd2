import { sleep, type Clock } from '../runtime/clock.ts';
import type { Client } from './client.ts';
import type { RequestResult } from './outcome.ts';
import type { Arrivals } from './workload/arrivals.ts';
import type { PlannedRequest } from './workload/workload.ts';

export interface DriveOptions {
  readonly arrivals: Arrivals;
  /** Simulated time passes so many times as fast as real time. */
  readonly speed: number;
  readonly clock: Clock;
  /** After each answer. */
  readonly onResult?: () => void;
}

/**
 * Sends the requests and resolves with their results, in the order of the plan. Closed: each client takes the next
 * as soon as it is free. Open and trace: each request at its time, however many are under way; its waiting counts
 * from then, so a generator that falls behind cannot flatter the result.
 */
export async function drive(
  requests: readonly PlannedRequest[],
  client: Client,
  options: DriveOptions,
): Promise<readonly RequestResult[]> {
  const origin = options.clock.now();
  const results: RequestResult[] = [];
  const ask = async (index: number, dueAt: number): Promise<void> => {
    results[index] = await client.ask(requests[index] as PlannedRequest, dueAt, origin);
    options.onResult?.();
  };
  const { arrivals, speed, clock } = options;
  await (arrivals.kind === 'closed'
    ? closedLoop(requests.length, arrivals.clients, arrivals.thinkMs / speed, clock, ask)
    : scheduled(
        requests.map(({ atMs }) => (atMs ?? 0) / speed),
        clock,
        origin,
        ask,
      ));
  return results;
}

type Ask = (index: number, dueAt: number) => Promise<void>;

async function closedLoop(
  count: number,
  clients: number,
  thinkMs: number,
  clock: Clock,
  ask: Ask,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await ask(index, clock.now());
      if (thinkMs > 0) await sleep(clock, thinkMs);
    }
  };
  await Promise.all(Array.from({ length: Math.min(clients, count) }, work));
}

async function scheduled(times: readonly number[], clock: Clock, origin: number, ask: Ask): Promise<void> {
  await Promise.all(
    times.map(async (atMs, index) => {
      const dueAt = origin + atMs;
      await sleep(clock, dueAt - clock.now());
      await ask(index, dueAt);
    }),
  );
}
