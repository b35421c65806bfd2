/**
 * Listening addresses: `host:port`, `[::1]:port`, `:port` or a bare port. An omitted host is 127.0.0.1, never
 * every interface: who wants to be reachable from elsewhere has to write `0.0.0.0` or `[::]`.
 */
import { isIP, isIPv6 } from 'node:net';

export interface ListenAddress {
  /** A host name or an address, IPv6 without brackets. */
  readonly host: string;
  /** 0 to 65535; 0 asks the system for a free port. */
  readonly port: number;
}

export const LISTEN_FORM = 'an address such as 127.0.0.1:11435, [::1]:11435 or :0';

/** Null when the text is not an address. */
export function parseListenAddress(text: string): ListenAddress | null {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const port = Number(match[3]);
  if (port > 65_535) return null;
  const bracketed = match[1];
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : null;
  const host = match[2] ?? '';
  if (host === '') return { host: '127.0.0.1', port };
  return isHost(host) ? { host, port } : null;
}

/** Throws a `TypeError` that names what is not an address. */
export function readListenAddress(text: string): ListenAddress {
  const address = parseListenAddress(text);
  if (address === null)
    throw new TypeError(`listen: ${JSON.stringify(text)} is not an address, expected host:port`);
  return address;
}

export function formatListenAddress({ host, port }: ListenAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach a listener on the host. A name other than `localhost` may lead anywhere. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name === '::1') return true;
  const embedded = name.startsWith('::ffff:') ? name.slice(7) : name;
  return isIP(embedded) === 4 && embedded.startsWith('127.');
}

function isHost(host: string): boolean {
  // Four numbers are an address and have to be a valid one.
  if (/^[\d.]+$/.test(host)) return isIP(host) === 4;
  return /^(?!-)[A-Za-z0-9._-]{1,253}$/.test(host);
}
