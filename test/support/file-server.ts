import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer {
  readonly url: string;
  /** By path, with the slash. */
  readonly files: Map<string, Buffer>;
  /** `METHOD path range` of each request. */
  readonly seen: string[];
  /** Sends no more than so many bytes of a body and leaves it open, for `cut`; null: all. */
  breakAfter: number | null;
  /** Breaks the connections of bodies that are open. */
  cut(): void;
  /** What stands in for 200. */
  status: number;
  /** Whether ETags and ranges are known here. */
  ranges: boolean;
  close(): Promise<void>;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A server of files with ranges and ETags, that can break. */
export async function startFileServer(): Promise<FileServer> {
  const held = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (answer(state, request, response)) held.add(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const state: FileServer = {
    url: `http://127.0.0.1:${String(port)}`,
    files: new Map(),
    seen: [],
    breakAfter: null,
    cut: () => {
      for (const response of held) response.destroy();
      held.clear();
    },
    status: 200,
    ranges: true,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return state;
}

/** Whether the body was left open. */
function answer(state: FileServer, request: IncomingMessage, response: ServerResponse): boolean {
  const path = request.url ?? '';
  const range = request.headers.range ?? '';
  state.seen.push(`${path} ${range}`.trim());
  const file = state.files.get(path);
  if (file === undefined || state.status !== 200) {
    response.writeHead(file === undefined ? 404 : state.status).end();
    return false;
  }
  const tag = `"${sha256(file)}"`;
  const headers: Record<string, string> = state.ranges ? { etag: tag } : {};
  const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
  const same = request.headers['if-range'] === undefined || request.headers['if-range'] === tag;
  const partial = state.ranges && range !== '' && same;
  if (partial && from >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${String(file.length)}` }).end();
    return false;
  }
  const body = partial ? file.subarray(from) : file;
  if (partial)
    headers['content-range'] = `bytes ${String(from)}-${String(file.length - 1)}/${String(file.length)}`;
  response.writeHead(partial ? 206 : 200, { ...headers, 'content-length': String(body.length) });
  const whole = state.breakAfter === null || body.length <= state.breakAfter;
  if (whole) response.end(body);
  else response.write(body.subarray(0, state.breakAfter ?? 0));
  return !whole;
}
