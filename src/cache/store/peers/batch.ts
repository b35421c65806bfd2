import type { CountChange } from '../outbox.ts';
import type { Counts, PurgeSelector } from '../port.ts';

/** Changes that one process tells another, in this order. Entries are as `encodeEntry` makes them. */
export interface PeerBatch {
  /** Answers that were asked for before now are not to be stored any more. */
  readonly purged: boolean;
  readonly purges: readonly PurgeSelector[];
  /** Key and id. */
  readonly removes: readonly (readonly [string, string])[];
  readonly puts: readonly Uint8Array[];
  readonly counts: readonly (readonly [string, CountChange])[];
  /** All that is known under a key. */
  readonly known: readonly (readonly [string, Counts])[];
}

export const NOTHING: PeerBatch = {
  purged: false,
  purges: [],
  removes: [],
  puts: [],
  counts: [],
  known: [],
};
