import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOllamaModels, readOpenAiModels, sameModel, showsEmbedding } from './model-list.ts';

describe('readOllamaModels', () => {
  it('reads name and digest, and takes the family for a hint', () => {
    const listing = {
      models: [
        { name: 'llama3.2:latest', digest: 'd1', details: { family: 'llama', families: ['llama'] } },
        { model: 'e5', details: { family: 'bert' } },
        { name: 'x', details: { families: [null, 'nomic-bert'] } },
        { name: 'mxbai-embed-large' },
        { name: 'bge-m3', details: 'none' },
        { name: 'cabbage', digest: 7 },
      ],
    };
    expect(readOllamaModels(listing)).toEqual([
      { name: 'llama3.2:latest', digest: 'd1', looksLikeEmbedding: false },
      { name: 'e5', digest: null, looksLikeEmbedding: true },
      { name: 'x', digest: null, looksLikeEmbedding: true },
      { name: 'mxbai-embed-large', digest: null, looksLikeEmbedding: true },
      { name: 'bge-m3', digest: null, looksLikeEmbedding: true },
      { name: 'cabbage', digest: null, looksLikeEmbedding: false },
    ]);
  });

  it('looks at a bounded number of entries', () => {
    const models = Array.from({ length: 5_000 }, (_, i) => ({ name: `m${String(i)}` }));
    expect(readOllamaModels({ models })).toHaveLength(1_000);
  });
});

describe('readOpenAiModels', () => {
  it('reads the ids and skips the rest', () => {
    const data = [{ id: 'gpt' }, { id: '' }, { id: 3 }, null, 'x', { id: 'text-embedding-3' }];
    expect(readOpenAiModels({ data })).toEqual([
      { name: 'gpt', digest: null, looksLikeEmbedding: false },
      { name: 'text-embedding-3', digest: null, looksLikeEmbedding: true },
    ]);
  });
});

describe('showsEmbedding', () => {
  it.each([
    [{ capabilities: ['embedding'] }, true],
    [{ capabilities: ['completion', 'tools'] }, false],
    [{ capabilities: [] }, false],
    [{ capabilities: 'embedding' }, null],
    [{}, null],
    [null, null],
    ['text', null],
  ])('%j says %o', (json, expected) => {
    expect(showsEmbedding(json)).toBe(expected);
  });
});

describe('sameModel', () => {
  it.each([
    ['llama3.2:latest', 'llama3.2', true],
    ['llama3.2:latest', 'llama3.2:latest', true],
    ['llama3.2:3b', 'llama3.2', false],
    ['llama3.2', 'llama3.2:latest', false],
    ['a:b:latest', 'a:b', false],
  ])('listed %s, asked %s: %o', (listed, asked, expected) => {
    expect(sameModel(listed, asked)).toBe(expected);
  });
});

it('no listing, however odd, throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('models', 'data'), (value, key) => {
      for (const json of [value, { [key]: value }, { [key]: [value] }]) {
        for (const { name } of [...readOllamaModels(json), ...readOpenAiModels(json)])
          expect(name).not.toBe('');
        showsEmbedding(json);
      }
    }),
  );
});
