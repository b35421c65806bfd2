import type { GatewayEvent } from '../../src/core/events.ts';
import { breakerName, clientId, modelId, requestId, upstreamName } from '../../src/core/ids.ts';

/** One event of every type. An event type without an entry here does not compile. */
export type SampleEvents = { readonly [T in GatewayEvent['type']]: Extract<GatewayEvent, { type: T }> };

export const UPSTREAM: ReturnType<typeof upstreamName> = upstreamName('gpu-1');
export const BREAKER: ReturnType<typeof breakerName> = breakerName('gpu-1');
export const MODEL: ReturnType<typeof modelId> = modelId('llama3.2:1b');

export const SAMPLE_EVENTS: SampleEvents = {
  'request.started': { type: 'request.started', endpoint: '/api/chat' },
  'request.finished': {
    type: 'request.finished',
    id: requestId('0123456789abcdef-00000'),
    endpoint: '/api/chat',
    model: MODEL,
    client: clientId('app'),
    outcome: 'ok',
    served: 'upstream',
    status: 200,
    streamed: true,
    upstream: UPSTREAM,
    cache: 'miss',
    attempts: 1,
    durationMs: 2_200,
    ttftMs: 200,
    overheadMs: 0.3,
    queuedMs: 40,
    usage: { promptTokens: 30, completionTokens: 101 },
    times: { totalNs: 2_150_000_000, loadNs: 20_000_000, promptEvalNs: 120_000_000, evalNs: 2_000_000_000 },
    errorCode: null,
  },
  'request.unmatched': { type: 'request.unmatched', status: 404 },
  'client.aborted': { type: 'client.aborted', phase: 'streaming' },
  'model.fell-back': { type: 'model.fell-back', from: MODEL, to: modelId('qwen2.5:0.5b'), reason: 'missing' },
  'cache.looked-up': {
    type: 'cache.looked-up',
    result: 'miss',
    bypass: null,
    similarity: 0.93,
    exactMs: 0.02,
    semanticMs: 0.4,
    shadowHit: true,
  },
  'cache.embedded': { type: 'cache.embedded', durationMs: 12, failed: true },
  'cache.vetoed': { type: 'cache.vetoed', reason: 'number' },
  'cache.stored': { type: 'cache.stored', result: 'stored', bytes: 900 },
  'cache.evicted': { type: 'cache.evicted', reason: 'ttl' },
  'cache.saved': { type: 'cache.saved', seconds: 1.5, tokens: 131 },
  'breaker.added': { type: 'breaker.added', breaker: BREAKER, at: 1_700_000_000_000 },
  'breaker.removed': { type: 'breaker.removed', breaker: BREAKER },
  'breaker.settled': { type: 'breaker.settled', breaker: BREAKER, status: 'failure' },
  'breaker.ignored': { type: 'breaker.ignored', breaker: BREAKER, reason: 'client_aborted' },
  'breaker.rejected': { type: 'breaker.rejected', breaker: BREAKER },
  'breaker.transitioned': {
    type: 'breaker.transitioned',
    breaker: BREAKER,
    from: 'closed',
    to: 'open',
    cause: 'tripped',
    at: 1_700_000_001_000,
  },
  'upstream.added': { type: 'upstream.added', upstream: UPSTREAM },
  'upstream.removed': { type: 'upstream.removed', upstream: UPSTREAM },
  'upstream.attempted': {
    type: 'upstream.attempted',
    upstream: UPSTREAM,
    outcome: 'success',
    durationMs: 2_100,
  },
  'upstream.health-changed': {
    type: 'upstream.health-changed',
    upstream: UPSTREAM,
    healthy: false,
    reason: 'connection refused',
  },
  'upstream.retried': { type: 'upstream.retried', upstream: UPSTREAM, reason: 'reset' },
  'retry.budget-exhausted': { type: 'retry.budget-exhausted' },
  'queue.joined': { type: 'queue.joined', upstream: UPSTREAM, position: 3 },
  'queue.left': { type: 'queue.left', upstream: UPSTREAM, reason: 'timeout', durationMs: 30_000 },
  'queue.waited': { type: 'queue.waited', upstream: UPSTREAM, durationMs: 40 },
  'queue.rejected': { type: 'queue.rejected', upstream: UPSTREAM, reason: 'full' },
  'pool.request-sent': { type: 'pool.request-sent', client: UPSTREAM, reused: true, waitMs: 0.2 },
  'pool.connected': { type: 'pool.connected', client: UPSTREAM, durationMs: 1.5 },
  'pool.connect-failed': { type: 'pool.connect-failed', client: UPSTREAM, reason: 'refused' },
  'config.reloaded': {
    type: 'config.reloaded',
    result: 'applied',
    trigger: 'signal',
    at: 1_700_000_002_000,
    changed: ['cache.mode'],
    needsRestart: [],
    problem: null,
  },
  'operation.performed': {
    type: 'operation.performed',
    action: 'breaker.isolate',
    target: 'gpu-1',
    at: 1_700_000_003_000,
  },
  'subscriber.failed': { type: 'subscriber.failed', error: new Error('a subscriber threw') },
};

export const EVENT_TYPES = Object.keys(SAMPLE_EVENTS) as GatewayEvent['type'][];
