import { describe, expect, it } from 'vitest';
import { exchangeOf, type ExchangeOptions, type TestExchange } from '../../test/support/exchange.ts';
import { routeOf } from '../../test/support/send.ts';
import { GatewayError } from '../core/errors.ts';
import type { GatewayEvent } from '../core/events.ts';
import { upstreamName } from '../core/ids.ts';
import type { Exchange, GatewayRequest, GatewayResponse } from '../core/request.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { createSingleFlightStage, type SingleFlightOptions } from './single-flight.ts';

const TAGS = routeOf('GET', '/api/tags');
const EMBED = routeOf('POST', '/api/embed');

interface Attempt {
  readonly exchange: Exchange;
  end(response?: Partial<GatewayResponse>): void;
  fail(error: Error): void;
}

/** The stage over a next step that the test ends by hand. */
function rigOf(options: Partial<SingleFlightOptions> = {}) {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const attempts: Attempt[] = [];
  const stage = createSingleFlightStage(
    { reads: true, embeddings: true, ...options },
    { clock, emit: (event) => void events.push(event) },
  );
  const handler = stage(
    (exchange) =>
      new Promise((resolve, reject) => {
        exchange.attempts += 1;
        exchange.cancel.onCancel(reject);
        attempts.push({
          exchange,
          fail: reject,
          end: (response = {}) => {
            exchange.upstream = upstreamName('up');
            exchange.usage = { promptTokens: 3, completionTokens: 0 };
            exchange.firstContentAt = clock.now();
            exchange.waitedMs += 50;
            resolve({
              status: 200,
              headers: ['a', 'b'],
              body: Buffer.from('x'),
              streaming: false,
              ...response,
            });
          },
        });
      }),
  );
  return { clock, events, attempts, handler };
}

const text = ({ body }: GatewayResponse): string => (body as Buffer).toString();

const embed = (given: ExchangeOptions = {}, request: Partial<GatewayRequest> = {}): TestExchange => {
  const exchange = exchangeOf({ route: EMBED, ...given });
  return { ...exchange, request: { ...exchange.request, ...request } };
};

