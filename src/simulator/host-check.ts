import { BlockList, isIP } from 'node:net';
import { hostname } from 'node:os';

/** Addresses that a loopback-bound Ollama accepts in `Host`: its own kind, private ones and the unspecified. */
const LOCAL = new BlockList();
LOCAL.addSubnet('127.0.0.0', 8, 'ipv4');
LOCAL.addSubnet('10.0.0.0', 8, 'ipv4');
LOCAL.addSubnet('172.16.0.0', 12, 'ipv4');
LOCAL.addSubnet('192.168.0.0', 16, 'ipv4');
LOCAL.addAddress('0.0.0.0', 'ipv4');
LOCAL.addAddress('::1', 'ipv6');
LOCAL.addAddress('::', 'ipv6');
LOCAL.addSubnet('fc00::', 7, 'ipv6');

const LOCAL_NAMES = /(?:^localhost|\.localhost|\.local|\.internal)$/;

function hostOf(authority: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(authority);
  return (match?.[1] ?? match?.[2] ?? authority).toLowerCase();
}

function isLocal(host: string): boolean {
  const version = isIP(host);
  if (version !== 0) return LOCAL.check(host, version === 6 ? 'ipv6' : 'ipv4');
  return host === '' || LOCAL_NAMES.test(host) || host === hostname().toLowerCase();
}

/**
 * Whether a request may pass, as Ollama decides it: bound to loopback it answers only to local names
 * (so that no web page can reach it through DNS rebinding); bound elsewhere it answers to any.
 */
export function allowsHost(boundTo: string, hostHeader: string | undefined): boolean {
  const loopback = boundTo.startsWith('127.') || boundTo === '::1' || boundTo === 'localhost';
  return !loopback || isLocal(hostOf(hostHeader ?? ''));
}

/** Whether a web page from this origin may call: pages of the machine itself and desktop apps. */
export function allowsOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  if (/^(?:app|file|tauri|vscode-webview|vscode-file):\/\//.test(origin)) return true;
  const host = /^https?:\/\/(.+)$/.exec(origin)?.[1];
  return host !== undefined && ['localhost', '127.0.0.1', '0.0.0.0', '::1'].includes(hostOf(host));
}
