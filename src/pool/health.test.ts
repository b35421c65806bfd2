import { afterEach, describe, expect, it } from 'vitest';
import { exchangeOf, poolRig } from '../../test/support/exchange.ts';
import { ollamaLike } from '../../test/support/ollama-like.ts';
import { startRawUpstream, closedPort } from '../../test/support/raw-upstream.ts';
import { readStream } from '../../test/support/read-stream.ts';
import { until } from '../../test/support/until.ts';
import type { GatewayResponse } from '../core/request.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { PassiveHealth } from './passive-health.ts';
import { Tuning, TUNING_DEFAULTS } from './tuning.ts';

describe('passive health', () => {
  const rig = (): { clock: ManualClock; tuning: Tuning; passive: PassiveHealth; changes: boolean[] } => {
    const clock = new ManualClock();
    const tuning = new Tuning();
    tuning.mayLoseOne = () => true;
    const changes: boolean[] = [];
    const passive: PassiveHealth = new PassiveHealth(tuning, clock, () => changes.push(passive.setAside));
    return { clock, tuning, passive, changes };
  };
  const fail = (passive: PassiveHealth, times: number): void => {
    for (let i = 0; i < times; i += 1) passive.note('bad');
  };

  it('sets aside after so many failures in a row, for a while, and begins anew', () => {
    const { clock, passive, changes } = rig();
    fail(passive, 4);
    passive.note('neutral');
    passive.note('good');
    fail(passive, 4);
    expect([passive.setAside, passive.failuresInARow]).toEqual([false, 4]);
    fail(passive, 3);
    expect(changes).toEqual([true]);
    clock.advance(TUNING_DEFAULTS.health.ejectMs);
    expect([changes, passive.failuresInARow]).toEqual([[true, false], 0]);
  });

  it('leaves those whom nobody can replace, and can be switched off', () => {
    const { tuning, passive } = rig();
    tuning.mayLoseOne = () => false;
    fail(passive, 20);
    expect(passive.setAside).toBe(false);
    tuning.mayLoseOne = () => true;
    tuning.configure({ ...TUNING_DEFAULTS, health: { ...TUNING_DEFAULTS.health, passiveFailures: null } });
    fail(passive, 20);
    expect(passive.setAside).toBe(false);
  });

  it('lets failures weigh less with time, and forgets them when it came back', () => {
    const { clock, passive } = rig();
    expect(passive.recentFailures).toBe(0);
    fail(passive, 4);
    expect(passive.recentFailures).toBe(4);
    clock.advance(4_000);
    expect([passive.recentFailures, passive.failuresInARow]).toEqual([1, 4]);
    passive.cameBack();
    expect([passive.recentFailures, passive.failuresInARow]).toEqual([0, 0]);
  });

  it('gives one that came back its share little by little', () => {
    const { clock, passive } = rig();
    expect(passive.share).toBe(1);
    passive.cameBack();
    expect(passive.share).toBe(0.1);
    clock.advance(5_000);
    expect(passive.share).toBeCloseTo(0.5);
    clock.advance(5_000);
    expect(passive.share).toBe(1);
  });
});

describe('health of several upstreams', () => {
  const cleanups: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of cleanups.splice(0).reverse()) await one[Symbol.asyncDispose]();
  });
  const use = <T extends AsyncDisposable>(one: T): T => {
    cleanups.push(one);
    return one;
  };
  const finish = async (response: GatewayResponse): Promise<number> => {
    const { body } = response;
    if (body !== null && !Buffer.isBuffer(body)) await readStream(body).over;
    return response.status;
  };

  it('sets one aside that fails while its probes are well, and lets it back slowly', async () => {
    const bad = ollamaLike({
      chat: (_, response) => response.writeHead(500).end('{"error":"broken"}'),
    });
    const good = ollamaLike();
    const [left, right] = [
      use(await startRawUpstream(bad.respond)),
      use(await startRawUpstream(good.respond)),
    ];
    const breaker = { consecutiveFailures: null };
    const rig = use(
      poolRig(
        [
          { name: 'bad', url: left.url, breaker },
          { name: 'good', url: right.url, breaker, tier: 1 },
        ],
        undefined,
        { ...TUNING_DEFAULTS, health: { ...TUNING_DEFAULTS.health, ejectMs: 300, slowStartMs: 60_000 } },
      ),
    );
    await rig.upstreams.start();
    const statuses: number[] = [];
    for (let i = 0; i < 8; i += 1) statuses.push(await finish(await rig.upstreams.handle(exchangeOf())));
    expect(statuses).toEqual([500, 500, 500, 500, 500, 200, 200, 200]);
    expect(
      rig.upstreams
        .snapshots()
        .map(({ name, healthy, inRotation, reason }) => [name, healthy, inRotation, reason]),
    ).toEqual([
      ['bad', false, false, '5 attempts in a row failed'],
      ['good', true, true, 'answers'],
    ]);
    await until(() => rig.upstreams.snapshots()[0]?.healthy, 'it is let back');
    expect(rig.upstreams.snapshots()[0]?.weight).toBeLessThan(0.2);
    expect(rig.of('upstream.health-changed').map(({ upstream, healthy }) => [upstream, healthy])).toEqual([
      ['bad', true],
      ['good', true],
      ['bad', false],
      ['bad', true],
    ]);
  });

  it('one that cannot be reached is looked at at once, not at the next probe', async () => {
    const server = await startRawUpstream(ollamaLike().respond);
    const other = use(await startRawUpstream(ollamaLike().respond));
    const rig = use(
      poolRig([
        { name: 'gone', url: server.url },
        { name: 'here', url: other.url, tier: 1 },
      ]),
    );
    await rig.upstreams.start();
    await server[Symbol.asyncDispose]();
    await expect(rig.upstreams.handle(exchangeOf())).rejects.toMatchObject({ outcome: 'connect_error' });
    // Probes are 5 s apart: this is far sooner.
    await until(() => rig.upstreams.snapshots()[0]?.healthy === false, 'it is found ill', 2_000);
  });

  it('does not believe checks that leave too few, and says so', async () => {
    const port = await closedPort();
    const dead = (name: string): { name: string; url: string } => ({
      name,
      url: `http://127.0.0.1:${String(port)}`,
    });
    const alive = use(await startRawUpstream(ollamaLike().respond));
    const rig = use(poolRig([dead('a'), dead('b'), dead('c'), { name: 'd', url: alive.url }]));
    await rig.upstreams.start();
    expect(rig.of('health.panic-changed')).toEqual([
      { type: 'health.panic-changed', active: true, healthy: 1, total: 4 },
    ]);
    expect(rig.upstreams.snapshots().every(({ inRotation }) => inRotation)).toBe(true);
    rig.upstreams.tune({ ...TUNING_DEFAULTS, health: { ...TUNING_DEFAULTS.health, panicThreshold: 0.25 } });
    expect(rig.of('health.panic-changed').at(-1)?.active).toBe(false);
    expect(
      rig.upstreams
        .snapshots()
        .filter(({ inRotation }) => inRotation)
        .map(({ name }) => name),
    ).toEqual(['d']);
  });
});
