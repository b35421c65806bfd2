/**
 * What happened, newest last: the page's event list. Bounded, told to its reader at once, kept over restarts with
 * the snapshot. Entries are sentences made from events; no prompt and no answer is ever in one.
 */
import type { LogEntry } from './protocol.ts';

export const LOG_SIZE = 1_000;

export type NewEntry = Omit<LogEntry, 'seq'>;

export class EventLog {
  #entries: LogEntry[] = [];
  #seq = 0;
  readonly #onAppend: (entry: LogEntry) => void;

  constructor(onAppend: (entry: LogEntry) => void) {
    this.#onAppend = onAppend;
  }

  append(entry: NewEntry): void {
    this.#seq += 1;
    const kept = { seq: this.#seq, ...entry };
    this.#entries.push(kept);
    if (this.#entries.length > LOG_SIZE) this.#entries.shift();
    this.#onAppend(kept);
  }

  /** The newest so many, oldest first. */
  newest(count: number): readonly LogEntry[] {
    return this.#entries.slice(-count);
  }

  /** Newest first, those before `seq` only. */
  page(before: number, limit: number): { readonly entries: readonly LogEntry[]; readonly more: boolean } {
    const older = this.#entries.filter(({ seq }) => seq < before);
    const entries = older.slice(-limit).reverse();
    return { entries, more: older.length > entries.length };
  }

  /** Entries of an earlier run go before those of this one, whose numbers go on from there. */
  restore(entries: readonly LogEntry[]): void {
    const last = entries.reduce((highest, { seq }) => Math.max(highest, seq), 0);
    const own = this.#entries.map((entry) => ({ ...entry, seq: entry.seq + last }));
    this.#entries = [...entries, ...own].slice(-LOG_SIZE);
    this.#seq += last;
  }
}
