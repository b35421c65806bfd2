import type { GatewayEvent } from '../core/events.ts';
import type { NewEntry } from './event-log.ts';

type Level = NewEntry['level'];
type Transition = Extract<GatewayEvent, { type: 'breaker.transitioned' }>;

const CAUSES: Readonly<Record<Transition['cause'], string>> = {
  tripped: 'too many failures',
  timer: 'its waiting time is over',
  recovered: 'the upstream answers again',
  probe_failed: 'the trial request failed',
  manual: 'by hand',
};

const STATE_LEVEL: Readonly<Record<Transition['to'], Level>> = {
  open: 'bad',
  half_open: 'warn',
  closed: 'good',
};

/** An event as a line of the log; null for those that are too many or mean nothing to a person. */
export function logEntryOf(event: GatewayEvent, now: number): NewEntry | null {
  switch (event.type) {
    case 'breaker.transitioned':
      return {
        at: event.at,
        kind: 'breaker',
        level: STATE_LEVEL[event.to],
        subject: event.breaker,
        text: `Breaker ${event.breaker} went from ${words(event.from)} to ${words(event.to)}: ${CAUSES[event.cause]}.`,
        detail: { from: event.from, to: event.to, cause: event.cause },
      };
    case 'upstream.health-changed':
      return {
        at: now,
        kind: 'upstream',
        level: event.healthy ? 'good' : 'bad',
        subject: event.upstream,
        text: `Upstream ${event.upstream} is ${event.healthy ? 'healthy' : 'unhealthy'}: ${event.reason}.`,
        detail: { healthy: event.healthy ? 1 : 0 },
      };
    case 'model.serialised':
      return serialised(event, now);
    case 'upstream.added':
    case 'upstream.removed': {
      const what = event.type === 'upstream.added' ? 'added' : 'removed';
      const text = `Upstream ${event.upstream} was ${what}.`;
      return { at: now, kind: 'upstream', level: 'info', subject: event.upstream, text, detail: {} };
    }
    case 'cache.purged':
    case 'cache.store-changed':
      return cacheEntry(event, now);
    case 'config.reloaded':
      return {
        at: event.at,
        kind: 'config',
        level: event.result === 'applied' ? 'info' : 'bad',
        subject: 'configuration',
        text:
          event.result === 'applied'
            ? 'The configuration was reloaded.'
            : 'A new configuration was rejected; the old one stays in force.',
        detail: { result: event.result },
      };
    case 'worker.ended':
      return workerEntry(event, now);
    case 'operation.performed':
      return {
        at: event.at,
        kind: 'operator',
        level: 'info',
        subject: event.target ?? event.action,
        text: `An operator did ${event.action}${event.target === null ? '' : ` on ${event.target}`}.`,
        detail: { action: event.action },
      };
    default:
      return null;
  }
}

function cacheEntry(
  event: Extract<GatewayEvent, { type: 'cache.purged' | 'cache.store-changed' }>,
  now: number,
): NewEntry {
  if (event.type === 'cache.purged') {
    const entries = `${event.entries} cache entr${event.entries === 1 ? 'y was' : 'ies were'} purged`;
    const text = event.by === 'here' ? `${entries}.` : `${entries} because another replica was.`;
    const detail = { entries: event.entries };
    return { at: now, kind: 'cache', level: 'info', subject: 'cache', text, detail };
  }
  const level = event.state === 'degraded' ? 'warn' : event.state === 'ok' ? 'good' : 'info';
  const why = event.reason === null ? '' : `: ${event.reason}`;
  const text = `The ${event.store} store of the cache is ${event.state}${why}.`;
  return { at: now, kind: 'cache', level, subject: 'cache', text, detail: { state: event.state } };
}

function workerEntry(event: Extract<GatewayEvent, { type: 'worker.ended' }>, now: number): NewEntry {
  const { worker, reason, detail } = event;
  const wanted = reason === 'stopped' || reason === 'replaced';
  const text = wanted
    ? `The process ${worker} was ${reason}.`
    : `The process ${worker} ${reason === 'crashed' ? 'crashed' : 'hung and was ended'} (${detail}); another takes its place.`;
  return { at: now, kind: 'gateway', level: wanted ? 'info' : 'bad', subject: worker, text, detail: {} };
}

function serialised(event: Extract<GatewayEvent, { type: 'model.serialised' }>, now: number): NewEntry {
  const { upstream, model, atOnce, parallel } = event;
  return {
    at: now,
    kind: 'upstream',
    level: 'warn',
    subject: upstream,
    text: `Upstream ${upstream} seems to write ${atOnce} of the ${parallel} streams of ${model} that it may be sent at once.`,
    detail: { atOnce, parallel },
  };
}

const words = (state: Transition['to']): string => state.replace('_', ' ');

/** Refusals and loads come by the thousand: one line per subject and ten seconds says how many. */
export const REFUSALS_MS = 10_000;

/** What an event adds to, when it is one of many. */
export function refusalOf(event: GatewayEvent): { readonly subject: string; readonly what: string } | null {
  switch (event.type) {
    case 'queue.rejected':
      return { subject: event.upstream, what: `refused by the queue of ${event.upstream} (${event.reason})` };
    case 'retry.budget-exhausted':
      return { subject: 'retry budget', what: 'not tried again: the retry budget is spent' };
    case 'model.reloaded':
      return {
        subject: event.model,
        what: `made ${event.upstream} load ${event.model} again with other options`,
      };
    case 'breaker.rejected':
      return { subject: event.breaker, what: `rejected by breaker ${event.breaker}` };
    default:
      return null;
  }
}
