import { describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../core/events.ts';
import { breakerName, upstreamName } from '../core/ids.ts';
import type { BreakerStateName } from '../core/breaker-state.ts';
import { ToldEvents } from './told-events.ts';

const up = upstreamName('up');
const breaker = breakerName('up');

function start(): {
  told: ToldEvents<string>;
  emitted: string[];
  shown: string[];
  spread: (readonly [string, number | null, string])[];
} {
  const emitted: string[] = [];
  const shown: string[] = [];
  const spread: (readonly [string, number | null, string])[] = [];
  const words = (event: GatewayEvent): string =>
    event.type === 'breaker.transitioned'
      ? `${event.from}>${event.to}`
      : event.type === 'upstream.health-changed'
        ? `healthy ${String(event.healthy)}`
        : event.type;
  const told = new ToldEvents<string>({
    emit: (event) => void emitted.push(words(event)),
    show: (event) => void shown.push(words(event)),
    spread: (...what) => void spread.push(what),
  });
  return { told, emitted, shown, spread };
}

function transition(from: BreakerStateName, to: BreakerStateName): GatewayEvent {
  const cause = to === 'open' ? 'tripped' : to === 'half_open' ? 'timer' : 'recovered';
  return { type: 'breaker.transitioned', breaker, from, to, cause, at: 1 };
}

describe('events of two workers', () => {
  it('that both see are one', () => {
    const { told, emitted } = start();
    for (const worker of ['a', 'b']) told.take(worker, { event: { type: 'upstream.added', upstream: up } });
    for (const worker of ['a', 'b'])
      told.take(worker, {
        event: { type: 'upstream.health-changed', upstream: up, healthy: true, reason: 'answers' },
      });
    told.take('a', {
      event: { type: 'upstream.health-changed', upstream: up, healthy: false, reason: 'refused' },
    });
    told.take('b', {
      event: { type: 'upstream.health-changed', upstream: up, healthy: false, reason: 'refused' },
    });
    told.take('a', { event: { type: 'upstream.removed', upstream: up } });
    expect(emitted).toEqual(['upstream.added', 'healthy true', 'healthy false']);
    told.take('b', { event: { type: 'upstream.removed', upstream: up } });
    expect(emitted.at(-1)).toBe('upstream.removed');
  });

  it('a breaker that trips opens the others, and is one transition', () => {
    const { told, emitted, spread } = start();
    for (const worker of ['a', 'b']) told.take(worker, { event: { type: 'breaker.added', breaker, at: 1 } });
    told.take('a', { event: transition('closed', 'open'), openMs: 30_000 });
    told.take('b', { event: transition('closed', 'open'), openMs: 30_000, followed: true });
    expect(spread).toEqual([['up', 30_000, 'a']]);
    told.take('a', { event: transition('open', 'half_open') });
    told.take('b', { event: transition('open', 'half_open') });
    told.take('b', { event: transition('half_open', 'closed') });
    told.take('a', { event: transition('half_open', 'closed'), followed: true });
    expect(spread.at(-1)).toEqual(['up', null, 'b']);
    expect(emitted).toEqual(['breaker.added', 'closed>open', 'open>half_open', 'half_open>closed']);
  });

  it('of one that is gone count no longer', () => {
    const { told, emitted } = start();
    for (const worker of ['a', 'b']) told.take(worker, { event: { type: 'breaker.added', breaker, at: 1 } });
    told.take('a', { event: transition('closed', 'open'), openMs: 1_000 });
    told.forget('a');
    told.take('b', { event: transition('closed', 'open'), openMs: 1_000 });
    expect(emitted).toEqual(['breaker.added', 'closed>open', 'closed>open']);
  });

  it('about single requests are for the page alone', () => {
    const { told, emitted, shown } = start();
    told.take('a', { event: { type: 'queue.rejected', upstream: up, reason: 'full' } });
    expect([emitted, shown]).toEqual([[], ['queue.rejected']]);
  });
});
