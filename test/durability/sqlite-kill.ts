/**
 * Kills a process that stores entries in SQLite, at a random moment, again and again, and looks at what is left: the
 * file opens, nothing in it has changed by a byte, and only what was stored in the last moment before the kill is missing.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openSqliteStore } from '../../src/cache/store/sqlite/sqlite-store.ts';
import type { GatewayEvent } from '../../src/core/events.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { numbered } from './sqlite-entry.ts';

const FILE_ROUNDS = 5;

export interface KillReport {
  readonly kills: number;
  /** Stored before the kills, over all rounds. */
  readonly stored: number;
  readonly found: number;
  readonly lost: number;
  /** From the oldest lost entry of a round to the kill, milliseconds; the longest of all rounds. */
  readonly longestWindowMs: number;
  /** Entries that are not what was stored, or that the store itself found damaged. */
  readonly corrupt: number;
  /** Files that could not be opened or had to be put aside. */
  readonly unopened: number;
}

/** Each round begins `writes` writes and is killed at a random one of them. Every fifth begins a new file. */
export async function killAgainAndAgain(
  kills: number,
  writes: number,
  random: () => number,
): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'llamascope-kill-'));
  const report = { kills, stored: 0, found: 0, lost: 0, longestWindowMs: 0, corrupt: 0, unopened: 0 };
  const gone = new Set<number>();
  let known = 0;
  try {
    for (let round = 0; round < kills; round += 1) {
      const path = join(folder, `cache-${Math.floor(round / FILE_ROUNDS)}.db`);
      if (round % FILE_ROUNDS === 0) known = 0;
      const notes = join(folder, `notes-${round}`);
      const killedAt = await writeAndKill(path, notes, round * writes, writes, random());
      const lines = existsSync(notes) ? readFileSync(notes, 'utf8').trimEnd().split('\n') : [];
      const stored = lines.filter((line) => line !== '').map((line) => line.split(' ').map(Number));
      report.stored += stored.length;
      const { keys, damaged, opened } = await inspect(path);
      report.corrupt += damaged;
      if (!opened || readdirSync(folder).some((name) => name.includes('.corrupt-'))) report.unopened += 1;
      for (const [i = 0, at = 0] of stored) {
        if (keys.has(`key-${i}`)) continue;
        gone.add(i);
        report.longestWindowMs = Math.max(report.longestWindowMs, killedAt - at);
      }
      // Nothing that was there after an earlier kill may be missing now.
      if (keys.size < known) report.longestWindowMs = Infinity;
      report.found += keys.size - known;
      known = keys.size;
    }
    report.lost = gone.size;
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kills after a random share of the writes, or in the middle of the writing behind the last of them. */
async function writeAndKill(
  path: string,
  notes: string,
  first: number,
  count: number,
  moment: number,
): Promise<number> {
  const script = new URL('./sqlite-writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, path, notes, String(first), String(count)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const wanted = Math.max(1, Math.floor(count * moment));
  while (child.exitCode === null) {
    const size = existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').length - 1 : 0;
    if (size >= wanted) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const killedAt = Date.now();
  child.kill('SIGKILL');
  await exited;
  return killedAt;
}

async function inspect(
  path: string,
): Promise<{ keys: ReadonlySet<string>; damaged: number; opened: boolean }> {
  const events: GatewayEvent[] = [];
  const store = openSqliteStore({ path })(
    { maxEntries: 1_000_000, maxBytes: 1e10, ttlMs: 7 * 86_400_000, eviction: 'lru' },
    {
      clock: systemClock,
      listener: { added: () => undefined, removed: () => undefined },
      emit: (event) => events.push(event),
    },
  );
  await store.ready;
  const opened = store.state().state === 'ok';
  const keys = store.keys();
  let damaged = 0;
  for (const event of events) if (event.type === 'cache.restored') damaged += event.corrupt;
  for (const key of keys) {
    const expected = numbered(Number(key.slice('key-'.length)));
    if (!isDeepStrictEqual(store.peek(key), expected)) damaged += 1;
  }
  await store.close();
  return { keys: new Set(keys), damaged, opened };
}
