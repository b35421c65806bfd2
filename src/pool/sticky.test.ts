import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../test/support/exchange.ts';
import { routeOf } from '../../test/support/send.ts';
import type { JsonObject } from '../core/json.ts';
import type { Exchange } from '../core/request.ts';
import type { Candidate } from './select.ts';
import { pickSticky, stickyKey } from './sticky.ts';

const candidate = (name: string, assigned = 0, weight = 1): Candidate =>
  ({ name, assigned, weight, options: { weight } }) as unknown as Candidate;

function asking(json: JsonObject, client = 'c'): Exchange {
  const exchange = exchangeOf({ client });
  return { ...exchange, request: { ...exchange.request, facts: { ...exchange.request.facts, json } } };
}

const user = (content: string): JsonObject => ({ role: 'user', content });

describe('what a request sticks by', () => {
  it('is nothing, its client, or how its conversation begins', () => {
    const first = asking({ messages: [{ role: 'system', content: 'Be brief.' }, user('Hi')] });
    const later = asking({
      messages: [
        { role: 'system', content: 'Be brief.' },
        user('Hi'),
        { role: 'assistant', content: 'Hello' },
        user('And?'),
      ],
    });
    const other = asking({ messages: [{ role: 'system', content: 'Be brief.' }, user('Ho')] }, 'd');
    expect(stickyKey(first, 'none')).toBeNull();
    expect(stickyKey(first, 'prefix')).toBe(stickyKey(later, 'prefix'));
    expect(stickyKey(first, 'prefix')).not.toBe(stickyKey(other, 'prefix'));
    expect(stickyKey(first, 'client')).toBe(stickyKey(later, 'client'));
    expect(stickyKey(first, 'client')).not.toBe(stickyKey(other, 'client'));
  });

  it('reads prompts, inputs and typed parts alike, and needs a body', () => {
    const key = (json: JsonObject): string | null => stickyKey(asking(json), 'prefix');
    expect(key({ system: 'S', prompt: 'P' })).toBe('m\nSP');
    expect(key({ instructions: 'I', input: 'P' })).toBe('m\nIP');
    expect(key({ prompt: ['P', 'Q'] })).toBe('m\nP');
    expect(
      key({
        system: [{ type: 'text', text: 'S' }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'P' }] }],
      }),
    ).toBe('m\nS\nP');
    expect(key({ prompt: 'x'.repeat(9_000) })?.length).toBeLessThan(600);
    expect(stickyKey(exchangeOf(), 'prefix')).toBeNull();
    expect(stickyKey(exchangeOf({ route: routeOf('POST', '/api/embed') }), 'client')).toBeNull();
  });
});

describe('the sticky pick', () => {
  const names = ['a', 'b', 'c', 'd'];

  it('is the same for the same key, in proportion to weights, and moves only what it must', () => {
    const all = [candidate('a', 0, 3), candidate('b'), candidate('c'), candidate('d')];
    const keys = Array.from({ length: 3_000 }, (_, i) => `key ${i}`);
    const where = keys.map((key) => pickSticky(all, key, 100).name);
    const of = (name: string): number => where.filter((one) => one === name).length / keys.length;
    expect(of('a')).toBeCloseTo(0.5, 1);
    for (const name of ['b', 'c', 'd']) expect(of(name)).toBeCloseTo(1 / 6, 1);
    const without = keys.map((key) => pickSticky(all.slice(0, 3), key, 100).name);
    expect(keys.filter((_, i) => where[i] !== 'd' && where[i] !== without[i])).toEqual([]);
  });

  it('spills over from one that has more than its share, and never fails to pick', () => {
    const key = 'hot';
    const home = pickSticky(
      names.map((name) => candidate(name)),
      key,
      1.25,
    ).name;
    const busy = names.map((name) => candidate(name, name === home ? 3 : 0));
    expect(pickSticky(busy, key, 1.25).name).not.toBe(home);
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ assigned: fc.nat(50), weight: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
          { minLength: 1, maxLength: 6 },
        ),
        fc.string(),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (given, text, load) => {
          const all = given.map(({ assigned, weight }, i) => candidate(String(i), assigned, weight));
          expect(all).toContain(pickSticky(all, text, load));
        },
      ),
    );
  });

  it('never takes one beyond its bound while another is within', () => {
    let loads = [0, 0, 0, 0];
    for (let i = 0; i < 400; i += 1) {
      const all = loads.map((assigned, index) => candidate(String(index), assigned));
      const picked = Number(pickSticky(all, 'one hot key', 1.25).name);
      loads = loads.map((load, index) => (index === picked ? load + 1 : load));
    }
    expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil(1.25 * 100));
  });
});
