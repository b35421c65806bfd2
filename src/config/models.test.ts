import { describe, expect, it } from 'vitest';
import type { ConfigInput } from './config.ts';
import { ConfigError } from './problems.ts';
import { resolveConfig } from './resolve.ts';

const upstreams = [{ name: 'a', url: 'http://127.0.0.1:1' }];

const problems = (input: unknown): readonly string[] => {
  try {
    resolveConfig({ upstreams, ...(input as Partial<ConfigInput>) });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`);
    throw error;
  }
  return [];
};

describe('models', () => {
  it('take a name or a group, and come back equal to themselves', () => {
    const config = resolveConfig({
      upstreams,
      models: { fast: 'llama3.2:1b', big: { fallbacks: ['fast'], keepAlive: '1h30m', numCtx: 8_192 } },
    });
    expect(config.models['fast']).toEqual({
      model: 'llama3.2:1b',
      fallbacks: [],
      numCtx: null,
      keepAlive: null,
      keepAliveOverride: false,
    });
    expect(config.models['big']?.keepAlive).toBe('1h30m');
    expect(resolveConfig(config)).toEqual(config);
  });

  it('take whole seconds as Ollama does, as a number', () => {
    const { models } = resolveConfig({
      upstreams,
      models: { m: { keepAlive: '-1' }, n: { keepAlive: 600 } },
    });
    expect([models['m']?.keepAlive, models['n']?.keepAlive]).toEqual([-1, 600]);
  });

  it('name the place, the value and what was expected', () => {
    expect(problems({ models: { fast: 7 } })).toEqual([
      'models.fast: expected a model’s name, or a group of model, fallbacks, numCtx, keepAlive and keepAliveOverride, got 7',
    ]);
    expect(problems({ models: { fast: { numCtx: 0.5 } } })).toEqual([
      'models.fast.numCtx: expected a whole number from 4 to 100000000, or null, got 0.5',
    ]);
    expect(problems({ models: { fast: { fallback: ['x'] } } })).toEqual([
      'models.fast.fallback: unknown key; did you mean models.fast.fallbacks?',
    ]);
    expect(problems({ models: { fast: { keepAlive: 'soon' } } })).toEqual([
      'models.fast.keepAlive: expected a duration such as 30m or 24h, or whole seconds, -1 for ever, or null, got "soon"',
    ]);
    expect(problems({ models: { a: 'b', b: 'c', c: 'a:latest', d: 'a' } })).toContain(
      'models.a: a → b → c → a:latest goes round in a circle',
    );
    expect(problems({ models: { a: 'a' } })).toEqual(['models.a: a → a goes round in a circle']);
  });
});

describe('upstreams', () => {
  it('of kind openai have no way to be told how to load a model', () => {
    expect(
      problems({
        upstreams: [{ ...upstreams[0], kind: 'openai', ollama: { numCtx: 8, keepAliveOverride: true } }],
      }),
    ).toEqual([
      'upstreams[0].ollama.numCtx: is only for kind ollama: other servers have no such setting',
      'upstreams[0].ollama.keepAliveOverride: is only for kind ollama: other servers have no such setting',
    ]);
  });

  it('have a list of models, or none', () => {
    expect(problems({ upstreams: [{ ...upstreams[0], models: [] }] })).toEqual([
      'upstreams[0].models: expected a list of model names and patterns with * and ?, at least one, or null, got an empty list',
    ]);
  });
});
