import { describe, expect, it } from 'vitest';
import { BREAKER, EVENT_TYPES, MODEL, SAMPLE_EVENTS, UPSTREAM } from '../../test/telemetry/sample-events.ts';
import { startTelemetry, stillProcess } from '../../test/telemetry/start.ts';
import {
  breakerSnapshot,
  nothing,
  oneUpstream,
  readerOf,
  upstreamSnapshot,
} from '../../test/telemetry/state.ts';
import type { GatewayEvent } from '../core/events.ts';
import { breakerName, modelId, upstreamName } from '../core/ids.ts';
import { createEventBus } from '../runtime/event-bus.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import type { MetricDefinition } from './catalogue/definition.ts';
import { CATALOGUE } from './catalogue.ts';
import { createTelemetry } from './telemetry.ts';

const finished = SAMPLE_EVENTS['request.finished'];
const lookedUp = SAMPLE_EVENTS['cache.looked-up'];

describe('the first scrape', () => {
  it('has every combination of the eleven at 0, the gauges true, and requests_total complete', async () => {
    using stand = startTelemetry();
    const body = await stand.body();
    const lines = body.split('\n').filter((line) => /^(circuit|connection|semcache)_/.test(line));
    expect(lines).toEqual([
      'circuit_breaker_state{breaker_name="gpu-1"} 0',
      'circuit_breaker_calls_total{breaker_name="gpu-1",status="success"} 0',
      'circuit_breaker_calls_total{breaker_name="gpu-1",status="failure"} 0',
      'circuit_breaker_calls_total{breaker_name="gpu-1",status="rejected"} 0',
      ...[
        'client_aborted',
        'deadline',
        'client_error',
        'rate_limited',
        'stale_connection',
        'not_sent',
        'lease_expired',
        'no_inference',
        'other_scope',
        'hedge_lost',
      ].map((reason) => `circuit_breaker_ignored_total{breaker_name="gpu-1",reason="${reason}"} 0`),
      ...[
        ['closed', 'open'],
        ['closed', 'half_open'],
        ['open', 'closed'],
        ['open', 'half_open'],
        ['half_open', 'closed'],
        ['half_open', 'open'],
      ].map(
        ([from, to]) =>
          `circuit_breaker_transitions_total{breaker_name="gpu-1",from_state="${from ?? ''}",to_state="${to ?? ''}"} 0`,
      ),
      'circuit_breaker_consecutive_failures{breaker_name="gpu-1"} 0',
      'circuit_breaker_last_state_change_timestamp{breaker_name="gpu-1"} 1700000000.5',
      'connection_pool_requests_total{client_name="gpu-1"} 0',
      'connection_pool_size{client_name="gpu-1",pool_type="connections"} 3',
      'connection_pool_size{client_name="gpu-1",pool_type="maxsize"} 8',
      'semcache_hits_total{type="exact"} 0',
      'semcache_hits_total{type="semantic"} 0',
      'semcache_misses_total 0',
      'semcache_size 25',
      'semcache_fill_ratio 0.25',
    ]);
    const requests = await stand.lines('llamascope_requests_total');
    expect(requests.length).toBe(9 * 6);
    expect(requests.every((line) => line.endsWith(' 0'))).toBe(true);
  });

  it('has no labelled series of the others that nothing has counted', async () => {
    using stand = startTelemetry();
    for (const name of ['llamascope_retries_total', 'llamascope_request_duration_seconds_count']) {
      expect(await stand.lines(name)).toEqual([]);
    }
    expect(await stand.lines('llamascope_unmatched_requests_total')).toEqual([
      'llamascope_unmatched_requests_total 0',
    ]);
  });

  it('is complete with a prefix, which only the twelve carry', async () => {
    using stand = startTelemetry({ prefix: 'acme_' });
    stand.emit(SAMPLE_EVENTS['breaker.settled']);
    expect(await stand.value('acme_circuit_breaker_calls_total', { status: 'failure' })).toBe(1);
    const names = (await stand.samples()).map((sample) => sample.name);
    const unprefixed = names.filter((name) => !name.startsWith('acme_'));
    expect(unprefixed.every((name) => name.startsWith('llamascope_'))).toBe(true);
    expect(names.some((name) => name.startsWith('acme_llamascope'))).toBe(false);
  });
});

