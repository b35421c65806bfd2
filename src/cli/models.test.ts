import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, startFileServer, type FileServer } from '../../test/support/file-server.ts';
import { gge1Bytes } from '../../test/support/gge1-file.ts';
import type { ExitCode } from './io.ts';
import { runCli } from './run.ts';

const home = mkdtempSync(path.join(tmpdir(), 'llamascope-models-'));
const bytes = gge1Bytes(['a'], [[1, 2]]);
let server: FileServer;
beforeAll(async () => {
  server = await startFileServer();
  server.files.set('/tiny.gge1.bin', bytes);
});
afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true });
});

interface Result {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  readonly status: readonly (string | null)[];
}

async function run(...args: readonly string[]): Promise<Result> {
  const out: string[] = [];
  const err: string[] = [];
  const status: (string | null)[] = [];
  const code = await runCli(['models', ...args], {
    env: {},
    cwd: home,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: (line) => status.push(line),
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  });
  return { code, out: out.join('\n'), err: err.join('\n'), status };
}

describe('llamascope models', () => {
  it('pulls a model with a progress bar, and lists it', async () => {
    expect((await run()).err).toBe(
      `no models in ${home}/models; fetch one with "llamascope models pull NAME"`,
    );
    const from = `${server.url}/tiny.gge1.bin`;
    const pulled = await run('pull', 'tiny', '--from', from, '--sha256', sha256(bytes).toUpperCase());
    const file = path.join(home, 'models', 'tiny.gge1.bin');
    expect(pulled.err).toBe('');
    expect(pulled.code).toBe(0);
    expect(pulled.out).toContain(
      `${file}: ${String(bytes.length)} bytes, SHA-256 ${sha256(bytes)} (checked)`,
    );
    expect(pulled.out).toContain(`modelFile: "${file}"`);
    expect(pulled.status.at(-1)).toBeNull();
    expect(pulled.status).toContain('[########################] 100 %  1/1  KiB  tiny.gge1.bin');
    const again = await run('pull', 'tiny', '--from', from, '--sha256', sha256(bytes));
    expect(again.out).toContain('(there already)');
    expect((await run('pull', 'tiny', '--from', from)).out).toContain('not checked, no checksum was given');
    const listed = await run('list');
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(/^PATH +DIMENSIONS +STATE\n.*tiny\.gge1\.bin +2 +usable$/);
  });

  it('lists what cannot be used, with the reason, and fails', async () => {
    const other = path.join(home, 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'broken.gge1'), 'GGE2');
    writeFileSync(path.join(other, 'notes.txt'), '');
    const { code, out } = await run('list', '--to', 'other');
    expect(code).toBe(1);
    expect(out).toMatch(/broken\.gge1 +- +.*expected a header of 12 bytes/);
    expect(out).not.toContain('notes');
    expect((await run('list', '--to', 'other/notes.txt')).err).toContain('notes.txt cannot be read');
  });

  it('fails with the reason', async () => {
    const { code, err } = await run('pull', 'x', '--from', `${server.url}/none.gge1.bin`);
    expect(code).toBe(1);
    expect(err).toBe(
      `llamascope models: ${server.url}/none.gge1.bin: 404, there is no such file; check NAME and --from`,
    );
  });

  it.each<[readonly string[], string]>([
    [['pul'], 'unknown action "pul"; did you mean pull?'],
    [['fetch-it-now'], 'unknown action "fetch-it-now"; expected pull or list'],
    [['list', 'x'], 'unexpected argument "x"'],
    [['pull'], 'pull needs the NAME of a model'],
    [['pull', '../x'], 'NAME: expected OWNER/NAME or NAME of letters, digits, ".", "_" and "-", got "../x"'],
    [['pull', 'x'], 'NAME: expected OWNER/NAME, or --from URL with "x"'],
    [['pull', 'x', '--from', 'ftp://h/x'], '--from: expected a URL like https://host/folder'],
    [['pull', 'x/y', '--sha256', 'abc'], '--sha256: expected 64 hexadecimal digits, got "abc"'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('explains itself', async () => {
    expect((await run('--help')).out).toContain('Nothing else in Llamascope ever fetches one.');
  });
});
