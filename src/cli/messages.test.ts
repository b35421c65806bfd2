import { describe, expect, it, onTestFinished } from 'vitest';
import { SETTING_RULES } from '../simulator/options.ts';
import type { CliIo, ExitCode } from './io.ts';
import { findUpstream } from './quickstart.ts';
import { reportFailure, runCli } from './run.ts';

function listen(): { io: CliIo; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const io: CliIo = {
    env: {},
    cwd: '/',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: () => undefined,
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  };
  return { io, out, err };
}

async function refused(...args: string[]): Promise<{ code: ExitCode; err: readonly string[] }> {
  const { io, err } = listen();
  return { code: await runCli(args, io), err };
}

describe('what simulate refuses', () => {
  const TAIL = 'Run "llamascope simulate --help" for what it takes.';

  it('a fault that does not exist is named once', async () => {
    const { code, err } = await refused('simulate', '--fault', 'nonsense');
    expect(code).toBe(2);
    expect(err[0]).toMatch(
      /^llamascope simulate: --fault nonsense: "nonsense", expected one of refuse, delay, .* first$/,
    );
    expect(err[1]).toBe(TAIL);
  });

  it('a field that a fault does not have', async () => {
    const { code, err } = await refused('simulate', '--fault', 'status=503,rate=often');
    expect(code).toBe(2);
    expect(err[0]).toMatch(/^llamascope simulate: --fault status=503,rate=often: rate: "often"/);
  });

  it.each(
    Object.keys(SETTING_RULES).map((name) => [
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    ]),
  )('--%s without a number', async (flag) => {
    for (const text of ['many', '', ' ', 'Infinity']) {
      const { code, err } = await refused('simulate', `--${flag}=${text}`);
      expect([code, err]).toEqual([2, [`llamascope simulate: --${flag}: "${text}" is not a number`, TAIL]]);
    }
  });
});

describe('a failure that nobody expected', () => {
  it('is named, with the way to see more', () => {
    const { io, err } = listen();
    expect(reportFailure(new Error('odd'), null, false, io)).toBe(1);
    expect(reportFailure('odder', null, false, io)).toBe(1);
    const more = 'Run it again with --debug to see where.';
    expect(err).toEqual([
      'llamascope: unexpected failure: odd',
      more,
      'llamascope: unexpected failure: odder',
      more,
    ]);
  });

  it('shows its stack with --debug, or its message when it has none', () => {
    const { io, err } = listen();
    const bare = new Error('bare');
    delete bare.stack;
    expect(reportFailure(bare, null, true, io)).toBe(1);
    expect(err).toEqual(['bare', 'llamascope: unexpected failure: bare']);
  });
});

describe('quick start', () => {
  it('does not show a password that OLLAMA_HOST carries', async () => {
    const found = await findUpstream('http://me:word@127.0.0.1:9', '127.0.0.1:11435');
    onTestFinished(() => found.close());
    expect(found.because).toBe(
      'no Ollama answers at http://…@127.0.0.1:9 (OLLAMA_HOST), so answers come from the built-in simulator and are made up',
    );
  });
});
