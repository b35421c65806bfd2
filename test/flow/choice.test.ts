/** Which of several servers is asked, and which model when one cannot be: over sockets, counted by those who were asked. */
import { describe, expect, it } from 'vitest';
import type { UpstreamInput } from '../../src/config/config.ts';
import { seededRng } from '../../src/runtime/rng.ts';
import type { FaultRule } from '../../src/simulator/index.ts';
import { chat, startFleet, type Fleet } from '../support/fleet.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { until } from '../support/until.ts';

const MODEL = 'llama3.2:1b';
const OTHER = 'qwen2.5:7b';

const askedOf = (fleet: Fleet<string>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(fleet.simulators).map(([name, simulator]) => [
      name,
      simulator.state().counts.byPath['/api/chat'] ?? 0,
    ]),
  );

function reset(fleet: Fleet<string>): void {
  for (const simulator of Object.values(fleet.simulators)) simulator.resetState();
}

describe('several servers of one model', () => {
  it('share the requests by weight', async () => {
    const weights = { one: 1, two: 2, five: 5 };
    const member = (weight: number): { models: string[]; upstream: Partial<UpstreamInput> } => ({
      models: [MODEL],
      upstream: { weight },
    });
    await using fleet = await startFleet(
      { one: member(weights.one), two: member(weights.two), five: member(weights.five) },
      { probe: { intervalMs: 100, timeoutMs: 5_000 } },
      { rng: seededRng(11) },
    );
    // Who has the model in memory is preferred: let all have it.
    for (const { url } of Object.values(fleet.simulators)) await chat(url, MODEL);
    await until(
      () => fleet.gateway.state.upstreams().every(({ resident }) => resident.length === 1),
      'every server to be seen with the model',
    );
    reset(fleet);
    const total = 320;
    for (let i = 0; i < total; i += 1) await chat(fleet.url, MODEL);
    const asked = askedOf(fleet);
    for (const [name, weight] of Object.entries(weights)) {
      const share = weight / 8;
      const deviation = Math.sqrt(total * share * (1 - share));
      expect(Math.abs((asked[name] ?? 0) - total * share), name).toBeLessThan(4 * deviation);
    }
  });

  it('of a later tier are asked only while no earlier one can be', async () => {
    await using fleet = await startFleet(
      {
        first: { models: [MODEL], upstream: { tier: 0, weight: 1 } },
        spare: { models: [MODEL], upstream: { tier: 1, weight: 100 } },
      },
      { retry: { max: 1, baseMs: 1 }, probe: { intervalMs: 100, timeoutMs: 5_000 } },
    );
    for (let i = 0; i < 20; i += 1) await chat(fleet.url, MODEL);
    expect(askedOf(fleet)).toEqual({ first: 20, spare: 0 });
    fleet.simulators.first.setFaults({ rules: [{ fault: 'refuse', path: '*' }] });
    await fleet.simulators.first.settled();
    for (let i = 0; i < 5; i += 1) expect((await chat(fleet.url, MODEL)).status).toBe(200);
    expect(askedOf(fleet)).toEqual({ first: 20, spare: 5 });
    fleet.simulators.first.clearFaults();
    await until(
      async () => (await chat(fleet.url, MODEL)).headers.get('x-llamascope-upstream') === 'first',
      'the first tier to be asked again',
    );
  });
});

describe('a fallback is taken, and says why', () => {
  const start = (upstream: Partial<UpstreamInput> = {}): Promise<Fleet<'left' | 'right'>> =>
    startFleet(
      { left: { models: [MODEL], upstream }, right: { models: [OTHER] } },
      { models: { [MODEL]: { fallbacks: [OTHER] } }, retry: { max: 0 } },
    );

  async function expectFallback(fleet: Fleet<'left' | 'right'>, reason: string): Promise<void> {
    const { status, json, headers } = await chat(fleet.url, MODEL);
    expect([status, json['model']]).toEqual([200, OTHER]);
    expect([headers.get('x-llamascope-upstream'), headers.get('x-llamascope-fallback')]).toEqual([
      'right',
      reason,
    ]);
    const samples = await scrape(fleet.url);
    expect(valueOf(samples, 'llamascope_model_fallbacks_total', { model: MODEL, reason })).toBe(1);
  }

  it('when the breaker is open', async () => {
    await using fleet = await start();
    const isolated = await fetch(`${fleet.url}/admin/breakers/left/isolate`, { method: 'POST' });
    expect(isolated.status).toBe(200);
    await expectFallback(fleet, 'breaker_open');
    expect(askedOf(fleet)).toEqual({ left: 0, right: 1 });
  });

  it('when the queue has no room', async () => {
    await using fleet = await start({ parallel: 1, queue: { max: 0 } });
    fleet.simulators.left.setFaults({ rules: [{ fault: 'hang', count: 1 }] });
    const leave = new AbortController();
    const body = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'x' }] });
    const running = fetch(`${fleet.url}/api/chat`, { method: 'POST', body, signal: leave.signal });
    const over = running.catch(() => undefined);
    await until(() => fleet.simulators.left.state().inFlight === 1, 'the slot to be taken');
    await expectFallback(fleet, 'queue_full');
    leave.abort();
    await over;
  });

  it('when the server says that it is busy', async () => {
    // No load may wait there, so that each is refused as Ollama refuses it.
    await using fleet = await startFleet(
      { left: { models: [MODEL], simulator: { maxQueue: 0 } }, right: { models: [OTHER] } },
      { models: { [MODEL]: { fallbacks: [OTHER] } }, retry: { max: 0 } },
    );
    await expectFallback(fleet, 'overloaded');
  });

  it.each<[string, FaultRule]>([
    ['overloaded', { fault: 'status', status: 429 }],
    ['unreachable', { fault: 'refuse' }],
  ])('%s: %o', async (reason, rule) => {
    await using fleet = await start();
    fleet.simulators.left.setFaults({ rules: [rule] });
    await fleet.simulators.left.settled();
    await expectFallback(fleet, reason);
  });
});
