/** The walls hold: the rule that the linter runs, asked about imports that must pass and imports that must not. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { wallBreach, webWallBreach } from '../../scripts/eslint-walls.ts';
import { ROOT_FILES_OPEN_TO, WALLS, WEB_WALL } from '../../scripts/walls.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SRC = path.join(ROOT, 'src');
const folders = readdirSync(SRC, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const breach = (file: string, source: string): string | null => wallBreach(source, path.join(SRC, file), SRC);

describe('the walls', () => {
  it('stand around every folder of src, and around nothing else', () => {
    expect(Object.keys(WALLS).sort()).toEqual([...folders].sort());
    const named = Object.values(WALLS).flatMap(({ may }) => may);
    expect(named.filter((name) => !folders.includes(name))).toEqual([]);
    for (const { because } of Object.values(WALLS)) expect(because.length).toBeGreaterThan(30);
  });

  it('are described in docs/architecture.md, folder by folder', () => {
    const text = readFileSync(path.join(ROOT, 'docs/architecture.md'), 'utf8');
    expect(folders.filter((folder) => !new RegExp(`\\b${folder}\\b`).test(text))).toEqual([]);
  });

  it('let no two folders depend on each other, however far round', () => {
    const reach = (from: string, seen: ReadonlySet<string>): boolean =>
      (WALLS[from]?.may ?? []).some((to) => seen.has(to) || reach(to, new Set([...seen, to])));
    expect(folders.filter((folder) => reach(folder, new Set([folder])))).toEqual([]);
  });

  it('let only named packages through, each declared', () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly optionalDependencies: Readonly<Record<string, string>>;
      readonly peerDependencies: Readonly<Record<string, string>>;
    };
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    const used = Object.values(WALLS).flatMap(({ packages }) => packages);
    expect([...new Set(used)].sort()).toEqual(Object.keys(declared).sort());
  });

  it.each([
    ['core/errors.ts', './outcome.ts'],
    ['cache/key/key.ts', '../../core/json.ts'],
    ['cache/cache.ts', './semantic/guard.ts'],
    ['cache/cache.ts', 'node:crypto'],
    ['upstream/transport.ts', 'undici'],
    ['embedding/use-lite.ts', '@energetic-ai/embeddings'],
    ['pool/gate.ts', '../resilience/breaker/breaker.ts'],
    ['gateway.ts', './cache/cache.ts'],
    ['gateway.ts', 'undici'],
    ['cli/serve.ts', '../gateway.ts'],
  ])('%s may import %s', (file, source) => {
    expect(breach(file, source)).toBeNull();
  });

  it.each([
    ['core/errors.ts', '../runtime/clock.ts', 'core may not import runtime: '],
    ['core/errors.ts', 'node:fs', 'core may not import node:fs: '],
    ['core/errors.ts', 'zod', 'core may not import the package zod: '],
    ['cache/semantic/guard.ts', '../../resilience/retry.ts', 'cache may not import resilience: '],
    ['cache/cache.ts', '../telemetry/log.ts', 'cache may not import telemetry: '],
    ['resilience/retry.ts', '../pool/gate.ts', 'resilience may not import pool: '],
    ['upstream/transport.ts', 'undici-types/x', 'upstream may not import the package undici-types: '],
    [
      'embedding/use-lite.ts',
      '@energetic-ai/other',
      'embedding may not import the package @energetic-ai/other: ',
    ],
    ['pool/gate.ts', '../gateway.ts', 'pool may not import gateway.ts: '],
    ['gateway.ts', './cli/run.ts', 'src may not import cli: '],
    ['http/listener.ts', '../../test/support/until.ts', 'src may not import from outside src: '],
    ['brand-new/file.ts', '../core/json.ts', 'src/brand-new has no wall yet: '],
  ])('%s may not import %s', (file, source, beginning) => {
    const message = breach(file, source);
    expect(message?.slice(0, beginning.length)).toBe(beginning);
    expect(message?.length).toBeGreaterThan(beginning.length + 20);
  });

  it('keep everything but the types of the protocol out of the page', () => {
    const from = path.join(ROOT, 'web/src/main.tsx');
    const web = (source: string, typesOnly: boolean): string | null =>
      webWallBreach(source, from, ROOT, typesOnly);
    const protocol = `../../src/${WEB_WALL.types[0] ?? ''}`;
    expect(web(protocol, true)).toBeNull();
    expect(web('./app.tsx', false)).toBeNull();
    expect(web('preact/hooks', false)).toBeNull();
    expect(web(protocol, false)).toMatch(/^web may import only types from src\//);
    expect(web('../../src/gateway.ts', true)).toMatch(/^web may not import src\/gateway\.ts: /);
    expect(web('lodash', false)).toMatch(/^web may not import the package lodash: /);
  });

  it('open only doors that exist', () => {
    const rootFiles = readdirSync(SRC);
    expect(
      Object.values(ROOT_FILES_OPEN_TO)
        .flat()
        .filter((file) => !rootFiles.includes(file)),
    ).toEqual([]);
  });
});
