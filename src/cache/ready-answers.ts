/**
 * Answers that the same bytes asked for again, written out already: only the id that every replay has of its own is
 * put in. A hit then costs no reading and writing of JSON. Few and short ones are kept, the latest.
 */
import { randomBytes } from 'node:crypto';
import type { ReplayBody } from '../core/dialect.ts';
import type { Exchange } from '../core/request.ts';
import type { CacheEntry } from './store/port.ts';

/** An answer in the form that one body asked for. */
export interface ReadyAnswer {
  readonly entryId: string;
  readonly contentType: string;
  readonly streaming: boolean;
  /** Its text, cut where the id goes. */
  readonly parts: readonly string[];
}

/** What remembers a body remembers the answer to it. */
export interface ReadyHolder {
  ready: ReadyAnswer | null;
  /** Whether it was hit before: what is asked for twice only is written out twice. */
  hit: boolean;
}

const MOST = 512;
/** Characters: at most 8 MB in all, half of it as a rule. */
const LONGEST = 8_192;
/** In place of an id. Drawn, so that no answer holds it. */
const PLACE = `~${randomBytes(12).toString('hex')}~`;

export class ReadyAnswers {
  readonly #holders: (ReadyHolder | null)[] = new Array<ReadyHolder | null>(MOST).fill(null);
  #next = 0;

  /** Null when the entry cannot be written in the form asked for. Throws what the dialect throws. */
  write({ dialect, request }: Exchange, entry: CacheEntry, holder: ReadyHolder | null): ReplayBody | null {
    const write = (id: string): ReplayBody | null =>
      dialect.writeAnswer(request.route, request.facts, entry.answer, id);
    if (holder === null) return write(request.id);
    if (holder.ready?.entryId !== entry.id) {
      if (!holder.hit) {
        holder.hit = true;
        return write(request.id);
      }
      const written = write(PLACE);
      const text = written === null ? '' : Buffer.concat(written.chunks).toString('utf8');
      if (written === null || text.length > LONGEST) return write(request.id);
      const { contentType, streaming } = written;
      this.#keep(holder, { entryId: entry.id, contentType, streaming, parts: text.split(PLACE) });
    }
    const { contentType, streaming, parts } = holder.ready as ReadyAnswer;
    return { contentType, streaming, chunks: [Buffer.from(parts.join(request.id), 'utf8')] };
  }

  /** After a purge nothing of what was purged is left. */
  clear(): void {
    for (const holder of this.#holders) if (holder !== null) holder.ready = null;
    this.#holders.fill(null);
  }

  #keep(holder: ReadyHolder, ready: ReadyAnswer): void {
    if (holder.ready === null) {
      const oldest = this.#holders[this.#next] ?? null;
      if (oldest !== null) oldest.ready = null;
      this.#holders[this.#next] = holder;
      this.#next = (this.#next + 1) % MOST;
    }
    holder.ready = ready;
  }
}
