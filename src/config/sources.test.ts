import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../core/json.ts';
import { environmentName } from './env-source.ts';
import { configFlags } from './flag-source.ts';
import { setAt, valueAt } from './layers.ts';
import { loadConfig, type ConfigSources, type LoadedConfig } from './load.ts';
import { resolveConfig } from './resolve.ts';
import { leaves } from './schema-tree.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const UPSTREAMS = [{ name: 'local', url: 'http://127.0.0.1:11434' }];
const nothing: ConfigSources = { flags: {}, env: {}, file: null, cwd: folder, quickstart: null };

function load(sources: Partial<ConfigSources>): LoadedConfig {
  const file = path.join(folder, 'minimal.yaml');
  writeFileSync(file, 'upstreams: [{ name: local, url: http://127.0.0.1:11434 }]');
  return loadConfig({ ...nothing, file, ...sources });
}

function fileWith(tree: JsonObject): string {
  const file = path.join(folder, 'tree.json');
  writeFileSync(file, JSON.stringify({ upstreams: UPSTREAMS, ...tree }));
  return file;
}

/** For a few keys of different types: two values that differ from the default and from each other. */
const SAMPLES: readonly (readonly [
  key: string,
  a: string | number | boolean,
  b: string | number | boolean,
])[] = [
  ['cache.mode', 'on', 'exact'],
  ['cache.maxEntries', 5, 6],
  ['retry.budget', 0.5, 0.75],
  ['metrics.prefix', 'a_', 'b_'],
  ['listen', '127.0.0.1:1', '127.0.0.1:2'],
  ['drainMs', 1, 2],
];

describe('precedence', () => {
  it('is flags over environment over file over quick start over defaults, for each key by itself', () => {
    const levels = ['quickstart', 'file', 'environment', 'flag'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        fc.subarray([...levels]),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        ([key, a, b], present, choice) => {
          const keys = key.split('.');
          const value = (level: (typeof levels)[number]): typeof a =>
            choice[levels.indexOf(level)] === true ? a : b;
          const tree = (level: (typeof levels)[number]): JsonObject => {
            const made: JsonObject = {};
            if (present.includes(level)) setAt(made, keys, value(level));
            return made;
          };
          const flag = configFlags.find((candidate) => candidate.path.join('.') === key)?.name ?? '';
          const { config, originOf } = load({
            file: fileWith(tree('file')),
            quickstart: tree('quickstart'),
            env: present.includes('environment')
              ? { [environmentName(keys)]: String(value('environment')) }
              : {},
            flags: present.includes('flag') ? { [flag]: String(value('flag')) } : {},
          });
          const winner = present.at(-1);
          const merged = valueAt(config as unknown as JsonObject, keys);
          const standard = valueAt(resolveConfig({ upstreams: UPSTREAMS }) as unknown as JsonObject, keys);
          expect(merged).toBe(winner === undefined ? standard : value(winner));
          expect(originOf(keys).source).toBe(winner ?? 'default');
        },
      ),
    );
  });

  it('replaces a list as a whole', () => {
    const { config, originOf } = load({
      flags: { upstream: ['a=http://127.0.0.1:1', 'b=openai+http://127.0.0.1:2'] },
    });
    expect(config.upstreams.map(({ name, kind, url }) => [name, kind, url])).toEqual([
      ['a', 'ollama', 'http://127.0.0.1:1'],
      ['b', 'openai', 'http://127.0.0.1:2'],
    ]);
    expect(originOf(['upstreams', 1, 'url'])).toEqual({ source: 'flag', name: '--upstream' });
    expect(originOf(['upstreams', 1, 'weight'])).toEqual({ source: 'default' });
  });
});

