import { describe, expect, it } from 'vitest';
import { exchangeOf, upstreamOptions, type ExchangeOptions } from '../../test/support/exchange.ts';
import {
  CHAT_JSON,
  NDJSON,
  ndjson,
  startRawUpstream,
  type Respond,
} from '../../test/support/raw-upstream.ts';
import { readStream } from '../../test/support/read-stream.ts';
import { routeOf } from '../../test/support/send.ts';
import { GatewayError } from '../core/errors.ts';
import type { GatewayEvent } from '../core/events.ts';
import type { Exchange, GatewayResponse } from '../core/request.ts';
import type { BreakerPermit } from '../resilience/breaker/permit.ts';
import { settleByOutcome } from '../resilience/outcomes.ts';
import { systemClock } from '../runtime/clock.ts';
import { seededRng } from '../runtime/rng.ts';
import { passGate } from './gate.ts';
import type { UpstreamOptions } from './options.ts';
import { Tuning } from './tuning.ts';
import { Upstream } from './upstream.ts';

const WHOLE = { stream: false, body: Buffer.from('{"model":"m","stream":false}') } as const;
const JSON_TYPE = { 'content-type': 'application/json' };

interface Rig extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly events: GatewayEvent[];
  /** How each leave was settled, in order. */
  readonly verdicts: unknown[][];
  /** Permits given back. */
  readonly released: number;
  pass(exchange: Exchange): Promise<GatewayResponse>;
}

function rigOf(url: string, options: Partial<UpstreamOptions> = {}): Rig {
  const events: GatewayEvent[] = [];
  const emit = (event: GatewayEvent): void => void events.push(event);
  const deps = { clock: systemClock, emit };
  const upstream = new Upstream(
    upstreamOptions({ name: 'up', url, pool: { maxsize: 1, keepAliveMs: 4_000 }, ...options }),
    {
      ...deps,
      rng: seededRng(1),
      instance: 'test',
      probe: { intervalMs: 5_000, timeoutMs: 1_000 },
      tuning: new Tuning(),
    },
  );
  const verdicts: unknown[][] = [];
  let released = 0;
  const leave: BreakerPermit = {
    admitted: true,
    success: (...detail) => void verdicts.push(['success', ...detail]),
    failure: (...detail) => void verdicts.push(['failure', ...detail]),
    ignore: (reason) => void verdicts.push(['ignore', reason]),
  };
  return {
    upstream,
    events,
    verdicts,
    get released(): number {
      return released;
    },
    pass(exchange) {
      upstream.assign();
      return passGate(
        upstream,
        exchange,
        { release: () => void (released += 1) },
        {
          settle: (outcome, detail) => {
            settleByOutcome(leave, outcome, detail);
          },
          ignore: (reason) => {
            leave.ignore(reason);
          },
        },
        deps,
      );
    },
    async [Symbol.asyncDispose]() {
      await upstream.transport.close();
      await upstream.health.close();
      upstream.breaker.close();
    },
  };
}

/** Answers the first request on a connection, then does `then` to it: a kept-alive connection that is dead. */
const deadWhenReused = (then: () => void = () => undefined): Respond => {
  const used = new Set<number>();
  return (asked, response, socket) => {
    if (used.has(asked.connection)) {
      then();
      socket.destroy();
      return;
    }
    used.add(asked.connection);
    response.writeHead(200, JSON_TYPE).end(CHAT_JSON);
  };
};

const whole = (options: ExchangeOptions = {}): ReturnType<typeof exchangeOf> =>
  exchangeOf({ ...WHOLE, ...options });

