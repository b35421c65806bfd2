/**
 * Stores answers after they were given. Understanding an answer and putting it away costs the client
 * nothing: it happens once the bytes are on their way. A repeat that comes sooner than that
 * does not find the shelf empty either: it asks for the write to be done now.
 */
import type { Answer } from '../core/answer.ts';
import type { Emit } from '../core/events.ts';
import type { Exchange } from '../core/request.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Defer } from '../runtime/defer.ts';
import { entryId } from '../runtime/ids.ts';
import { SlotSet, type Slotted } from '../runtime/slot-set.ts';
import type { Candidate } from './bounded/candidate.ts';
import type { LabelSource } from './bounded/labeller.ts';
import type { Identified } from './key/identify.ts';
import type { EmbedCall } from './semantic/embedder-gate.ts';
import type { CacheEntry, EntryStore } from './store/port.ts';

/** A miss whose answer is on its way. */
export interface OpenQuestion {
  readonly exchange: Exchange;
  readonly keys: Identified;
  /** Monotonic milliseconds at which the answer was asked for. */
  readonly askedAt: number;
  /** The store's purge count at that time: what was asked before a purge is not stored after it. */
  readonly purges: number;
  /** Whether an entry that is already there gives way. */
  readonly replace: boolean;
  readonly call: EmbedCall | null;
  /** The stored answer that came nearest, to be compared with this one. */
  readonly candidate: Candidate | null;
  readonly source: LabelSource;
}

interface Pending {
  readonly question: OpenQuestion;
  readonly body: Buffer;
  readonly streamed: boolean;
  readonly costMs: number;
}

interface Writing extends Slotted {
  work: Promise<void>;
}

const NOTHING_YET = Promise.resolve();

export interface AnswerWriterDeps {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly defer: Defer;
  readonly store: EntryStore;
  /** Told of each entry that may be found by meaning. */
  readonly learn: (entry: CacheEntry, call: EmbedCall | null) => void;
  /** Told of each fresh answer that a stored one can be compared with. */
  readonly compare: (fresh: CacheEntry, candidate: Candidate, source: LabelSource) => void;
}

export class AnswerWriter {
  readonly #deps: AnswerWriterDeps;
  #pending = new Map<string, Pending>();
  readonly #writing = new SlotSet<Writing>();
  #purges = 0;

  constructor(deps: AnswerWriterDeps) {
    this.#deps = deps;
  }

  get purges(): number {
    return this.#purges;
  }

  /** Answers asked for before now are not to be stored any more. */
  purged(): void {
    this.#purges += 1;
  }

  /** Takes a complete answer, or null for one that was too large to collect. */
  write(question: OpenQuestion, body: Buffer | null, streamed: boolean): void {
    if (body === null) {
      this.#report('refused', 0);
      return;
    }
    const { exact } = question.keys;
    void this.flush(exact);
    // Waiting in our own queue was not the price of the answer.
    const costMs = Math.max(0, this.#deps.clock.now() - question.askedAt - question.exchange.queuedMs);
    const pending: Pending = { question, body, streamed, costMs };
    this.#pending.set(exact, pending);
    this.#deps.defer(() => {
      if (this.#pending.get(exact) === pending) void this.flush(exact);
    });
  }

  /** Does the write that waits for this key now. Null when there is none. */
  flush(key: string): Promise<void> | null {
    const pending = this.#pending.get(key);
    if (pending === undefined) return null;
    this.#pending.delete(key);
    // A map in constant use drags what once stood in it along (runtime/slot-set.ts); a new one does not.
    if (this.#pending.size === 0) this.#pending = new Map();
    const writing: Writing = { slot: -1, work: NOTHING_YET };
    this.#writing.add(writing);
    const work = this.#finish(pending, writing);
    writing.work = work;
    return work;
  }

  async idle(): Promise<void> {
    while (this.#pending.size > 0 || this.#writing.size > 0) {
      for (const key of [...this.#pending.keys()]) void this.flush(key);
      await Promise.all([...this.#writing].map(({ work }) => work));
    }
  }

  /** Reports one `cache.stored`, and never rejects. */
  async #finish(pending: Pending, writing: Writing): Promise<void> {
    const { question } = pending;
    try {
      const entry = question.purges === this.#purges ? this.#compose(pending) : null;
      if (entry === null) {
        this.#report('refused', 0);
        return;
      }
      // Before the fresh answer is put away: it may push the other out.
      if (question.candidate !== null) this.#deps.compare(entry, question.candidate, question.source);
      const put = this.#deps.store.put(entry, question.replace);
      const outcome = put instanceof Promise ? await put : put;
      const stored = outcome.result === 'stored';
      this.#report(stored ? 'stored' : 'refused', stored ? outcome.bytes : 0);
      if (stored && question.keys.semanticText !== null) this.#deps.learn(entry, question.call);
    } catch {
      this.#report('failed', 0);
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** Null when the answer is empty, incomplete or not understood. */
  #compose({ question, body, streamed, costMs }: Pending): CacheEntry | null {
    const { keys, exchange } = question;
    const { request, dialect } = exchange;
    const answer = dialect.readAnswer(request.route, request.facts, body, streamed);
    if (answer === null) return null;
    const storedAt = this.#deps.clock.wallMs();
    return {
      id: entryId(),
      key: keys.exact,
      scope: keys.scope,
      tenant: request.tenant,
      model: keys.model,
      text: keys.text,
      answer: dated(withUsage(answer, exchange), storedAt),
      storedAt,
      costMs,
      embedding: null,
    };
  }

  #report(result: 'stored' | 'refused' | 'failed', bytes: number): void {
    this.#deps.emit({ type: 'cache.stored', result, bytes });
  }
}

/**
 * A client that did not ask a stream for its usage does not get it, and so the recorded bytes lack it;
 * what the upstream told is in the exchange.
 */
function withUsage(answer: Answer, { usage, times }: Exchange): Answer {
  if (answer.kind !== 'text' || (answer.usage ?? usage) === null) return answer;
  return { ...answer, usage: answer.usage ?? usage, times: answer.times ?? times };
}

/** Not every dialect says when an answer was made; one that asks in another gets a date. */
function dated(answer: Answer, storedAt: number): Answer {
  return answer.kind === 'text' && answer.createdAt === 0 ? { ...answer, createdAt: storedAt } : answer;
}