describe('events', () => {
  it('count exactly for the breaker, through a whole cycle', async () => {
    using stand = startTelemetry();
    const breaker = BREAKER;
    const settled = (status: 'success' | 'failure', times: number): void => {
      for (let i = 0; i < times; i += 1) stand.emit({ type: 'breaker.settled', breaker, status });
    };
    const moved = (
      from: 'closed' | 'open' | 'half_open',
      to: 'closed' | 'open' | 'half_open',
      cause: 'tripped' | 'timer' | 'recovered' | 'probe_failed' | 'manual',
    ): void => {
      stand.emit({ type: 'breaker.transitioned', breaker, from, to, cause, at: 1_700_000_001_000 });
    };
    settled('success', 7);
    settled('failure', 5);
    moved('closed', 'open', 'tripped');
    stand.emit(SAMPLE_EVENTS['breaker.rejected'], SAMPLE_EVENTS['breaker.rejected']);
    moved('open', 'half_open', 'timer');
    moved('half_open', 'open', 'probe_failed');
    moved('open', 'half_open', 'timer');
    settled('success', 2);
    moved('half_open', 'closed', 'recovered');
    stand.emit(SAMPLE_EVENTS['breaker.ignored']);
    stand.state.breakers = [
      breakerSnapshot('gpu-1', {
        state: 'half_open',
        consecutiveFailures: 3,
        lastStateChangeAt: 1_700_000_009_250,
      }),
    ];
    const values = Object.fromEntries(
      (await stand.body())
        .split('\n')
        .filter((line) => line.startsWith('circuit_breaker') && !line.endsWith(' 0'))
        .map((line) => line.split(' ')),
    ) as Record<string, string>;
    const transition = (from: string, to: string): string =>
      `circuit_breaker_transitions_total{breaker_name="gpu-1",from_state="${from}",to_state="${to}"}`;
    expect(values).toEqual({
      'circuit_breaker_state{breaker_name="gpu-1"}': '2',
      'circuit_breaker_calls_total{breaker_name="gpu-1",status="success"}': '9',
      'circuit_breaker_calls_total{breaker_name="gpu-1",status="failure"}': '5',
      'circuit_breaker_calls_total{breaker_name="gpu-1",status="rejected"}': '2',
      'circuit_breaker_ignored_total{breaker_name="gpu-1",reason="client_aborted"}': '1',
      [transition('closed', 'open')]: '1',
      [transition('open', 'half_open')]: '2',
      [transition('half_open', 'open')]: '1',
      [transition('half_open', 'closed')]: '1',
      'circuit_breaker_consecutive_failures{breaker_name="gpu-1"}': '3',
      'circuit_breaker_last_state_change_timestamp{breaker_name="gpu-1"}': '1700000009.25',
    });
  });

  it('count one cache result per request: hit, miss or bypass; a shadow hit is a miss too', async () => {
    using stand = startTelemetry();
    const hit = { ...lookedUp, shadowHit: false, similarity: null, semanticMs: null };
    stand.emit(
      { ...hit, result: 'hit-exact' },
      { ...hit, result: 'hit-exact' },
      { ...hit, result: 'hit-semantic', similarity: 0.97, semanticMs: 0.3 },
      lookedUp,
      { ...hit, result: 'miss' },
      { ...hit, result: 'bypass', bypass: 'sampled' },
      { ...hit, result: 'bypass', bypass: null },
    );
    const expected: readonly (readonly [string, Record<string, string>, number])[] = [
      ['semcache_hits_total', { type: 'exact' }, 2],
      ['semcache_hits_total', { type: 'semantic' }, 1],
      ['semcache_misses_total', {}, 2],
      ['llamascope_semcache_shadow_hits_total', {}, 1],
      ['llamascope_semcache_bypass_total', {}, 1],
      ['llamascope_semcache_similarity_count', {}, 2],
      ['llamascope_semcache_similarity_bucket', { le: '0.95' }, 1],
      ['llamascope_semcache_similarity_bucket', { le: '0.97' }, 2],
      ['llamascope_semcache_lookup_seconds_count', { tier: 'exact' }, 5],
      ['llamascope_semcache_lookup_seconds_count', { tier: 'semantic' }, 2],
    ];
    for (const [name, labels, value] of expected) {
      expect([name, labels, await stand.value(name, labels)]).toEqual([name, labels, value]);
    }
  });

  it('time a streamed answer from an upstream in all its parts', async () => {
    using stand = startTelemetry();
    stand.emit(SAMPLE_EVENTS['request.started'], SAMPLE_EVENTS['request.started']);
    expect(await stand.value('llamascope_inflight_requests', { endpoint: '/api/chat' })).toBe(2);
    stand.emit(finished);
    const served = { endpoint: '/api/chat', served: 'upstream' };
    const expected: readonly (readonly [string, Record<string, string>, number])[] = [
      ['llamascope_inflight_requests', { endpoint: '/api/chat' }, 1],
      ['llamascope_requests_total', { endpoint: '/api/chat', outcome: 'ok' }, 1],
      ['llamascope_request_duration_seconds_sum', served, 2.2],
      ['llamascope_request_duration_seconds_bucket', { ...served, le: '1.0' }, 0],
      ['llamascope_request_duration_seconds_bucket', { ...served, le: '2.5' }, 1],
      ['llamascope_overhead_seconds_sum', { path: 'miss' }, 0.0003],
      ['llamascope_time_to_first_token_seconds_sum', { model: MODEL }, 0.2],
      // (2.2 s - 0.2 s) / (101 - 1)
      ['llamascope_time_per_output_token_seconds_sum', { model: MODEL }, 0.02],
      ['llamascope_model_load_seconds_sum', { model: MODEL }, 0.02],
      ['llamascope_prefill_seconds_sum', { model: MODEL }, 0.12],
      ['llamascope_decode_seconds_sum', { model: MODEL }, 2],
      ['llamascope_tokens_total', { model: MODEL, direction: 'input' }, 30],
      ['llamascope_tokens_total', { model: MODEL, direction: 'output' }, 101],
    ];
    for (const [name, labels, value] of expected) {
      expect([name, labels, await stand.value(name, labels)]).toEqual([name, labels, value]);
    }
  });

  it('count neither tokens nor model times for what the cache served', async () => {
    using stand = startTelemetry();
    stand.emit({ ...finished, served: 'cache', cache: 'hit-exact', durationMs: 0.4 });
    expect(await stand.value('llamascope_request_duration_seconds_count', { served: 'cache' })).toBe(1);
    expect(await stand.value('llamascope_overhead_seconds_count', { path: 'hit' })).toBe(1);
    const names = new Set((await stand.samples()).map((sample) => sample.name));
    for (const name of ['tokens_total', 'time_to_first_token_seconds_count', 'decode_seconds_count']) {
      expect(names.has(`llamascope_${name}`)).toBe(false);
    }
  });

  it('time no first token of an answer that was not streamed, and no pace of one that was cut', async () => {
    using stand = startTelemetry();
    stand.emit({ ...finished, streamed: false, times: null });
    stand.emit({ ...finished, outcome: 'aborted', times: null });
    stand.emit({ ...finished, usage: { promptTokens: 3, completionTokens: 1 }, times: null });
    stand.emit({
      ...finished,
      usage: null,
      overheadMs: null,
      times: { totalNs: 1, loadNs: 0, promptEvalNs: 0, evalNs: 0 },
    });
    expect(await stand.value('llamascope_time_to_first_token_seconds_count')).toBe(3);
    const names = new Set((await stand.samples()).map((sample) => sample.name));
    for (const name of ['time_per_output_token', 'model_load', 'prefill', 'decode']) {
      expect(names.has(`llamascope_${name}_seconds_count`)).toBe(false);
    }
  });

  it('count a refused request by outcome only', async () => {
    using stand = startTelemetry();
    stand.emit({ ...finished, outcome: 'shed', served: 'none', ttftMs: null, overheadMs: null, usage: null });
    expect(await stand.value('llamascope_requests_total', { endpoint: '/api/chat', outcome: 'shed' })).toBe(
      1,
    );
    expect(await stand.lines('llamascope_request_duration_seconds_count')).toEqual([]);
  });

  it('feed every metric that the catalogue says they feed', async () => {
    const pauses: ((kind: number, durationMs: number) => void)[] = [];
    using stand = startTelemetry(
      { maxSeriesPerFamily: 60 },
      {
        process: stillProcess({
          onGarbageCollection: (callback) => {
            pauses.push(callback);
            return () => undefined;
          },
          heapLimit: () => {
            throw new Error('no statistics');
          },
        }),
      },
    );
    for (const pause of pauses) pause(4, 12);
    stand.clock.advance(100);
    for (const type of EVENT_TYPES) {
      if (type !== 'breaker.removed' && type !== 'upstream.removed') stand.emit(SAMPLE_EVENTS[type]);
    }
    stand.emit(SAMPLE_EVENTS['request.started'], { ...lookedUp, result: 'hit-exact' });
    stand.emit({ ...lookedUp, result: 'bypass', bypass: 'header' });
    for (let i = 0; i < 20; i += 1) {
      const breaker = breakerName(`gpu-1/model-${i}`);
      stand.emit({ type: 'breaker.settled', breaker, status: 'success' });
    }
    stand.state.breakers = [breakerSnapshot('gpu-1', { state: 'open', consecutiveFailures: 5 })];
    await stand.body();
    const samples = await stand.samples();
    // What the live page feeds is fed where there is one: test/flow/live.test.ts.
    const zero = Object.entries<MetricDefinition>(CATALOGUE)
      .filter(([, { fedBy }]) => !fedBy.includes('live'))
      .map(([name, { type }]) => (type === 'histogram' ? `${name}_count` : name))
      .filter((name) => !samples.some((sample) => sample.name === name && sample.value !== 0));
    expect(zero).toEqual([]);
  });

  it('never throw and never reach a subscriber failure, whatever they carry', () => {
    using stand = startTelemetry();
    const wrong: readonly unknown[] = [
      { ...finished, outcome: 'nonsense', served: 'elsewhere', model: null, usage: null },
      { ...finished, endpoint: '/nowhere' },
      { ...SAMPLE_EVENTS['breaker.settled'], breaker: '' },
      { ...SAMPLE_EVENTS['upstream.attempted'], outcome: 'nonsense' },
      { ...SAMPLE_EVENTS['queue.waited'], durationMs: NaN },
      { ...SAMPLE_EVENTS['cache.vetoed'], reason: 'nonsense' },
      { type: 'unheard.of' },
    ];
    for (const event of wrong) stand.emit(event as GatewayEvent);
    expect(stand.bus.failures).toBe(0);
  });
});

