import { describe, expect, it } from 'vitest';
import type { HeaderBag } from '../core/request.ts';
import { RequestFields, responseFields, type RequestFieldsOptions } from './header-fields.ts';

function written(
  client: HeaderBag,
  options: Partial<RequestFieldsOptions> = {},
  requestId: string | null = null,
  lengthKnown = true,
): [string, string | string[]][] {
  const fields = new RequestFields({ headers: {}, apiKey: null, via: 'gw', ...options });
  const list = fields.write(client, requestId, lengthKnown);
  return list.flatMap((name, i) =>
    i % 2 === 0 ? [[name as string, list[i + 1] as string] as [string, string]] : [],
  );
}

describe('RequestFields', () => {
  it('adds what is ours and keeps what is the client’s', () => {
    expect(written({ accept: '*/*', cookie: 'a=b' }, {}, 'r-1')).toEqual([
      ['accept-encoding', 'identity'],
      ['x-request-id', 'r-1'],
      ['accept', '*/*'],
      ['cookie', 'a=b'],
      ['via', '1.1 gw'],
    ]);
  });

  it('leaves out the connection’s own fields, those it names, and those meant for the gateway', () => {
    const gone = {
      host: 'h',
      connection: 'Upgrade, X-Hop',
      'x-hop': '1',
      upgrade: 'websocket',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'p',
      'transfer-encoding': 'chunked',
      te: 'trailers',
      expect: '100-continue',
      'content-length': '9',
      'accept-encoding': 'br',
      'x-request-id': 'forged',
      'x-llamascope-cache': 'bypass',
      'x-llamascope-client': 'me',
      nothing: undefined,
    };
    expect(written(gone).map(([name]) => name)).toEqual(['accept-encoding', 'via']);
  });

  it.each(['keep-alive', 'close'])('takes `connection: %s` for what it is', (connection) => {
    expect(written({ connection, close: 'kept' }).map(([name]) => name)).toContain('close');
  });

  it('writes configured fields over the client’s, whatever their case, once', () => {
    const fields = written(
      { authorization: 'Bearer client', 'x-extra': 'client', other: 'kept' },
      { apiKey: 'key', headers: { 'X-Extra': 'ours' } },
    );
    expect(fields.filter(([name]) => name === 'authorization')).toEqual([['authorization', 'Bearer key']]);
    expect(fields.filter(([name]) => name === 'x-extra')).toEqual([['x-extra', 'ours']]);
    expect(fields).toContainEqual(['other', 'kept']);
  });

  it('does not remember one request in the next', () => {
    const fields = new RequestFields({ headers: {}, apiKey: null, via: 'gw' });
    fields.write({ secret: 's' }, 'r-1', true);
    expect(fields.write({}, null, true)).toEqual(['accept-encoding', 'identity', 'via', '1.1 gw']);
  });

  it('continues a chain of `via`, from one line or several', () => {
    expect(written({ via: '1.1 front' })).toContainEqual(['via', '1.1 front, 1.1 gw']);
    expect(written({ via: ['1.1 a', '1.1 b'] })).toContainEqual(['via', '1.1 a,1.1 b, 1.1 gw']);
  });

  it('passes the client’s length on only where the body is passed through', () => {
    expect(written({ 'content-length': '9' }, {}, null, false)).toContainEqual(['content-length', '9']);
    expect(written({}, {}, null, false).map(([name]) => name)).not.toContain('content-length');
  });
});

describe('responseFields', () => {
  it('repeats fields of several lines and leaves out what the gateway says itself', () => {
    const upstream = {
      'content-type': 'application/json',
      'set-cookie': ['a', 'b'],
      connection: 'close, x-hop',
      'x-hop': '1',
      'transfer-encoding': 'chunked',
      'x-request-id': 'theirs',
      'x-llamascope-upstream': 'forged',
      'content-length': '2',
      nothing: undefined,
    };
    const kept = ['content-type', 'application/json', 'set-cookie', 'a', 'set-cookie', 'b'];
    expect(responseFields(upstream, false)).toEqual(kept);
    expect(responseFields(upstream, true)).toEqual([...kept, 'content-length', '2']);
  });
});
