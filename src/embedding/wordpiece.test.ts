import { describe, expect, it } from 'vitest';
import { createWordPiece, MAX_CHARACTERS } from './wordpiece.ts';

const TOKENS = ['play', '##ing', '##ed', 'play##', 'cafe', '日', '本', '!', '##', 'a', 'un', '##a', '+', 'x'];
const pieces = createWordPiece(new Map(TOKENS.map((token, row) => [token, row])));
const read = (text: string): string[] => pieces.tokenise(text).map((row) => TOKENS[row] ?? '?');

describe('createWordPiece', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['white space', ' \n\t', []],
    ['a whole word', 'PLAY', ['play']],
    ['continuations', 'playing played', ['play', '##ing', 'play', '##ed']],
    ['punctuation', 'play!a', ['play', '!', 'a']],
    ['a word that cannot be covered', 'playzzz a', ['a']],
    ['a word that starts with no token', 'zzz ing', []],
    ['accents and capitals', 'CAFÉ', ['cafe']],
    ['CJK characters each a word', '日本a', ['日', '本', 'a']],
    ['control characters and odd white space', 'caf\u00e9\u0000\tpl\u200bay\u00a0a', ['cafe', 'play', 'a']],
    ['ASCII symbols outside ASCII text', 'é+a', ['+', 'a']],
  ])('reads %s', (_what, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('drops a word longer than 100 characters', () => {
    expect(read('a'.repeat(100))).toHaveLength(100);
    expect(read('a'.repeat(101))).toEqual([]);
  });

  it('reads no more than its bound of characters', () => {
    expect(read('a '.repeat(MAX_CHARACTERS))).toHaveLength(MAX_CHARACTERS / 2);
  });
});
