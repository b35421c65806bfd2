/** The process of a worker (`workers` in the configuration): started by the primary, told everything by it, and never outliving it by more than its drain. */
import { inspect } from 'node:util';
import { keepAlive } from '../runtime/keep-alive.ts';
import { systemClock } from '../runtime/clock.ts';
import { Channel, type Message } from '../workers/channel.ts';
import { Worker, type WorkerChannel } from '../workers/worker.ts';

// A terminal sends these to every process of the group; when to stop is the primary's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const letGo = keepAlive();
const channel: WorkerChannel = new Channel(
  (message) => {
    // What cannot be sent any more is for a primary that is gone: `disconnect` follows.
    if (process.connected) process.send?.(message, undefined, {}, () => undefined);
  },
  systemClock,
  (topic, error) => {
    process.stderr.write(`a worker could not do "${topic}": ${inspect(error)}\n`);
  },
);
const worker = new Worker(channel);
process.on('message', (message, handle) => {
  channel.receive(message as Message, handle);
});
const end = (): void => {
  channel.closed();
  void worker.close().finally(() => {
    letGo();
    process.exit(0);
  });
};
process.on('disconnect', end);
// The primary may have ended while this was being loaded.
if (!process.connected) end();
