import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';
import {
  startSimulator,
  type FaultRule,
  type Simulator,
  type SimulatorDeps,
  type SimulatorOptions,
} from '../index.ts';

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}, deps: SimulatorDeps = {}): Promise<Simulator> {
  const simulator = await startSimulator(
    {
      loadMs: 0,
      tokensPerSecond: 0,
      prefillTokensPerSecond: 0,
      numParallel: 8,
      embedder: null,
      ...options,
    },
    deps,
  );
  open.push(simulator);
  return simulator;
}

const MODEL = 'llama3.2:1b';

/** What a raw client saw: all bytes, and whether the connection was reset or closed. */
interface Seen {
  head: string;
  /** The body with the chunked framing taken off, as far as it came. */
  body: string;
  chunks: number;
  /** The closing chunk arrived: the body ended as a body should. */
  whole: boolean;
  end: 'open' | 'closed' | 'reset';
}

interface RawClient {
  readonly seen: Seen;
  leave(): void;
}

/** One request over a socket of its own. */
function ask(simulator: Simulator, path: string, body: object): RawClient {
  const { hostname, port } = new URL(simulator.url);
  const socket = connect(Number(port), hostname);
  const seen: Seen = { head: '', body: '', chunks: 0, whole: false, end: 'open' };
  let raw = '';
  socket.on('data', (data) => {
    raw += data.toString('latin1');
    read(raw, seen);
  });
  socket.on('error', () => (seen.end = 'reset'));
  socket.on('close', () => {
    if (seen.end === 'open') seen.end = 'closed';
  });
  const text = JSON.stringify(body);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`,
  );
  return { seen, leave: () => socket.destroy() };
}

function read(raw: string, seen: Seen): void {
  const at = raw.indexOf('\r\n\r\n');
  if (at < 0) return;
  seen.head = raw.slice(0, at);
  let rest = raw.slice(at + 4);
  const length = /content-length: (\d+)/i.exec(seen.head)?.[1];
  if (length !== undefined) {
    seen.body = rest;
    seen.whole = rest.length === Number(length);
    return;
  }
  seen.body = '';
  seen.chunks = 0;
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest);
    if (size === null) return;
    const bytes = Number.parseInt(size[1] ?? '', 16);
    if (bytes === 0) seen.whole = true;
    if (bytes === 0) return;
    seen.chunks += 1;
    seen.body += rest.slice(size[0].length, size[0].length + bytes);
    rest = rest.slice(size[0].length + bytes + 2);
  }
}

const chat = (stream: boolean): object => ({
  model: MODEL,
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
  stream,
});
const lines = (seen: Seen): string[] => seen.body.split('\n').filter((line) => line !== '');
const over = (seen: Seen): boolean => seen.end !== 'open' || seen.whole;

async function struck(
  rule: FaultRule,
  stream = true,
  path = '/api/chat',
): Promise<{ simulator: Simulator; seen: Seen; leave: () => void }> {
  const simulator = await start({ faults: { rules: [rule] } });
  const { seen, leave } = ask(simulator, path, chat(stream));
  return { simulator, seen, leave };
}

describe('what a client meets', () => {
  it('refuse on a path: a reset before a byte', async () => {
    const { simulator, seen } = await struck({ fault: 'refuse', path: '/api/chat' });
    await until(() => over(seen), 'the reset');
    expect([seen.end, seen.head]).toEqual(['reset', '']);
    await until(() => simulator.state().inFlight === 0, 'the end');
    const { requests, aborted } = simulator.state();
    expect(requests.at(-1)).toMatchObject({ fault: 'refuse', outcome: 'cut', status: null, bodyHash: null });
    expect(aborted).toBe(0);
  });

  it('hang: nothing, until it leaves', async () => {
    const { simulator, seen, leave } = await struck({ fault: 'hang' });
    await until(() => simulator.state().counts.byFault['hang'] === 1, 'the fault');
    expect(seen).toMatchObject({ head: '', end: 'open' });
    leave();
    await until(() => simulator.state().aborted === 1, 'the abort');
    expect(simulator.state().requests.at(-1)?.abortedAt).not.toBeNull();
  });

  it('stall: some items, then nothing, and the slot is held until it leaves', async () => {
    const { simulator, seen, leave } = await struck({ fault: 'stall', afterItems: 2 });
    await until(() => lines(seen).length === 2, 'two items');
    expect(seen.head).toContain('content-type: application/x-ndjson');
    expect([over(seen), simulator.state().working]).toEqual([false, 1]);
    leave();
    await until(() => simulator.state().working === 0 && simulator.state().inFlight === 0, 'the slot');
  });

  it('stall of a whole answer: half of it', async () => {
    const { seen, leave } = await struck({ fault: 'stall' }, false);
    await until(() => seen.body.length > 20, 'the first half');
    expect(over(seen)).toBe(false);
    leave();
  });

  it('reset: some items, then a reset', async () => {
    for (const [path, stream] of [
      ['/api/chat', true],
      ['/v1/chat/completions', true],
      ['/api/chat', false],
    ] as const) {
      const { simulator, seen } = await struck({ fault: 'reset', afterItems: 1 }, stream, path);
      await until(() => over(seen), 'the reset');
      expect([seen.end, seen.whole]).toEqual(['reset', false]);
      expect(seen.body).not.toBe('');
      await until(() => simulator.state().inFlight === 0 && simulator.state().working === 0, 'the end');
      expect(simulator.state().requests.at(-1)).toMatchObject({ outcome: 'cut', status: 200 });
    }
  });

  it('truncate: a proper end without the final object', async () => {
    const { simulator, seen } = await struck({ fault: 'truncate', afterItems: 4 });
    await until(() => seen.whole, 'the end');
    expect(lines(seen)).toHaveLength(4);
    expect(seen.body).not.toContain('"done":true');
    expect(simulator.state().requests.at(-1)).toMatchObject({ fault: 'truncate', outcome: 'complete' });
    const sse = await struck({ fault: 'truncate' }, true, '/v1/chat/completions');
    await until(() => sse.seen.whole, 'the end');
    expect(sse.seen.body).not.toContain('[DONE]');
    const whole = await struck({ fault: 'truncate' }, false);
    await until(() => whole.seen.whole, 'the end');
    expect(() => JSON.parse(whole.seen.body) as unknown).toThrow();
  });

  it('truncate of an answer shorter than that: still no final object', async () => {
    const { seen } = await struck({ fault: 'truncate', afterItems: 10_000 });
    await until(() => seen.whole, 'the end');
    expect(seen.body).not.toContain('"done":true');
    const { seen: empty } = await struck({ fault: 'truncate', afterItems: 0 });
    await until(() => empty.whole, 'the end');
    expect([empty.head.startsWith('HTTP/1.1 200'), empty.body]).toEqual([true, '']);
  });

  it('error-in-stream: in words on the native wire, lost on the others, as Ollama has it', async () => {
    const native = await struck({ fault: 'error-in-stream', afterItems: 2 });
    await until(() => native.seen.whole, 'the end');
    expect(lines(native.seen)).toHaveLength(3);
    expect(JSON.parse(lines(native.seen)[2] ?? '')).toEqual({
      error: expect.stringContaining('model runner has unexpectedly stopped') as string,
    });
    const openai = await struck({ fault: 'error-in-stream', afterItems: 2 }, true, '/v1/chat/completions');
    await until(() => openai.seen.whole, 'the end');
    expect(openai.seen.body).not.toMatch(/\[DONE\]|error/);
    expect(openai.seen.body).toMatch(/"content":""},"finish_reason":null}]}\n\n$/);
    const anthropic = await startMessages();
    expect(anthropic).not.toMatch(/message_stop|"error"/);
  });

  async function startMessages(): Promise<string> {
    const simulator = await start({ faults: { rules: [{ fault: 'error-in-stream' }] } });
    const { seen } = ask(simulator, '/v1/messages', { ...chat(true), max_tokens: 99 });
    await until(() => seen.whole, 'the end');
    return seen.body;
  }

  it('error-in-stream before any item, or of a whole answer: a plain 500', async () => {
    for (const stream of [true, false]) {
      const { seen } = await struck({ fault: 'error-in-stream', afterItems: 0 }, stream);
      await until(() => seen.whole, 'the end');
      expect(seen.head).toMatch(/^HTTP\/1.1 500/);
      expect(seen.head).toMatch(/content-type: application\/json/i);
    }
  });

  it('malformed: one broken item, and then it goes on', async () => {
    const { seen } = await struck({ fault: 'malformed', afterItems: 1 });
    await until(() => seen.whole, 'the end');
    const broken = lines(seen).filter((line) => {
      try {
        JSON.parse(line);
        return false;
      } catch {
        return true;
      }
    });
    expect(broken).toHaveLength(1);
    expect(lines(seen).indexOf(broken[0] ?? '')).toBe(1);
    expect(seen.body).toContain('"done":true');
    const sse = await struck({ fault: 'malformed', afterItems: 1 }, true, '/v1/chat/completions');
    await until(() => sse.seen.whole, 'the end');
    expect(
      sse.seen.body.split('\n\n').some((block) => block.startsWith('data: {') && !block.endsWith('}')),
    ).toBe(true);
  });

  it('trickle: everything, in small pieces, also where letters take several bytes', async () => {
    const answers = [
      { question: 'Why is the sky blue?', answer: 'Weil die Luft kürzere Wellen stärker streut. 青い空 🌈' },
    ];
    const simulator = await start({ answers, faults: { rules: [{ fault: 'trickle', delayMs: 0 }] } });
    for (const stream of [true, false]) {
      const { seen } = ask(simulator, '/api/chat', chat(stream));
      await until(() => seen.whole, 'the end');
      const text = Buffer.from(seen.body, 'latin1').toString('utf8');
      const items = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { message: { content: string } });
      expect(items.map(({ message }) => message.content).join('')).toBe(answers[0]?.answer);
      if (stream) expect(seen.chunks).toBeGreaterThan(items.length * 4);
    }
  });

  it('delay and slow status: the answer, later', async () => {
    const simulator = await start({ speed: 100 });
    for (const rule of [
      { fault: 'delay', delayMs: 2_000 },
      { fault: 'delay' },
      { fault: 'status', status: 503, delayMs: 2_000 },
    ] as const) {
      simulator.setFaults({ rules: [rule] });
      const { seen } = ask(simulator, '/api/chat', chat(false));
      await until(() => seen.whole, 'the answer');
      const last = simulator.state().requests.at(-1);
      // A timer may be a millisecond early, and a millisecond is a hundred simulated ones here.
      expect(((last?.firstByteAt ?? 0) - (last?.receivedAt ?? 0)) * 100).toBeGreaterThanOrEqual(900);
      expect(last?.status).toBe(rule.fault === 'status' ? 503 : 200);
    }
    simulator.setFaults({ rules: [{ fault: 'delay', delayMs: 1e6 }] });
    const { leave } = ask(simulator, '/api/chat', chat(false));
    await until(() => simulator.state().inFlight === 1, 'the request');
    leave();
    await until(() => simulator.state().inFlight === 0, 'its end');
  });

  it('status: in the shape of its wire, with retry-after when given', async () => {
    const simulator = await start({ faults: { rules: [{ fault: 'status', status: 429, retryAfterS: 7 }] } });
    const native = ask(simulator, '/api/chat', chat(true));
    const openai = ask(simulator, '/v1/chat/completions', chat(true));
    await until(() => native.seen.whole && openai.seen.whole, 'both');
    expect(native.seen.head).toMatch(/^HTTP\/1.1 429[^]*retry-after: 7/i);
    expect(JSON.parse(native.seen.body)).toEqual({ error: expect.any(String) as string });
    expect(JSON.parse(openai.seen.body)).toMatchObject({ error: { type: 'api_error' } });
  });

  it('a reader that does not read is reset all the same, and holds up only itself', async () => {
    const answers = [{ question: 'Why is the sky blue?', answer: 'blue '.repeat(200_000) }];
    const simulator = await start({ answers, speed: 1_000 });
    const { hostname, port } = new URL(simulator.url);
    const stuck = async (): Promise<void> => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.pause();
      const text = JSON.stringify(chat(true));
      socket.write(
        `POST /api/chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${String(text.length)}\r\n\r\n${text}`,
      );
      await until(() => simulator.state().inFlight === 1, 'the request');
      await until(async () => {
        const before = simulator.state().requests.at(-1)?.responseBytes ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return before > 0 && before === simulator.state().requests.at(-1)?.responseBytes;
      }, 'a full connection');
      simulator.setFaults({ rules: [] });
      const other = ask(simulator, '/api/chat', { ...chat(false), messages: [] });
      await until(() => other.seen.whole, 'another client');
      socket.destroy();
      await until(() => simulator.state().inFlight === 0, 'the end');
    };
    await stuck();
    simulator.setFaults({ rules: [{ fault: 'reset', afterItems: 30_000 }] });
    await stuck();
  });
});

describe('a server that is not there', () => {
  it('refuses connections, cuts those that are open, and comes back at the same address', async () => {
    const simulator = await start({ tokensPerSecond: 10 });
    const streaming = ask(simulator, '/api/chat', chat(true));
    await until(() => streaming.seen.chunks > 0, 'the stream');
    simulator.setFaults({ rules: [{ fault: 'refuse' }] });
    await simulator.settled();
    expect(simulator.state().connections.listening).toBe(false);
    await until(() => streaming.seen.end === 'reset', 'the cut');
    await expect(fetch(simulator.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    simulator.clearFaults();
    await simulator.settled();
    expect((await fetch(simulator.url)).status).toBe(200);
    await until(() => simulator.state().inFlight === 0, 'the end');
    const { aborted, requests, connections } = simulator.state();
    expect([aborted, requests[0]?.outcome, connections.listening]).toEqual([0, 'cut', true]);
  });

  it('comes and goes by schedule', async () => {
    const clock = new ManualClock();
    const simulator = await start({}, { clock });
    const up = (): Promise<boolean> =>
      fetch(simulator.url).then(
        () => true,
        () => false,
      );
    simulator.setFaults({ rules: [{ fault: 'refuse', fromMs: 1_000, untilMs: 3_000 }] });
    const seen: boolean[] = [];
    for (const step of [999, 1, 1_999, 1]) {
      clock.advance(step);
      await simulator.settled();
      seen.push(await up());
    }
    expect(seen).toEqual([true, false, false, true]);
  });
});
