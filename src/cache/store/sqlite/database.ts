/**
 * The file: one row an entry, one row a counter. Written in one transaction per batch with a write-ahead log, so that
 * a process killed at any moment leaves the file as it was after some batch. A file of a newer version is
 * left alone; one that is no database any more is put aside, never overwritten, and a new one is begun.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { PurgeSelector } from '../port.ts';
import type { SqliteChanges, SqlitePage } from './protocol.ts';

const VERSION = 1;
/** "LSEM", so that a database of somebody else is told from ours. */
const APPLICATION = 0x4c53454d;
/** For another process to end that has the file open. */
const BUSY_MS = 2_000;

const SCHEMA = `
  CREATE TABLE entries (
    key TEXT PRIMARY KEY, id TEXT NOT NULL, scope TEXT NOT NULL, model TEXT NOT NULL, tenant TEXT NOT NULL,
    stored_at INTEGER NOT NULL, payload BLOB NOT NULL
  ) STRICT;
  CREATE INDEX entries_by_age ON entries (stored_at DESC, key);
  CREATE TABLE counts (key TEXT PRIMARY KEY, counts TEXT NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};
  PRAGMA application_id = ${APPLICATION};
`;

export class EntryDatabase {
  /** Where a file that could not be read was put. */
  readonly setAside: string | null;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #putCounts: StatementSync;
  readonly #removeCounts: StatementSync;
  /** The last row read. */
  #place: readonly [number, string] | null = null;

  constructor(path: string, at: number) {
    mkdirSync(dirname(path), { recursive: true });
    const { database, setAside } = openOrReplace(path, at);
    this.#database = database;
    this.setAside = setAside;
    this.#put = database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM entries WHERE key = ?');
    this.#putCounts = database.prepare('INSERT OR REPLACE INTO counts VALUES (?, ?)');
    this.#removeCounts = database.prepare('DELETE FROM counts WHERE key = ?');
  }

  read(limit: number): SqlitePage {
    const first = this.#place === null;
    const [storedAt, key] = this.#place ?? [Number.MAX_SAFE_INTEGER, ''];
    const rows = this.#database
      .prepare(
        `SELECT key, stored_at AS storedAt, payload FROM entries
         WHERE stored_at < ?1 OR (stored_at = ?1 AND key > ?2) ORDER BY stored_at DESC, key LIMIT ?3`,
      )
      .all(storedAt, key, limit) as unknown as readonly (SqlitePage['rows'][number] & { storedAt: number })[];
    const last = rows.at(-1);
    this.#place = last === undefined ? [-1, ''] : [last.storedAt, last.key];
    return {
      rows: rows.map(({ key, payload }) => ({ key, payload })),
      counts: first ? this.#readCounts() : [],
      done: rows.length < limit,
    };
  }

  write(changes: SqliteChanges): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const selector of changes.purges) this.#purge(selector);
      for (const key of changes.removes) this.#remove.run(key);
      for (const { key, id, scope, model, tenant, storedAt, payload } of changes.puts)
        this.#put.run(key, id, scope, model, tenant, Math.floor(storedAt), payload);
      for (const [key, counts] of changes.counts) {
        if (counts === null) this.#removeCounts.run(key);
        else this.#putCounts.run(key, JSON.stringify(counts));
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #readCounts(): [string, string][] {
    const rows = this.#database.prepare('SELECT key, counts FROM counts').all();
    return rows.map((row) => [String(row['key']), String(row['counts'])]);
  }

  #purge(selector: PurgeSelector): void {
    const given = SELECTABLE.filter((field) => selector[field] !== undefined);
    const where = given.length === 0 ? '' : ` WHERE ${given.map((field) => `${field} = ?`).join(' AND ')}`;
    const values = given.map((field): SQLInputValue => selector[field] ?? null);
    this.#database.prepare(`DELETE FROM entries${where}`).run(...values);
  }
}

const SELECTABLE = ['id', 'scope', 'model', 'tenant'] as const;

function openOrReplace(path: string, at: number): { database: DatabaseSync; setAside: string | null } {
  try {
    return { database: open(path), setAside: null };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const setAside = `${path}.corrupt-${at}`;
    renameSync(path, setAside);
    for (const side of ['-wal', '-shm']) rmSync(`${path}${side}`, { force: true });
    return { database: open(path), setAside };
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    // One gateway, one file: two that each hold all entries in memory would overwrite one another.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const empty = refuseForeign(database, path);
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216',
    );
    prepare(database, empty);
    return database;
  } catch (error) {
    database.close();
    throw isBusy(error) ? new Error(`${path} is in use by another process`) : error;
  }
}

/** True when the file is new. Before anything is written to it. */
function refuseForeign(database: DatabaseSync, path: string): boolean {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  const application = Number(database.prepare('PRAGMA application_id').get()?.['application_id']);
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_master').get()?.['n']);
  if (tables === 0) return true;
  if (application !== APPLICATION)
    throw new Error(`${path} is a database of another program: nothing is written to it`);
  if (version > VERSION)
    throw new Error(`${path} has form ${version}, newer than ${VERSION}, which this version writes`);
  return false;
}

function prepare(database: DatabaseSync, empty: boolean): void {
  // Takes the lock for good, and tells now rather than at the first entry whether the file can be written.
  database.exec('BEGIN IMMEDIATE');
  try {
    if (empty) database.exec(SCHEMA);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
  const verdict = database.prepare('PRAGMA quick_check(1)').get();
  if (verdict?.['quick_check'] !== 'ok') throw new CorruptFile(String(verdict?.['quick_check']));
}

class CorruptFile extends Error {}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

function isBusy(error: unknown): boolean {
  return codeOf(error) === SQLITE_BUSY;
}

function isCorrupt(error: unknown): boolean {
  return error instanceof CorruptFile || [SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(error));
}
