/** A gateway of two worker processes, and one of them that is killed. */
import { slowServer, workerHouse } from '../../support/workers.ts';
import type { DrivenState } from './state.ts';
import type { Trouble } from './trouble.ts';

export async function startWorkers(): Promise<DrivenState> {
  const server = await slowServer();
  const house = await workerHouse(server.url);
  return {
    name: 'workers',
    urls: [house.url],
    drive: async () => {
      const [first = 0] = await house.pids();
      process.kill(first, 'SIGKILL');
    },
    [Symbol.asyncDispose]: async () => {
      await house[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Kills so many: each takes the machine a second of work to replace, in which others want to be measured. */
const KILLS = 6;

/** Whichever worker is the second to be ready is killed, a few times: pauses grow, and one is missing. */
export async function endingWorkers(): Promise<Trouble> {
  const server = await slowServer();
  const house = await workerHouse(server.url);
  let kills = 0;
  return {
    alerts: ['LlamascopeWorkerCrashed', 'LlamascopeWorkersMissing'],
    urls: [house.url],
    turn: async () => {
      const [, second] = await house.pids();
      if (second === undefined || kills >= KILLS) return;
      kills += 1;
      process.kill(second, 'SIGKILL');
    },
    everyMs: 500,
    [Symbol.asyncDispose]: async () => {
      await house[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
