import { describe, expect, it } from 'vitest';
import { exchangeOf, type TestExchange } from '../../test/support/exchange.ts';
import { routeOf } from '../../test/support/send.ts';
import { GatewayError } from '../core/errors.ts';
import type { GatewayEvent } from '../core/events.ts';
import { upstreamName } from '../core/ids.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import type { Exchange, GatewayResponse } from '../core/request.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { createHedgeStage, type HedgeOptions } from './hedge.ts';
import { RetryBudget } from './retry-budget.ts';

const EMBED = routeOf('POST', '/api/embed');
const embed = (): TestExchange => exchangeOf({ route: EMBED });

interface Attempt {
  readonly exchange: Exchange;
  end(outcome: AttemptOutcome, body?: string): void;
  fail(error: Error): void;
}

function rigOf(options: Partial<HedgeOptions> = {}, minimum = 3, elsewhere = true) {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const attempts: Attempt[] = [];
  const stage = createHedgeStage(
    { embeddings: true, afterMs: 100, ...options },
    {
      clock,
      emit: (event) => void events.push(event),
      budget: new RetryBudget({ ratio: 0, minimum }, clock),
      elsewhere: () => elsewhere,
    },
  );
  const handler = stage(
    (exchange) =>
      new Promise((resolve, reject) => {
        const name = upstreamName(exchange.tried.length === 0 ? 'one' : 'two');
        exchange.attempts += 1;
        exchange.tried.push(name);
        exchange.upstream = name;
        exchange.cancel.onCancel(reject);
        attempts.push({
          exchange,
          fail: reject,
          end: (outcome, body = '') => {
            resolve({ status: 200, headers: [], body: Buffer.from(body), streaming: false, outcome });
          },
        });
      }),
  );
  return { clock, events, attempts, handler };
}

const text = async (answer: Promise<GatewayResponse>): Promise<string> =>
  ((await answer).body as Buffer).toString();
const results = (events: GatewayEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'hedge.ended' ? [[event.upstream, event.result]] : []));

describe('hedging', () => {
  it('asks another upstream after a while and gives the answer that comes first', async () => {
    const { clock, attempts, handler, events } = rigOf();
    const exchange = embed();
    const answer = handler(exchange);
    clock.advance(99);
    expect(attempts).toHaveLength(1);
    clock.advance(1);
    expect(attempts.map(({ exchange: { tried } }) => [...tried])).toEqual([['one'], ['one', 'two']]);
    attempts[1]?.end('success', 'second');
    expect(await text(answer)).toBe('second');
    expect(attempts[0]?.exchange.cancel.reason).toMatchObject({ code: 'superseded' });
    expect(exchange).toMatchObject({ attempts: 2, upstream: 'two', waitedMs: 100 });
    expect(results(events)).toEqual([['one', 'won']]);
    expect(clock.pending).toBe(0);
  });

  it('keeps the first answer when that is first, and cuts the second', async () => {
    const { clock, attempts, handler, events } = rigOf();
    const exchange = embed();
    const answer = handler(exchange);
    clock.advance(100);
    attempts[0]?.end('success', 'first');
    expect(await text(answer)).toBe('first');
    expect(attempts[1]?.exchange.cancel.cancelled).toBe(true);
    expect(exchange).toMatchObject({ attempts: 2, upstream: 'one' });
    expect(results(events)).toEqual([['one', 'lost']]);
  });

  it('waits for the other when one fails, and fails as the first did when both do', async () => {
    const { clock, attempts, handler, events } = rigOf();
    const saved = handler(embed());
    clock.advance(100);
    attempts[0]?.end('server_error', 'broken');
    attempts[1]?.end('success', 'good');
    expect(await text(saved)).toBe('good');
    for (const order of [
      [2, 3],
      [5, 4],
    ] as const) {
      const lost = handler(embed());
      clock.advance(100);
      for (const index of order) attempts[index]?.end('server_error', `failure ${String(index)}`);
      expect(await text(lost)).toBe(`failure ${String(Math.min(...order))}`);
    }
    expect(results(events)).toEqual([
      ['one', 'won'],
      ['one', 'failed'],
      ['one', 'failed'],
    ]);
  });

  it('makes no second attempt of a first that ends in time, well or badly', async () => {
    const { clock, attempts, handler, events } = rigOf();
    const good = handler(embed());
    attempts[0]?.end('success');
    await good;
    const bad = handler(embed());
    attempts[1]?.fail(new GatewayError('queue_full', 'full'));
    await expect(bad).rejects.toMatchObject({ code: 'queue_full' });
    clock.advance(1_000);
    expect(attempts).toHaveLength(2);
    expect(events).toEqual([]);
  });

  it('is bounded by the retry budget, and needs somewhere else to go', async () => {
    const spent = rigOf({}, 1);
    const answers = [spent.handler(embed()), spent.handler(embed())];
    spent.clock.advance(100);
    expect(spent.attempts).toHaveLength(3);
    expect(spent.events).toEqual([{ type: 'retry.budget-exhausted' }]);
    for (const { end } of spent.attempts) end('success');
    await Promise.all(answers);

    const alone = rigOf({}, 3, false);
    const answer = alone.handler(embed());
    alone.clock.advance(100);
    expect(alone.attempts).toHaveLength(1);
    alone.attempts[0]?.end('success');
    await answer;
  });

  it('passes on that the client left, to both', async () => {
    const { clock, attempts, handler } = rigOf();
    const exchange = embed();
    const answer = handler(exchange);
    clock.advance(100);
    exchange.cancel.cancel(new GatewayError('client_closed', 'away'));
    await expect(answer).rejects.toMatchObject({ code: 'client_closed' });
    expect(attempts.map((one) => one.exchange.cancel.cancelled)).toEqual([true, true]);
  });

  it('learns when an embedding is slow', async () => {
    const { clock, attempts, handler } = rigOf({ afterMs: null });
    for (let i = 0; i < 20; i += 1) {
      const answer = handler(embed());
      clock.advance(i === 0 ? 500 : 10);
      attempts[i]?.end('success');
      await answer;
    }
    const slow = handler(embed());
    clock.advance(499);
    expect(attempts).toHaveLength(21);
    clock.advance(1);
    expect(attempts).toHaveLength(22);
    attempts[21]?.end('success');
    await slow;
  });

  it('leaves chats alone, and is nothing when it is off', () => {
    const { clock, attempts, handler } = rigOf();
    handler(exchangeOf()).catch(() => undefined);
    clock.advance(1_000);
    expect(attempts).toHaveLength(1);
    const next = (): Promise<GatewayResponse> => Promise.reject(new Error('unused'));
    const off = createHedgeStage(
      { embeddings: false, afterMs: null },
      { clock, emit: () => undefined, budget: new RetryBudget({}, clock), elsewhere: () => true },
    );
    expect(off(next)).toBe(next);
  });
});
