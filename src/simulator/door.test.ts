import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../test/support/until.ts';
import { allowsHost, allowsOrigin } from './host-check.ts';
import { startSimulator, type Simulator } from './index.ts';

const MODEL = 'llama3.2:1b';
let simulator: Simulator;
let shared: Simulator;
beforeAll(async () => {
  const options = {
    loadMs: 0,
    tokensPerSecond: 0,
    prefillTokensPerSecond: 0,
    embedder: null,
    bodyBytes: 10_000,
  };
  simulator = await startSimulator(options);
  shared = await startSimulator({ ...options, control: 'same' });
});
afterAll(async () => {
  await simulator.close();
  await shared.close();
});

describe('the door', () => {
  it('answers HEAD without a body, and only where Ollama has it', async () => {
    for (const path of ['/', '/api/tags', '/api/version']) {
      const response = await fetch(simulator.url + path, { method: 'HEAD' });
      expect([response.status, await response.text()]).toEqual([200, '']);
      expect(Number(response.headers.get('content-length'))).toBeGreaterThan(10);
    }
    const last = simulator.state().requests.at(-1);
    expect([last?.responseBytes, last?.firstByteAt]).toEqual([0, null]);
    expect((await fetch(`${simulator.url}/api/ps`, { method: 'HEAD' })).status).toBe(405);
  });

  it('says which methods a path has, and which paths there are not', async () => {
    const wrong = await fetch(`${simulator.url}/api/chat`);
    expect([wrong.status, await wrong.text(), wrong.headers.get('allow')]).toEqual([
      405,
      '405 method not allowed',
      'POST',
    ]);
    const nowhere = await fetch(`${simulator.url}/debug/pprof`);
    expect([nowhere.status, await nowhere.text()]).toEqual([404, '404 page not found']);
    expect((await fetch(`${simulator.url}/v1/models/%E0%A4%A`)).status).toBe(404);
    expect((await fetch(`${simulator.url}/api/version?x=1`)).status).toBe(200);
  });

  it('refuses a body beyond its limit, and goes on', async () => {
    const body = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'x'.repeat(20_000) }] });
    const response = await fetch(`${simulator.url}/api/chat`, { method: 'POST', body });
    expect([response.status, await response.json()]).toEqual([
      413,
      { error: 'http: request body too large' },
    ]);
    expect((await fetch(simulator.url)).status).toBe(200);
  });

  it.each([
    ['{"model": xy}', "invalid character 'x' looking for beginning of value"],
    ['nonsense', "invalid character 'o' "],
    ['{"model"', 'unexpected EOF'],
    ['{"model": "x', 'unexpected EOF'],
    ['{"model" "x"}', `invalid character '"' after object key`],
    ['{"model": 1 2}', "invalid character '2' after object key:value pair"],
    ['{"model": [1 2]}', "invalid character '2' after array element"],
    ['{model: 1}', "invalid character 'm' looking for beginning of object key string"],
    ['{} {}', "invalid character '{' after top-level value"],
    ['7', 'json: cannot unmarshal number into Go value of type api.ChatRequest'],
    ['null', 'json: cannot unmarshal null'],
    ['true', 'json: cannot unmarshal bool'],
  ])('refuses the body %s', async (body, message) => {
    const response = await fetch(`${simulator.url}/api/chat`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toContain(message);
  });

  it('survives what is no HTTP, and clients that leave while they send', async () => {
    const port = Number(new URL(simulator.url).port);
    for (const bytes of [
      '\u0000\u0001\u0002\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    const before = simulator.state().aborted;
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /api/chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"mod');
    await until(() => simulator.state().inFlight === 1, 'the request');
    socket.destroy();
    await until(
      () => simulator.state().aborted === before + 1 && simulator.state().inFlight === 0,
      'its end',
    );
    expect((await fetch(simulator.url)).status).toBe(200);
  });

  it('counts by path, model, status and connection, and hashes what passes', async () => {
    simulator.resetState();
    const body = JSON.stringify({ model: MODEL, prompt: 'Why is the sky blue?', stream: false });
    const answers = [];
    for (let i = 0; i < 2; i += 1) {
      const response = await fetch(`${simulator.url}/api/generate`, { method: 'POST', body });
      answers.push(await response.text());
    }
    const { counts, requests, received, inFlightHigh } = simulator.state();
    expect(counts).toEqual({
      byPath: { '/api/generate': 2 },
      byModel: { [MODEL]: 2 },
      byStatus: { '200': 2 },
      byFault: {},
    });
    expect([received, inFlightHigh]).toEqual([2, 1]);
    expect(requests[0]?.bodyHash).toBe(requests[1]?.bodyHash);
    expect(requests[0]?.responseBytes).toBe(Buffer.byteLength(answers[0] ?? ''));
    expect(requests[0]).toMatchObject({
      method: 'POST',
      stream: false,
      outcome: 'complete',
      bodyBytes: body.length,
    });
    const [first] = requests;
    expect(first?.receivedAt).toBeLessThanOrEqual(first?.firstByteAt ?? 0);
    expect(first?.firstByteAt).toBeLessThanOrEqual(first?.endedAt ?? 0);
  });

  it('does not let a client grow its state without bound', async () => {
    simulator.resetState();
    for (let i = 0; i < 300; i += 1) {
      const body = JSON.stringify({ model: `m${String(i)}` });
      await (await fetch(`${simulator.url}/api/generate`, { method: 'POST', body })).text();
    }
    expect(Object.keys(simulator.state().counts.byModel)).toHaveLength(257);
    expect(simulator.state().counts.byModel['other']).toBe(44);
  });
});

describe('hosts', () => {
  it.each([
    ['127.0.0.1:11434', true],
    ['localhost', true],
    ['LOCALHOST:1', true],
    ['[::1]:11434', true],
    ['192.168.1.7', true],
    ['box.local', true],
    ['a.b.internal:80', true],
    ['', true],
    ['evil.example', false],
    ['8.8.8.8', false],
    ['localhost.evil.example', false],
    ['[2001:db8::1]', false],
  ])('%s: %s', (host, allowed) => {
    expect(allowsHost('127.0.0.1', host)).toBe(allowed);
    expect(allowsHost('::1', host)).toBe(allowed);
    expect(allowsHost('0.0.0.0', host)).toBe(true);
  });

  it('and origins', () => {
    expect(allowsHost('127.0.0.1', undefined)).toBe(true);
    expect([undefined, 'http://127.0.0.1:3000', 'app://x', 'https://localhost'].every(allowsOrigin)).toBe(
      true,
    );
    expect(['null', 'https://evil.example', 'http://localhost.evil.example'].some(allowsOrigin)).toBe(false);
  });
});

describe('control', () => {
  const control = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${simulator.controlUrl}/_simulator/${path}`, init);
  const plan = (rules: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify({ rules }) });

  it('tells and forgets the plan in force', async () => {
    await control('faults', plan([{ fault: 'status', status: 503, rate: 0.5 }]));
    expect(await (await control('faults')).json()).toMatchObject({
      seed: 0,
      rules: [{ fault: 'status', status: 503, rate: 0.5, matched: 0, fired: 0 }],
    });
    await control('faults', { method: 'DELETE' });
    expect(await (await control('faults')).json()).toMatchObject({ rules: [] });
  });

  it('answers a plan that closes the port once it is closed, and one that opens it once it is open', async () => {
    expect((await control('faults', plan([{ fault: 'refuse' }]))).status).toBe(200);
    await expect(fetch(simulator.url)).rejects.toThrow();
    await control('faults', { method: 'DELETE' });
    expect((await fetch(simulator.url)).status).toBe(200);
  });

  it('names what is wrong with a plan', async () => {
    const bad = await control('faults', plan([{ fault: 'hang', rate: 2 }]));
    expect([bad.status, await bad.json()]).toEqual([
      400,
      {
        error: 'rules[0].rate: 2, expected a number from 0 to 1',
        problems: ['rules[0].rate: 2, expected a number from 0 to 1'],
      },
    ]);
    expect((await control('faults', { method: 'POST', body: '{' })).status).toBe(400);
    expect((await control('faults', { method: 'POST', body: ' '.repeat(2_000_000) })).status).toBe(413);
    expect((await control('nothing')).status).toBe(404);
    expect((await control('faults', { method: 'PUT' })).status).toBe(404);
  });

  it('is for local names only', async () => {
    const socket = connect(Number(new URL(simulator.controlUrl).port), '127.0.0.1');
    let received = '';
    socket.on('data', (data) => (received += data.toString()));
    socket.write('DELETE /_simulator/state HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received).toMatch(/^HTTP\/1\.1 403/);
  });

  it('does not let itself be shut out where it shares the port', async () => {
    const url = `${shared.url}/_simulator/faults`;
    const refused = await fetch(url, plan([{ fault: 'refuse' }]));
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { error: string }).error).toMatch(/would close this control API/);
    expect((await fetch(url, plan([{ fault: 'refuse', path: '/api/chat' }]))).status).toBe(200);
    await expect(fetch(`${shared.url}/api/chat`, { method: 'POST', body: '{}' })).rejects.toThrow();
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(200);
    expect(shared.state().received).toBe(1);
  });
});
