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

/** Whichever worker is the second to be ready is killed: pauses grow, and one is missing. */
export async function endingWorkers(): Promise<Trouble> {
  const server = await slowServer();
  const house = await workerHouse(server.url);
  return {
    alerts: ['LlamascopeWorkerCrashed', 'LlamascopeWorkersMissing'],
    urls: [house.url],
    turn: async () => {
      const [, second] = await house.pids();
      if (second !== undefined) process.kill(second, 'SIGKILL');
    },
    everyMs: 50,
    [Symbol.asyncDispose]: async () => {
      await house[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
