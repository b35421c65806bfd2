/** The command as a real process: what a shell, a supervisor and a pipe see of it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listeningAt, startCommand } from '../../test/support/command.ts';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { VERSION } from '../version.ts';

async function backend(tokensPerSecond: number): Promise<Simulator> {
  const simulator = await startSimulator({ embedder: null, tokensPerSecond, loadMs: 0 });
  onTestFinished(() => simulator.close());
  return simulator;
}

describe('the process', () => {
  it.each([
    [['--version'], 0],
    [['serve', '--help'], 0],
    [['nonsense'], 2],
    [['check'], 2],
    [['check', '--upstream', 'a=http://127.0.0.1:1'], 0],
  ])('%j exits with %d', async (args, code) => {
    await using running = startCommand(args);
    expect(await running.exited).toBe(code);
    expect(running.out() === '').toBe(code !== 0);
    expect(running.err() === '').toBe(code === 0);
    if (args[0] === '--version') expect(running.out()).toBe(`${VERSION}\n`);
  });

  it('starts from a checkout without what strips types', async () => {
    const launcher = path.join(import.meta.dirname, '../../scripts/llamascope.js');
    const { stdout } = await promisify(execFile)(process.execPath, [launcher, '--version']);
    expect(stdout).toBe(`${VERSION}\n`);
  });

  it('reads its environment', async () => {
    await using running = startCommand(['check'], {
      LLAMASCOPE_UPSTREAMS: '[{"name":"a","url":"http://a"}]',
    });
    expect(await running.exited).toBe(0);
    await using wrong = startCommand(['check'], { LLAMASCOPE_LISTN: ':0' });
    expect(await wrong.exited).toBe(2);
    expect(wrong.err()).toContain('did you mean LLAMASCOPE_LISTEN?');
  });

  it('does not mind a reader that goes away', async () => {
    await using running = startCommand(['serve', '--help']);
    running.child.stdout?.destroy();
    expect(await running.exited).toBe(0);
    expect(running.err()).not.toContain('EPIPE');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('serves, and ends with 0 on %s', async (signal) => {
    const simulator = await backend(0);
    await using running = startCommand(['serve', '--listen', ':0', '--upstream', `local=${simulator.url}`]);
    const url = await listeningAt(running);
    const answer = await fetch(`${url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'llama3.2:1b',
        stream: false,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    });
    expect(answer.status).toBe(200);
    running.child.kill(signal);
    expect(await running.exited).toBe(0);
    expect(running.out()).toBe(`listening on ${url}\n`);
  });

  it('reloads when its file changes, on SIGHUP, and keeps what it has when the file is wrong', async () => {
    const simulator = await backend(0);
    const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-reload-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const file = path.join(folder, 'llamascope.yaml');
    const write = (more: string): void => {
      const text = `listen: 127.0.0.1:0\nupstreams: [{ name: local, url: '${simulator.url}' }]\n${more}`;
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    };
    write('');
    await using running = startCommand(['serve', '--config', file]);
    const url = await listeningAt(running);
    const mode = async (): Promise<unknown> =>
      ((await (await fetch(`${url}/admin/cache`)).json()) as { readonly mode: string }).mode;
    write('cache: { mode: exact }\n');
    await expect.poll(mode, { timeout: 10_000 }).toBe('exact');
    // The line comes through a pipe, some time after the change it speaks of.
    await expect
      .poll(running.err, { timeout: 10_000 })
      .toContain('"trigger":"file","changed":["cache.mode"]');
    running.child.kill('SIGHUP');
    await expect.poll(running.err, { timeout: 10_000 }).toContain('"trigger":"signal","changed":[]');
    write('cache: { mode: nonsense }\n');
    await expect.poll(running.err, { timeout: 10_000 }).toContain('configuration refused');
    expect(await mode()).toBe('exact');
    write('cache: { mode: off }\nlisten: 127.0.0.1:1\n');
    running.child.kill('SIGTERM');
    expect(await running.exited).toBe(0);
  });

  it('a second signal does not wait for running answers', async () => {
    const simulator = await backend(1);
    await using running = startCommand(['serve', '--listen', ':0', '--upstream', `local=${simulator.url}`]);
    const url = await listeningAt(running);
    const answer = await fetch(`${url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'llama3.2:1b',
        messages: [{ role: 'user', content: 'Tell me a story' }],
      }),
    });
    const reading = answer.text().catch(() => 'cut');
    running.child.kill('SIGINT');
    await expect.poll(running.err, { timeout: 5_000 }).toContain('SIGINT: finishing what is running');
    // npm passes on what the terminal already sent: a second signal at once is the same key press.
    running.child.kill('SIGINT');
    await expect.poll(() => fetch(`${url}/livez`).catch(() => 'closed')).toBe('closed');
    expect(running.child.exitCode).toBeNull();
    await expect
      .poll(
        () => {
          running.child.kill('SIGINT');
          return running.child.exitCode;
        },
        { timeout: 5_000, interval: 100 },
      )
      .toBe(1);
    await reading;
  });

  it('simulates', async () => {
    await using running = startCommand(['simulate', '--listen', '127.0.0.1:0', '--control', 'same']);
    const url = await listeningAt(running);
    expect(await (await fetch(url)).text()).toBe('Ollama is running');
    running.child.kill('SIGTERM');
    expect(await running.exited).toBe(0);
  });
});
