/** What the documents say about the tree, and the rules of the tree that a reader can count on. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/http/routes.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const sources = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('.test.ts'))
  .sort();

/** Lines of the files that match, as `file:line: text`; comments do not count. */
function linesWith(pattern: RegExp, files: readonly string[]): readonly string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .map((text, index) => ({ text: text.replace(/^\s*(\/?\*|\/\/).*$|\s\/\/ .*$/, ''), at: index + 1 }))
      .filter(({ text }) => pattern.test(text))
      .map(({ text, at }) => `${file}:${at}: ${text.trim()}`),
  );
}

describe('the documents', () => {
  it('docs/architecture.md names only files and folders that exist', () => {
    const named = new Set(read('docs/architecture.md').match(/\bsrc\/[\w./-]*\w\/?/g));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('docs/api.md has the table of src/http/routes.ts', () => {
    const dataPlane = read('docs/api.md').split('### ')[0] ?? '';
    const rows = [...dataPlane.matchAll(/^\| `(\/[^`]*)` \| ([A-Z, ]+) \| (\w+) \|/gm)].map(
      ([, template, methods, dialect]) =>
        `${template ?? ''} ${methods ?? ''} ${(dialect ?? '').toLowerCase()}`,
    );
    expect(rows).toEqual(
      ROUTES.map(({ template, methods, dialect }) => `${template} ${methods.join(', ')} ${dialect}`),
    );
  });

  it('decisions are numbered, each once', () => {
    const files = readdirSync(path.join(ROOT, 'docs/decisions'));
    expect(files.filter((file) => !/^\d{4}-[a-z0-9-]+\.md$/.test(file))).toEqual([]);
    const numbers = files.map((file) => file.slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('the source', () => {
  it('has no file over 300 lines, word lists aside', () => {
    const code = sources.filter((file) => !/\/lexicon-\w+\.ts$/.test(file));
    expect(code.filter((file) => read(file).trimEnd().split('\n').length > 300)).toEqual([]);
  });

  it('has no any', () => {
    expect(linesWith(/(:|\bas|<)\s*any\b(?![\w' ]*['`])/, sources)).toEqual([]);
  });

  it('prints only in cli', () => {
    const others = sources.filter((file) => !file.startsWith('src/cli/'));
    expect(linesWith(/\bconsole\.|\bprocess\.(stdout|exit)\b/, others)).toEqual([]);
  });

  it('reads time and chance only in runtime', () => {
    const others = sources.filter((file) => !file.startsWith('src/runtime/'));
    const forbidden =
      /\bDate\.now\b|\bnew Date\(\)|\bset(Timeout|Interval|Immediate)\(|\bMath\.random\b|\bperformance\.(now|timeOrigin)\b/;
    expect(linesWith(forbidden, others)).toEqual([]);
  });
});
