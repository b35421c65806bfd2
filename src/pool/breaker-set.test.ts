import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../test/support/exchange.ts';
import { routeOf } from '../../test/support/send.ts';
import type { GatewayEvent } from '../core/events.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { Exchange } from '../core/request.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { seededRng } from '../runtime/rng.ts';
import { BreakerSet } from './breaker-set.ts';
import type { UpstreamBreakerOptions } from './options.ts';

const TAGS = routeOf('GET', '/api/tags');

interface Rig {
  readonly set: BreakerSet;
  readonly events: GatewayEvent[];
  readonly clock: ManualClock;
  /** Runs one attempt to its end; false when it was not admitted. */
  attempt(exchange: Exchange, outcome: AttemptOutcome): boolean;
  states(): string[];
}

function rigOf(settings: UpstreamBreakerOptions, knows: (model: string) => boolean = () => true): Rig {
  const events: GatewayEvent[] = [];
  const clock = new ManualClock();
  const set = new BreakerSet('up', { consecutiveFailures: 3, jitter: 0, ...settings }, knows, {
    clock,
    rng: seededRng(1),
    emit: (event) => void events.push(event),
  });
  return {
    set,
    events,
    clock,
    attempt(exchange, outcome) {
      const leave = set.enter(exchange);
      leave?.settle(outcome, {});
      return leave !== null;
    },
    states: () => set.all().map((breaker) => `${breaker.name} ${breaker.state}`),
  };
}

const chat = (model = 'm'): Exchange => exchangeOf({ model });
const read = (): Exchange => exchangeOf({ route: TAGS, method: 'GET', model: null, body: null });

describe('calls that run no model', () => {
  it('do not end a row of failed generations, nor dilute their failure rate', () => {
    const rig = rigOf({ consecutiveFailures: 3, failureRate: 0.5, windowSize: 4, minCalls: 4 });
    for (let i = 0; i < 2; i += 1) {
      rig.attempt(chat(), 'server_error');
      for (let reads = 0; reads < 10; reads += 1) rig.attempt(read(), 'success');
    }
    expect(rig.set.upstream.failuresInARow).toBe(2);
    rig.attempt(chat(), 'server_error');
    expect(rig.states()).toEqual(['up open']);
    expect(rig.set.upstream.totals()).toMatchObject({ success: 0, failure: 3, ignored: 20 });
  });

  it('fail as much as any, and end a row that they alone made', () => {
    const rig = rigOf({});
    rig.attempt(read(), 'connect_error');
    rig.attempt(read(), 'connect_error');
    rig.attempt(read(), 'success');
    expect(rig.set.upstream.totals()).toMatchObject({ success: 1, failure: 2 });
    expect(rig.set.upstream.failuresInARow).toBe(0);
    for (let i = 0; i < 3; i += 1) rig.attempt(read(), 'connect_error');
    expect(rig.states()).toEqual(['up open']);
    expect(rig.attempt(read(), 'success')).toBe(false);
  });

  it('close a breaker that they opened, and not one that generations opened', () => {
    for (const [opener, closes] of [
      [read, true],
      [chat, false],
    ] as const) {
      const rig = rigOf({ openMs: 1_000, closeAfter: 1 });
      for (let i = 0; i < 3; i += 1) rig.attempt(opener(), 'reset');
      rig.clock.advance(1_000);
      expect(rig.states()).toEqual(['up half_open']);
      for (let i = 0; i < 5; i += 1) expect(rig.attempt(read(), 'success')).toBe(true);
      expect(rig.states()).toEqual([closes ? 'up closed' : 'up half_open']);
      rig.attempt(chat(), 'success');
      expect(rig.states()).toEqual(['up closed']);
    }
  });

  it('are ignored as what they are when the attempt says why', () => {
    const rig = rigOf({});
    rig.set.enter(read())?.ignore('deadline');
    expect(rig.events.filter(({ type }) => type === 'breaker.ignored')).toEqual([
      { type: 'breaker.ignored', breaker: 'up', reason: 'deadline' },
    ]);
  });
});

