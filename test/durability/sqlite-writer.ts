/**
 * Stores entries as fast as it is let, and notes each in a file before the next, so that whoever kills it knows what
 * had been stored and when. Started by sqlite-kill.ts: database, notes, first number, how many.
 */
import { openSync, writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/cache/store/sqlite/sqlite-store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { numbered } from './sqlite-entry.ts';

const [path = '', notes = '', first = '0', count = '0'] = process.argv.slice(2);
const file = openSync(notes, 'a');
const store = openSqliteStore({ path })(
  { maxEntries: 1_000_000, maxBytes: 1e10, ttlMs: 86_400_000, eviction: 'w-tinylfu' },
  {
    clock: systemClock,
    listener: { added: () => undefined, removed: () => undefined },
    emit: () => undefined,
  },
);
await store.ready;
for (let i = Number(first); i < Number(first) + Number(count); i += 1) {
  await store.put(numbered(i), false);
  writeSync(file, `${i} ${Date.now()}\n`);
  // Requests come one by one: between two of them the event loop turns.
  if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}
await store.close();
