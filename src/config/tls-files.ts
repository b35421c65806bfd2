/** Whether the files of `upstreams[].tls` can be read and used: said at the start, not at the first connection. */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import type { Config, TlsConfig } from './config.ts';
import { formatKey, type ConfigProblem, type KeyPath, type Origin } from './problems.ts';

const FILES = { caFile: 'ca', certFile: 'cert', keyFile: 'key' } as const;
type FileKey = keyof typeof FILES;

export function problemsOfTls(
  { upstreams }: Config,
  originOf: (path: KeyPath) => Origin,
): readonly ConfigProblem[] {
  return upstreams.flatMap(({ tls, url }, index) =>
    (tls === null ? [] : problemsOf(tls, url)).map(([key, message]) => {
      const path: KeyPath = ['upstreams', index, 'tls', ...(key === null ? [] : [key])];
      return { key: formatKey(path), message, origin: originOf(path) };
    }),
  );
}

type Problem = readonly [key: string | null, message: string];

function problemsOf(tls: TlsConfig, url: string): readonly Problem[] {
  if (!url.startsWith('https:')) return [[null, `is only for https, and the url is ${url}`]];
  if ((tls.certFile === null) !== (tls.keyFile === null))
    return [[tls.certFile === null ? 'certFile' : 'keyFile', 'certFile and keyFile are needed together']];
  const contents: SecureContextOptions = {};
  const problems: Problem[] = [];
  for (const key of Object.keys(FILES) as FileKey[]) {
    const file = tls[key];
    if (file === null) continue;
    try {
      const text = readFileSync(file);
      // A context takes any text as authority and then trusts nobody.
      if (key !== 'keyFile') new X509Certificate(text);
      contents[FILES[key]] = text;
    } catch (error) {
      problems.push([key, `${file}: ${reasonOf(error, key)}`]);
    }
  }
  if (problems.length > 0) return problems;
  try {
    createSecureContext(contents);
  } catch (error) {
    problems.push([
      'keyFile',
      `${tls.keyFile ?? ''}: is not the key of certFile (${(error as Error).message})`,
    ]);
  }
  return problems;
}

function reasonOf(error: unknown, key: FileKey): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined)
    return code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? ''})`;
  return `is not a ${key === 'keyFile' ? 'key' : 'certificate'} in PEM form`;
}
