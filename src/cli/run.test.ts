import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { VERSION } from '../version.ts';
import type { CliIo, ExitCode } from './io.ts';
import { runCli } from './run.ts';

const home = mkdtempSync(path.join(tmpdir(), 'llamascope-cli-'));
afterAll(() => {
  rmSync(home, { recursive: true });
});

interface Invocation {
  readonly out: string[];
  readonly err: string[];
  readonly code: Promise<ExitCode>;
  signal(name: 'SIGINT' | 'SIGTERM'): void;
}

function start(args: readonly string[], env: CliIo['env'] = {}): Invocation {
  const out: string[] = [];
  const err: string[] = [];
  const callbacks = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  const code = runCli(args, {
    env,
    cwd: home,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: () => undefined,
    onSignal(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    onHangup: () => () => undefined,
  });
  return {
    out,
    err,
    code,
    signal: (name) => {
      for (const callback of callbacks) callback(name);
    },
  };
}

async function run(
  args: readonly string[],
  env?: CliIo['env'],
): Promise<{ code: ExitCode; out: string; err: string }> {
  const { code, out, err } = start(args, env);
  return { code: await code, out: out.join('\n'), err: err.join('\n') };
}

/** The URL that a starting command announces. */
async function announced(invocation: Invocation): Promise<string> {
  await expect.poll(() => invocation.out, { timeout: 15_000 }).toHaveLength(1);
  const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(invocation.out[0] ?? '')?.[1];
  if (url === undefined) throw new Error(`not an announcement: ${invocation.out[0] ?? ''}`);
  return url;
}

describe('help, version and usage', () => {
  it('without a command shows what there is, on stderr, as wrong usage', async () => {
    const { code, out, err } = await run([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/Usage: llamascope COMMAND[\s\S]*serve[\s\S]*simulate[\s\S]*check/);
  });

  it.each([['--help'], ['-h'], ['help']])('%s shows it on stdout', async (word) => {
    const { code, out, err } = await run([word]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Usage: llamascope COMMAND');
  });

  it.each([['serve'], ['simulate'], ['check']])('%s has --help, -h, help and --version', async (command) => {
    const forms = [
      [command, '--help'],
      [command, '-h'],
      ['help', command],
    ];
    for (const args of forms) {
      const { code, out } = await run(args);
      expect(code).toBe(0);
      expect(out).toContain(`Usage: llamascope ${command}`);
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    }
    expect(await run([command, '--version'])).toEqual({ code: 0, out: VERSION, err: '' });
  });

  it.each([['--version'], ['-v']])('%s', async (word) => {
    expect(await run([word])).toEqual({ code: 0, out: VERSION, err: '' });
  });

  it.each([
    [['sevre'], 'llamascope: unknown command "sevre"; did you mean serve?'],
    [['frobnicate'], 'llamascope: unknown command "frobnicate"'],
    [['help', 'chek'], 'llamascope: unknown command "chek"; did you mean check?'],
    [['--listen', ':0'], 'llamascope: unknown option --listen; a command comes first'],
    [
      ['serve', '--cache-mod', 'on'],
      'llamascope serve: unknown option --cache-mod; did you mean --cache-mode?',
    ],
    [['serve', '--no-sampled'], 'llamascope serve: unknown option --no-sampled'],
    [['serve', '-x'], 'llamascope serve: unknown option -x'],
    [['serve', 'now'], 'llamascope serve: unexpected argument "now"'],
    [['serve', '--listen'], 'llamascope serve: --listen needs a value: --listen HOST:PORT'],
    [['serve', '--listen', '--quickstart'], 'llamascope serve: --listen needs a value: --listen HOST:PORT'],
    [['serve', '--quickstart=yes'], 'llamascope serve: --quickstart takes no value'],
    [['check', '--listen', ':0', '--listen', ':1'], 'llamascope check: --listen is given twice'],
    [
      ['serve', '--admin-token=x'],
      'llamascope serve: --admin-token does not exist, because others can read a command line; use LLAMASCOPE_ADMIN_TOKEN or admin.token in the file',
    ],
    [['simulate', '--seed', 'many'], 'llamascope simulate: --seed: "many" is not a number'],
    [['simulate', '--fault', 'nonsense'], /^llamascope simulate: --fault/],
  ])('%j', async (args, message) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    const [first, second] = err.split('\n');
    expect(first).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    expect(second).toMatch(/^Run "llamascope.* --help" for what it takes\.$/);
  });
});

describe('check', () => {
  const UPSTREAM = ['--upstream', 'local=http://127.0.0.1:11434'];

  it('says that a configuration is usable', async () => {
    expect(await run(['check', ...UPSTREAM])).toEqual({
      code: 0,
      out: 'ok: no file, 1 upstream, cache shadow, listening on 127.0.0.1:11435',
      err: '',
    });
    writeFileSync(
      path.join(home, 'two.yaml'),
      'upstreams: [{ name: a, url: http://a }, { name: b, url: http://b }]',
    );
    const { out } = await run(['check', '--config', 'two.yaml', '--no-metrics-enabled']);
    expect(out).toBe('ok: two.yaml, 2 upstreams, cache shadow, listening on 127.0.0.1:11435');
  });

  it('says everything that is wrong, with exit code 2', async () => {
    const { code, out, err } = await run(['check', '--cache-mode', 'onn'], { LLAMASCOPE_RETRY_MAX: '-1' });
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      [
        'llamascope check: the configuration has 2 problems:',
        '  retry.max: expected a whole number from 0 to 10, got -1 (environment LLAMASCOPE_RETRY_MAX)',
        '  cache.mode: expected one of off, exact, shadow, on, bounded, got "onn"; did you mean on? (flag --cache-mode)',
      ].join('\n'),
    );
  });

  it('prints the whole as JSON that it takes itself, secrets hidden', async () => {
    const { out } = await run(['check', ...UPSTREAM, '--print'], { LLAMASCOPE_ADMIN_TOKEN: 'hush' });
    expect(out).not.toContain('hush');
    expect(JSON.parse(out)).toMatchObject({ cache: { mode: 'shadow' }, admin: { token: '(hidden)' } });
    writeFileSync(path.join(home, 'printed.json'), out.replace('"(hidden)"', 'null'));
    expect(await run(['check', '--config', 'printed.json'])).toMatchObject({ code: 0 });
  });

  it('tells where each value came from', async () => {
    const { out } = await run(['check', ...UPSTREAM, '--sources'], { LLAMASCOPE_CACHE_MODE: 'on' });
    const lines = out.split('\n');
    expect(lines).toContain('cache.mode = "on"  (environment LLAMASCOPE_CACHE_MODE)');
    expect(lines).toContain('upstreams[0].name = "local"  (flag --upstream)');
    expect(lines).toContain('upstreams[0].parallel = 1  (default)');
    expect(lines).toContain('upstreams[0].headers = {}  (default)');
  });
});

describe('simulate', () => {
  it('runs until it is told to stop', async () => {
    const running = start([
      'simulate',
      ...['--listen', '127.0.0.1:0', '--control', 'same', '--seed', '7', '--tokens-per-second', '0'],
      ...['--fault', 'status=503,path=/api/chat', '--keep-alive-ms', '-1'],
    ]);
    const url = await announced(running);
    expect(running.err[0]).toBe(`control on ${url}/_simulator/state`);
    expect(await (await fetch(`${url}/api/version`)).json()).toHaveProperty('version');
    const answer = await fetch(`${url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'llama3.2', messages: [] }),
    });
    expect(answer.status).toBe(503);
    running.signal('SIGINT');
    expect(await running.code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('refuses options that make no sense, and a file that is not there', async () => {
    const wrong = await run(['simulate', '--num-parallel', '0.5']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/^llamascope simulate: numParallel: 0\.5, expected a whole number/);
    const missing = await run([
      'simulate',
      '--listen',
      '127.0.0.1:0',
      '--answers',
      path.join(home, 'none.jsonl'),
    ]);
    expect(missing.code).not.toBe(0);
    expect(missing.err).toContain('none.jsonl');
  });
});

describe('serve', () => {
  const QUIET = ['--log-level', 'silent', '--listen', ':0'];

  it('announces itself in one line and stops when told', async () => {
    const running = start(['serve', ...QUIET, '--upstream', 'gone=http://127.0.0.1:9']);
    const url = await announced(running);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    running.signal('SIGTERM');
    expect(await running.code).toBe(0);
    expect(running.out).toHaveLength(1);
    expect(running.err).toEqual([
      'SIGTERM: finishing what is running, for at most 25 s; once more to stop at once',
    ]);
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });

  it('says when the address is taken, and what to do', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    const { code, out, err } = await run([
      'serve',
      ...['--log-level', 'silent', '--upstream', 'gone=http://127.0.0.1:9', '--listen', `127.0.0.1:${port}`],
    ]);
    blocker.close();
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `llamascope serve: 127.0.0.1:${port} is already in use; stop what listens there or choose another address with --listen (:0 takes a free one)`,
    );
  });

  it('shows a stack only with --debug', async () => {
    const args = [
      'serve',
      ...QUIET.slice(0, 2),
      '--upstream',
      'gone=http://127.0.0.1:9',
      '--listen',
      'nowhere.invalid:0',
    ];
    const env = { LLAMASCOPE_ADMIN_TOKEN: 'token' };
    const plain = await run(args, env);
    expect(plain.code).toBe(1);
    expect(plain.err).toBe(
      'llamascope serve: the name nowhere.invalid cannot be resolved; write an address with --listen',
    );
    const debug = await run([...args, '--debug'], env);
    expect(debug.err).toMatch(/\n {4}at /);
  });

  describe('--quickstart', () => {
    let ollama: Simulator;
    beforeAll(async () => {
      ollama = await startSimulator({ embedder: null, tokensPerSecond: 0 });
    });
    afterAll(() => ollama.close());

    async function quickstart(
      env: CliIo['env'],
      args: readonly string[] = [],
    ): Promise<{ health: Record<string, unknown>; told: string }> {
      const running = start(['serve', '--quickstart', ...QUIET, ...args], env);
      await announced(running);
      await expect.poll(() => running.err.join('\n')).toContain('State:');
      const address = /State: (\S+)/.exec(running.err.join('\n'))?.[1] ?? '';
      const health = (await (await fetch(address)).json()) as Record<string, unknown>;
      running.signal('SIGINT');
      expect(await running.code).toBe(0);
      return { health, told: running.err.join('\n') };
    }

    it('takes the Ollama that answers', async () => {
      const { health, told } = await quickstart({ OLLAMA_HOST: ollama.url });
      expect(told).toContain(`upstream ollama: ${ollama.url}`);
      expect(told).toMatch(/Ollama \S+ answers there \(OLLAMA_HOST\)/);
      expect(told).toContain('cache on, sampled answers included; metrics on');
      expect(told).toMatch(/curl -i http:\/\/127\.0\.0\.1:\d+\/api\/chat -d '{"model":"(?!YOUR_MODEL)/);
      expect(JSON.stringify(health)).toContain('"ollama"');
    });

    it('starts the simulator when none answers, and says so', async () => {
      const { health, told } = await quickstart({ OLLAMA_HOST: '127.0.0.1:9' });
      expect(told).toContain(
        'no Ollama answers at http://127.0.0.1:9 (OLLAMA_HOST), so answers come from the built-in simulator and are made up',
      );
      expect(JSON.stringify(health)).toContain('"simulator"');
    });

    it('looks for nothing when upstreams are configured, and yields to other settings', async () => {
      const { told } = await quickstart({ OLLAMA_HOST: '127.0.0.1:9', METRICS_ENABLED: 'false' }, [
        ...['--upstream', `mine=${ollama.url}`, '--cache-mode', 'exact', '--no-cache-sampled'],
        ...['--admin-listen', '127.0.0.1:0'],
      ]);
      expect(told).toContain(`upstream mine: ${ollama.url}`);
      expect(told).toContain('cache exact, sampled answers left out; metrics off');
      expect(told).not.toContain('simulator');
      expect(told).not.toContain('/metrics');
    });
  });
});
