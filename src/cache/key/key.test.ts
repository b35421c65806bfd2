import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest } from '../../core/answer.ts';
import type { JsonValue } from '../../core/json.ts';
import { BodyMemo, type BodySetting } from './body-memo.ts';
import { canonicalJson } from './canonical-json.ts';
import { bodyHash, requestKeys, type RequestSetting } from './request-key.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
const setting: RequestSetting = { tenant: 'anonymous', model: 'm', modelDigest: 'sha256:1', query: '' };
const question: CanonicalRequest = {
  kind: 'chat',
  model: 'llama3.2:1b',
  scope: { messages: [{ role: 'system', content: 'Be brief.' }], options: { temperature: 0 } },
  text: 'Why is the sky blue?',
  semanticBlock: null,
  sampled: false,
};

describe('canonicalJson', () => {
  it('writes keys in one order and leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: [true, null, -0, 0.5], c: undefined })).toBe(
      '{"a":[true,null,0,0.5],"b":1}',
    );
    expect(canonicalJson({ 10: 'x', 9: 'y' })).toBe('{"10":"x","9":"y"}');
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('reads back as the same value, so that different values have different texts', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        if (text !== null) expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('refuses numbers that reading has already rounded', () => {
    for (const text of ['9007199254740993', '-9007199254740992', '1e400', '{"seed":12345678901234567890}'])
      expect(canonicalJson(JSON.parse(text) as JsonValue)).toBeNull();
    expect(canonicalJson(9_007_199_254_740_991)).toBe('9007199254740991');
  });

  it('refuses what is nested past any request, and does not run out of stack', () => {
    let deep: JsonValue = 1;
    for (let i = 0; i < 200; i += 1) deep = [deep];
    expect(canonicalJson(deep)).toMatch(/^\[{200}1/);
    expect(canonicalJson([deep])).toBeNull();
    const text = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(canonicalJson(JSON.parse(text) as JsonValue)).toBeNull();
  });

  it('passes defects on', () => {
    const broken = new Proxy({}, { ownKeys: () => { throw new TypeError('broken'); } }); // prettier-ignore
    expect(() => canonicalJson(broken)).toThrow('broken');
  });
});

function reversed(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, item === undefined ? undefined : reversed(item)]),
  );
}

describe('requestKeys', () => {
  const keys = (request: Partial<CanonicalRequest>, given: Partial<RequestSetting> = {}) =>
    requestKeys({ ...question, ...request }, { ...setting, ...given })!;
  const original = keys({});

  it('is the same for the same request', () => {
    expect(keys({})).toEqual(original);
    expect(original.exact).toMatch(/^[\w-]{43}$/);
  });

  it('changes only the exact key with the text', () => {
    const other = keys({ text: 'Why is the sea blue?' });
    expect(other.scope).toBe(original.scope);
    expect(other.exact).not.toBe(original.exact);
  });

  it.each<[string, Partial<CanonicalRequest>, Partial<RequestSetting>]>([
    ['kind', { kind: 'generate' }, {}],
    ['model', { model: 'llama3.2:3b' }, {}],
    ['scope', { scope: {} }, {}],
    ['tenant', {}, { tenant: 'other' }],
    ['model digest', {}, { modelDigest: 'sha256:2' }],
    ['unknown digest', {}, { modelDigest: null }],
    ['query string', {}, { query: '?beta=true' }],
  ])('changes both keys with the %s', (_, request, given) => {
    const other = keys(request, given);
    expect(other.scope).not.toBe(original.scope);
    expect(other.exact).not.toBe(original.exact);
  });

  it('keeps texts apart that share their UTF-8 bytes', () => {
    expect(keys({ text: '\ud800' }).exact).not.toBe(keys({ text: '\ud801' }).exact);
    expect(keys({ text: '\ud800' }).exact).not.toBe(keys({ text: '\ufffd' }).exact);
  });

  it('never joins two different settings into one text', () => {
    const part = fc.string({ maxLength: 3 });
    const parts = fc.tuple(part, part, part, part);
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const of = ([tenant, modelDigest, query, model]: typeof a): string =>
          keys({ model }, { tenant, modelDigest, query }).scope;
        expect(of(a) === of(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('has no keys for a request without an exact form', () => {
    expect(requestKeys({ ...question, scope: { seed: 2 ** 60 } }, setting)).toBeNull();
  });

  it('tells raw bodies apart by bytes, route, tenant, digest and query', () => {
    const all: [text: string, given: Partial<BodySetting>][] = [
      ['{}', {}],
      ['{ }', {}],
      ['{}', { template: '/api/generate' }],
      ['{}', { tenant: 'other' }],
      ['{}', { modelDigest: null }],
      ['{}', { model: 'other' }],
      ['{}', { query: '?x' }],
    ];
    const memo = new BodyMemo<number>();
    const at = (index: number): [string, BodySetting] => {
      const [text, given] = all[index] as (typeof all)[number];
      return [bodyHash(Buffer.from(text)), { template: '/api/chat', ...setting, ...given }];
    };
    for (const index of all.keys()) {
      expect(memo.get(...at(index))).toBeUndefined();
      memo.set(...at(index), index);
    }
    for (const index of all.keys()) expect(memo.get(...at(index))).toBe(index);
    memo.set(...at(3), 30);
    expect(all.map((_, index) => memo.get(...at(index)))).toEqual([0, 1, 2, 30, 4, 5, 6]);
  });

  it('remembers the same bytes for a few settings at once, the latest ones', () => {
    const memo = new BodyMemo<number>();
    const of = (tenant: number): BodySetting => ({ template: '/api/chat', ...setting, tenant: `t${tenant}` });
    for (let tenant = 0; tenant < 20; tenant += 1) memo.set('hash', of(tenant), tenant);
    const known = Array.from({ length: 20 }, (_, tenant) => memo.get('hash', of(tenant)));
    expect(known.filter((one) => one !== undefined)).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  });
});
