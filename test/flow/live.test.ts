/** The feed of the live page through a whole gateway on real sockets. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventsReply, HistoryReply, StateReply, ViewsReply } from '../../src/live/protocol-replies.ts';
import { PANELS } from '../../src/observability/panels/views.ts';
import { openLiveStream, type LiveStream } from '../support/live-stream.ts';
import { startStack, type Stack, type StackOptions } from '../support/stack.ts';
import { until } from '../support/until.ts';

const ask = async (url: string, question: string): Promise<number> => {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: 'llama3.2:1b', messages: [{ role: 'user', content: question }] }),
  });
  await response.arrayBuffer();
  return response.status;
};
const get = async <T>(url: string, path: string): Promise<T> =>
  (await fetch(`${url}${path}`)).json() as Promise<T>;

describe('the live feed', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      upstream: { name: 'gpu-1', breaker: { consecutiveFailures: 3, openMs: 60_000 } },
      config: { cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0 }, retry: { max: 0 } },
    });
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  it('begins with all that the page needs, then brings a value of every panel each second', async () => {
    await using stream = await openLiveStream(stack.url);
    const hello = await stream.hello();
    expect(hello).toMatchObject({
      protocol: 1,
      product: { name: 'llamascope', url: stack.url },
      resumed: false,
      features: { token: false, semanticHits: true, prometheus: false, snapshot: false },
      privacy: { showText: false },
      links: { prometheus: null, grafana: null },
    });
    expect(hello.views.flatMap(({ panels }) => panels).map(({ id }) => id)).toEqual([...PANELS.keys()]);
    expect(hello.state.verdict).toMatchObject({
      status: 'ok',
      sentence: 'All is well: the upstream answers.',
    });
    expect(hello.state.upstreams[0]).toMatchObject({ name: 'gpu-1', healthy: true, queue: { depth: 0 } });
    expect(hello.actions.map(({ id }) => id)).toContain('breaker.isolate');
    expect(hello.log.map(({ kind }) => kind)).toContain('gateway');

    for (let i = 0; i < 20; i++) expect(await ask(stack.url, `How deep is lake number ${i}?`)).toBe(200);
    const full = await until(
      () => stream.ticks().find(({ values }) => (values['requests']?.['outcome{outcome="ok"}'] ?? 0) > 0),
      'a tick with traffic',
    );
    expect(Object.keys(full.values)).toEqual([...PANELS.keys()]);
    expect(full.values['success']).toEqual({ success: 1 });
    expect(full.values['breakers']).toEqual({ 'state{breaker_name="gpu-1"}': 0 });
    const named = new Set(
      [...hello.series, ...stream.ticks().flatMap(({ added }) => added ?? [])].map(
        ({ panel, key }) => `${panel} ${key}`,
      ),
    );
    for (const [panel, series] of Object.entries(full.values)) {
      for (const key of Object.keys(series)) expect(named).toContain(`${panel} ${key}`);
    }
    await until(() => stream.ticks().length >= 3, 'three ticks');
    const [first, second] = stream.ticks();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(1_000);
    const views = await get<ViewsReply>(stack.url, '/dashboard/api/views');
    expect(views.views).toEqual(hello.views);
  });

  it('answers a panel over a range as JSON and CSV, and the present without a stream', async () => {
    await ask(stack.url, 'Once more, for the history');
    const history = await until(async () => {
      const reply = await get<HistoryReply>(stack.url, '/dashboard/api/history?panel=requests');
      return reply.series.some(({ values }) => values.some((value) => (value ?? 0) > 0)) ? reply : null;
    }, 'a history with traffic');
    expect(history).toMatchObject({
      panel: 'requests',
      stepSeconds: 2,
      windowSeconds: 10,
      source: 'live',
      partial: null,
    });
    const ok = history.series.find(({ labels }) => labels['outcome'] === 'ok');
    expect(ok?.legend).toBe('ok');
    expect(ok?.values.length).toBe(history.times.length);
    expect(Math.max(...(ok?.values ?? []).map((value) => value ?? 0))).toBeGreaterThan(0);

    const csv = await fetch(`${stack.url}/dashboard/api/history?panel=requests&format=csv&step=60`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await csv.text()).split('\r\n');
    expect(lines[0]?.split(',').slice(0, 2)).toEqual(['time', 'ok']);
    expect(lines[1]).toMatch(/^20\d\d-.*Z,/);

    const state = await get<StateReply>(stack.url, '/dashboard/api/state');
    expect(state.state.untouched).toBe(false);
    expect(Object.keys(state.values)).toEqual([...PANELS.keys()]);
  });

  it.each([
    ['history', 404, 'unknown_name', 'panel "": no such panel; there are requests, '],
    ['history?panel=requests&from=x', 400, 'invalid_field', 'from "x": expected unix milliseconds'],
    ['history?panel=requests&from=5&to=4', 400, 'invalid_field', 'from 5: expected a time before to, 4'],
    ['history?panel=requests&from=0', 400, 'invalid_field', 'from 0: expected at most 7776000 s before to'],
    ['history?panel=requests&step=0.1', 400, 'invalid_field', 'step 0.1: expected seconds, at least 1'],
    [
      'history?panel=requests&from=1000000&to=9000000&step=1',
      400,
      'invalid_field',
      'step 1: gives more than 3000 points',
    ],
    ['history?panel=requests&format=xml', 400, 'invalid_field', 'format "xml": expected json or csv'],
    ['events?limit=none', 400, 'invalid_field', 'limit "none": expected a whole number'],
  ])('refuses %s', async (path, status, code, beginning) => {
    const response = await fetch(`${stack.url}/dashboard/api/${path}`);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect([response.status, error.code]).toEqual([status, code]);
    expect(error.message.slice(0, beginning.length)).toBe(beginning);
  });

  it('resumes where a reader left off, as long as somebody stayed', async () => {
    await using stayed = await openLiveStream(stack.url);
    const left = await openLiveStream(stack.url);
    await until(() => left.ticks().length >= 1, 'a tick');
    const last = left.frames[left.frames.length - 1]?.id ?? '';
    await left.close();
    const before = stayed.ticks().length;
    await until(() => stayed.ticks().length >= before + 2, 'two more ticks');
    await using back = await openLiveStream(stack.url, { 'last-event-id': last });
    expect((await back.hello()).resumed).toBe(true);
    await until(() => back.ticks().length >= 2, 'what was missed');
    const missed = stayed.frames
      .slice(stayed.frames.findIndex(({ id }) => id === last) + 1)
      .map(({ id }) => id);
    expect(missed.slice(0, 2)).toEqual(back.frames.slice(1, 3).map(({ id }) => id));
    await using stranger = await openLiveStream(stack.url, { 'last-event-id': 'another-session:4' });
    expect((await stranger.hello()).resumed).toBe(false);
  });

  it('turns the 51st reader away with a sentence, and makes room when one leaves', async () => {
    const streams: LiveStream[] = [];
    for (let i = 0; i < 50; i++) streams.push(await openLiveStream(stack.url));
    const refused = await fetch(`${stack.url}/dashboard/api/stream`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      error: { code: 'too_many_viewers', message: expect.stringContaining('50 pages are reading') as string },
    });
    await streams.pop()?.close();
    const another = await until(async () => {
      const stream = await openLiveStream(stack.url);
      return stream.status === 200 ? stream : null;
    }, 'room for another');
    await Promise.all([another, ...streams].map((stream) => stream.close()));
    const page = await (await fetch(`${stack.url}/metrics`)).text();
    expect(page).toMatch(/llamascope_live_viewers_turned_away_total\{reason="full"\} [1-9]/);
  });

  it('tells of a breaker that opened within 1.5 s, in the log and in the verdict', async () => {
    await using stream = await openLiveStream(stack.url);
    await stream.hello();
    stack.simulator.setFaults({ seed: 1, rules: [{ fault: 'status', status: 500 }] });
    for (let i = 0; i < 3; i++) await ask(stack.url, `What fails for the ${i}th time?`);
    const openedAt = performance.now();
    expect(stack.gateway.state.breakers()[0]?.state).toBe('open');
    const entry = await until(
      () => stream.log().find(({ kind }) => kind === 'breaker'),
      'the log entry',
      1_500,
    );
    expect(entry).toMatchObject({ level: 'bad', subject: 'gpu-1', detail: { from: 'closed', to: 'open' } });
    const tick = await until(
      () =>
        stream.frames.find((frame) => frame.event === 'tick' && frame.data.state?.verdict.status === 'down'),
      'the verdict',
      1_500,
    );
    expect(tick.arrivedAt - openedAt).toBeLessThan(1_500);
    const state = tick.event === 'tick' ? tick.data.state : undefined;
    expect(state?.verdict.sentence).toMatch(/^Down: no upstream can take a request/);
    expect(state?.upstreams[0]?.breakers[0]).toMatchObject({
      name: 'gpu-1',
      state: 'open',
      consecutiveFailures: 3,
    });
    const events = await get<EventsReply>(stack.url, '/dashboard/api/events?limit=1');
    expect(events).toMatchObject({ entries: [{ kind: 'breaker' }], more: true });
    stack.simulator.setFaults({ seed: 1, rules: [] });
    const reset = await fetch(`${stack.url}/admin/breakers/gpu-1/reset`, { method: 'POST' });
    expect(reset.status).toBe(200);
    const done = await until(
      () => stream.log().find(({ kind }) => kind === 'operator'),
      'the action in the log',
    );
    expect(done.text).toBe('An operator did breaker.reset on gpu-1.');
  });

  it('lists semantic hits without a word of them', async () => {
    await using stream = await openLiveStream(stack.url);
    await stream.hello();
    await ask(stack.url, 'What is the capital of Norway?');
    await ask(stack.url, 'what is the capital city of Norway?');
    const frame = await until(() => stream.frames.find(({ event }) => event === 'hits'), 'a semantic hit');
    expect(JSON.stringify(frame)).not.toContain('Norway');
    expect(frame.data).toMatchObject([{ served: true, guard: 'passed', text: null }]);
  });

  it('says good-bye when the gateway ends', async () => {
    const own = await startStack();
    const stream = await openLiveStream(own.url);
    await stream.hello();
    await own[Symbol.asyncDispose]();
    await until(() => stream.ended, 'the end of the stream');
    expect(stream.frames.at(-1)).toMatchObject({ event: 'bye', data: { reason: 'draining' } });
  });
});

describe('what the configuration says', () => {
  const status = async (
    config: StackOptions['config'],
    path: string,
    headers = {},
  ): Promise<[number, string]> => {
    await using stack = await startStack(config === undefined ? {} : { config });
    const response = await fetch(`${stack.url}${path}`, { headers });
    return [response.status, await response.text()];
  };

  it('dashboard.enabled off: there is no page', async () => {
    expect((await status({ dashboard: { enabled: false } }, '/dashboard/'))[0]).toBe(404);
  });

  it('metrics off: the page says why it has nothing', async () => {
    const [code, text] = await status({ metrics: { enabled: false } }, '/dashboard/api/stream');
    expect(code).toBe(404);
    expect(text).toContain('the live page shows metrics, and they are switched off');
  });

  it('a token: the interface asks for it', async () => {
    const config = { admin: { token: 'secret-word' } };
    expect((await status(config, '/dashboard/api/state'))[0]).toBe(401);
    expect((await status(config, '/dashboard/api/state', { authorization: 'Bearer secret-word' }))[0]).toBe(
      200,
    );
  });

  it('a snapshot path: history and log outlive a restart, and a damaged file is refused in the log', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llamascope-history-'));
    try {
      const snapshotPath = join(folder, 'history');
      const config = { dashboard: { snapshotPath } };
      const first = await startStack({ config });
      for (let i = 0; i < 10; i++) await ask(first.url, `Question ${i}`);
      await until(async () => {
        const { series } = await get<HistoryReply>(first.url, '/dashboard/api/history?panel=requests');
        return series.some(({ whole }) => (whole ?? 0) > 0);
      }, 'a sample of the traffic');
      await first[Symbol.asyncDispose]();

      const second = await startStack({ config });
      const { series } = await until(async () => {
        const reply = await get<HistoryReply>(second.url, '/dashboard/api/history?panel=requests&step=60');
        return reply.times.length > 0 ? reply : null;
      }, 'a sample of the second run');
      const ok = series.find(({ labels }) => labels['outcome'] === 'ok');
      expect((ok?.whole ?? 0) * 900).toBeGreaterThan(9);
      const { entries } = await get<EventsReply>(second.url, '/dashboard/api/events');
      expect(entries.filter(({ kind }) => kind === 'gateway').length).toBe(2);
      await second[Symbol.asyncDispose]();

      const bytes = readFileSync(snapshotPath);
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
      writeFileSync(snapshotPath, bytes);
      await using third = await startStack({ config });
      const log = await until(async () => {
        const reply = await get<EventsReply>(third.url, '/dashboard/api/events');
        return reply.entries.find(({ subject }) => subject === 'history');
      }, 'the refusal');
      expect(log.text).toBe(
        `The history in ${snapshotPath} is not used: it is damaged: its checksum does not match.`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
