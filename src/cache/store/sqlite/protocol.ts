import type { Counts, PurgeSelector } from '../port.ts';

/** What the store and its worker thread say to each other. Every request gets exactly one reply. */
export type SqliteRequest = { readonly id: number } & SqliteCall;

export type SqliteCall =
  /** Opens or creates the file. `at`, unix milliseconds, names one that has to be put aside. */
  | { readonly call: 'open'; readonly path: string; readonly at: number }
  /** The next entries, newest first; the counts come with the first of them. */
  | { readonly call: 'read'; readonly limit: number }
  | ({ readonly call: 'write' } & SqliteChanges)
  /** Folds the log into the file and lets go of it. */
  | { readonly call: 'close' };

export interface SqliteChanges {
  readonly purges: readonly PurgeSelector[];
  readonly removes: readonly string[];
  readonly puts: readonly SqliteRow[];
  /** All that is known under a key; null when there is nothing any more. */
  readonly counts: readonly (readonly [string, Counts | null])[];
}

export interface SqliteRow {
  readonly key: string;
  readonly id: string;
  readonly scope: string;
  readonly model: string;
  readonly tenant: string;
  readonly storedAt: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** `setAside`: where a file that could not be read was put, once, in the reply to `open`. */
export type SqliteReply = { readonly id: number } & (
  | { readonly ok: true; readonly page: SqlitePage | null; readonly setAside: string | null }
  | { readonly ok: false; readonly message: string }
);

export interface SqlitePage {
  readonly rows: readonly { readonly key: string; readonly payload: Uint8Array<ArrayBuffer> }[];
  readonly counts: readonly (readonly [string, string])[];
  readonly done: boolean;
}
