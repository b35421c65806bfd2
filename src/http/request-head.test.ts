import { describe, expect, it } from 'vitest';
import { requestId } from '../core/ids.ts';
import type { HeaderBag } from '../core/request.ts';
import { readRequestHead } from './request-head.ts';

const own = requestId('own-1');
const read = (headers: HeaderBag): ReturnType<typeof readRequestHead> => readRequestHead(headers, () => own);

describe('request head', () => {
  it('is anonymous and default without any header', () => {
    expect(read({})).toEqual({
      id: own,
      client: 'anonymous',
      tenant: 'anonymous',
      cachePolicy: 'default',
      timeoutMs: null,
      priority: null,
    });
  });

  it('keeps a harmless request id and replaces one that would break a log line', () => {
    expect(read({ 'x-request-id': 'trace-42' }).id).toBe('trace-42');
    expect(read({ 'x-request-id': 'a b\nc' }).id).toBe(own);
    expect(read({ 'x-request-id': 'x'.repeat(129) }).id).toBe(own);
    expect(read({ 'x-request-id': ['first', 'second'] }).id).toBe('first');
  });

  it('derives the tenant from credentials only, never from a header the caller may choose', () => {
    const a = read({ authorization: 'Bearer a', 'x-llamascope-client': 'team' });
    const b = read({ authorization: 'Bearer b', 'x-llamascope-client': 'team' });
    expect(a.client).toBe('team');
    expect(b.client).toBe('team');
    expect(a.tenant).not.toBe(b.tenant);
    expect(read({ 'x-llamascope-client': 'team' }).tenant).toBe('anonymous');
    expect(read({ 'x-api-key': 'a' }).tenant).not.toBe('anonymous');
  });

  it('never shows a credential: the client is a short hash of it', () => {
    const { client, tenant } = read({ authorization: 'Bearer secret' });
    expect(client).toMatch(/^[0-9a-f]{12}$/);
    expect(tenant).toMatch(/^[0-9a-f]{64}$/);
    expect(`${client}${tenant}`).not.toContain('secret');
  });

  it.each([
    [{ 'x-llamascope-cache': 'bypass' }, 'bypass'],
    [{ 'x-llamascope-cache': ' Refresh ' }, 'refresh'],
    [{ 'x-llamascope-cache': 'only-if-cached' }, 'only-if-cached'],
    [{ 'cache-control': 'no-cache' }, 'refresh'],
    [{ 'cache-control': 'max-age=0, no-store' }, 'no-store'],
    [{ 'cache-control': 'only-if-cached' }, 'only-if-cached'],
    [{ 'cache-control': 'max-age=60' }, 'default'],
    [{ 'cache-control': 'x-no-cache-x' }, 'default'],
    [{ 'x-llamascope-cache': 'bypass', 'cache-control': 'no-store' }, 'bypass'],
  ] as const)('reads the cache policy of %j as %s', (headers, policy) => {
    expect(read(headers).cachePolicy).toBe(policy);
  });

  it.each([
    [
      { 'x-llamascope-cache': 'force' },
      'header x-llamascope-cache: "force" is not valid, expected bypass, only-if-cached or refresh',
    ],
    [
      { 'x-request-timeout-ms': '1.5' },
      'header x-request-timeout-ms: "1.5" is not valid, expected a whole number of milliseconds from 1 to 999999999',
    ],
    [
      { 'x-request-timeout-ms': '0' },
      'header x-request-timeout-ms: "0" is not valid, expected a whole number of milliseconds from 1 to 999999999',
    ],
    [
      { 'x-llamascope-client': 'a b' },
      'header x-llamascope-client: "a b" is not valid, expected 1 to 128 of the characters A-Z a-z 0-9 _ . : @ / + = -',
    ],
    [
      { 'x-llamascope-client': 'x'.repeat(200) },
      `header x-llamascope-client: "${'x'.repeat(60)}…" is not valid, expected 1 to 128 of the characters A-Z a-z 0-9 _ . : @ / + = -`,
    ],
  ])('refuses %j and says what was expected', (headers, message) => {
    expect(() => read(headers)).toThrow(expect.objectContaining({ code: 'invalid_header', message }));
  });

  it('reads the deadline in milliseconds', () => {
    expect(read({ 'x-request-timeout-ms': '1500' }).timeoutMs).toBe(1500);
  });
});
