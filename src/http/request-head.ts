import { hash } from 'node:crypto';
import { GatewayError } from '../core/errors.ts';
import { clientId, requestId, tenantId, type ClientId, type RequestId, type TenantId } from '../core/ids.ts';
import type { CachePolicy, HeaderBag } from '../core/request.ts';

/** What Llamascope itself reads from a request's header fields. */
export interface RequestHead {
  readonly id: RequestId;
  readonly client: ClientId;
  readonly tenant: TenantId;
  readonly cachePolicy: CachePolicy;
  /** Milliseconds the client is willing to wait, or null. */
  readonly timeoutMs: number | null;
  /** The priority it asks for, or null. */
  readonly priority: number | null;
}

const ANONYMOUS_CLIENT = clientId('anonymous');
const ANONYMOUS_TENANT = tenantId('anonymous');
/** Visible ASCII without separators that would break a log line or a label. */
const SAFE_NAME = /^[\w.:@/+=-]{1,128}$/;
const CACHE_POLICIES: ReadonlySet<string> = new Set(['bypass', 'only-if-cached', 'refresh']);

/** Throws `invalid_header` naming the field, the value and what was expected. */
export function readRequestHead(headers: HeaderBag, newId: () => RequestId): RequestHead {
  const credential = single(headers, 'authorization') ?? single(headers, 'x-api-key');
  const fingerprint = credential === undefined ? null : hash('sha256', credential, 'hex');
  return {
    id: readId(headers, newId),
    client: readClient(headers, fingerprint),
    tenant: fingerprint === null ? ANONYMOUS_TENANT : tenantId(fingerprint),
    cachePolicy: readCachePolicy(headers),
    timeoutMs: readTimeout(headers),
    priority: readPriority(headers),
  };
}

/** A caller's id is kept when it is harmless, so that traces join; otherwise the request gets its own. */
export function readId(headers: HeaderBag, newId: () => RequestId): RequestId {
  const given = single(headers, 'x-request-id');
  return given !== undefined && SAFE_NAME.test(given) ? requestId(given) : newId();
}

function readClient(headers: HeaderBag, fingerprint: string | null): ClientId {
  const named = single(headers, 'x-llamascope-client');
  if (named !== undefined) {
    if (!SAFE_NAME.test(named))
      throw invalid('x-llamascope-client', named, '1 to 128 of the characters A-Z a-z 0-9 _ . : @ / + = -');
    return clientId(named);
  }
  return fingerprint === null ? ANONYMOUS_CLIENT : clientId(fingerprint.slice(0, 12));
}

function readCachePolicy(headers: HeaderBag): CachePolicy {
  const asked = single(headers, 'x-llamascope-cache');
  if (asked !== undefined) {
    const policy = asked.trim().toLowerCase();
    if (!CACHE_POLICIES.has(policy))
      throw invalid('x-llamascope-cache', asked, 'bypass, only-if-cached or refresh');
    return policy as CachePolicy;
  }
  const control = single(headers, 'cache-control');
  if (control === undefined) return 'default';
  // RFC 9111 §5.2.1: no-store forbids storing, no-cache forbids serving without a fresh answer.
  const directives = control.toLowerCase();
  if (/(^|[\s,])no-store($|[\s,])/.test(directives)) return 'no-store';
  if (/(^|[\s,])only-if-cached($|[\s,])/.test(directives)) return 'only-if-cached';
  return /(^|[\s,])no-cache($|[\s,=])/.test(directives) ? 'refresh' : 'default';
}

function readTimeout(headers: HeaderBag): number | null {
  const given = single(headers, 'x-request-timeout-ms');
  if (given === undefined) return null;
  if (!/^[1-9]\d{0,8}$/.test(given))
    throw invalid('x-request-timeout-ms', given, 'a whole number of milliseconds from 1 to 999999999');
  return Number(given);
}

function readPriority(headers: HeaderBag): number | null {
  const given = single(headers, 'x-llamascope-priority');
  if (given === undefined) return null;
  if (!/^-?\d{1,3}$/.test(given) || Math.abs(Number(given)) > 100)
    throw invalid('x-llamascope-priority', given, 'a whole number from -100 to 100');
  return Number(given);
}

function single(headers: HeaderBag, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function invalid(name: string, value: string, expected: string): GatewayError {
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return new GatewayError(
    'invalid_header',
    `header ${name}: ${JSON.stringify(shown)} is not valid, expected ${expected}`,
  );
}
