/**
 * `OLLAMA_HOST` as Ollama's own clients read it (its `envconfig.Host`): an optional scheme, an optional port
 * that depends on the scheme, an optional path, quotes and blanks around it ignored, and a bad port replaced
 * by the default. `0.0.0.0` and `::` say where a server listens; a client reaches it over loopback.
 */
import { isIPv6 } from 'node:net';

/** By scheme; without one, and for one that is not HTTP, it is Ollama's own. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** The URL of the server, without a trailing slash. Never fails: what cannot be read is 127.0.0.1. */
export function parseOllamaHost(value: string | undefined): string {
  const text = (value ?? '')
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .trim();
  const split = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text);
  const written = split?.[1]?.toLowerCase() ?? '';
  const scheme = written === 'https' ? 'https' : 'http';
  const rest = split?.[2] ?? text;
  const fallbackPort = (Object.hasOwn(DEFAULT_PORTS, written) ? DEFAULT_PORTS[written] : null) ?? '11434';
  const slash = rest.indexOf('/');
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? '' : rest.slice(slash).replace(/\/+$/, '');
  const { host, port } = splitAuthority(authority);
  return `${scheme}://${reachable(host)}:${isPort(port) ? port : fallbackPort}${path}`;
}

function splitAuthority(authority: string): { host: string; port: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(authority);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  if (isIPv6(authority)) return { host: authority, port: '' };
  const colon = authority.lastIndexOf(':');
  if (colon === -1) return { host: authority, port: '' };
  return { host: authority.slice(0, colon), port: authority.slice(colon + 1) };
}

function reachable(host: string): string {
  if (host === '' || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIPv6(host) ? `[${host}]` : host;
}

function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) <= 65_535;
}