describe('single-flight', () => {
  it('makes one attempt for those that meet, and another for who comes after', async () => {
    const { attempts, handler, events, clock } = rigOf();
    const exchanges = [embed(), embed(), embed()];
    const answers = exchanges.map((one) => handler(one));
    expect(attempts).toHaveLength(1);
    clock.advance(50);
    attempts[0]?.end();
    const responses = await Promise.all(answers);
    expect(responses.map(text)).toEqual(['x', 'x', 'x']);
    // Each may write into its own header.
    responses[0]?.headers.push('only', 'here');
    expect(responses[1]?.headers).toEqual(['a', 'b']);
    expect(events).toEqual([
      { type: 'request.coalesced', kind: 'embedding' },
      { type: 'request.coalesced', kind: 'embedding' },
    ]);
    expect(
      exchanges.map(({ attempts: made, usage, coalesced }) => [made, usage !== null, coalesced]),
    ).toEqual([
      [1, true, false],
      [0, false, true],
      [0, false, true],
    ]);
    expect(exchanges.map(({ waitedMs, upstream }) => [waitedMs, upstream])).toEqual(
      Array.from({ length: 3 }, () => [50, 'up']),
    );
    const later = handler(embed());
    expect(attempts).toHaveLength(2);
    attempts[1]?.end();
    await later;
  });

  it.each<[string, TestExchange]>([
    ['another tenant', embed({}, { tenant: 'other' as never })],
    ['another body', embed({ body: Buffer.from('{"model":"m","input":"y"}') })],
    ['another target', embed({ target: '/api/embed?x=1' })],
    ['another header that is passed on', embed({}, { headers: { 'x-team': 'search' } })],
    ['a fresh answer asked for', embed({}, { cachePolicy: 'refresh' })],
    ['a longer deadline than the attempt has', embed({ deadlineAt: 2_000 })],
    ['no deadline where the attempt has one', embed({ deadlineAt: null })],
    ['a body that streams', embed({ body: (async function* () {})() })],
  ])('keeps apart: %s', (_, other) => {
    const { attempts, handler, events } = rigOf();
    handler(embed({ deadlineAt: 1_000 })).catch(() => undefined);
    handler(other).catch(() => undefined);
    expect(attempts).toHaveLength(2);
    expect(events).toEqual([]);
  });

  it('brings together what differs only in who asks, and a shorter deadline', () => {
    const { attempts, handler } = rigOf();
    const names = { 'content-type': 'application/json' };
    handler(embed({ deadlineAt: 1_000 }, { headers: { ...names, 'user-agent': 'a' } })).catch(
      () => undefined,
    );
    handler(embed({ deadlineAt: 900, client: 'else' }, { headers: { 'x-request-id': 'q', ...names } })).catch(
      () => undefined,
    );
    expect(attempts).toHaveLength(1);
  });

  it('leaves chats alone, and what is switched off', () => {
    const { attempts, handler } = rigOf({ reads: false });
    for (let i = 0; i < 2; i += 1) {
      handler(exchangeOf()).catch(() => undefined);
      handler(exchangeOf({ route: TAGS, method: 'GET', model: null, body: null })).catch(() => undefined);
    }
    expect(attempts).toHaveLength(4);
    const next = (): Promise<GatewayResponse> => Promise.reject(new Error('unused'));
    const off = createSingleFlightStage(
      { reads: false, embeddings: false },
      { clock: new ManualClock(), emit: () => undefined },
    );
    expect(off(next)).toBe(next);
  });

  it('lets one leave without the others, whoever came first', async () => {
    const { attempts, handler } = rigOf();
    const exchanges = [embed(), embed(), embed()];
    const answers = exchanges.map((one) => handler(one));
    exchanges[0]?.cancel.cancel(new Error('away'));
    await expect(answers[0]).rejects.toMatchObject({ code: 'client_closed' });
    exchanges[2]?.cancel.cancel(new GatewayError('deadline_exceeded', 'late'));
    await expect(answers[2]).rejects.toMatchObject({ code: 'deadline_exceeded' });
    attempts[0]?.end();
    expect((await answers[1])?.status).toBe(200);
    // The attempt is told of the one that is still there.
    expect(exchanges.map(({ attempts: made }) => made)).toEqual([0, 1, 0]);
  });

  it('cuts the attempt when the last has left, and lets nobody join it', async () => {
    const { attempts, handler } = rigOf();
    const only = embed();
    const answer = handler(only);
    only.cancel.cancel(new Error('away'));
    await expect(answer).rejects.toMatchObject({ code: 'client_closed' });
    expect(attempts[0]?.exchange.cancel.cancelled).toBe(true);
    expect(only.attempts).toBe(1);
    handler(embed()).catch(() => undefined);
    expect(attempts).toHaveLength(2);
  });

  it('shares a failure as it shares an answer', async () => {
    const { attempts, handler } = rigOf();
    const answers = [handler(embed()), handler(embed())];
    attempts[0]?.fail(new GatewayError('queue_full', 'full'));
    for (const one of await Promise.allSettled(answers))
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'queue_full' } });
    handler(embed()).catch(() => undefined);
    expect(attempts).toHaveLength(2);
  });

  it('gives a streamed answer to the first, and the others ask for their own', async () => {
    const { attempts, handler } = rigOf();
    const exchanges = [embed(), embed()];
    const answers = exchanges.map((one) => handler(one));
    const body = { start: () => undefined, resume: () => undefined, cancel: () => undefined };
    attempts[0]?.end({ body });
    expect((await answers[0])?.body).toBe(body);
    await Promise.resolve();
    expect(attempts).toHaveLength(2);
    attempts[1]?.end();
    expect(text((await answers[1]) as GatewayResponse)).toBe('x');
    expect(exchanges[1]?.coalesced).toBe(false);
  });

  it('does not begin for one that has already left', async () => {
    const { handler } = rigOf();
    const gone = embed();
    gone.cancel.cancel(new Error('away'));
    await expect(handler(gone)).rejects.toMatchObject({ code: 'client_closed' });
  });
});