describe('what comes and goes', () => {
  it('exists with all counters at 0 when it is added, and is gone when it is removed', async () => {
    using stand = startTelemetry({}, { state: nothing() });
    const upstream = upstreamName('late');
    const breaker = breakerName('late');
    stand.emit({ type: 'upstream.added', upstream }, { type: 'breaker.added', breaker, at: 0 });
    expect((await stand.lines('circuit_breaker_transitions_total')).length).toBe(6);
    expect((await stand.lines('circuit_breaker_calls_total')).length).toBe(3);
    expect(await stand.value('connection_pool_requests_total', { client_name: 'late' })).toBe(0);
    for (const type of [
      'upstream.attempted',
      'upstream.retried',
      'queue.waited',
      'queue.rejected',
      'pool.connect-failed',
    ] as const) {
      stand.emit({ ...SAMPLE_EVENTS[type], upstream, client: upstream } as unknown as GatewayEvent);
    }
    expect(await stand.body()).toContain('"late"');
    stand.emit({ type: 'upstream.removed', upstream }, { type: 'breaker.removed', breaker });
    stand.emit({ type: 'breaker.settled', breaker, status: 'success' });
    stand.emit({ type: 'upstream.attempted', upstream, outcome: 'aborted', durationMs: 1 });
    expect(await stand.body()).not.toContain('"late"');
  });

  it('counts for breakers and upstreams that were there before anybody listened', async () => {
    using stand = startTelemetry();
    stand.emit(SAMPLE_EVENTS['breaker.settled'], SAMPLE_EVENTS['pool.request-sent']);
    expect(await stand.value('circuit_breaker_calls_total', { status: 'failure' })).toBe(1);
    expect(await stand.value('connection_pool_requests_total', { client_name: UPSTREAM })).toBe(1);
  });

  it('drops the gauges of what the state no longer lists', async () => {
    using stand = startTelemetry();
    stand.state.upstreams = [upstreamSnapshot('gpu-2', { healthy: false })];
    stand.state.queues = [];
    expect(await stand.lines('llamascope_upstream_healthy')).toEqual([
      'llamascope_upstream_healthy{upstream="gpu-2"} 0',
    ]);
    expect(await stand.lines('llamascope_queue_depth')).toEqual([]);
  });

  it('reads the gauges at each scrape', async () => {
    using stand = startTelemetry();
    expect(await stand.lines('llamascope_upstream_permits')).toEqual([
      'llamascope_upstream_permits{upstream="gpu-1",state="in_use"} 1',
      'llamascope_upstream_permits{upstream="gpu-1",state="limit"} 2',
    ]);
    expect(await stand.value('llamascope_queue_depth', { upstream: 'gpu-1' })).toBe(4);
    expect(await stand.value('llamascope_models_resident', { upstream: 'gpu-1' })).toBe(1);
    expect(await stand.value('llamascope_pool_connections', { state: 'idle' })).toBe(2);
    stand.state.cache = { ...stand.state.cache, entries: 50, maxEntries: 0 };
    expect(await stand.value('semcache_size')).toBe(50);
    expect(await stand.value('semcache_fill_ratio')).toBe(0);
    expect(await stand.value('llamascope_semcache_bytes')).toBe(5_000);
  });
});