describe('environment', () => {
  it('has a name of its own for every key, with and without underscores inside the key', () => {
    const names = leaves.map((leaf) => environmentName(leaf.path));
    expect(new Set(names.map((name) => name.replaceAll('_', ''))).size).toBe(leaves.length);
    const { config } = load({ env: { LLAMASCOPE_CACHE_MAXENTRIES: '7', LLAMASCOPE_CACHE_TTL_MS: '9' } });
    expect([config.cache.maxEntries, config.cache.ttlMs]).toEqual([7, 9]);
  });

  it.each([
    ['true', true],
    ['FALSE', false],
    ['1', true],
    ['0', false],
    ['yes', true],
    ['off', false],
  ])('reads METRICS_ENABLED=%s', (text, expected) => {
    expect(load({ env: { METRICS_ENABLED: text } }).config.metrics.enabled).toBe(expected);
  });

  it('counts an empty variable as not set', () => {
    expect(load({ env: { LLAMASCOPE_CACHE_MODE: '', METRICS_ENABLED: ' ' } }).config.cache.mode).toBe(
      'shadow',
    );
  });

  it('reads null, numbers, lists and JSON', () => {
    const { config } = load({
      env: {
        LLAMASCOPE_CACHE_THRESHOLD: 'null',
        LLAMASCOPE_RETRY_BUDGET: '.5',
        LLAMASCOPE_ALLOW_MANAGEMENT: 'pull, copy',
        LLAMASCOPE_UPSTREAMS: '[{"name":"x","kind":"openai","url":"http://127.0.0.1:1"}]',
      },
    });
    expect(config.cache.threshold).toBeNull();
    expect(config.retry.budget).toBe(0.5);
    expect(config.allowManagement).toEqual(['pull', 'copy']);
    expect(config.upstreams[0]?.parallel).toBe(64);
    expect(load({ env: { LLAMASCOPE_ALLOW_MANAGEMENT: '["blobs"]' } }).config.allowManagement).toEqual([
      'blobs',
    ]);
    expect(load({ env: { LLAMASCOPE_ALLOW_MANAGEMENT: 'true' } }).config.allowManagement).toBe(true);
  });

  it('takes a secret from the file that is named, and nothing else', () => {
    const file = path.join(folder, 'token');
    writeFileSync(file, 'from-a-file\n');
    expect(load({ env: { LLAMASCOPE_ADMIN_TOKEN_FILE: file } }).config.admin.token).toBe('from-a-file');
    const same = { LLAMASCOPE_ADMIN_TOKEN: 'from-a-file', LLAMASCOPE_ADMIN_TOKEN_FILE: file };
    expect(load({ env: same }).config.admin.token).toBe('from-a-file');
    const problemsOf = (env: Record<string, string>): string => {
      try {
        load({ env });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(problemsOf({ LLAMASCOPE_ADMIN_TOKEN_FILE: '/nowhere' })).toContain(
      'admin.token: /nowhere cannot be read',
    );
    expect(problemsOf({ ...same, LLAMASCOPE_ADMIN_TOKEN: 'another' })).toContain('to another value');
    expect(problemsOf({ LLAMASCOPE_CACHE_MODE_FILE: file })).toContain('unknown environment variable');
  });

  it('leaves the names of others alone', () => {
    const { config } = load({ env: { LLAMASCOPE_REQUIRE_SHARED: '1', PATH: '/bin', constructor: 'x' } });
    expect(config.listen).toBe('127.0.0.1:11435');
  });

  it('finds the file by LLAMASCOPE_CONFIG, over ./llamascope.yaml, under --config', () => {
    const home = mkdtempSync(path.join(folder, 'home-'));
    const write = (name: string, mode: string): string => {
      writeFileSync(path.join(home, name), JSON.stringify({ upstreams: UPSTREAMS, cache: { mode } }));
      return name;
    };
    write('llamascope.yaml', 'off');
    const named = write('named.yaml', 'on');
    const given = write('given.yaml', 'exact');
    const modeOf = (sources: Partial<ConfigSources>): string =>
      loadConfig({ ...nothing, cwd: home, ...sources }).config.cache.mode;
    expect(modeOf({})).toBe('off');
    expect(modeOf({ env: { LLAMASCOPE_CONFIG: named } })).toBe('on');
    expect(modeOf({ env: { LLAMASCOPE_CONFIG: named }, file: given })).toBe('exact');
  });
});

describe('flags', () => {
  it('exist for every key that is one value and no secret', () => {
    const names = configFlags.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('cache-max-entries');
    expect(names).not.toContain('admin-token');
    expect(names).not.toContain('upstreams');
  });

  it('take switches as true and false', () => {
    const { config, originOf } = load({ flags: { 'cache-sampled': true, 'metrics-enabled': false } });
    expect([config.cache.sampled, config.metrics.enabled]).toEqual([true, false]);
    expect(originOf(['metrics', 'enabled'])).toEqual({ source: 'flag', name: '--no-metrics-enabled' });
  });
});

describe('file', () => {
  it('may leave a group empty, have $schema, anchors and comments, or be empty', () => {
    const file = path.join(folder, 'odd.yaml');
    writeFileSync(
      file,
      [
        '$schema: ./llamascope.schema.json',
        'upstreams:',
        '  - &base { name: a, url: http://127.0.0.1:1, queue: { max: 3 } }',
        '  - { name: b, url: http://127.0.0.1:2, queue: ~ }',
        'cache: # nothing set yet',
      ].join('\n'),
    );
    const { config } = loadConfig({ ...nothing, file });
    expect(config.upstreams.map(({ queue }) => queue.max)).toEqual([3, 256]);
    writeFileSync(file, '# nothing\n');
    expect(
      loadConfig({ ...nothing, file, flags: { upstream: ['a=http://127.0.0.1:1'] } }).config.upstreams,
    ).toHaveLength(1);
  });

  it('knows where each value stands', () => {
    const file = path.join(folder, 'where.yaml');
    writeFileSync(file, 'upstreams:\n  - name: a\n    url: http://127.0.0.1:1\n    queue:\n      max: 3\n');
    const { originOf } = loadConfig({ ...nothing, file });
    expect(originOf(['upstreams', 0, 'queue', 'max'])).toMatchObject({ source: 'file', line: 5, column: 12 });
    expect(originOf(['upstreams', 0, 'weight'])).toEqual({ source: 'default' });
    expect(originOf(['cache', 'mode'])).toEqual({ source: 'default' });
  });
});
