/** Sources from npm, into `.cache/semantics/` when they are not there yet, checked against a fixed digest. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const CACHE = resolve(import.meta.dirname, '..', '..', '.cache', 'semantics');

/** The folder of the unpacked package. `sha512` in base64. */
export function fetchPackage(name: string, version: string, sha512: string): string {
  const home = join(CACHE, `${name}-${version}`);
  const folder = join(home, 'package');
  if (existsSync(join(folder, 'package.json'))) return folder;
  mkdirSync(home, { recursive: true });
  execFileSync('npm', ['pack', `${name}@${version}`, '--pack-destination', home], { stdio: 'inherit' });
  const tarball = join(home, `${name}-${version}.tgz`);
  const found = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  if (found !== sha512) throw new Error(`${tarball}: expected the SHA-512 ${sha512}, found ${found}`);
  execFileSync('tar', ['-xzf', tarball, '-C', home]);
  return folder;
}
