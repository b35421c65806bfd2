import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileCacheFolder } from './compile-cache.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-compiled-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function version(env: Readonly<Record<string, string>>): {
  readonly status: number | null;
  readonly said: string;
} {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--version'], {
    env: { PATH, ...env },
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

describe('where compiled code is kept', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/llamascope/compiled'],
    [{ HOME: '/h' }, '/h/.cache/llamascope/compiled'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/llamascope/compiled'],
    [{}, null],
  ])('%j: %s', (env, expected) => {
    expect(compileCacheFolder(env)).toBe(expected);
  });

  it('is filled by a first run', () => {
    expect(version({ XDG_CACHE_HOME: folder }).status).toBe(0);
    expect(readdirSync(path.join(folder, 'llamascope', 'compiled')).length).toBeGreaterThan(0);
  });

  it.each([{ NODE_DISABLE_COMPILE_CACHE: '1' }, { NODE_COMPILE_CACHE: path.join(folder, 'elsewhere') }])(
    "is Node's own affair when it has been told: %j",
    (told) => {
      const home = mkdtempSync(path.join(folder, 'home-'));
      expect(version({ HOME: home, ...told }).status).toBe(0);
      expect(existsSync(path.join(home, '.cache'))).toBe(false);
    },
  );

  it('is done without where it cannot be written', () => {
    const file = path.join(folder, 'a-file');
    writeFileSync(file, '');
    const { status, said } = version({ XDG_CACHE_HOME: file });
    expect(status).toBe(0);
    expect(said).toMatch(/^\S*\d+\.\d+\.\d+\n$/);
  });
});
