import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startStack } from '../../test/support/stack.ts';
import type { ExitCode } from './io.ts';
import { runCli } from './run.ts';

const home = mkdtempSync(path.join(tmpdir(), 'llamascope-upstreams-'));
afterAll(() => {
  rmSync(home, { recursive: true });
});

async function run(...args: readonly string[]): Promise<{ code: ExitCode; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(['upstreams', ...args], {
    env: {},
    cwd: home,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: () => undefined,
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('llamascope upstreams', () => {
  it('lists, drains and resumes, as a table and as JSON', async () => {
    await using stack = await startStack();
    const list = await run('--url', stack.url);
    expect(list.out.split('\n')[0]).toMatch(/^NAME +KIND +URL +HEALTH +IN FLIGHT +MODELS +IN MEMORY$/);
    expect(list.out.split('\n')[1]).toMatch(/^simulator +ollama +http:\S+ +ok +0 +\d+ +\d+$/);
    const drained = await run('drain', 'simulator', '--deadline-ms', '0', '--url', stack.url);
    expect(drained.out).toMatch(/simulator .* draining +0 /);
    expect(stack.gateway.state.upstreams()[0]?.draining).toBe(true);
    const one = await run('list', 'simulator', '--json', '--url', stack.url);
    expect(JSON.parse(one.out)).toMatchObject({ name: 'simulator', draining: true, inFlight: 0 });
    const resumed = await run('resume', 'simulator', '--url', stack.url);
    expect([resumed.code, resumed.out.includes(' ok ')]).toEqual([0, true]);
    expect((await run('drain', 'simulator', '--deadline-ms', 'none', '--url', stack.url)).code).toBe(0);
  });

  it.each([
    [['drian'], 'did you mean drain?'],
    [['shut'], 'expected list, drain, resume'],
    [['drain'], 'drain needs the name of an upstream'],
    [['drain', 'a', '--deadline-ms', 'soon'], 'expected milliseconds, or none'],
    [['resume', 'a', '--deadline-ms', '1'], '--deadline-ms goes with drain alone'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, err } = await run(...args);
    expect([code, err.includes(message)]).toEqual([2, true]);
  });

  it('says which upstreams there are when it is asked for another', async () => {
    await using stack = await startStack();
    const { code, err } = await run('drain', 'nobody', '--url', stack.url);
    expect(code).toBe(1);
    expect(err).toContain('there are: simulator');
  });
});
