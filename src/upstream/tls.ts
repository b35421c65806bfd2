import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

/** How to make sure of a server of `https`, and how to show who we are. Paths are read once, when the upstream is made. */
export interface TlsFiles {
  /** Certificates to trust in place of those that Node trusts. */
  readonly caFile: string | null;
  /** Our own certificate and its key, for servers that ask. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** The name to ask for and to expect in the server's certificate, where it is not the URL's. */
  readonly serverName: string | null;
  /** Trusts whoever answers. */
  readonly insecureSkipVerify: boolean;
}

export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

/** Throws the system's error when a file cannot be read. */
export function readTls(files: TlsFiles): TlsOptions {
  const { caFile, certFile, keyFile, serverName, insecureSkipVerify } = files;
  return {
    ...(caFile === null ? {} : { ca: readFileSync(caFile) }),
    ...(certFile === null ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === null ? {} : { key: readFileSync(keyFile) }),
    ...(serverName === null ? {} : { servername: serverName }),
    ...(insecureSkipVerify ? { rejectUnauthorized: false } : {}),
  };
}
