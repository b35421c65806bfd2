/**
 * From events to the log: single ones as they come, refusals counted and told
 * together, and the semantic hits apart.
 */
import type { GatewayEvent } from '../core/events.ts';
import type { EventBus } from '../runtime/event-bus.ts';
import type { Clock } from '../runtime/clock.ts';
import type { EventLog } from './event-log.ts';
import { logEntryOf, refusalOf, REFUSALS_MS } from './log-sentences.ts';
import type { SemanticHit } from './protocol.ts';

/** The newest hits that are kept. */
export const HITS_SIZE = 200;

interface Tally {
  count: number;
  readonly what: string;
  readonly subject: string;
  readonly since: number;
}

export class Journal {
  readonly hits: SemanticHit[] = [];
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #showText: boolean;
  readonly #unsubscribe: () => void;
  readonly #tallies = new Map<string, Tally>();
  #fresh: SemanticHit[] = [];
  #touched = false;
  #started = false;

  /** `showText`: whether the words of questions are kept with hits. */
  constructor(bus: EventBus, log: EventLog, clock: Clock, showText: boolean) {
    this.#showText = showText;
    this.#log = log;
    this.#clock = clock;
    this.#unsubscribe = bus.subscribe((event) => {
      this.#observe(event);
    });
  }

  /** Whether a request has been finished. */
  get touched(): boolean {
    return this.#touched;
  }

  /** Hits since the last call, for the next frame. */
  takeNewHits(): readonly SemanticHit[] {
    const taken = this.#fresh;
    this.#fresh = [];
    return taken;
  }

  #observe(event: GatewayEvent): void {
    if (event.type === 'request.finished') this.#touched = true;
    const refusal = refusalOf(event);
    if (refusal !== null) {
      const tally = this.#tallies.get(refusal.what) ?? { count: 0, ...refusal, since: this.#clock.now() };
      tally.count += 1;
      this.#tallies.set(refusal.what, tally);
      return;
    }
    const now = this.#clock.wallMs();
    const hit = hitOf(event, now, this.#showText);
    if (hit !== null) this.#keep(hit);
    // The upstreams that a gateway starts with were not added to anything.
    if (!this.#started && event.type === 'upstream.added') return;
    const entry = logEntryOf(event, now);
    if (entry !== null) this.#log.append(entry);
  }

  #keep(hit: SemanticHit): void {
    for (const list of [this.hits, this.#fresh]) {
      list.push(hit);
      if (list.length > HITS_SIZE) list.shift();
    }
  }

  /** Writes down what was counted; called once a second. */
  settle(): void {
    this.#started = true;
    for (const [key, tally] of this.#tallies) {
      if (this.#clock.now() - tally.since < REFUSALS_MS) continue;
      this.#tallies.delete(key);
      this.#tell(tally);
    }
  }

  #tell({ count, what, subject }: Tally): void {
    const text = `${count} request${count === 1 ? '' : 's'} ${what} in ${REFUSALS_MS / 1_000} s.`;
    const at = this.#clock.wallMs();
    this.#log.append({ at, kind: 'limit', level: 'warn', subject, text, detail: { count } });
  }

  close(): void {
    this.#unsubscribe();
  }
}

function hitOf(event: GatewayEvent, at: number, showText: boolean): SemanticHit | null {
  if (event.type !== 'cache.looked-up') return null;
  if (event.result !== 'hit-semantic' && !event.shadowHit) return null;
  const { match } = event;
  return {
    at,
    requestId: match?.request ?? null,
    model: match?.model ?? null,
    similarity: event.similarity,
    guard: 'passed',
    served: event.result === 'hit-semantic',
    entryId: match?.entryId ?? null,
    text: showText && match !== null ? match.texts() : null,
  };
}
