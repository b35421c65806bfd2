import { describe, expect, it } from 'vitest';
import { COMMON_WORDS } from './lexicon-common.ts';
import { CONTRASTS } from './lexicon-contrasts.ts';
import { DEMONYMS, PHRASES, SYNONYMS } from './lexicon-synonyms.ts';
import { factsOf, isApposition, MAX_SIDES, RARE_WEIGHT, stemOf } from './lexicon.ts';

describe('stemOf', () => {
  it.each([
    ['cities', 'city'],
    ['boxes', 'box'],
    ['horses', 'horse'],
    ['buses', 'bus'],
    ['glass', 'glass'],
    ['famous', 'famous'],
    ['wrote', 'write'],
    ['making', 'make'],
    ['planned', 'plan'],
    ['hoping', 'hope'],
    ['boiling', 'boil'],
    ['tried', 'try'],
    ['developed', 'develop'],
    ['biggest', 'big'],
    ['largest', 'large'],
    ['easiest', 'easy'],
    ['faster', 'fast'],
    ['water', 'water'],
    ['forest', 'forest'],
    ['morning', 'morning'],
    ['spring', 'spring'],
    ['this', 'this'],
    ['was', 'be'],
    ['penguins', 'penguin'],
    ['bmxing', 'bmxing'],
  ])('%s is a form of %s', (word, stem) => {
    expect(stemOf(word)).toBe(stem);
  });
});

describe('factsOf', () => {
  it.each([
    ['the', 'function'],
    ['explain', 'generic'],
    ['water', 'common'],
    ['symptoms', 'common'],
    ['birthplace', 'derived'],
    ['citizenship', 'derived'],
    ['repaint', 'derived'],
    ['kyrgyzstan', 'unknown'],
    ['oslo', 'unknown'],
    ['zqzqzqzqzq', 'unknown'],
  ])('%s is %s', (word, kind) => {
    expect(factsOf(word).kind).toBe(kind);
  });

  it('weighs rare words more than common ones and grammar nothing', () => {
    expect(factsOf('the').weight).toBe(0);
    expect(factsOf('explain').weight).toBe(0);
    expect(factsOf('oslo').weight).toBe(RARE_WEIGHT);
    expect(factsOf('water').weight).toBeGreaterThan(0);
    expect(factsOf('facilitate').weight).toBeGreaterThan(factsOf('water').weight);
    expect(factsOf('facilitate').weight).toBeLessThan(RARE_WEIGHT);
  });

  it('stays right when more words pass by than it remembers', () => {
    const before = factsOf('penguins');
    for (let i = 0; i < 40_000; i++) factsOf(`word${String(i)}`);
    expect(factsOf('penguins')).toEqual(before);
    const long = 'x'.repeat(100);
    expect(factsOf(long)).toEqual(factsOf(long));
    expect(factsOf(long)).not.toBe(factsOf(long));
  });

  it('knows words that stand beside names', () => {
    expect(isApposition(factsOf('cities'))).toBe(true);
    expect(isApposition(factsOf('boil'))).toBe(false);
  });
});

describe('the word lists', () => {
  it('give every contrast two sides or more, each word once', () => {
    for (const line of CONTRASTS) {
      const sides = line.split('|').map((side) => side.split(' '));
      expect(sides.length, line).toBeGreaterThanOrEqual(2);
      expect(sides.length, line).toBeLessThanOrEqual(MAX_SIDES);
      const words = sides.flat();
      expect(words, line).not.toContain('');
      expect(new Set(words).size, line).toBe(words.length);
    }
  });

  it('give every synonym a partner and every phrase a reading', () => {
    for (const line of [...SYNONYMS, ...DEMONYMS])
      expect(line.split(' ').length, line).toBeGreaterThanOrEqual(2);
    for (const line of PHRASES) expect(line).toMatch(/^[a-z0-9.' -]+>[a-z0-9 ]+$/);
  });

  it('hold common words in lower case, each once', () => {
    expect(COMMON_WORDS.length).toBeGreaterThan(3_000);
    expect(new Set(COMMON_WORDS).size).toBe(COMMON_WORDS.length);
    for (const word of COMMON_WORDS) expect(word).toMatch(/^[a-z]{4,}$/);
  });
});
