import { describe, expect, it } from 'vitest';
import { createBuiltinEmbedder, hashOf, openBuiltinEmbedder } from './builtin.ts';
import { cosine } from './unit-vector.ts';
import { findRow, splitWords } from './word-split.ts';
import { parseWordTable, writeWordTable } from './word-table.ts';

const bytes = (): Buffer =>
  Buffer.from(
    writeWordTable({
      dimensions: 2,
      rowOf: new Map([
        ['cat', 0],
        ['native', 1],
      ]),
      scales: Float32Array.of(0.5, 2),
      nameWeights: Float32Array.of(0, 1),
      unknownWeight: 3,
      rows: Int8Array.of(3, 4, -127, 0),
    }),
  );

function patched(change: (bytes: Buffer) => void): Buffer {
  const copy = bytes();
  change(copy);
  return copy;
}

describe('parseWordTable', () => {
  it('reads what was written', () => {
    const table = parseWordTable(bytes(), 'm');
    expect([...table.rowOf]).toEqual([
      ['cat', 0],
      ['native', 1],
    ]);
    expect([...table.scales, ...table.nameWeights, table.unknownWeight]).toEqual([0.5, 2, 0, 1, 3]);
    expect([...table.rows]).toEqual([3, 4, -127, 0]);
    expect(table.digest).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each<[string, Buffer, string]>([
    ['a short header', bytes().subarray(0, 9), 'm: at byte 0: expected a header of 16 bytes, found 9 bytes'],
    ['another magic', patched((b) => b.write('GGE1', 0)), 'expected the magic "LSW1", found "GGE1"'],
    ['no words', patched((b) => b.writeUInt32LE(0, 4)), 'm: at byte 4: expected a vocabulary size from 1'],
    ['missing rows', bytes().subarray(0, 34), 'm: at byte 34: expected 36 bytes before the words'],
    [
      'a scale that is no number',
      patched((b) => b.writeFloatLE(NaN, 16)),
      'm: at byte 16: expected a finite number, found NaN',
    ],
    ['a missing word', bytes().subarray(0, 40), 'm: at byte 36: expected 2 lines, each a word, found 1'],
  ])('refuses %s', (_, broken, message) => {
    expect(() => parseWordTable(broken, 'm')).toThrow(message);
  });
});

describe('splitWords', () => {
  it.each([
    ["What's the café's name?", ['what', 'the', 'cafe', 'name']],
    ["don't you’ll I'm", ['do', 'not', 'you', 'i']],
    ['gpt4 costs 3.50', ['gpt', '4', 'costs', '3', '50']],
    ['東京 is 大', ['東', '京', 'is', '大']],
    ['Привет, мир', ['привет', 'мир']],
    ['', []],
  ])('splits %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});

describe('findRow', () => {
  it.each([
    ['cat', 0],
    ['natively', 1],
    ['natives', 1],
    ['cats', -1],
    ['dogs', -1],
  ])('finds %s at %i', (word, row) => {
    expect(findRow(parseWordTable(bytes(), 'm').rowOf, word)).toBe(row);
  });
});

describe('the built-in embedder', () => {
  it('keeps a word and its name apart, and gives unknown words a name only', () => {
    const embedder = createBuiltinEmbedder(parseWordTable(bytes(), 'm'));
    const cat = embedder.embedOne('cat');
    expect([...cat.slice(0, 2)].map((value) => value.toFixed(2))).toEqual(['0.60', '0.80']);
    expect([...cat.slice(2)].every((value) => value === 0)).toBe(true);
    const unknown = embedder.embedOne('zzz');
    expect([...unknown.slice(0, 2)]).toEqual([0, 0]);
    expect(cosine(unknown, embedder.embedOne('ZZZ!'))).toBeCloseTo(1);
    expect(Math.abs(cosine(unknown, embedder.embedOne('yyy')))).toBeLessThan(0.7);
    expect([...embedder.embedOne('?!')].every((value) => value === 0)).toBe(true);
  });

  it('tells questions of one meaning from others of the same words', async () => {
    const { embedOne, words } = await openBuiltinEmbedder();
    const asked = embedOne('how do I cancel my subscription');
    expect(cosine(asked, embedOne('how do I terminate my subscription'))).toBeGreaterThan(
      cosine(asked, embedOne('how do I cook my breakfast')),
    );
    const [buy, purchase, banana] = words.read('buy purchase banana');
    expect(words.cosine(buy!.row, purchase!.row)).toBeGreaterThan(words.cosine(buy!.row, banana!.row));
    expect(words.cosine(buy!.row, buy!.row)).toBe(1);
    const [the, zebra, unknown] = words.read('the zebra qwxzzy');
    expect(the!.weight).toBeLessThan(zebra!.weight);
    expect(unknown).toMatchObject({ row: -1 });
    expect([...words.meaningOf([unknown!])].every((value) => value === 0)).toBe(true);
  });

  it('hashes words so that every bit depends on every letter', () => {
    expect(hashOf('abc')).not.toBe(hashOf('abd'));
    const bits = Array.from({ length: 32 }, () => 0);
    for (let i = 0; i < 2_000; i++)
      for (let bit = 0; bit < 32; bit++) bits[bit]! += (hashOf(`word${String(i)}`) >>> bit) & 1;
    for (const count of bits) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
