/**
 * The page itself, `/dashboard/`: the files that `npm run build:web` made, read once and kept, packed as they were built.
 * They are open, because a browser cannot send a token for a page and there is nothing in them but code; all data
 * comes by `/dashboard/api/`, which asks for it. The policy lets nothing in from elsewhere and nothing out to elsewhere.
 */
import { globSync, existsSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { GatewayError } from '../core/errors.ts';
import type { OperationCall, OperationReply, OperationRoute } from '../http/operation-route.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = [
  'content-security-policy',
  PAGE_POLICY,
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'no-referrer',
  'cross-origin-opener-policy',
  'same-origin',
  'vary',
  'accept-encoding',
] as const;

interface PageFile {
  readonly contentType: string;
  readonly plain: Uint8Array;
  readonly packed: Uint8Array | null;
  /** Its name has the hash of its content: it never changes. */
  readonly fixed: boolean;
}

/** Beside the compiled code in the package, in `dist` of a checkout that runs from source. */
const FOLDERS = [join(import.meta.dirname, '../web'), join(import.meta.dirname, '../../dist/web')];

export function pageRoutes(folders: readonly string[] = FOLDERS): readonly OperationRoute[] {
  let files: ReadonlyMap<string, PageFile> | null = null;
  const serve = (call: OperationCall): OperationReply => {
    files ??= readFiles(folders);
    if (files === null) return notBuilt();
    const name = call.params['file'] ?? '';
    const file = files.get(name === '' ? 'index.html' : name);
    if (file === undefined)
      throw new GatewayError(
        'unknown_path',
        `unknown path ${call.path.slice(0, 200)}: the page is at /dashboard/`,
      );
    return reply(file, String(call.headers['accept-encoding'] ?? ''));
  };
  return [
    { method: 'GET', path: '/dashboard', open: true, handle: () => toPage() },
    { method: 'GET', path: '/dashboard/{file...}', open: true, handle: serve },
  ];
}

/** Null when there is no page; asked again next time, because somebody may be building it. */
function readFiles(folders: readonly string[]): ReadonlyMap<string, PageFile> | null {
  const folder = folders.find((candidate) => existsSync(join(candidate, 'index.html')));
  if (folder === undefined) return null;
  const names = globSync('**/*.{html,js,css,svg}', { cwd: folder });
  return new Map(
    names.map((name) => {
      const path = join(folder, name);
      const key = name.split(sep).join('/');
      const file: PageFile = {
        contentType: TYPES[extname(name)] ?? 'application/octet-stream',
        plain: readFileSync(path),
        packed: existsSync(`${path}.gz`) ? readFileSync(`${path}.gz`) : null,
        fixed: key.startsWith('assets/'),
      };
      return [key, file] as const;
    }),
  );
}

function reply(file: PageFile, accepted: string): OperationReply {
  const packed = /\bgzip\b/.test(accepted) ? file.packed : null;
  return {
    status: 200,
    contentType: file.contentType,
    body: packed ?? file.plain,
    headers: [
      ...HEADERS,
      'cache-control',
      file.fixed ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(packed === null ? [] : ['content-encoding', 'gzip']),
    ],
  };
}

/** The page names its files relative to itself, so it needs the slash. */
function toPage(): OperationReply {
  return {
    status: 308,
    contentType: 'text/plain; charset=utf-8',
    body: '',
    headers: ['location', 'dashboard/'],
  };
}

function notBuilt(): OperationReply {
  return {
    status: 503,
    contentType: 'text/plain; charset=utf-8',
    body: 'The live page is not built here. In a checkout: npm run build:web, then load this again.\n',
  };
}
