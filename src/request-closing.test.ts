import { describe, expect, it } from 'vitest';
import { GatewayError, type ErrorCode } from './core/errors.ts';
import type { GatewayEvent } from './core/events.ts';
import { clientId, requestId } from './core/ids.ts';
import type { ByteSink, ByteStream } from './core/stream.ts';
import { matchRoute } from './http/routes.ts';
import { RequestClosing, StreamBoundary } from './request-closing.ts';
import { ManualClock } from './runtime/manual-clock.ts';

function open(): {
  closing: RequestClosing;
  events: GatewayEvent[];
  clock: ManualClock;
  released: () => number;
} {
  const match = matchRoute('POST', '/api/chat');
  if (match.found !== 'route') throw new Error('no such route');
  const events: GatewayEvent[] = [];
  const clock = new ManualClock();
  const closing = new RequestClosing(match.route, (event) => events.push(event), clock);
  closing.identify(requestId('r-1'), clientId('me'));
  let released = 0;
  closing.onClosed(() => (released += 1));
  return { closing, events, clock, released: () => released };
}

const finished = (events: readonly GatewayEvent[]): Extract<GatewayEvent, { type: 'request.finished' }>[] =>
  events.filter((event) => event.type === 'request.finished');

describe('the end of a request', () => {
  it.each([
    ['client_closed', 'aborted'],
    ['upstream_timeout', 'timeout'],
    ['deadline_exceeded', 'timeout'],
    ['queue_full', 'shed'],
    ['breaker_open', 'shed'],
    ['draining', 'shed'],
    ['invalid_json', 'client_error'],
    ['not_cached', 'client_error'],
    ['loop_detected', 'client_error'],
    ['upstream_cut', 'upstream_error'],
    ['internal', 'upstream_error'],
  ] as const)('counts a refusal with %s as %s', (code: ErrorCode, outcome) => {
    const { closing, events, released } = open();
    const error = new GatewayError(code, 'said');
    closing.refused(error);
    closing.refused(error);
    expect(finished(events)).toMatchObject([
      { outcome, status: error.status, served: 'none', errorCode: code, id: 'r-1' },
    ]);
    expect(events.some((event) => event.type === 'client.aborted')).toBe(outcome === 'aborted');
    expect(released()).toBe(1);
  });

  it.each([
    [200, 'ok'],
    [304, 'ok'],
    [404, 'client_error'],
    [429, 'upstream_error'],
    [500, 'upstream_error'],
  ])('counts a whole answer with status %i as %s', (status, outcome) => {
    const { closing, events } = open();
    const body = Buffer.from('{}');
    expect(closing.answered({ status, headers: [], body, streaming: false }, new StreamBoundary())).toBe(
      body,
    );
    expect(finished(events)).toMatchObject([{ outcome, status, streamed: false }]);
  });

  it('ends with its stream, however that ends, and only once', () => {
    for (const [end, outcome] of [
      [(sink: ByteSink) => sink.end(), 'ok'],
      [(sink: ByteSink) => sink.fail(new GatewayError('upstream_cut', 'cut')), 'upstream_error'],
      [(sink: ByteSink) => sink.fail(new Error('what?')), 'upstream_error'],
      [null, 'aborted'],
    ] as const) {
      const { closing, events, clock } = open();
      let sink: ByteSink | null = null;
      const source: ByteStream = {
        start: (given) => (sink = given),
        resume: () => undefined,
        cancel: () => undefined,
      };
      const boundary = new StreamBoundary();
      const body = closing.answered(
        { status: 200, headers: [], body: source, streaming: true },
        boundary,
      ) as ByteStream;
      body.start({ write: () => true, end: () => undefined, fail: () => undefined });
      (sink as unknown as ByteSink).write(Buffer.from('{"a":1}\n'));
      body.resume();
      expect(finished(events)).toEqual([]);
      clock.advance(25);
      if (end === null) body.cancel(new Error('gone'));
      else end(sink as unknown as ByteSink);
      body.cancel(new Error('gone'));
      (sink as unknown as ByteSink).end();
      (sink as unknown as ByteSink).fail(new Error('late'));
      expect(finished(events)).toMatchObject([
        { outcome, status: 200, streamed: true, durationMs: 25, overheadMs: 0 },
      ]);
    }
  });
});

describe('the boundary of a stream', () => {
  it('tells whether an item was cut in half', () => {
    const boundary = new StreamBoundary();
    expect([boundary.isClean(true), boundary.isClean(false)]).toEqual([true, true]);
    boundary.push(Buffer.from('{"a"'));
    expect([boundary.isClean(true), boundary.isClean(false)]).toEqual([false, false]);
    boundary.push(Buffer.from(':1}\n'));
    expect([boundary.isClean(true), boundary.isClean(false)]).toEqual([true, false]);
    boundary.push(Buffer.from(''));
    boundary.push(Buffer.from('\n'));
    expect(boundary.isClean(false)).toBe(true);
    boundary.push(Buffer.from('data: x\r\n\r\n'));
    expect(boundary.isClean(false)).toBe(true);
  });
});
