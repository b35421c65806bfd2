import { describe, expect, it } from 'vitest';
import { SAMPLE_EVENTS } from '../../test/telemetry/sample-events.ts';
import type { GatewayEvent } from '../core/events.ts';
import { createEventBus } from '../runtime/event-bus.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { EventLog, LOG_SIZE } from './event-log.ts';
import { Journal } from './journal.ts';
import { logEntryOf } from './log-sentences.ts';
import type { LogEntry } from './protocol.ts';

describe('sentences of the log', () => {
  it('are sentences, whatever happened, and most events are not worth one', () => {
    const told = Object.values(SAMPLE_EVENTS).flatMap((event) => logEntryOf(event, 5) ?? []);
    expect(told.length).toBeGreaterThanOrEqual(7);
    for (const { text, subject } of told) {
      expect(text).toMatch(/^[A-Z0-9].*\.$/);
      expect(subject).not.toBe('');
    }
    expect(logEntryOf(SAMPLE_EVENTS['request.finished'], 5)).toBeNull();
  });

  it('say what became of breakers, upstreams, cache and configuration', () => {
    const text = (event: object): string => logEntryOf(event as GatewayEvent, 5)?.text ?? '';
    const transition = { type: 'breaker.transitioned', breaker: 'a', from: 'half_open', to: 'closed', at: 1 };
    expect(text({ ...transition, cause: 'recovered' })).toBe(
      'Breaker a went from half open to closed: the upstream answers again.',
    );
    expect(text({ type: 'cache.purged', entries: 1, by: 'here' })).toBe('1 cache entry was purged.');
    expect(text({ type: 'cache.purged', entries: 2, by: 'replica' })).toBe(
      '2 cache entries were purged because another replica was.',
    );
    const store = { type: 'cache.store-changed', store: 'redis' };
    expect(text({ ...store, state: 'degraded', reason: 'refused' })).toBe(
      'The redis store of the cache is degraded: refused.',
    );
    expect(logEntryOf({ ...store, state: 'ok', reason: null } as GatewayEvent, 5)?.level).toBe('good');
    expect(text({ ...SAMPLE_EVENTS['config.reloaded'], result: 'rejected' })).toContain('was rejected');
    expect(text({ ...SAMPLE_EVENTS['operation.performed'], action: 'drain', target: null })).toBe(
      'An operator did drain.',
    );
  });
});

describe('the log', () => {
  it('tells refusals together, once per subject and ten seconds', () => {
    const bus = createEventBus();
    const clock = new ManualClock();
    const log = new EventLog(() => undefined);
    const journal = new Journal(bus, log, clock, false);
    bus.emit(SAMPLE_EVENTS['upstream.added']);
    for (let i = 0; i < 500; i++) bus.emit(SAMPLE_EVENTS['queue.rejected']);
    bus.emit(SAMPLE_EVENTS['breaker.rejected']);
    bus.emit(SAMPLE_EVENTS['retry.budget-exhausted']);
    journal.settle();
    expect(log.newest(10)).toEqual([]);
    clock.advance(10_000);
    journal.settle();
    expect(log.newest(10).map(({ detail }) => detail['count'])).toEqual([500, 1, 1]);
    expect(log.newest(10)[0]?.text).toMatch(/^500 requests refused by the queue of .* in 10 s\.$/);
    bus.emit(SAMPLE_EVENTS['upstream.added']);
    expect(log.newest(1)[0]?.text).toMatch(/was added\.$/);
    journal.close();
    bus.emit(SAMPLE_EVENTS['upstream.added']);
    expect(log.newest(10).length).toBe(4);
  });

  it('is bounded, pages backwards, and goes on after what was restored', () => {
    const log = new EventLog(() => undefined);
    const entry = (text: string): Omit<LogEntry, 'seq'> => ({
      at: 1,
      kind: 'gateway',
      level: 'info',
      subject: 's',
      text,
      detail: {},
    });
    for (let i = 1; i <= LOG_SIZE + 5; i++) log.append(entry(`${i}`));
    expect(log.newest(LOG_SIZE * 2).length).toBe(LOG_SIZE);
    expect(log.page(Infinity, 2)).toMatchObject({ entries: [{ seq: 1_005 }, { seq: 1_004 }], more: true });
    expect(log.page(7, 10)).toMatchObject({ entries: [{ seq: 6 }], more: false });
    const next = new EventLog(() => undefined);
    next.append(entry('new'));
    next.restore(log.newest(3));
    next.append(entry('newer'));
    expect(next.newest(10).map(({ seq }) => seq)).toEqual([1_003, 1_004, 1_005, 1_006, 1_007]);
  });
});
