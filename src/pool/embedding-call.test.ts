import { describe, expect, it } from 'vitest';
import { upstreamOptions } from '../../test/support/exchange.ts';
import { startRawUpstream } from '../../test/support/raw-upstream.ts';
import { until } from '../../test/support/until.ts';
import type { GatewayEvent } from '../core/events.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { seededRng } from '../runtime/rng.ts';
import { callEmbedding } from './embedding-call.ts';
import { Tuning } from './tuning.ts';
import { Upstream } from './upstream.ts';

interface Rig extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly clock: ManualClock;
  readonly events: GatewayEvent[];
  readonly totals: Readonly<Record<string, unknown>>;
  call(): Promise<Buffer>;
}

function rigOf(url: string): Rig {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const emit = (event: GatewayEvent): void => void events.push(event);
  const parts = { clock, emit, rng: seededRng(1) };
  const upstream = new Upstream(upstreamOptions({ name: 'up', url }), {
    ...parts,
    instance: 'test',
    probe: { intervalMs: 5_000, timeoutMs: 1_000 },
    tuning: new Tuning(),
  });
  const breaker = upstream.breakers.embedding('e');
  return {
    upstream,
    clock,
    events,
    get totals() {
      return { ...breaker.totals() };
    },
    call: () => callEmbedding(upstream, breaker, Buffer.from('{}'), { clock, emit }),
    async [Symbol.asyncDispose]() {
      await upstream.transport.close();
      await upstream.health.close();
      upstream.breaker.close();
      breaker.close();
    },
  };
}

describe('callEmbedding', () => {
  it('refuses an answer far longer than vectors are, and stops it', async () => {
    const block = Buffer.alloc(1024 * 1024, '1');
    await using server = await startRawUpstream((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    });
    await using rig = rigOf(server.url);
    await expect(rig.call()).rejects.toMatchObject({ code: 'upstream_malformed' });
    await until(() => server.open === 0, 'the connection to close');
    expect(rig.upstream).toMatchObject({ assigned: 0 });
    expect(rig.upstream.transport.inFlight).toBe(0);
  });

  it('is given up when a model takes too long to load, which is the upstream’s failure', async () => {
    await using server = await startRawUpstream(() => undefined);
    await using rig = rigOf(server.url);
    const waiting = expect(rig.call()).rejects.toMatchObject({ outcome: 'total_timeout' });
    await until(() => server.received.length === 1, 'the call');
    expect(rig.upstream.assigned).toBe(1);
    rig.clock.advance(30_000);
    await waiting;
    expect(rig.totals).toMatchObject({ acquired: 1, failure: 1 });
    expect(rig.events).toContainEqual({
      type: 'upstream.attempted',
      upstream: 'up',
      outcome: 'total_timeout',
      durationMs: 30_000,
    });
    expect(rig.upstream.assigned).toBe(0);
  });

  it('that never left says nothing about the upstream', async () => {
    await using rig = rigOf('http://127.0.0.1:1');
    await rig.upstream.transport.close();
    await expect(rig.call()).rejects.toMatchObject({ code: 'draining' });
    expect(rig.totals).toMatchObject({ acquired: 1, ignored: 1 });
    expect(rig.upstream.assigned).toBe(0);
  });

  it('heeds the time an overloaded upstream asks for', async () => {
    await using server = await startRawUpstream((_, response) => {
      response.writeHead(503, { 'retry-after': '9' }).end('{"error":"busy"}');
    });
    await using rig = rigOf(server.url);
    await expect(rig.call()).rejects.toMatchObject({ message: 'upstream up answered 503: {"error":"busy"}' });
    expect(rig.totals).toMatchObject({ failure: 1 });
  });
});
