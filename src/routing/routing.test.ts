import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelId } from '../core/ids.ts';
import { editJson } from './json-edit.ts';
import { ModelPatterns } from './model-pattern.ts';
import { createModelTable, NO_MODELS, type ModelOptions } from './model-table.ts';

describe('model patterns', () => {
  it('match names in full, with or without :latest, and by * and ?', () => {
    const patterns = new ModelPatterns(['llama3.2', 'qwen*', 'phi?:mini', 'a.b+c']);
    const matching = ['llama3.2', 'llama3.2:latest', 'qwen2.5:7b', 'qwen', 'phi4:mini', 'a.b+c'];
    expect(matching.filter((name) => patterns.matches(name))).toEqual(matching);
    for (const other of ['llama3.2:1b', 'my-qwen', 'phi:mini', 'phi44:mini', 'axb+c'])
      expect(patterns.matches(other)).toBe(false);
    expect(patterns.names).toEqual(['llama3.2', 'a.b+c']);
    expect([patterns.includes('llama3.2:latest'), patterns.includes('qwen2.5:7b')]).toEqual([true, false]);
  });

  it('a pattern on the tag also sees the tag that was left out', () => {
    expect(new ModelPatterns(['*:latest']).matches('mistral')).toBe(true);
    expect(new ModelPatterns(['only']).matches('other')).toBe(false);
  });

  it('remember a bounded number of names', () => {
    const patterns = new ModelPatterns(['x*']);
    for (let i = 0; i < 5_000; i += 1) expect(patterns.matches(`x${i}`)).toBe(true);
    expect(patterns.matches('x0')).toBe(true);
  });
});

const entry = (given: Partial<ModelOptions> = {}): ModelOptions => ({
  model: null,
  fallbacks: [],
  numCtx: null,
  keepAlive: null,
  keepAliveOverride: false,
  ...given,
});

describe('the model table', () => {
  const big = modelId('big:32b');
  const table = createModelTable({
    fast: entry({ model: 'small', numCtx: 2_048 }),
    small: entry({ keepAlive: '30m', numCtx: 4_096 }),
    quick: entry({ model: 'fast' }),
    'big:32b': entry({ fallbacks: ['quick', 'other:7b'] }),
    best: entry({ model: 'big:32b' }),
    picky: entry({ model: 'big:32b', fallbacks: ['other:7b'] }),
  });

  it('resolves aliases, of aliases too, with or without :latest', () => {
    expect(
      ['fast', 'fast:latest', 'quick', 'small', 'unknown'].map((name) => table.resolve(modelId(name))),
    ).toEqual(['small', 'small', 'small', 'small', 'unknown']);
    expect(table.aliases.map(({ alias, model }) => `${alias}=${model}`)).toEqual([
      'fast=small',
      'quick=small',
      'best=big:32b',
      'picky=big:32b',
    ]);
  });

  it('knows fallbacks, resolved; an alias without its own has those of its model', () => {
    expect(table.fallbacks(big, null)).toEqual(['small', 'other:7b']);
    expect(table.fallbacks(big, modelId('best'))).toEqual(['small', 'other:7b']);
    expect(table.fallbacks(big, modelId('picky'))).toEqual(['other:7b']);
    expect(table.fallbacks(modelId('small'), null)).toEqual([]);
  });

  it('merges load settings, the alias first', () => {
    const small = modelId('small');
    expect(table.loading(small, null)).toEqual({ numCtx: 4_096, keepAlive: '30m', keepAliveOverride: false });
    expect(table.loading(small, modelId('fast'))).toEqual({
      numCtx: 2_048,
      keepAlive: '30m',
      keepAliveOverride: false,
    });
    expect(table.loading(big, null)).toBeNull();
  });

  it('refuses circles, and says nothing when nothing is configured', () => {
    expect(() => createModelTable({ a: entry({ model: 'b' }), b: entry({ model: 'a:latest' }) })).toThrow(
      'models: a → b → a:latest goes round in a circle',
    );
    expect(createModelTable({})).toBe(NO_MODELS);
    expect(NO_MODELS.resolve(big)).toBe(big);
    expect(NO_MODELS.fallbacks(big, null)).toEqual([]);
    expect(NO_MODELS.loading(big, null)).toBeNull();
  });
});

describe('editJson', () => {
  const edited = (text: string, ...edits: Parameters<typeof editJson>[1]): string =>
    editJson(Buffer.from(text), edits).toString();

  it('changes a member and leaves every other byte as it was', () => {
    const text =
      ' {\n "model" : "fast", "messages":[{"role":"user","content":"say \\"model\\": {}"}] , "n":1.50 }';
    expect(edited(text, { path: ['model'], json: '"llama3.2:1b"' })).toBe(
      text.replace('"fast"', '"llama3.2:1b"'),
    );
  });

  it('adds what is missing, at either depth, and replaces what is no object', () => {
    const numCtx = { path: ['options', 'num_ctx'], json: '8192' } as const;
    expect(edited('{}', numCtx)).toBe('{"options":{"num_ctx":8192}}');
    expect(edited('{"a":1}', numCtx)).toBe('{"options":{"num_ctx":8192},"a":1}');
    expect(edited('{"options":{ }}', numCtx)).toBe('{"options":{"num_ctx":8192 }}');
    expect(edited('{"options":{"seed":1}}', numCtx)).toBe('{"options":{"num_ctx":8192,"seed":1}}');
    expect(edited('{"options":{"num_ctx":1,"seed":1}}', numCtx)).toBe(
      '{"options":{"num_ctx":8192,"seed":1}}',
    );
    expect(edited('{"options":null}', numCtx)).toBe('{"options":{"num_ctx":8192}}');
  });

  it('changes both of two members of one name, and sees escaped names', () => {
    const model = { path: ['model'], json: '"b"' } as const;
    expect(edited('{"model":"a","x":1,"model":"c"}', model)).toBe('{"model":"b","x":1,"model":"b"}');
    expect(edited('{"mod\\u0065l":"a"}', model)).toBe('{"mod\\u0065l":"b"}');
    expect(edited('[]', model)).toBe('[]');
    expect(edited('{"a":1}')).toBe('{"a":1}');
  });

  it('means what setting the members of the parsed object means, for any object', () => {
    const key = fc.oneof(fc.constantFrom('model', 'options', 'num_ctx', 'a"b\\'), fc.string());
    const object = fc.dictionary(
      key,
      fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }))),
    );
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const result: unknown = JSON.parse(
          edited(text, { path: ['model'], json: '"m"' }, { path: ['options', 'num_ctx'], json: '1' }),
        );
        const before = JSON.parse(text) as Record<string, unknown>;
        const options = before['options'];
        const object =
          typeof options === 'object' && options !== null && !Array.isArray(options) ? options : {};
        expect(result).toEqual({ ...before, model: 'm', options: { ...object, num_ctx: 1 } });
      }),
      { numRuns: 1_000 },
    );
  });
});
