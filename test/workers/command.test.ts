/** `llamascope serve --workers 2`, as a shell and a service manager see it; and the page, through a worker. */
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { listeningAt, startCommand, type RunningCommand } from '../support/command.ts';
import { openLiveStream } from '../support/live-stream.ts';
import { until } from '../support/until.ts';
import { Client, slowServer, workerHouse } from '../support/workers.ts';

const serve = (args: readonly string[]): RunningCommand => startCommand(['serve', ...args]);

async function workersOf(url: string): Promise<readonly number[]> {
  const response = await fetch(`${url}/admin/workers`, { headers: { connection: 'close' } });
  return ((await response.json()) as { pid: number }[]).map(({ pid }) => pid);
}

function alive(pid: number): boolean {
  try {
    // A process that has ended and was not waited for is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('serve --workers 2', { timeout: 60_000 }, () => {
  it('says one line, serves, and lets streams end on SIGTERM', async () => {
    const simulator = await startSimulator({ embedder: null, tokensPerSecond: 20, loadMs: 0 });
    onTestFinished(() => simulator.close());
    await using running = serve(['--workers', '2', '--listen', ':0', '--upstream', `local=${simulator.url}`]);
    const url = await listeningAt(running);
    const pids = await workersOf(url);
    expect(pids).toHaveLength(2);
    const answer = await fetch(`${url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'llama3.2:1b',
        messages: [{ role: 'user', content: 'Count to twenty' }],
      }),
    });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    running.child.kill('SIGTERM');
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += Buffer.from(part.value).toString();
    expect(text).toContain('"done":true');
    expect(await running.exited).toBe(0);
    expect(running.out()).toBe(`listening on ${url}\n`);
    expect(pids.filter(alive)).toEqual([]);
  });

  it('leaves no worker behind when it is killed', async () => {
    await using server = await slowServer();
    await using running = serve(['--workers', '2', '--listen', ':0', '--upstream', `local=${server.url}`]);
    const pids = await workersOf(await listeningAt(running));
    running.child.kill('SIGKILL');
    await until(() => pids.every((pid) => !alive(pid)), 'the workers to end');
  });

  it('says that its address is taken, as one process does, and starts nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await until(() => taken.listening, 'a port to be taken');
    const { port } = taken.address() as AddressInfo;
    await using running = serve([
      '--workers',
      '2',
      '--listen',
      `127.0.0.1:${port}`,
      '--upstream',
      'a=http://127.0.0.1:1',
    ]);
    expect(await running.exited).toBe(1);
    expect(running.err()).toContain(`127.0.0.1:${port}`);
    expect(running.err()).not.toContain('    at ');
    await new Promise((resolve) => taken.close(resolve));
  });

  it('reloads all on SIGHUP', async () => {
    await using server = await slowServer();
    await using running = serve(['--workers', '2', '--listen', ':0', '--upstream', `local=${server.url}`]);
    await listeningAt(running);
    running.child.kill('SIGHUP');
    await until(() => running.err().includes('"trigger":"signal","changed":[]'), 'the line of the reload');
    expect(running.err().match(/configuration reloaded/g)).toHaveLength(1);
  });

  it('refuses a number that is none', async () => {
    await using running = serve(['--workers', 'several', '--upstream', 'a=http://127.0.0.1:1']);
    expect(await running.exited).toBe(2);
    expect(running.err()).toContain('expected a whole number from 1 to 64, or auto, got "several"');
  });
});

describe('the page of two workers', { timeout: 60_000 }, () => {
  it('comes through a worker, shows the requests of both, and its stream ends with that worker', async () => {
    await using server = await slowServer();
    await using house = await workerHouse(server.url, { cache: { mode: 'off' } });
    await using stream = await openLiveStream(house.url);
    expect((await stream.hello()).product.url).toBe(house.url);
    const both = [new Client(house.url), new Client(house.url)];
    for (let at = 0; at < 10; at += 1) for (const client of both) await client.ask(`${at}`);
    // Once a second; with what both have counted.
    await until(() => stream.ticks().length >= 3, 'three frames');
    const page = await fetch(`${house.url}/dashboard/`, { headers: { connection: 'close' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const [, victim = 0] = await house.pids();
    process.kill(victim, 'SIGKILL');
    await until(
      async () => (await openLog(house.url)).some((text) => text.includes('crashed (signal SIGKILL)')),
      'the log to say so',
    );
    for (const client of both) client.close();
  });
});

async function openLog(url: string): Promise<readonly string[]> {
  await using stream = await openLiveStream(url, { connection: 'close' });
  return (await stream.hello()).log.map(({ text }) => text);
}
