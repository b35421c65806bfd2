/** The clients of the measurements: a closed loop, streams that are held open, connections that do nothing. */
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  /** What is a proper answer beside 200. */
  readonly status?: number;
}

/** Sends `body()` over and over on so many connections for so long; resolves with the number of answers. */
export async function loop(
  url: string,
  connections: number,
  ms: number,
  body: () => string,
  { headers = {}, status = 200 }: Asked = {},
): Promise<{ readonly answers: number; readonly failed: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + ms;
  let answers = 0;
  let failed = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      const got = await ask(`${url}/api/chat`, agent, body(), headers);
      if (got === status || got === 200) answers += 1;
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return { answers, failed };
}

export function ask(
  url: string,
  agent: Agent,
  body: string,
  more: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...more },
      },
      (response) => {
        response.resume().on('end', () => {
          resolve(response.statusCode ?? 0);
        });
        response.on('error', reject);
      },
    );
    asked.on('error', reject).end(body);
  });
}

export interface OpenStreams {
  /** Chunks received so far, over all streams. */
  readonly chunks: () => number;
  close(): void;
}

/** Opens so many streams, each of one chunk per `everyMs`, and resolves when each has received one. */
export async function openStreams(port: number, count: number, everyMs: number): Promise<OpenStreams> {
  const body = JSON.stringify({
    model: 'm',
    messages: [{ role: 'user', content: `A word every ${String(everyMs)} ms` }],
  });
  const head = `POST /api/chat HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n`;
  let chunks = 0;
  const sockets: Socket[] = [];
  for (let at = 0; at < count; at += 100) {
    const group = Array.from({ length: Math.min(100, count - at) }, () =>
      opened(port, head + body, '"done":false', (found) => (chunks += found)),
    );
    sockets.push(...(await Promise.all(group)));
  }
  return {
    chunks: () => chunks,
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Connections that have asked once, been answered, and say no more. */
export async function openIdle(port: number, count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let at = 0; at < count; at += 100) {
    const group = Array.from({ length: Math.min(100, count - at) }, () =>
      opened(port, 'GET /livez HTTP/1.1\r\nhost: gateway\r\n\r\n', 'HTTP/1.1 200', () => undefined),
    );
    sockets.push(...(await Promise.all(group)));
  }
  return sockets;
}

/** Resolves when the mark has been received for the first time; every occurrence is reported. */
function opened(port: number, bytes: string, mark: string, onMark: (found: number) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1').on('data', (data: Buffer | string) => {
      const found = String(data).split(mark).length - 1;
      if (found === 0) return;
      onMark(found);
      resolve(socket);
    });
    socket.on('error', reject);
  });
}
