import { describe, expect, it } from 'vitest';
import { readAddress, withFilters, writeAddress } from './address.ts';

describe('the address', () => {
  it('holds view, range and filters, and comes back as it was written', () => {
    const address = {
      view: 'cache',
      range: 3_600,
      filters: { table: 'lookups,vetoes', kind: 'a b&c' },
    } as const;
    expect(readAddress(writeAddress(address))).toEqual(address);
    expect(writeAddress(address)).toMatch(/^#\/cache\?/);
  });

  it('is short when nothing was chosen', () => {
    expect(writeAddress({ view: 'overview', range: 900, filters: {} })).toBe('#/overview');
  });

  it.each(['', '#', '#/nowhere?range=17', '#/overview?range=x'])(
    '%j is the overview of 15 minutes',
    (hash) => {
      expect(readAddress(hash)).toMatchObject({ view: 'overview', range: 900 });
    },
  );

  it('loses a filter that is set to nothing', () => {
    const address = readAddress('#/events?kind=breaker');
    expect(withFilters(address, { kind: '', table: 'x' }).filters).toEqual({ table: 'x' });
  });
});
