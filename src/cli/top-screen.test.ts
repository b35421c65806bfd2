import { describe, expect, it } from 'vitest';
import type { Hello, StateView, Tick } from '../live/protocol.ts';
import { readFrames, TopFeed } from './top-feed.ts';
import { ansiPaint, plainPaint, sparkline, topScreen } from './top-screen.ts';

const AT = Date.UTC(2026, 0, 5, 12, 0, 0);

function state(change: Partial<StateView> = {}): StateView {
  return {
    verdict: { status: 'degraded', sentence: 'Degraded: breaker gpu-2 is open.', reasons: [], since: AT },
    untouched: false,
    upstreams: ['gpu-1', 'gpu-2'].map((name, index) => ({
      name,
      kind: 'ollama',
      url: 'http://127.0.0.1:1',
      healthy: true,
      reason: 'answers',
      simulator: false,
      version: null,
      models: [],
      resident: ['llama3.2:1b'],
      breakers: [
        {
          name,
          state: index === 0 ? ('closed' as const) : ('open' as const),
          since: AT - 42_000,
          consecutiveFailures: 0,
          inFlight: 0,
          retryAt: null,
          manual: null,
        },
      ],
      pool: { connections: 3, maxsize: 64, busy: 1 },
      queue: { depth: 2, permits: 4, permitsInUse: 4 },
      draining: false,
    })),
    cache: { mode: 'on', embedder: null, entries: 0, maxEntries: 0, bytes: 0, maxBytes: 0 },
    baseline: null,
    partial: [],
    workers: { expected: 1, reporting: 1 },
    ...change,
  };
}

function feed(): TopFeed {
  const made = new TopFeed();
  const hello = {
    product: { name: 'llamascope', version: '1.2.3', node: 'v24', url: 'http://127.0.0.1:11435' },
    startedAt: AT - 3_720_000,
    at: AT,
    state: state(),
    log: [
      {
        seq: 1,
        at: AT - 42_000,
        kind: 'breaker',
        level: 'bad',
        subject: 'gpu-2',
        text: 'Breaker gpu-2 opened.',
        detail: {},
      },
    ],
  } as unknown as Hello;
  made.take({ event: 'hello', data: hello });
  const tick: Tick = {
    at: AT,
    values: {
      requests: { 'outcome{outcome="ok"}': 12.34, 'outcome{outcome="shed"}': 1 },
      success: { success: 0.925 },
      latency: { p95: 1.42 },
      'first-token': { p95: 0.25 },
      inflight: { inflight: 5, waiting: 2 },
      attempts: { 'upstream{upstream="gpu-1"}': 8.1 },
    },
    viewers: 1,
  };
  made.take({ event: 'tick', data: tick });
  return made;
}

describe('the screen of top', () => {
  it('says the verdict, the figures, the upstreams and what happened', () => {
    const lines = topScreen(feed(), { columns: 110, rows: null }, AT + 500, plainPaint);
    expect(lines[0]).toMatch(
      /^llamascope 1\.2\.3 {2}http:\/\/127\.0\.0\.1:11435 {2}up 1 h 2 min +12:00:00Z$/,
    );
    expect(lines[1]).toBe('▲ Degraded: breaker gpu-2 is open.');
    expect(lines[3]).toMatch(/^requests\/s +13 {2}█$/);
    expect(lines[4]).toMatch(/^success +93 % {2}█$/);
    expect(lines[5]).toMatch(/^first token p95 +250 ms {2}█$/);
    expect(lines[7]).toBe('duration p95 1.4 s   hit ratio -   in flight 5   waiting 2   slots -');
    expect(lines[10]).toMatch(/^gpu-1 +healthy +CLOSED 42 s +4\/4 +2 +3\/64 +8\.1 +llama3\.2:1b$/);
    expect(lines[11]).toMatch(/^gpu-2 +healthy +OPEN 42 s .* - +llama3\.2:1b$/);
    expect(lines.slice(-1)).toEqual(['11:59:18Z  Breaker gpu-2 opened.']);
  });

  it.each([20, 40, 80, 200])('fits %i columns and any number of rows', (columns) => {
    for (const rows of [3, 8, 40]) {
      const lines = topScreen(feed(), { columns, rows }, AT, plainPaint);
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(lines.filter((line) => line.length > columns + 8)).toEqual([]);
    }
  });

  it('says how old its data is, and why', () => {
    const stale = feed();
    expect(topScreen(stale, { columns: 100, rows: null }, AT + 7_000, plainPaint)[0]).toMatch(
      /data 7 s old$/,
    );
    stale.take({ event: 'bye', data: { reason: 'draining' } });
    const lines = topScreen(stale, { columns: 100, rows: null }, AT + 1_000, plainPaint);
    expect(lines[1]).toBe('the gateway is shutting down');
    expect(topScreen(new TopFeed(), { columns: 100, rows: 5 }, AT, plainPaint)[0]).toBe('connecting …');
  });

  it('lets no name steer the terminal, and paints only when asked', () => {
    const made = feed();
    const evil = state({ partial: ['a\u001b[2Jb'] });
    made.take({ event: 'tick', data: { at: AT, values: {}, state: evil, viewers: 1 } });
    expect(topScreen(made, { columns: 100, rows: null }, AT, plainPaint).join('')).not.toContain('\u001b');
    expect(topScreen(made, { columns: 100, rows: null }, AT, ansiPaint).join('')).toContain('\u001b[31m');
  });

  it('draws a gap where there was no value', () => {
    expect(sparkline([1, null, 8, 4], 10)).toBe('▁ █▄');
    expect(sparkline([1, 2, 3], 0)).toBe('');
    expect(sparkline([0, 0], 5)).toBe('▁▁');
  });
});

describe('the stream', () => {
  it('is read whole, wherever the network cuts it', async () => {
    const text =
      'id: a:1\nevent: bye\ndata: {"reason":"slow"}\n\n: alive\n\nid: a:2\nevent: log\ndata: {"text":"é"}\n\n';
    const bytes = Buffer.from(text);
    for (const size of [1, 7, 1_000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      async function* body(): AsyncGenerator<Uint8Array> {
        yield* chunks;
      }
      const frames = [];
      for await (const frame of readFrames(body())) frames.push(frame);
      expect(frames).toEqual([
        { event: 'bye', data: { reason: 'slow' } },
        { event: 'log', data: { text: 'é' } },
      ]);
    }
  });
});
