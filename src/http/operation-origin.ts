import { GatewayError } from '../core/errors.ts';
import type { OperationCall } from './operation-route.ts';

/**
 * Keeps other web sites out of the operations plane. A browser sends a request on behalf of any page to any
 * address, loopback included, so being reachable only from this machine is no protection against its own
 * browser. Two things give a foreign page away, and neither can be forged by script: `Origin` (or
 * `Sec-Fetch-Site`) on what changes something, and, after DNS rebinding, a `Host` that is not ours.
 */
export function refuseForeignPage(
  headers: OperationCall['headers'],
  changes: boolean,
  token: string | null,
): void {
  const host = String(headers['host'] ?? '');
  // Without a token the address is the only lock, so it has to be an address and not a name somebody else owns.
  if (token === null && !isLocalHost(host)) {
    throw new GatewayError(
      'foreign_origin',
      `the operations plane was asked for under the name ${JSON.stringify(host.slice(0, 200))}; without admin.token it answers only to an IP address or localhost`,
    );
  }
  if (!changes) return;
  const site = headers['sec-fetch-site'];
  const origin = headers['origin'];
  const foreign =
    (origin !== undefined && !isOriginOf(String(origin), host)) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none');
  if (!foreign) return;
  throw new GatewayError(
    'foreign_origin',
    `a page of another origin (${String(origin ?? site).slice(0, 200)}) may not change anything here`,
  );
}

function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === '' || name === 'localhost' || name.endsWith('.localhost') || isAddress(name);
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.%]+\]$/.test(name);
}

function isOriginOf(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
