import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationReply } from '../http/operation-route.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { PAGE_POLICY, pageRoutes } from './page-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llamascope-page-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function build(): void {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  for (const [name, text] of [
    ['index.html', '<!doctype html>'],
    ['assets/index-Ab12.js', 'void 0'],
    ['assets/index-Ab12.css', 'p{}'],
    ['notes.txt', 'not part of the page'],
  ] as const) {
    writeFileSync(join(folder, name), text);
    if (name !== 'assets/index-Ab12.css') writeFileSync(join(folder, `${name}.gz`), gzipSync(text));
  }
}

const routes = (): ReturnType<typeof pageRoutes> => pageRoutes([join(folder, 'missing'), folder]);

async function get(file: string, encoding = 'gzip, br', from = routes()): Promise<OperationReply> {
  const route = from.find(({ path }) => path.includes('{file...}'));
  return route!.handle({
    path: `/dashboard/${file}`,
    params: { file },
    query: new URLSearchParams(),
    headers: { 'accept-encoding': encoding },
    json: null,
    cancel: new CancelSource(),
  });
}

const header = ({ headers = [] }: OperationReply, name: string): string | undefined =>
  headers[headers.indexOf(name) + 1];

describe('the files of the page', () => {
  it('are served packed, under the strict policy, the document always asked for anew', async () => {
    build();
    const page = await get('');
    expect(page).toMatchObject({ status: 200, contentType: 'text/html; charset=utf-8' });
    expect(gunzipSync(page.body as Uint8Array).toString()).toBe('<!doctype html>');
    expect(header(page, 'content-encoding')).toBe('gzip');
    expect(header(page, 'cache-control')).toBe('no-cache');
    expect(header(page, 'content-security-policy')).toBe(PAGE_POLICY);
    expect(PAGE_POLICY).not.toMatch(/unsafe|data:|\*/);
  });

  it('named by their content are kept for ever', async () => {
    build();
    const script = await get('assets/index-Ab12.js');
    expect(script.contentType).toBe('text/javascript; charset=utf-8');
    expect(header(script, 'cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('go out plain to those who do not unpack, and where nothing was packed', async () => {
    build();
    const plain = await get('', 'identity');
    expect(Buffer.from(plain.body as Uint8Array).toString()).toBe('<!doctype html>');
    expect(plain.headers).not.toContain('content-encoding');
    expect((await get('assets/index-Ab12.css')).headers).not.toContain('content-encoding');
  });

  it.each(['../package.json', '..%2fpackage.json', 'notes.txt', 'assets/', 'index.html.gz'])(
    '%s is not one of them',
    async (file) => {
      build();
      await expect(get(file)).rejects.toMatchObject({ code: 'unknown_path' });
    },
  );

  it('that are not built say how to build them, and are there once they are', async () => {
    const once = routes();
    const missing = await get('', 'gzip', once);
    expect(missing.status).toBe(503);
    expect(missing.body).toContain('npm run build:web');
    build();
    expect((await get('', 'gzip', once)).status).toBe(200);
  });

  it('stand below a slash', async () => {
    const [redirect] = routes();
    expect(await redirect!.handle({} as never)).toMatchObject({
      status: 308,
      headers: ['location', 'dashboard/'],
    });
  });
});
