import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startStack } from '../../test/support/stack.ts';
import { until } from '../../test/support/until.ts';
import type { ExitCode } from './io.ts';
import { runCli } from './run.ts';

async function run(
  url: string,
  ...args: readonly string[]
): Promise<{ code: ExitCode; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(['baseline', ...args], {
    env: { LLAMASCOPE_URL: url },
    cwd: tmpdir(),
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: () => undefined,
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('llamascope baseline', () => {
  it('sets, shows and clears one, as a table, as JSON and as PromQL', async () => {
    await using stack = await startStack({ config: { cache: { mode: 'off' } } });
    const { url } = stack;
    expect((await run(url)).out).toMatch(/^No baseline is set\. `llamascope baseline set` takes one/);
    const early = await run(url, 'set');
    expect(early.code).toBe(1);
    expect(early.err).toMatch(/no request was finished in the last 1h/);

    const body = JSON.stringify({ model: 'llama3.2:1b', prompt: 'Which lake is the deepest?' });
    await (await fetch(`${url}/api/generate`, { method: 'POST', body })).text();
    const set = await until(async () => {
      const answer = await run(url, 'set', '--window', '2m');
      return answer.code === 0 ? answer.out : null;
    }, 'a baseline');
    const lines = set.split('\n');
    expect(lines[0]).toMatch(
      /^Set 20\S+Z over \d+ s, of 120 s asked for \(1 requests\), kept in memory only/,
    );
    expect(lines[1]).toMatch(/^Now: the last \d+ s \(0 requests\), not beyond the moment it was set\.$/);
    expect(lines[3]).toMatch(/^FIGURE +THEN +NOW +DIFFERENCE +FACTOR$/);
    expect(lines[4]).toMatch(/^Success ratio +100 % +- +- +-$/);

    await (await fetch(`${url}/api/generate`, { method: 'POST', body })).text();
    const shown = await until(async () => {
      const { out } = await run(url, 'show');
      return out.includes('(0 requests)') ? null : out;
    }, 'the present');
    expect(shown).toMatch(/\nSuccess ratio +100 % +100 % +0 points +1x\n/);
    expect(shown).toMatch(/\nDuration p50 +[\d.]+ ms +[\d.]+ ms /);
    expect(shown.endsWith('Cost is not among them: prices are not known.')).toBe(true);
    expect(JSON.parse((await run(url, '--json')).out)).toMatchObject({
      baseline: { windowSeconds: 120, requests: 1, cost: null },
    });
    expect((await run(url, '--promql')).out).toMatch(/^# success\n.*llamascope_requests_total.*\[2m\]/);
    expect((await run(url, 'clear')).out).toMatch(/^No baseline is set/);
  });

  it('says so when what answers is no baseline', async () => {
    const server = createServer((_, response) => {
      response.end('{"baseline": 7}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, err } = await run(`http://127.0.0.1:${String(port)}`);
    server.close();
    expect([code, err]).toEqual([1, expect.stringContaining('something that is no baseline')]);
  });

  it.each([
    [['shwo'], 'unknown action "shwo"; did you mean show?'],
    [['everything'], 'unknown action "everything"; expected show, set, clear'],
    [['set', '--window', '1 hour'], '--window: "1 hour" is not a time such as 30s, 15m or 1h'],
    [['show', '--window', '1h'], '--window goes with baseline set'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await run('http://127.0.0.1:1', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
