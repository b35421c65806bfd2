/** Every way an attempt can end, as a fault to inject. The classes are those of docs/guides and `core/outcome.ts`. */
import type { UpstreamInput } from '../../src/config/config.ts';
import type { FaultRule } from '../../src/simulator/index.ts';
import type { Stand } from './stand.ts';

export interface Case {
  /** What is the matter, in the words of the table. */
  readonly outcome: string;
  /** How it is brought about. */
  readonly injected: string;
  readonly fault?: FaultRule;
  /** Whether content had reached the client when it happened. */
  readonly point: 'before' | 'after' | 'none';
  /** Whether a second, healthy upstream stands beside. Before the first byte both are shown. */
  readonly beside: readonly boolean[];
  readonly stream?: boolean;
  /** A server that misbehaves in a way that the simulator does not stands for `a`. */
  readonly server?: 'resets reused connections' | 'error line first';
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes of upstream `a`. */
  readonly upstream?: Partial<UpstreamInput>;
  /** What is done just before the request. */
  readonly before?: (stand: Stand) => Promise<void>;
  /** The client goes away at this point. */
  readonly leaves?: 'waiting' | 'streaming';
}

const BOTH = [false, true] as const;
const ALONE = [false] as const;

/** The same fault before anything was said, and in the middle of an answer. */
const twice = (outcome: string, injected: string, fault: FaultRule): readonly Case[] => [
  {
    outcome,
    injected: `${injected} before the first item`,
    fault: { ...fault, afterItems: 0 },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome,
    injected: `${injected} after three items`,
    fault: { ...fault, afterItems: 3 },
    point: 'after',
    beside: [true],
  },
];

export const CASES: readonly Case[] = [
  { outcome: 'complete', injected: 'nothing', point: 'none', beside: BOTH },
  {
    outcome: 'connection refused',
    injected: 'the port is closed',
    fault: { fault: 'refuse' },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: 'name not resolved',
    injected: 'a host name that does not exist',
    upstream: { url: 'http://nowhere.invalid:11434' },
    point: 'before',
    beside: ALONE,
  },
  {
    outcome: 'TLS handshake failed',
    injected: 'https to a port that speaks http',
    upstream: { url: 'https' },
    point: 'before',
    beside: ALONE,
  },
  {
    outcome: 'reset before the answer',
    injected: 'TCP reset on reading the request',
    fault: { fault: 'refuse', path: '/api/chat' },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: 'reset on a reused connection',
    injected: 'TCP reset when a kept connection is used again, once',
    server: 'resets reused connections',
    point: 'before',
    beside: ALONE,
    before: (stand) => stand.keepConnection(),
  },
  ...twice('reset', 'TCP reset', { fault: 'reset' }),
  {
    outcome: 'our queue is full',
    injected: '`parallel: 1`, `queue.max: 0`, one is running',
    upstream: { parallel: 1, queue: { max: 0 } },
    point: 'before',
    beside: ALONE,
    before: (stand) => stand.occupy(),
  },
  {
    outcome: 'our queue timed out',
    injected: '`parallel: 1`, `queue.waitMs: 50`, one is running',
    upstream: { parallel: 1, queue: { waitMs: 50 } },
    point: 'before',
    beside: ALONE,
    before: (stand) => stand.occupy(),
  },
  {
    outcome: 'first-token timeout',
    injected: 'no headers',
    fault: { fault: 'hang' },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: 'stall between chunks',
    injected: 'silence after three items',
    fault: { fault: 'stall', afterItems: 3 },
    point: 'after',
    beside: [true],
  },
  {
    outcome: 'total time limit',
    injected: '`timeouts.totalMs: 200`, no headers',
    fault: { fault: 'hang' },
    upstream: { timeouts: { totalMs: 200 } },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: '5xx',
    injected: 'status 500',
    fault: { fault: 'status', status: 500 },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: '503 server busy',
    injected: 'status 503 with `retry-after: 1`',
    fault: { fault: 'status', status: 503, retryAfterS: 1 },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: '429',
    injected: 'status 429 with `retry-after: 1`',
    fault: { fault: 'status', status: 429, retryAfterS: 1 },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: '4xx',
    injected: 'status 400',
    fault: { fault: 'status', status: 400 },
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: '404 model',
    injected: 'the model was deleted since the last probe',
    point: 'before',
    beside: BOTH,
    before: (stand) => stand.deleteModel(),
  },
  {
    outcome: 'error line in a 200 stream',
    injected: 'an error line as the first item',
    server: 'error line first',
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: 'error line in a 200 stream',
    injected: 'Ollama’s error line after three items',
    fault: { fault: 'error-in-stream', afterItems: 3 },
    point: 'after',
    beside: [true],
  },
  ...twice('end without the final object', 'proper end', { fault: 'truncate' }),
  {
    outcome: 'not the protocol',
    injected: 'half of a JSON answer (`stream: false`)',
    fault: { fault: 'malformed' },
    stream: false,
    point: 'before',
    beside: BOTH,
  },
  {
    outcome: 'one item that is not the protocol',
    injected: 'a broken item after three items: passed on as it came',
    fault: { fault: 'malformed', afterItems: 3 },
    point: 'after',
    beside: [true],
  },
  {
    outcome: 'client went away',
    injected: 'the client hangs up while it waits',
    fault: { fault: 'hang' },
    point: 'before',
    beside: [true],
    leaves: 'waiting',
  },
  {
    outcome: 'client went away',
    injected: 'the client hangs up in the middle',
    fault: { fault: 'stall', afterItems: 3 },
    point: 'after',
    beside: [true],
    leaves: 'streaming',
  },
  {
    outcome: 'client’s own deadline',
    injected: '`x-request-timeout-ms: 150`, no headers',
    fault: { fault: 'hang' },
    headers: { 'x-request-timeout-ms': '150' },
    point: 'before',
    beside: [true],
  },
  {
    outcome: 'client’s own deadline',
    injected: '`x-request-timeout-ms: 150`, silence after three items',
    fault: { fault: 'stall', afterItems: 3 },
    headers: { 'x-request-timeout-ms': '150' },
    point: 'after',
    beside: [true],
  },
  {
    outcome: 'breaker open',
    injected: 'the breaker of `a` was isolated by hand',
    point: 'before',
    beside: BOTH,
    before: (stand) => stand.isolate(),
  },
];
