/** The build that the hot paths are held against: the commit named in baseline.json, unpacked for the time of a run. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT: string = path.join(import.meta.dirname, '../..');

export interface Baseline extends Disposable {
  readonly commit: string;
  readonly folder: string;
}

/** With the packages of this checkout. Null when the commit is not here. */
export function unpackBaseline(): Baseline | null {
  const { commit } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'baseline.json'), 'utf8')) as {
    readonly commit: string;
  };
  const packed = spawnSync('git', ['archive', '--format=tar', commit], {
    cwd: ROOT,
    maxBuffer: 512 * 1024 * 1024,
  });
  if (packed.status !== 0) return null;
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-baseline-'));
  const unpacked = spawnSync('tar', ['-x', '-C', folder], { input: packed.stdout });
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr.toString()}`);
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return {
    commit,
    folder,
    [Symbol.dispose](): void {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
