/**
 * What the guides and the README tell their readers to do, done: commands are run, configurations are read by whoever is to
 * read them, and the metrics guide is held against the catalogue. Their queries are executed in queries.test.ts.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { readFaultPlan } from '../../src/simulator/faults/plan.ts';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import type { MetricShape } from '../../src/telemetry/catalogue/definition.ts';
import { hasComponent } from '../support/components.ts';
import { parseExposition } from '../support/metrics.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { BLOCKS, guideFiles, METRIC_ROWS, type Block } from './guide-blocks.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'src/cli/main.ts');
/** How long a command that goes on may say nothing, and how long it then has to fail in. */
const SILENT_MS = 20_000;
const ALIVE_MS = 1_000;
const run = promisify(execFile);

const of = (...languages: readonly string[]): readonly (readonly [string, Block])[] =>
  BLOCKS.filter(({ language }) => languages.includes(language)).map((block) => [block.place, block] as const);

describe('the guides', () => {
  it('are each in the index, and lead only to what exists', () => {
    const index = readFileSync(join(ROOT, 'docs/guides/README.md'), 'utf8');
    for (const file of guideFiles()) {
      if (file.startsWith('docs/guides/') && !file.endsWith('README.md'))
        expect(index).toContain(`(${file.slice('docs/guides/'.length)})`);
      for (const [, target = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)(?:#[^)]*)?\)/g))
        if (target !== '') expect([file, target, existsSync(join(ROOT, dirname(file), target))]).toEqual([file, target, true]);
    }
  });

  it('say of each command that is not run why not', () => {
    const kept = BLOCKS.filter(({ how }) => how.startsWith('no-run'));
    for (const { place, how } of kept) expect([place, how]).toEqual([place, expect.stringMatching(/^no-run: .{6,}/)]);
    const run = BLOCKS.filter(({ language, how }) => language === 'sh' && !how.startsWith('no-run'));
    expect(run.length).toBeGreaterThan(kept.length);
    for (const { place, language, how } of BLOCKS)
      if (['promql', 'sh'].includes(language))
        expect([place, how]).toEqual([place, expect.stringMatching(/^($|goes-on$|no-run: |naive: )/)]);
  });
});

describe('the metrics guide', () => {
  it('has one row for each metric of the catalogue', () => {
    expect(METRIC_ROWS.map(({ name }) => name).toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
  });

  it.each(METRIC_ROWS.map((row) => [row.name, row] as const))('%s: says something of its own, with an example and a query of it', (name, row) => {
    const shape = (CATALOGUE as Readonly<Record<string, MetricShape>>)[name] as MetricShape;
    expect(row.tells.length).toBeGreaterThan(10);
    expect(row.tells).not.toBe(shape.help);
    expect(row.query).toContain(name);
    const [sample] = parseExposition(`${row.example}\n`);
    const ending = shape.type === 'histogram' ? /_(count|sum|bucket)$/ : /$/;
    expect(sample?.name.replace(ending, '')).toBe(name);
    expect(Object.keys(sample?.labels ?? {}).filter((label) => label !== 'le').toSorted()).toEqual(Object.keys(shape.labels).toSorted());
    expect(Number.isFinite(sample?.value)).toBe(true);
    for (const [label, values] of Object.entries(shape.labels))
      if (Array.isArray(values)) expect(values).toContain(sample?.labels[label]);
  });
});

describe('configurations in the guides', () => {
  const yaml = of('yaml');
  it.each(yaml.filter(([, { how }]) => how !== 'prometheus'))('%s is taken by the gateway', (_, { text }) => {
    const tls = join(ROOT, 'test/fixtures/tls');
    const files = { 'ca.pem': 'ca.pem', 'me.pem': 'client.pem', 'me-key.pem': 'client-key.pem' };
    let shown = text.replace('sk-…', 'sk-1');
    for (const [name, fixture] of Object.entries(files))
      shown = shown.replace(`/etc/llamascope/${name}`, join(tls, fixture));
    const given = parse(shown) as Record<string, unknown> | unknown[];
    const tree = Array.isArray(given) ? { upstreams: given } : { upstreams: [{ name: 'local', url: 'http://127.0.0.1:1' }], ...given };
    const folder = mkdtempSync(join(tmpdir(), 'llamascope-guide-'));
    try {
      const file = join(folder, 'llamascope.yaml');
      writeFileSync(file, stringify(tree));
      expect(loadConfig({ flags: {}, env: {}, file, cwd: folder, quickstart: null }).config.upstreams.length).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.skipIf(!hasComponent('promtool') && process.env['CI'] !== 'true').each(yaml.filter(([, { how }]) => how === 'prometheus'))(
    '%s is taken by Prometheus',
    (_, { text }) => {
      const folder = mkdtempSync(join(tmpdir(), 'llamascope-guide-'));
      try {
        cpSync(join(ROOT, 'monitoring/prometheus/rules.yml'), join(folder, 'rules.yml'));
        writeFileSync(join(folder, 'token'), 'secret');
        writeFileSync(join(folder, 'prometheus.yml'), text.replace('/etc/prometheus/llamascope.token', join(folder, 'token')));
        expect(execFileSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')], { encoding: 'utf8' })).toContain('SUCCESS');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it.each(of('json'))('%s is JSON, and a plan of faults where it looks like one', (_, { text }) => {
    const value = JSON.parse(text) as object;
    if ('rules' in value) expect(readFaultPlan(value).rules.length).toBeGreaterThan(0);
  });
});

const programs = ['promtool', 'amtool'].every(hasComponent);
describe.skipIf(!programs && process.env['CI'] !== 'true')('commands in the guides', () => {
  let folder = '';
  let stack: Stack;
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    GATEWAY: stack.url,
    LLAMASCOPE_URL: stack.url,
  });

  /** Addresses in the guides are those of a default installation; here everything is elsewhere. */
  const elsewhere = (text: string): string =>
    text
      .replaceAll(/(--(?:listen|control)) 127\.0\.0\.1:\d+/g, '$1 127.0.0.1:0')
      .replaceAll(/http:\/\/(?:127\.0\.0\.1|gateway\.example):11435/g, stack.url)
      .replaceAll(/http:\/\/127\.0\.0\.1:(?:11434|11499)/g, stack.simulator.url)
      .replaceAll('gpu-1', 'local')
      .replaceAll(/^llamascope demo(?= +#)/gm, 'llamascope demo --listen 127.0.0.1:0')
      .replaceAll(/^(npm run -s llamascope -- serve .*)$/gm, '$1 --listen 127.0.0.1:0');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llamascope-guides-'));
    stack = await startStack({ upstream: { name: 'local' } });
    const node = process.execPath;
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/llamascope'), `#!/bin/sh\nexec '${node}' '${MAIN}' "$@"\n`);
    chmodSync(join(folder, 'bin/llamascope'), 0o755);
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ scripts: { llamascope: `exec '${node}' '${MAIN}'` } }),
    );
    writeFileSync(join(folder, 'llamascope.yaml'), `upstreams: [{ name: local, url: '${stack.simulator.url}' }]\n`);
    writeFileSync(join(folder, 'plan.json'), BLOCKS.find(({ language, text }) => language === 'json' && text.includes('rules'))?.text ?? '');
    cpSync(join(ROOT, 'monitoring'), join(folder, 'monitoring'), { recursive: true });
  });
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const commands = of('sh', 'bash').filter(([, { how }]) => !how.startsWith('no-run'));

  it.each(commands.filter(([, { how }]) => how === ''))(
    '%s ends well',
    async (_, { text }) => {
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', elsewhere(text)], { cwd: folder, env: env(), timeout: 25_000 });
      expect(stdout.length).toBeGreaterThan(0);
    },
    30_000,
  );

  it.each(commands.filter(([, { how }]) => how === 'goes-on'))(
    '%s goes on, each line until it is stopped',
    async (_, { text }) => {
      const lines = elsewhere(text).split('\n').filter((line) => line.trim() !== '');
      expect(await Promise.all(lines.map((line) => stopped(line, folder, env())))).toEqual(lines.map(() => 'well'));
    },
    30_000,
  );
});

/** Whether the command ended well by itself, or was at work until it was told to end. */
function stopped(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', `exec ${line}`], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let timer = setTimeout(() => child.kill('SIGKILL'), SILENT_MS);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        if (said === '') {
          clearTimeout(timer);
          timer = setTimeout(() => child.kill('SIGTERM'), ALIVE_MS);
        }
        said += chunk.toString();
      });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve(said !== '' && (code === 0 || signal === 'SIGTERM' || code === 143) ? 'well' : `${line}: ${String(code)} ${said}`);
    });
  });
}