describe('the model label', () => {
  it('is the name of a model that an upstream has, its short form included, and other for the rest', async () => {
    using stand = startTelemetry();
    const ask = (model: string | null): void => {
      stand.emit({ ...finished, model: model === null ? null : modelId(model), times: null });
    };
    for (const model of ['llama3.2:1b', 'mistral', 'mistral:latest', 'invented', 'x'.repeat(10_000), null]) {
      ask(model);
    }
    expect(await stand.lines('llamascope_time_to_first_token_seconds_count')).toEqual([
      'llamascope_time_to_first_token_seconds_count{model="llama3.2:1b"} 1',
      'llamascope_time_to_first_token_seconds_count{model="mistral:latest"} 2',
      'llamascope_time_to_first_token_seconds_count{model="other"} 3',
    ]);
  });

  it('learns new models within a second, and looks no more often than that', async () => {
    const state = oneUpstream();
    let looks = 0;
    const reader = {
      ...readerOf(state),
      upstreams: () => {
        looks += 1;
        return state.upstreams;
      },
    };
    using stand = startTelemetry({}, { state, reader });
    const ask = (model: string): void => {
      stand.emit({ ...finished, model: modelId(model) });
    };
    for (let i = 0; i < 100; i += 1) ask(`invented-${i}`);
    expect(looks).toBe(1);
    state.upstreams = [upstreamSnapshot('gpu-1', { models: [modelId('fresh')] })];
    ask('fresh');
    stand.clock.advance(1_000);
    ask('fresh');
    expect(looks).toBe(2);
    expect(await stand.value('llamascope_decode_seconds_count', { model: 'fresh' })).toBe(1);
    expect(await stand.value('llamascope_decode_seconds_count', { model: 'other' })).toBe(101);
  });

  it('stops at the cap of the family: further models are other, counted once each', async () => {
    const models = Array.from({ length: 10 }, (_, i) => modelId(`model-${i}`));
    const state = { ...oneUpstream(), upstreams: [upstreamSnapshot('gpu-1', { models })] };
    // A first-token histogram takes 18 lines: five fit in 90, one of which is kept for `other`.
    using stand = startTelemetry({ maxSeriesPerFamily: 90 }, { state });
    for (const model of [...models, ...models]) stand.emit({ ...finished, model });
    const lines = await stand.lines('llamascope_time_to_first_token_seconds_count');
    expect(lines).toEqual([
      ...[0, 1, 2, 3].map((i) => `llamascope_time_to_first_token_seconds_count{model="model-${i}"} 2`),
      'llamascope_time_to_first_token_seconds_count{model="other"} 12',
    ]);
    const family = 'llamascope_time_to_first_token_seconds';
    expect(await stand.value('llamascope_metric_series_dropped_total', { family })).toBe(6);
  });

  it('is other while the list cannot be read', async () => {
    const state = oneUpstream();
    const reader = {
      ...readerOf(state),
      upstreams: (): never => {
        throw new Error('no list');
      },
    };
    using stand = startTelemetry({}, { state, reader });
    stand.emit(finished);
    expect(await stand.value('llamascope_decode_seconds_count', { model: 'other' })).toBe(1);
    expect(stand.bus.failures).toBe(0);
  });
});

