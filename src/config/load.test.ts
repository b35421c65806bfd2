import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, type ConfigSources, type LoadedConfig } from './load.ts';
import { ConfigError, formatOrigin, formatProblem } from './problems.ts';
import { redactConfig } from './redact.ts';
import { resolveConfig } from './resolve.ts';

const folder = mkdtempSync(join(tmpdir(), 'llamascope-config-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const UPSTREAM = { name: 'local', url: 'http://127.0.0.1:11434' };
const FLAGS = { upstream: ['local=http://127.0.0.1:11434'] };

function load(sources: Partial<ConfigSources>): LoadedConfig {
  return loadConfig({ flags: {}, env: {}, file: null, cwd: folder, quickstart: null, ...sources });
}

function written(text: string, name = 'gateway.yaml'): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** The problems as they are printed; empty when there are none. */
function problems(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

const problemsOf = (sources: Partial<ConfigSources>): readonly string[] => problems(() => load(sources));
const problemsOfFile = (text: string): readonly string[] => problemsOf({ file: written(text) });

describe('sources', () => {
  it('flags win over the environment, that over the file, that over the quick start, that over the defaults', () => {
    const file = written(`
upstreams: [{ name: local, url: "http://127.0.0.1:11434" }]
cache: { mode: exact, maxEntries: 5, ttlMs: 7 }
`);
    const { config, originOf } = load({
      file,
      quickstart: { cache: { mode: 'off', maxEntries: 3, ttlMs: 3, sampled: true } },
      env: { LLAMASCOPE_CACHE_MODE: 'shadow', LLAMASCOPE_CACHE_MAX_ENTRIES: '6' },
      flags: { 'cache-mode': 'on' },
    });
    expect(config.cache).toMatchObject({
      mode: 'on',
      maxEntries: 6,
      ttlMs: 7,
      sampled: true,
      maxBytes: 134_217_728,
    });
    const origins = ['mode', 'maxEntries', 'ttlMs', 'sampled', 'maxBytes'].map((key) =>
      formatOrigin(originOf(['cache', key])),
    );
    expect(origins).toEqual([
      'flag --cache-mode',
      'environment LLAMASCOPE_CACHE_MAX_ENTRIES',
      'gateway.yaml:3:45',
      'quick start',
      'default',
    ]);
  });

  it('a list of a higher source replaces the lower one as a whole', () => {
    const file = written(
      'upstreams: [{ name: a, url: "http://a", weight: 3 }, { name: b, url: "http://b" }]',
    );
    const { config, originOf } = load({
      file,
      flags: { upstream: ['c=openai+https://c/v1', 'd=ollama+http://d'] },
    });
    expect(config.upstreams.map(({ name, kind, url, weight }) => [name, kind, url, weight])).toEqual([
      ['c', 'openai', 'https://c/v1', 1],
      ['d', 'ollama', 'http://d', 1],
    ]);
    expect(originOf(['upstreams', 0, 'url'])).toEqual({ source: 'flag', name: '--upstream' });
    expect(originOf(['upstreams', 0, 'weight'])).toEqual({ source: 'default' });
    expect(originOf([])).toEqual({ source: 'default' });
  });

  it('the file: --config over LLAMASCOPE_CONFIG over ./llamascope.yaml', () => {
    const text = (name: string): string => JSON.stringify({ upstreams: [{ ...UPSTREAM, name }] });
    expect(load({ flags: FLAGS }).file).toBeNull();
    written(text('standard'), 'llamascope.yaml');
    written(text('env'), 'env.json');
    written(text('flag'), 'flag.json');
    const env = { LLAMASCOPE_CONFIG: 'env.json' };
    expect(load({}).config.upstreams[0]?.name).toBe('standard');
    expect(load({ env }).config.upstreams[0]?.name).toBe('env');
    const { config, file } = load({ env, file: 'flag.json' });
    expect([config.upstreams[0]?.name, file]).toEqual(['flag', 'flag.json']);
    rmSync(join(folder, 'llamascope.yaml'));
  });

  it('reads text as the type of its key', () => {
    const { config } = load({
      flags: FLAGS,
      env: {
        LLAMASCOPE_CACHE_THRESHOLD: '.97',
        LLAMASCOPE_CACHE_SAMPLED: 'Yes',
        LLAMASCOPE_CACHE_EMBEDDINGMODEL: 'all-minilm',
        LLAMASCOPE_ALLOW_MANAGEMENT: 'pull, copy',
        LLAMASCOPE_LISTEN: ':0',
        LLAMASCOPE_CACHE_MODEL_FILE: 'null',
        LLAMASCOPE_ADMIN_LISTEN: '  ',
        METRICS_ENABLED: 'off',
        PATH: '/usr/bin',
      },
    });
    expect(config.cache).toMatchObject({
      threshold: 0.97,
      sampled: true,
      embeddingModel: 'all-minilm',
      modelFile: null,
    });
    expect(config).toMatchObject({
      allowManagement: ['pull', 'copy'],
      listen: ':0',
      metrics: { enabled: false },
    });
    const json = JSON.stringify([{ ...UPSTREAM, name: 'fromEnv' }]);
    expect(load({ env: { LLAMASCOPE_UPSTREAMS: json } }).config.upstreams[0]?.name).toBe('fromEnv');
    expect(load({ flags: { ...FLAGS, 'metrics-enabled': false } }).config.metrics.enabled).toBe(false);
    expect(load({ flags: { ...FLAGS, 'allow-management': '["push"]' } }).config.allowManagement).toEqual([
      'push',
    ]);
  });

  it('an empty file and a group with nothing in it mean no keys; $schema is for editors', () => {
    expect(load({ flags: FLAGS, file: written('') }).config.cache.mode).toBe('shadow');
    const file = written('$schema: ./llamascope.schema.json\ncache:\n  # mode: on\nretry: {}\n');
    expect(load({ flags: FLAGS, file }).config).toEqual(resolveConfig({ upstreams: [UPSTREAM] }));
  });
});

describe('a problem says key, value, what was expected, and where', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'nothing to forward to',
      '{}',
      [
        'upstreams: is missing; expected a list of upstreams, at least one (for example: --upstream local=http://127.0.0.1:11434; or start with --quickstart)',
      ],
    ],
    [
      'an empty list',
      'upstreams: []',
      ['upstreams: expected a list of upstreams, at least one, got an empty list (gateway.yaml:1:12)'],
    ],
    ['a misspelt key', 'cach: {}', ['cach: unknown key; did you mean cache? (gateway.yaml:1:1)']],
    [
      'a misspelt key inside',
      'cache:\n  maxEntires: 3',
      ['cache.maxEntires: unknown key; did you mean cache.maxEntries? (gateway.yaml:2:3)'],
    ],
    [
      'a key of another group',
      'cache: { drainMs: 3 }',
      ['cache.drainMs: unknown key; did you mean drainMs? (gateway.yaml:1:10)'],
    ],
    [
      'a key like no other',
      'retry: { zzzzzzzz: 3 }',
      ['retry.zzzzzzzz: unknown key; known here: max, baseMs, budget (gateway.yaml:1:10)'],
    ],
    [
      'a misspelt value',
      'cache: { mode: shadwo }',
      [
        'cache.mode: expected one of off, exact, shadow, on, bounded, got "shadwo"; did you mean shadow? (gateway.yaml:1:16)',
      ],
    ],
    [
      'the wrong type',
      'cache: { maxEntries: lots }',
      ['cache.maxEntries: expected a whole number from 1 to 10000000, got "lots" (gateway.yaml:1:22)'],
    ],
    [
      'out of bounds',
      'retry: { budget: 2 }',
      ['retry.budget: expected a number from 0 to 1, got 2 (gateway.yaml:1:18)'],
    ],
    [
      'beyond an open bound',
      'cache: { threshold: 0 }',
      ['cache.threshold: expected a number above 0 and at most 1, or null, got 0 (gateway.yaml:1:21)'],
    ],
    [
      'no address',
      'listen: 127.0.0.1:99999',
      [
        'listen: expected an address such as 127.0.0.1:11435, [::1]:11435 or :0, got "127.0.0.1:99999" (gateway.yaml:1:9)',
      ],
    ],
    ['no group', 'limits: 3', ['limits: expected a group of keys, got 3 (gateway.yaml:1:9)']],
    [
      'no share',
      'cache: { delta: 1 }',
      ['cache.delta: expected a number above 0 and below 1, got 1 (gateway.yaml:1:17)'],
    ],
    [
      'no number of workers',
      'workers: 0',
      ['workers: expected a whole number from 1 to 64, or auto, got 0 (gateway.yaml:1:10)'],
    ],
    [
      'no metric prefix',
      'metrics: { prefix: 9a }',
      [
        'metrics.prefix: expected the beginning of a Prometheus metric name, such as team_, or nothing, got "9a" (gateway.yaml:1:20)',
      ],
    ],
    [
      'a secret',
      'admin: { token: "a b" }',
      [
        'admin.token: expected text without blanks, or null, got a value that is not shown (gateway.yaml:1:17)',
      ],
    ],
    [
      'a long value',
      `listen: ${'x'.repeat(200)}`,
      [
        `listen: expected an address such as 127.0.0.1:11435, [::1]:11435 or :0, got "${'x'.repeat(79)}… (gateway.yaml:1:9)`,
      ],
    ],
    [
      'no YAML',
      'cache: [',
      [
        'not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] (gateway.yaml:1:9)',
      ],
    ],
    ['no keys', '- a', ['expected keys and values at the top of the file (gateway.yaml:1:1)']],
  ])('%s', (_, text, expected) => {
    const upstreams = text === '{}' || text.startsWith('upstreams') ? {} : FLAGS;
    expect(problemsOf({ file: written(text), flags: upstreams })).toEqual(expected);
  });

  it.each<[string, string, string]>([
    [
      'name',
      'name: "a b", url: "http://a"',
      'upstreams[0].name: expected letters, digits, `.`, `_` and `-`, at most 63, got "a b" (gateway.yaml:1:21)',
    ],
    [
      'missing url',
      'name: a',
      'upstreams[0].url: is missing; expected an http or https URL without credentials, query or fragment, such as http://127.0.0.1:11434 (gateway.yaml:1:13)',
    ],
    [
      'credentials in the URL',
      'name: a, url: "http://u:secret@a"',
      'upstreams[0].url: expected an http or https URL without credentials, query or fragment, such as http://127.0.0.1:11434, got "http://…@a" (gateway.yaml:1:29)',
    ],
    [
      'a URL of another scheme',
      'name: a, url: "ftp://a"',
      'upstreams[0].url: expected an http or https URL without credentials, query or fragment, such as http://127.0.0.1:11434, got "ftp://a" (gateway.yaml:1:29)',
    ],
    [
      'pool below parallel',
      'name: a, url: "http://a", parallel: 9, pool: { maxsize: 3 }',
      'upstreams[0].pool.maxsize: 3 connections cannot carry 9 generations at once (parallel); expected at least 9 (gateway.yaml:1:71)',
    ],
    [
      'minCalls above the window',
      'name: a, url: "http://a", breaker: { minCalls: 11 }',
      'upstreams[0].breaker.minCalls: 11 calls never fit into a window of 10 (windowSize) (gateway.yaml:1:62)',
    ],
    [
      'maxOpenMs below openMs',
      'name: a, url: "http://a", breaker: { maxOpenMs: 5 }',
      'upstreams[0].breaker.maxOpenMs: 5 is less than openMs (30000) (gateway.yaml:1:63)',
    ],
    [
      'our own header',
      'name: a, url: "http://a", headers: { Host: b }',
      'upstreams[0].headers.Host: is set by Llamascope itself and cannot be configured (gateway.yaml:1:58)',
    ],
    [
      'no header name',
      'name: a, url: "http://a", headers: { "a b": c }',
      'upstreams[0].headers.a b: is not a header name (gateway.yaml:1:59)',
    ],
    [
      'a header value on two lines',
      'name: a, url: "http://a", headers: { x-a: "b\\nc" }',
      'upstreams[0].headers.x-a: expected a header value, got a value that is not shown (gateway.yaml:1:57)',
    ],
    [
      'a slow rate of nothing',
      'name: a, url: "http://a", breaker: { jitter: 1 }',
      'upstreams[0].breaker.jitter: expected a number of at least 0 and below 1, got 1 (gateway.yaml:1:60)',
    ],
  ])('upstream: %s', (_, entry, expected) => {
    expect(problemsOfFile(`upstreams: [{ ${entry} }]`)).toEqual([expected]);
  });

  it('two upstreams of one name', () => {
    expect(problemsOf({ flags: { upstream: ['a=http://a', 'a=http://b'] } })).toEqual([
      'upstreams[1].name: "a" is already the name of upstreams[0] (flag --upstream)',
    ]);
  });

  it.each<[Record<string, string>, string]>([
    [
      { LLAMASCOPE_CACHE_MOED: 'on' },
      'LLAMASCOPE_CACHE_MOED: unknown environment variable; did you mean LLAMASCOPE_CACHE_MODE?',
    ],
    [
      { LLAMASCOPE_QQQQQQQQQQ: '1' },
      'LLAMASCOPE_QQQQQQQQQQ: unknown environment variable; docs/configuration.md lists the names',
    ],
    [
      { LLAMASCOPE_WORKERS: 'many' },
      'workers: expected a whole number from 1 to 64, or auto, got "many" (environment LLAMASCOPE_WORKERS)',
    ],
    [
      { LLAMASCOPE_CACHE_TTL_MS: 'soon' },
      'cache.ttlMs: expected a whole number from 1 to 316224000000, got "soon" (environment LLAMASCOPE_CACHE_TTL_MS)',
    ],
    [
      { LLAMASCOPE_CACHE_TTLMS: '5', LLAMASCOPE_CACHE_TTL_MS: '6' },
      'cache.ttlMs: also set by LLAMASCOPE_CACHE_TTLMS, to another value (environment LLAMASCOPE_CACHE_TTL_MS)',
    ],
    [
      { LLAMASCOPE_UPSTREAMS: 'local' },
      'upstreams: expected JSON, beginning with [ or { (environment LLAMASCOPE_UPSTREAMS)',
    ],
    [
      { LLAMASCOPE_UPSTREAMS: '[{"name"' },
      'upstreams: not valid JSON at character 9 (environment LLAMASCOPE_UPSTREAMS)',
    ],
    [
      { LLAMASCOPE_UPSTREAMS: '[' },
      'upstreams: not valid JSON (it ends too early) (environment LLAMASCOPE_UPSTREAMS)',
    ],
  ])('environment %j', (env, expected) => {
    expect(problemsOf({ env, flags: FLAGS })).toEqual([expected]);
  });

  it('flags', () => {
    expect(problemsOf({ flags: { upstream: ['nonsense'] } })).toEqual([
      'upstreams: expected NAME=URL or NAME=openai+URL, got "nonsense" (flag --upstream)',
      'upstreams: expected a list of upstreams, at least one, got an empty list (flag --upstream)',
    ]);
    expect(problemsOf({ flags: { ...FLAGS, 'retry-max': '99', 'allow-management': 'a b' } })).toEqual([
      'allowManagement: expected JSON, beginning with [ or { (flag --allow-management)',
      'retry.max: expected a whole number from 0 to 10, got 99 (flag --retry-max)',
    ]);
  });

  it('files that cannot be read', () => {
    expect(problemsOf({ file: 'none.yaml', flags: FLAGS })).toEqual(['none.yaml: there is no such file']);
    expect(problemsOf({ file: '.', flags: FLAGS })).toEqual(['.: it is a directory']);
    expect(problemsOf({ file: 'a\0b', flags: FLAGS })[0]).toMatch(/^a\0b: cannot be read: /);
    expect(problemsOfFile('#'.repeat(4_194_305))).toContain('gateway.yaml: larger than 4194304 bytes');
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdef'
      .split('')
      .map((key, index) => `${key}: &${key} [${`*${'abcde'[index] ?? ''}, `.repeat(9)}]`)
      .join('\n')}`;
    expect(problemsOfFile(bomb)[0]).toMatch(/^not usable: .*alias.*\(gateway\.yaml:1:1\)$/i);
  });

  it('a mistake is reported even where a higher source has the key, and all of them at once', () => {
    const file = written('cache: { mode: loud }\nretry: { max: -1 }');
    try {
      load({ file, flags: { ...FLAGS, 'cache-mode': 'on' } });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toBe(`the configuration has 2 problems:
  retry.max: expected a whole number from 0 to 10, got -1 (gateway.yaml:2:15)
  cache.mode: expected one of off, exact, shadow, on, bounded, got "loud" (gateway.yaml:1:16)`);
    }
  });

  it('a key called __proto__ is only an unknown key', () => {
    const known = /^__proto__: unknown key.*\(gateway\.yaml:1:1\)$/;
    expect(problemsOfFile('__proto__: { listen: ":0" }')[0]).toMatch(known);
    expect(problemsOfFile('constructor: 1')[0]).toMatch(/^constructor: unknown key/);
    expect(problemsOfFile('cache: { store: constructor }')).toContain(
      'cache.store: expected one of memory, sqlite, redis, got "constructor" (gateway.yaml:1:17)',
    );
    expect(({} as { listen?: string }).listen).toBeUndefined();
  });
});

describe('the whole', () => {
  it('an operations plane that others can reach needs a token', () => {
    const open = (listen: string, admin = {}): readonly string[] =>
      problems(() => resolveConfig({ upstreams: [UPSTREAM], listen, admin }));
    const message = (key: string, address: string): string =>
      `${key}: ${address} lets other machines reach the operations plane (/metrics, /health, /admin/), which then needs a token: set admin.token (LLAMASCOPE_ADMIN_TOKEN), or keep that plane on loopback with admin.listen: 127.0.0.1:9435`;
    expect(open('0.0.0.0:1')).toEqual([message('listen', '0.0.0.0:1')]);
    expect(open('127.0.0.1:1', { listen: '[::]:2' })).toEqual([message('admin.listen', '[::]:2')]);
    expect(open('0.0.0.0:1', { listen: '127.0.0.1:2' })).toEqual([]);
    expect(open('0.0.0.0:1', { token: 'secret' })).toEqual([]);
    expect(open('[::1]:1')).toEqual([]);
  });

  it('a program gets the same checks, and a Config comes back as it is', () => {
    expect(problems(() => resolveConfig({ upstreams: [UPSTREAM], drainMs: -1 }))).toEqual([
      'drainMs: expected a whole number from 0 to 2147483647, got -1',
    ]);
    const config = resolveConfig({
      upstreams: [{ ...UPSTREAM, kind: 'openai', breaker: { windowSize: 3 } }],
    });
    expect(config.upstreams[0]).toMatchObject({
      parallel: 64,
      pool: { maxsize: 128 },
      breaker: { minCalls: 3 },
    });
    expect(resolveConfig(config)).toEqual(config);
    expect(formatOrigin({ source: 'caller' })).toBe('the caller');
  });

  it('secrets that are set are hidden when it is printed', () => {
    const config = resolveConfig({
      upstreams: [{ ...UPSTREAM, apiKey: 'key-1', headers: { 'x-pass': 'word-2' } }],
      admin: { token: 'token-3' },
    });
    const text = JSON.stringify(redactConfig(config));
    expect(text).not.toMatch(/key-1|word-2|token-3/);
    expect(text).toContain('"apiKey":"(hidden)"');
    expect(text).toContain('"headers":{"x-pass":"(hidden)"}');
    expect(JSON.stringify(redactConfig(resolveConfig({ upstreams: [UPSTREAM] })))).toContain('"token":null');
  });
});