describe('a breaker per model', () => {
  it('opens for the model whose runner fails, and leaves the others and the upstream alone', () => {
    const rig = rigOf({ perModel: true });
    for (let i = 0; i < 3; i += 1) {
      expect(rig.attempt(chat('bad'), 'server_error')).toBe(true);
      expect(rig.attempt(chat('good'), 'success')).toBe(true);
    }
    expect(rig.states()).toEqual(['up closed', 'up/bad open', 'up/good closed']);
    expect([rig.set.isOpen(chat('bad')), rig.set.isOpen(chat('good')), rig.set.isOpen(read())]).toEqual([
      true,
      false,
      false,
    ]);
    expect(rig.attempt(chat('bad'), 'success')).toBe(false);
    expect(rig.set.obstacle(chat('bad'))).toEqual({ breaker: rig.set.find('up/bad'), leftMs: 30_000 });
    expect(rig.set.upstream.totals()).toMatchObject({ success: 3, failure: 0, ignored: 3 });
    expect(rig.set.find('up/bad')?.totals()).toMatchObject({ success: 0, failure: 3, ignored: 0 });
  });

  it('leaves to the upstream what the connection did', () => {
    const rig = rigOf({ perModel: true });
    for (let i = 0; i < 3; i += 1) rig.attempt(chat('a'), 'connect_error');
    expect(rig.states()).toEqual(['up open', 'up/a closed']);
    expect(rig.set.find('up/a')?.totals()).toMatchObject({ success: 0, failure: 0, ignored: 3 });
    expect(rig.attempt(chat('b'), 'success')).toBe(false);
    // The model's breaker had let it in; its permit went back unused.
    expect(rig.set.find('up/b')?.totals()).toMatchObject({ acquired: 1, ignored: 1 });
    expect(rig.set.find('up/b')?.snapshot().inFlight).toBe(0);
  });

  it('is passed against its state only when asked, and then decides nothing', () => {
    const rig = rigOf({ perModel: true });
    for (let i = 0; i < 3; i += 1) rig.attempt(chat('a'), 'stream_error');
    rig.set.enterAnyway(chat('a')).settle('success', {});
    expect(rig.states()).toEqual(['up closed', 'up/a open']);
    rig.set.enterAnyway(chat('a')).ignore('client_aborted');
    expect(rig.set.find('up/a')?.totals()).toMatchObject({ success: 1, ignored: 1 });
  });

  it('exists only for models that the upstream lists, and for a bounded number', () => {
    const rig = rigOf({ perModel: true }, (model) => model !== 'made-up');
    rig.attempt(chat('made-up'), 'server_error');
    expect(rig.states()).toEqual(['up closed']);
    expect(rig.set.upstream.totals().failure).toBe(1);
    for (let i = 0; i < 3; i += 1) rig.attempt(chat('first'), 'server_error');
    const busy = rig.set.enter(chat('busy'));
    for (let i = 0; i < 100; i += 1) rig.attempt(chat(`m${String(i)}`), 'success');
    expect(rig.set.all()).toHaveLength(65);
    expect(rig.set.find('up/first')?.state).toBe('open');
    expect(rig.set.find('up/busy')?.snapshot().inFlight).toBe(1);
    expect(rig.set.find('up/m0')).toBeNull();
    expect(rig.events.filter(({ type }) => type === 'breaker.removed')).toHaveLength(38);
    busy?.settle('success', {});
  });

  it('gives way to none when all of them hold something back', () => {
    const rig = rigOf({ perModel: true, consecutiveFailures: 1 });
    for (let i = 0; i < 64; i += 1) rig.attempt(chat(`m${String(i)}`), 'server_error');
    rig.attempt(chat('late'), 'success');
    expect(rig.set.find('up/late')).toBeNull();
    expect(rig.set.all()).toHaveLength(65);
  });

  it('is found by its full name, and by no other', () => {
    const rig = rigOf({ perModel: true });
    rig.attempt(chat('hf.co/a/b'), 'success');
    expect(rig.set.find('up')).toBe(rig.set.upstream);
    expect(rig.set.find('up/hf.co/a/b')?.name).toBe('up/hf.co/a/b');
    for (const name of ['up/', 'upx', 'hf.co/a/b', 'other']) expect(rig.set.find(name)).toBeNull();
  });
});
