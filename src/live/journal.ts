/**
 * From events to the log: single ones as they come, frequent ones (refusals, evictions by purge) counted and told
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

export interface Journal {
  readonly hits: readonly SemanticHit[];
  /** Hits since the last call, for the next frame. */
  takeNewHits(): readonly SemanticHit[];
  /** Writes down what was counted; called once a second. */
  settle(): void;
  /** Whether a request has been finished. */
  readonly touched: boolean;
  close(): void;
}

interface Tally {
  count: number;
  readonly what: string;
  readonly subject: string;
  readonly since: number;
}

export function keepJournal(bus: EventBus, log: EventLog, clock: Clock): Journal {
  const tallies = new Map<string, Tally>();
  const hits: SemanticHit[] = [];
  let fresh: SemanticHit[] = [];
  let purged = 0;
  let touched = false;
  let started = false;

  const observe = (event: GatewayEvent): void => {
    if (event.type === 'request.finished') touched = true;
    const refusal = refusalOf(event);
    if (refusal !== null) {
      const tally = tallies.get(refusal.what) ?? { count: 0, ...refusal, since: clock.now() };
      tally.count += 1;
      tallies.set(refusal.what, tally);
      return;
    }
    if (event.type === 'cache.evicted' && event.reason === 'purge') purged += 1;
    const hit = hitOf(event, clock.wallMs());
    if (hit !== null) {
      hits.push(hit);
      fresh.push(hit);
      if (hits.length > HITS_SIZE) hits.shift();
      if (fresh.length > HITS_SIZE) fresh.shift();
    }
    // The upstreams that a gateway starts with were not added to anything.
    if (!started && event.type === 'upstream.added') return;
    const entry = logEntryOf(event, clock.wallMs());
    if (entry !== null) log.append(entry);
  };
  const unsubscribe = bus.subscribe(observe);

  const tell = (tally: Tally): void => {
    const { count, what, subject } = tally;
    const text = `${count} request${count === 1 ? '' : 's'} ${what} in ${REFUSALS_MS / 1_000} s.`;
    log.append({ at: clock.wallMs(), kind: 'limit', level: 'warn', subject, text, detail: { count } });
  };
  return {
    hits,
    takeNewHits(): readonly SemanticHit[] {
      const taken = fresh;
      fresh = [];
      return taken;
    },
    settle(): void {
      started = true;
      for (const [key, tally] of tallies) {
        if (clock.now() - tally.since < REFUSALS_MS) continue;
        tallies.delete(key);
        tell(tally);
      }
      if (purged === 0) return;
      const text = `${purged} cache entr${purged === 1 ? 'y was' : 'ies were'} purged.`;
      log.append({
        at: clock.wallMs(),
        kind: 'cache',
        level: 'info',
        subject: 'cache',
        text,
        detail: { purged },
      });
      purged = 0;
    },
    get touched(): boolean {
      return touched;
    },
    close: unsubscribe,
  };
}

function hitOf(event: GatewayEvent, at: number): SemanticHit | null {
  if (event.type !== 'cache.looked-up') return null;
  if (event.result !== 'hit-semantic' && !event.shadowHit) return null;
  return {
    at,
    requestId: null,
    model: null,
    similarity: event.similarity,
    guard: 'passed',
    served: event.result === 'hit-semantic',
    entryId: null,
    text: null,
  };
}
