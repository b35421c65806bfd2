import { describe, expect, it } from 'vitest';
import { upstreamJson } from './admin/upstreams.ts';
import { breakerName, modelId, upstreamName } from './core/ids.ts';
import type { BreakerSnapshot, StateReader, UpstreamSnapshot } from './core/state.ts';
import { breakerReport, cacheReport, healthReport, judge, readiness, type HealthFacts } from './health.ts';

const FACTS: HealthFacts = {
  version: '1.2.3',
  startedAt: 0,
  uptimeSeconds: 61.7,
  draining: false,
  closedByHand: false,
  metricsEnabled: true,
  embedderProblem: null,
  workers: null,
  reloads: { appliedAt: 0, needsRestart: [], problem: null },
};

const upstream = (name: string, more: Partial<UpstreamSnapshot> = {}): UpstreamSnapshot => ({
  name: upstreamName(name),
  kind: 'ollama',
  url: 'http://127.0.0.1:11434',
  healthy: true,
  reason: 'answers',
  probedAt: 0,
  version: '0.12.6',
  models: [modelId('m')],
  resident: [],
  inRotation: true,
  hint: null,
  weight: 1,
  simulator: false,
  draining: false,
  inFlight: 0,
  ...more,
});

const breaker = (name: string, more: Partial<BreakerSnapshot> = {}): BreakerSnapshot => ({
  name: breakerName(name),
  state: 'closed',
  consecutiveFailures: 0,
  lastStateChangeAt: 0,
  inFlight: 0,
  retryAfterMs: null,
  manual: null,
  ...more,
});

function state(upstreams: UpstreamSnapshot[], breakers: BreakerSnapshot[], maxEntries = 4): StateReader {
  return {
    upstreams: () => upstreams,
    breakers: () => breakers,
    pools: () => [{ client: upstreamName('a'), connections: 1, maxsize: 2, busy: 0, idle: 1, pending: 0 }],
    queues: () => [
      {
        upstream: upstreamName('a'),
        depth: 0,
        permits: 1,
        permitsInUse: 0,
        oldestWaitMs: 0,
        adaptiveLimit: null,
      },
    ],
    cache: () => ({
      mode: 'on',
      embedder: null,
      entries: 1,
      maxEntries,
      bytes: 0,
      maxBytes: 0,
      falseHitBound: null,
      store: { kind: 'memory', state: 'ok', reason: null, pending: 0 },
    }),
  };
}

describe('health', () => {
  it('is ok when all is well', () => {
    const well = state([upstream('a')], [breaker('a')]);
    expect(judge(well, FACTS)).toEqual({ status: 'ok', reasons: [] });
    expect(readiness(well, FACTS)).toEqual({ ready: true, reason: '1 of 1 upstreams healthy' });
  });

  it('is degraded while requests are still answered, and says by what', () => {
    const partly = state(
      [upstream('a'), upstream('b', { healthy: false, reason: 'connect ECONNREFUSED' })],
      [
        breaker('a'),
        breaker('b', { state: 'open', retryAfterMs: 4_200 }),
        breaker('a/e', { state: 'half_open' }),
      ],
    );
    expect(judge(partly, { ...FACTS, embedderProblem: 'no embedder' })).toEqual({
      status: 'degraded',
      reasons: [
        'upstream b is unhealthy: connect ECONNREFUSED',
        'breaker b is open, next try in 5 s',
        'breaker a/e is half-open',
        'no embedder',
      ],
    });
    expect(readiness(partly, FACTS)).toEqual({ ready: true, reason: '1 of 2 upstreams healthy' });
  });

  it('is down when no upstream can take a request, or when it shuts down', () => {
    const open = state([upstream('a')], [breaker('a', { state: 'open' })]);
    expect(judge(open, FACTS).status).toBe('down');
    expect(readiness(open, FACTS)).toEqual({
      ready: false,
      reason: 'no upstream can take a request; breaker a is open',
    });
    const well = state([upstream('a')], [breaker('a')]);
    expect(judge(well, { ...FACTS, draining: true })).toMatchObject({
      status: 'down',
      reasons: ['shutting down: no new requests are taken'],
    });
  });

  it('reports everything as plain JSON with readable times', () => {
    const report = healthReport(state([upstream('a')], [breaker('a')]), FACTS);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      status: 'ok',
      version: '1.2.3',
      startedAt: '1970-01-01T00:00:00.000Z',
      uptimeSeconds: 61,
      upstreams: [{ name: 'a', probedAt: '1970-01-01T00:00:00.000Z' }],
      cache: { fillRatio: 0.25 },
    });
    expect(upstreamJson(upstream('a', { probedAt: null }))).toMatchObject({ probedAt: null });
    expect(breakerReport(state([], [breaker('a')]))).toMatchObject([
      { lastStateChangeAt: '1970-01-01T00:00:00.000Z' },
    ]);
    expect(cacheReport(state([], [], 0))).toMatchObject({ fillRatio: 0 });
  });
});