describe('a scrape', () => {
  it('answers with the rest when a part of the state cannot be read, counts it, and recovers', async () => {
    const state = oneUpstream();
    let broken = true;
    const reader = {
      ...readerOf(state),
      breakers: () => {
        if (broken) throw new Error('half built');
        return state.breakers;
      },
      cache: () => {
        if (broken) throw new Error('closed');
        return state.cache;
      },
    };
    using stand = startTelemetry({}, { state, reader });
    stand.emit(SAMPLE_EVENTS['breaker.added']);
    broken = false;
    await stand.body();
    broken = true;
    const samples = await stand.samples();
    const has = (name: string): boolean => samples.some((sample) => sample.name === name);
    expect(has('circuit_breaker_state')).toBe(false);
    expect(has('semcache_size')).toBe(false);
    expect(has('circuit_breaker_calls_total')).toBe(true);
    expect(has('connection_pool_size')).toBe(true);
    expect(await stand.lines('llamascope_collector_errors_total')).toEqual([
      'llamascope_collector_errors_total{collector="breakers"} 2',
      'llamascope_collector_errors_total{collector="cache"} 2',
    ]);
    broken = false;
    expect(await stand.value('circuit_breaker_state', { breaker_name: 'gpu-1' })).toBe(0);
  });

  it('says how many series each family has, itself included, and how long the last one took', async () => {
    using stand = startTelemetry();
    for (const type of EVENT_TYPES) stand.emit(SAMPLE_EVENTS[type]);
    for (let scrape = 0; scrape < 3; scrape += 1) {
      const samples = await stand.samples();
      const said = samples.filter((sample) => sample.name === 'llamascope_metric_series');
      const familyOf = (name: string): string =>
        name in CATALOGUE ? name : name.replace(/_(bucket|sum|count)$/, '');
      const counted = Object.groupBy(samples, (sample) => familyOf(sample.name));
      expect(Object.fromEntries(said.map(({ labels, value }) => [labels['family'], value]))).toEqual(
        Object.fromEntries(Object.entries(counted).map(([family, series]) => [family, series?.length])),
      );
    }
    expect(await stand.value('llamascope_scrape_render_seconds_count')).toBe(3);
  });

  it('changes nothing that another reader sees', async () => {
    using stand = startTelemetry();
    for (const type of EVENT_TYPES) stand.emit(SAMPLE_EVENTS[type]);
    const stable = (body: string): string => body.replace(/.*scrape_render.*\n/g, '');
    await stand.body();
    const text = await stand.body();
    const [openMetrics] = await Promise.all([stand.body('application/openmetrics-text'), stand.body()]);
    expect(stable(await stand.body())).toBe(stable(text));
    expect(stable(await stand.body('application/openmetrics-text'))).toBe(stable(openMetrics));
  });

  it('stays below 2,000 series with one upstream, three models and everything counted', async () => {
    using stand = startTelemetry();
    for (const model of ['llama3.2:1b', 'mistral', 'invented']) {
      for (const endpoint of [
        '/api/chat',
        '/api/embed',
        '/v1/chat/completions',
        '/v1/embeddings',
        'other',
      ] as const) {
        for (const served of ['upstream', 'cache'] as const) {
          stand.emit({ ...finished, endpoint, model: modelId(model), served });
        }
      }
    }
    for (const type of EVENT_TYPES) {
      if (!type.endsWith('.removed')) stand.emit(SAMPLE_EVENTS[type]);
    }
    expect((await stand.samples()).length).toBeLessThan(1_000);
  });

  it('shows live readers the present after a refresh', () => {
    using stand = startTelemetry();
    const size = stand.telemetry.metrics?.gauge('semcache_size').labels({});
    stand.telemetry.refresh();
    expect(size?.value()).toBe(25);
    stand.state.cache = { ...stand.state.cache, entries: 30 };
    stand.telemetry.refresh();
    expect(size?.value()).toBe(30);
  });
});