describe('the breaker hears', () => {
  it('how long the first content of a success took', async () => {
    await using server = await startRawUpstream((_, response) => {
      response.writeHead(200, NDJSON).end(ndjson.content('a') + ndjson.done());
    });
    await using rig = rigOf(server.url);
    const { body } = await rig.pass(exchangeOf());
    if (body === null || Buffer.isBuffer(body)) throw new Error('no stream');
    await readStream(body).over;
    const [[verdict, firstContentMs] = []] = rig.verdicts;
    expect(verdict).toBe('success');
    expect(firstContentMs).toBeGreaterThan(0);
    expect(rig).toMatchObject({ released: 1, upstream: { assigned: 0 } });
  });

  it.each([
    [500, {}, ['failure', undefined], 1],
    [503, { 'retry-after': '7' }, ['failure', 7_000], 1],
    [429, { 'retry-after': '7' }, ['ignore', 'rate_limited'], 0],
    [400, {}, ['ignore', 'client_error'], 0],
  ])('of a status %i with %j: %j', async (status, headers, verdict, recentFailures) => {
    await using server = await startRawUpstream((_, response) => response.writeHead(status, headers).end());
    await using rig = rigOf(server.url);
    expect((await rig.pass(whole())).status).toBe(status);
    expect(rig.verdicts).toEqual([verdict]);
    expect(rig).toMatchObject({ released: 1, upstream: { assigned: 0 } });
    expect(rig.upstream.recentFailures).toBeCloseTo(recentFailures, 0);
  });

  it.each([
    [new GatewayError('client_closed', 'gone'), 'client_aborted'],
    [new GatewayError('deadline_exceeded', 'late'), 'deadline'],
    [new GatewayError('draining', 'closing'), 'client_aborted'],
  ])('of a request that ends with %s: %s', async (reason, verdict) => {
    const exchange = exchangeOf();
    await using server = await startRawUpstream(() => exchange.cancel.cancel(reason));
    await using rig = rigOf(server.url);
    await expect(rig.pass(exchange)).rejects.toBe(reason);
    expect(rig.verdicts).toEqual([['ignore', verdict]]);
    expect(rig).toMatchObject({ released: 1, upstream: { assigned: 0 } });
  });

  it('that nothing was sent', async () => {
    await using rig = rigOf('http://127.0.0.1:1');
    await rig.upstream.transport.close();
    await expect(rig.pass(exchangeOf())).rejects.toMatchObject({ code: 'draining' });
    expect(rig.verdicts).toEqual([['ignore', 'not_sent']]);
    expect(rig).toMatchObject({ released: 1, upstream: { assigned: 0 } });
  });
});

describe('a dead kept-alive connection', () => {
  it('costs one more go on a fresh one, under the same permit', async () => {
    await using server = await startRawUpstream(deadWhenReused());
    await using rig = rigOf(server.url);
    await rig.pass(whole());
    const exchange = whole();
    expect((await rig.pass(exchange)).status).toBe(200);
    expect(exchange).toMatchObject({ attempts: 2, tried: ['up', 'up'] });
    expect(server).toMatchObject({ accepted: 2 });
    expect(rig.verdicts).toMatchObject([
      ['success', expect.any(Number)],
      ['ignore', 'stale_connection'],
    ]);
    expect(rig.upstream.breaker.totals()).toMatchObject({ acquired: 1, success: 1 });
    expect(rig).toMatchObject({ released: 2, upstream: { assigned: 0, recentFailures: 0 } });
    const outcomes = rig.events.filter((event) => event.type === 'upstream.attempted');
    expect(outcomes.map((event) => event.outcome)).toEqual(['success', 'reset', 'success']);
  });

  it('is the end when the breaker has opened meanwhile', async () => {
    let open: () => void = () => undefined;
    await using server = await startRawUpstream(deadWhenReused(() => open()));
    await using rig = rigOf(server.url);
    open = () => rig.upstream.breaker.isolate();
    await rig.pass(whole());
    const exchange = whole();
    await expect(rig.pass(exchange)).rejects.toMatchObject({ outcome: 'reset' });
    expect(exchange.attempts).toBe(1);
    expect(rig).toMatchObject({ released: 2, upstream: { assigned: 0 } });
  });

  it.each<[string, ExchangeOptions]>([
    ['changes something', { route: routeOf('DELETE', '/api/delete'), method: 'DELETE', model: null }],
    [
      'cannot be read again',
      {
        body: (async function* () {
          yield await Promise.resolve(Buffer.from('{}'));
        })(),
      },
    ],
  ])('is the end of a request that %s', async (_, options) => {
    await using server = await startRawUpstream(deadWhenReused());
    await using rig = rigOf(server.url);
    await rig.pass(whole());
    const exchange = whole(options);
    await expect(rig.pass(exchange)).rejects.toMatchObject({ outcome: 'reset' });
    expect(exchange.attempts).toBe(1);
    expect(rig.verdicts.at(-1)).toEqual(['ignore', 'stale_connection']);
    expect(rig).toMatchObject({ released: 2, upstream: { assigned: 0 } });
  });
});

describe('a cold model', () => {
  const slow: Respond = (asked, response) => {
    if (asked.number > 1) return;
    setTimeout(() => response.writeHead(200, JSON_TYPE).end(CHAT_JSON), 120);
  };
  const timeouts = { connectMs: 5_000, firstTokenMs: 40, loadMs: 60_000, idleMs: 1, totalMs: null };

  it('gets the time to be loaded, once, and then the usual time', async () => {
    await using server = await startRawUpstream(slow);
    await using rig = rigOf(server.url, { timeouts });
    expect((await rig.pass(whole())).status).toBe(200);
    await expect(rig.pass(whole())).rejects.toMatchObject({ outcome: 'first_token_timeout' });
  });

  it('is none where the server does not load on demand', async () => {
    await using server = await startRawUpstream(slow);
    await using rig = rigOf(server.url, { timeouts, kind: 'openai' });
    await expect(rig.pass(whole())).rejects.toMatchObject({ outcome: 'first_token_timeout' });
  });
});
