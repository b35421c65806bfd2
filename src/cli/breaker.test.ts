import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startStack } from '../../test/support/stack.ts';
import type { CliIo, ExitCode } from './io.ts';
import { runCli } from './run.ts';

const home = mkdtempSync(path.join(tmpdir(), 'llamascope-breaker-'));
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

async function run(
  args: readonly string[],
  env: CliIo['env'] = {},
): Promise<{ code: ExitCode; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(['breaker', ...args], {
    env,
    cwd: home,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: () => undefined,
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A port that nothing listens on: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server that is no gateway. */
async function foreign(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(status).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

describe('llamascope breaker', () => {
  it('lists, isolates, resets, disables and observes, as a table and as JSON', async () => {
    await using stack = await startStack();
    const events: unknown[] = [];
    stack.gateway.events.subscribe((event) => {
      if (event.type === 'operation.performed') events.push([event.action, event.target]);
    });
    const env = { LLAMASCOPE_URL: stack.url };
    const list = await run([], env);
    expect([list.code, list.err]).toEqual([0, '']);
    expect(list.out.split('\n')[0]).toMatch(/^NAME +STATE +BY HAND +FAILURES +IN FLIGHT +SINCE +NEXT TRY$/);
    expect(list.out.split('\n')[1]).toMatch(/^simulator +closed +- +0 +0 +\d{4}-\S+Z +-$/);

    const chat = (): Promise<Response> => fetch(`${stack.url}/api/tags`);
    expect((await run(['isolate', 'simulator'], env)).out).toMatch(/\nsimulator +open +isolated /);
    expect((await chat()).status).toBe(503);
    const health = (await (await fetch(`${stack.url}/health`)).json()) as { reasons: string[] };
    expect(health.reasons).toContain('breaker simulator is open, isolated by hand');

    expect((await run(['observe', 'simulator'], env)).out).toMatch(/\nsimulator +closed +observing /);
    expect((await run(['disable', 'simulator'], env)).out).toMatch(/\nsimulator +closed +disabled /);
    const reset = await run(['reset', 'simulator', '--json', '--url', stack.url]);
    expect(JSON.parse(reset.out)).toMatchObject({ name: 'simulator', state: 'closed', manual: null });
    expect((await chat()).status).toBe(200);
    expect(JSON.parse((await run(['list', 'simulator', '--json'], env)).out)).toMatchObject({
      name: 'simulator',
    });
    expect(events).toEqual([
      ['breaker.isolate', 'simulator'],
      ['breaker.observe', 'simulator'],
      ['breaker.disable', 'simulator'],
      ['breaker.reset', 'simulator'],
    ]);
    expect(await (await fetch(`${stack.url}/metrics`)).text()).toContain(
      'llamascope_operations_total{action="breaker.isolate"} 1',
    );
  });

  it('says that there is no such breaker, and which there are', async () => {
    await using stack = await startStack({ config: { cache: { mode: 'exact' } } });
    expect(await run(['isolate', 'gpu/llama3', '--url', stack.url])).toEqual({
      code: 1,
      out: '',
      err: 'llamascope breaker: there is no breaker "gpu/llama3"; there are: simulator',
    });
  });

  it('needs the token that the gateway has, from the option, the environment or the file', async () => {
    await using stack = await startStack({ config: { admin: { token: 'secret-token' } } });
    const { url } = stack;
    expect((await run(['--url', url])).err).toBe(
      `llamascope breaker: the gateway at ${url} needs its token: set LLAMASCOPE_ADMIN_TOKEN or give --token`,
    );
    expect(await run(['--url', url, '--token', 'wrong'])).toEqual({
      code: 1,
      out: '',
      err: `llamascope breaker: the gateway at ${url} does not accept this token`,
    });
    expect((await run(['--url', url, '--token', 'secret-token'])).code).toBe(0);
    expect((await run([], { LLAMASCOPE_URL: url, LLAMASCOPE_ADMIN_TOKEN: 'secret-token' })).code).toBe(0);
    const { host } = new URL(url);
    writeFileSync(path.join(home, 'gateway.yaml'), `listen: ${host}\nadmin: { token: secret-token }\n`);
    expect((await run(['list', '--config', 'gateway.yaml'])).code).toBe(0);
  });

  it('finds the gateway by what the configuration listens on', async () => {
    const port = await closedPort();
    const refused = (url: string): string =>
      `llamascope breaker: no gateway answers at ${url} (connection refused); start it with \`llamascope serve\`, or name another with --url`;
    writeFileSync(
      path.join(home, 'any.yaml'),
      `listen: 0.0.0.0:${String(port)}\nadmin: { token: some-token }\n`,
    );
    expect(await run(['--config', 'any.yaml'])).toEqual({
      code: 1,
      out: '',
      err: refused(`http://127.0.0.1:${String(port)}`),
    });
    const apart = { LLAMASCOPE_ADMIN_LISTEN: `127.0.0.1:${String(port)}` };
    expect((await run([], apart)).err).toBe(refused(`http://127.0.0.1:${String(port)}`));
    const any = await run([], { LLAMASCOPE_LISTEN: '127.0.0.1:0' });
    expect([any.code, any.err.split('\n')[0]]).toEqual([
      2,
      'llamascope breaker: the configuration listens on 127.0.0.1:0, a port chosen at the start; name the gateway with --url',
    ]);
  });

  it('tells a gateway from something else', async () => {
    const page = await foreign(200, '<html>');
    expect((await run(['--url', page])).err).toBe(
      `llamascope breaker: what answers at ${page} is not Llamascope: /admin/breakers is not JSON`,
    );
    const lost = await foreign(404, 'not here');
    expect((await run(['--url', lost])).err).toBe(
      `llamascope breaker: what answers at ${lost} is not the operations plane of Llamascope: /admin/breakers answered 404`,
    );
    const list = await foreign(200, '[1]');
    expect((await run(['--url', list])).err).toBe(
      'llamascope breaker: the gateway answered with something that is no breaker',
    );
  });

  it.each([
    [['isolat', 'x'], 'unknown action "isolat"; did you mean isolate?'],
    [['frobnicate'], 'unknown action "frobnicate"; expected list, isolate, reset, disable, observe'],
    [['isolate'], 'isolate needs the name of a breaker'],
    [['isolate', 'a', 'b'], 'unexpected argument "b"'],
    [['--url', 'localhost'], '--url: "localhost" is not a URL such as http://127.0.0.1:11435'],
    [['--url', 'ftp://a:b@c'], '--url: "ftp://…@c" is not a URL such as http://127.0.0.1:11435'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, err } = await run(args);
    expect([code, err.split('\n')[0]]).toEqual([2, `llamascope breaker: ${message}`]);
  });
});
