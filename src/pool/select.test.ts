import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../test/support/exchange.ts';
import { routeOf } from '../../test/support/send.ts';
import { upstreamName } from '../core/ids.ts';
import { seededRng } from '../runtime/rng.ts';
import { pick, suitable, type Candidate } from './select.ts';
import { candidate } from '../../test/support/candidate.ts';

/** How often each was picked in many draws. */
function shares(candidates: readonly Candidate[], tried: string[] = []): Record<string, number> {
  const rng = seededRng(7);
  const exchange = exchangeOf({ tried: tried.map(upstreamName) });
  const counts: Record<string, number> = {};
  for (let i = 0; i < 1_000; i += 1) {
    const name = pick(candidates, exchange, { rng: rng })?.name ?? 'none';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('suitable', () => {
  const names = (all: readonly Candidate[], exchange = exchangeOf()): string[] =>
    suitable(all, exchange).map((one) => one.name);

  it('is who speaks the protocol and is not draining', () => {
    const all = [candidate('a'), candidate('b', { kind: 'openai' }), candidate('c', { draining: true })];
    expect(names(all)).toEqual(['a']);
    expect(names(all, exchangeOf({ route: routeOf('POST', '/v1/chat/completions') }))).toEqual(['a', 'b']);
  });

  it('is who has the model, or anybody when nobody is known to', () => {
    const all = [candidate('a', { models: ['x'] }), candidate('b'), candidate('c', { models: [] })];
    expect(names(all)).toEqual(['b']);
    expect(names(all, exchangeOf({ model: 'unheard-of' }))).toEqual(['a', 'b', 'c']);
    expect(names(all, exchangeOf({ model: null }))).toEqual(['a', 'b', 'c']);
  });

  it('never is who may not serve the model', () => {
    const all = [candidate('a', { denied: ['m'] }), candidate('b', { models: [] })];
    expect(names(all)).toEqual(['b']);
    expect(names([candidate('a', { denied: ['m'] })])).toEqual([]);
    expect(names(all, exchangeOf({ model: null }))).toEqual(['a', 'b']);
  });
});

describe('pick', () => {
  it('has nothing to choose from none or one', () => {
    expect(pick([], exchangeOf(), { rng: seededRng(1) })).toBeNull();
    expect(shares([candidate('a', { healthy: false, recentFailures: 9 })])).toEqual({ a: 1_000 });
  });

  it('avoids the unhealthy, the tried and higher tiers, each while others exist', () => {
    expect(shares([candidate('a', { healthy: false }), candidate('b')])).toEqual({ b: 1_000 });
    expect(shares([candidate('a'), candidate('b')], ['a'])).toEqual({ b: 1_000 });
    expect(shares([candidate('a', { tier: 1 }), candidate('b')])).toEqual({ b: 1_000 });
    expect(shares([candidate('a', { tier: 1 }), candidate('b')], ['b'])).toEqual({ a: 1_000 });
    // Tried but well is better than untried and known to be ill.
    expect(shares([candidate('a'), candidate('b', { healthy: false })], ['a'])).toEqual({ a: 1_000 });
    expect(
      Object.keys(shares([candidate('a', { healthy: false }), candidate('b', { healthy: false })])),
    ).toHaveLength(2);
  });

  it('shares among equals by weight', () => {
    const { a = 0, b = 0 } = shares([candidate('a', { weight: 3 }), candidate('b')]);
    expect(a).toBeGreaterThan(700);
    expect(b).toBeGreaterThan(200);
  });

  it('prefers the less loaded, the one that holds the model, and who did not just fail', () => {
    expect(
      shares([candidate('a', { assigned: 3, parallel: 4 }), candidate('b', { assigned: 1, parallel: 4 })]),
    ).toEqual({ b: 1_000 });
    expect(
      shares([candidate('a', { assigned: 4, parallel: 8 }), candidate('b', { assigned: 1, parallel: 1 })]),
    ).toEqual({ a: 1_000 });
    expect(shares([candidate('a', { resident: ['m'], assigned: 1 }), candidate('b')])).toEqual({ a: 1_000 });
    // Three full loads of waiting are more than a load of the model.
    expect(shares([candidate('a', { resident: ['m'], assigned: 3 }), candidate('b')])).toEqual({ b: 1_000 });
    expect(shares([candidate('a', { recentFailures: 1 }), candidate('b')])).toEqual({ b: 1_000 });
  });

  it('of three, never takes the most loaded', () => {
    expect(
      shares([candidate('a', { assigned: 9 }), candidate('b'), candidate('c', { assigned: 1 })])['a'],
    ).toBeUndefined();
  });

  it('always answers one of the candidates', () => {
    const given = fc.record({
      tier: fc.nat(2),
      weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
      healthy: fc.boolean(),
      assigned: fc.nat(20),
      recentFailures: fc.nat(5),
      resident: fc.constantFrom(['m'], []),
    });
    fc.assert(
      fc.property(
        fc.array(given, { minLength: 1, maxLength: 6 }),
        fc.integer(),
        fc.array(fc.nat(5)),
        (all, seed, tried) => {
          const candidates = all.map((one, index) => candidate(String(index), one));
          const exchange = exchangeOf({ tried: tried.map((index) => upstreamName(String(index))) });
          expect(candidates).toContain(pick(candidates, exchange, { rng: seededRng(seed) }));
        },
      ),
    );
  });
});
