import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from './config.ts';
import { ConfigError } from './problems.ts';
import { resolveConfig } from './resolve.ts';

describe('resolveConfig', () => {
  it('any JSON is taken or refused with a ConfigError, never anything else', () => {
    fc.assert(
      fc.property(
        fc.object({
          key: fc.constantFrom(
            'listen',
            'upstreams',
            'cache',
            'mode',
            'name',
            'url',
            'constructor',
            '__proto__',
            'x',
          ),
        }),
        (tree) => {
          try {
            resolveConfig(tree as unknown as ConfigInput);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
    );
  });

  it('a resolved configuration resolves to itself', () => {
    const upstream = fc.record(
      {
        name: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
        url: fc.webUrl({ withQueryParameters: false, withFragments: false }),
        kind: fc.constantFrom('ollama' as const, 'openai' as const),
        parallel: fc.integer({ min: 1, max: 500 }),
        weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
        apiKey: fc.constantFrom(null, 'sk-123'),
      },
      { requiredKeys: ['name', 'url'] },
    );
    const input = fc.record({
      listen: fc.constantFrom(':0', '[::1]:5'),
      upstreams: fc.uniqueArray(upstream, { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
      allowManagement: fc.oneof(fc.boolean(), fc.constant(['pull' as const])),
      drainMs: fc.nat(),
    });
    fc.assert(
      fc.property(input, (given) => {
        const config = resolveConfig(given);
        expect(resolveConfig(config)).toEqual(config);
        expect(config).toMatchObject(given);
      }),
    );
  });

  it('defaults follow the kind and each other', () => {
    const { upstreams } = resolveConfig({
      upstreams: [
        { name: 'a', url: 'http://a' },
        { name: 'b', url: 'http://b', kind: 'openai' },
        { name: 'c', url: 'http://c', parallel: 100, breaker: { windowSize: 3, openMs: 400_000 } },
      ],
    });
    expect(upstreams.map(({ parallel, pool }) => [parallel, pool.maxsize])).toEqual([
      [1, 64],
      [64, 128],
      [100, 200],
    ]);
    expect(upstreams[2]?.breaker).toMatchObject({ minCalls: 3, maxOpenMs: 400_000 });
  });
});
