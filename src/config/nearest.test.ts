import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('what somebody meant', () => {
  it.each([
    ['shaddow', ['off', 'exact', 'shadow', 'on'], 'shadow'],
    ['serv', ['serve', 'simulate', 'check'], 'serve'],
    ['sevre', ['serve', 'simulate', 'check'], 'serve'],
    ['CACHE_MODE', ['cacheMode', 'cacheModel'], 'cacheMode'],
    ['max-entries', ['maxBytes', 'maxEntries'], 'maxEntries'],
    ['entirely different', ['serve', 'check'], null],
    ['x', [], null],
  ])('%s of %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it('finds the word itself', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{3,12}$/), { minLength: 1 }),
        fc.nat(),
        (words, pick) => {
          const word = words[pick % words.length] ?? '';
          expect(nearest(word, words)).toBe(word);
        },
      ),
    );
  });
});