describe('configuration reloads', () => {
  it('are dated by the configuration in force', async () => {
    using stand = startTelemetry();
    expect(await stand.value('llamascope_config_last_reload_timestamp_seconds')).toBe(1_700_000_000);
    stand.emit({ ...SAMPLE_EVENTS['config.reloaded'], at: 1_700_000_050_000 });
    stand.emit({ ...SAMPLE_EVENTS['config.reloaded'], result: 'rejected', at: 1_700_000_090_000 });
    expect(await stand.value('llamascope_config_last_reload_timestamp_seconds')).toBe(1_700_000_050);
    expect(await stand.value('llamascope_config_reloads_total', { result: 'rejected' })).toBe(1);
  });
});

describe('telemetry switched off', () => {
  it('subscribes to nothing, starts no timer and says so when asked', async () => {
    const bus = createEventBus();
    const clock = new ManualClock();
    let subscriptions = 0;
    const watched = {
      ...bus,
      subscribe: (subscriber: (event: GatewayEvent) => void) => {
        subscriptions += 1;
        return bus.subscribe(subscriber);
      },
    };
    const telemetry = createTelemetry(
      { enabled: false },
      { bus: watched, clock, state: readerOf(nothing()), version: '0' },
    );
    telemetry.refresh();
    expect([telemetry.enabled, telemetry.metrics, subscriptions, clock.pending]).toEqual([false, null, 0, 0]);
    await expect(telemetry.render(undefined)).rejects.toMatchObject({
      code: 'metrics_disabled',
      status: 404,
      message: expect.stringContaining('METRICS_ENABLED') as string,
    });
    telemetry.close();
  });

  it('stops listening and sampling when closed, and keeps what it counted readable', async () => {
    using stand = startTelemetry();
    stand.emit(SAMPLE_EVENTS['request.unmatched']);
    stand.telemetry.close();
    stand.emit(SAMPLE_EVENTS['request.unmatched']);
    expect(stand.clock.pending).toBe(0);
    expect(await stand.value('llamascope_unmatched_requests_total')).toBe(1);
  });

  it('counts subscribers that fail, without being one', async () => {
    using stand = startTelemetry();
    stand.bus.subscribe(() => {
      throw new Error('a faulty subscriber');
    });
    stand.emit(SAMPLE_EVENTS['request.unmatched']);
    expect(await stand.value('llamascope_subscriber_failures_total')).toBe(1);
  });
});
