/** `llamascope demo` and `llamascope top` as processes: what is printed, keys in a real terminal, and a clean end. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StateReply } from '../../src/live/protocol-replies.ts';
import { until } from '../support/until.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const hasScript = spawnSync('script', ['--version']).status === 0;

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

function start(command: string, args: readonly string[], env: Record<string, string> = {}): Started {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, output: () => text, exit };
}

describe('demo and top', () => {
  let demo: Started;
  let url = '';
  beforeAll(async () => {
    demo = start(process.execPath, [MAIN, 'demo', '--listen', '127.0.0.1:0', '--speed', '30', '--seed', '3']);
    url = await until(() => /gateway {2}(http:\/\/\S+)/.exec(demo.output())?.[1], 'the address', 30_000);
  }, 40_000);
  afterAll(async () => {
    demo.child.kill('SIGTERM');
    await demo.exit;
  });

  it('plays a day: traffic, hits, a server that fails and what is told of it', async () => {
    expect(demo.output()).toContain(`page     ${url}/dashboard/`);
    const state = await until(
      async () => {
        const reply = (await (await fetch(`${url}/dashboard/api/state`)).json()) as StateReply;
        const traffic = Object.values(reply.values['requests'] ?? {}).reduce((a, b) => a + b, 0);
        return traffic > 0 && (reply.values['hit-ratio']?.['hits'] ?? 0) > 0 ? reply : null;
      },
      'traffic with hits',
      30_000,
    );
    expect(state.state.upstreams.map(({ name }) => name)).toEqual(['gpu-1', 'gpu-2', 'gpu-3']);
    await until(
      () => /09:\d\d {2}gpu-2 answers every request with 500/.test(demo.output()),
      'an incident',
      15_000,
    );
  }, 60_000);

  it('without a terminal, top prints one look and ends', async () => {
    const top = start(process.execPath, [MAIN, 'top', '--url', url]);
    expect(await top.exit).toBe(0);
    expect(top.output()).toMatch(/^llamascope \d/);
    expect(top.output()).toMatch(/UPSTREAM +HEALTH +BREAKER/);
    expect(top.output()).not.toContain('\u001b');
  });

  it('top says in a sentence that nobody answers', async () => {
    const top = start(process.execPath, [MAIN, 'top', '--url', 'http://127.0.0.1:1']);
    expect(await top.exit).toBe(1);
    expect(top.output()).toMatch(/^llamascope top: .*127\.0\.0\.1:1/);
  });

  describe.skipIf(!hasScript && process.env['CI'] !== 'true')('in a real terminal', () => {
    const inTerminal = (after: string, env: Record<string, string> = {}): Started => {
      const line = `stty cols 90 rows 24; ${process.execPath} ${MAIN} top --url ${url}; echo "exit $?"; ${after}`;
      return start('script', ['-qec', line, '/dev/null'], { TERM: 'xterm', NO_COLOR: '', ...env });
    };

    it.each([
      ['q', 'q'],
      ['Ctrl-C', '\u0003'],
    ])(
      'draws, and %s leaves the terminal as it was',
      async (_, key) => {
        const top = inTerminal('stty -a');
        await until(() => top.output().includes('UPSTREAM'), 'the screen', 15_000);
        expect(top.output()).toContain('\u001b[?1049h\u001b[?25l');
        await until(() => /\u001b\[3[123]m/.test(top.output()), 'a colour');
        top.child.stdin?.write(key);
        expect(await top.exit).toBe(0);
        const after = top.output().slice(top.output().lastIndexOf('\u001b[?25h\u001b[?1049l'));
        expect(after).toContain('exit 0');
        expect(after).toMatch(/[^-]icanon/);
        expect(after).toMatch(/[^-]echo /);
      },
      30_000,
    );

    it('paints nothing with NO_COLOR', async () => {
      const top = inTerminal('true', { NO_COLOR: '1' });
      await until(() => top.output().includes('UPSTREAM'), 'the screen', 15_000);
      top.child.stdin?.write('q');
      await top.exit;
      expect(top.output()).not.toMatch(/\u001b\[[0-9]+m/);
    }, 30_000);
  });

  it('ends on SIGTERM', async () => {
    demo.child.kill('SIGTERM');
    expect(await demo.exit).toBe(0);
  });
});
