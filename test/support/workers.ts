/** A gateway of several real processes in front of a real server, and clients that hold a connection to one of them. */
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConfigInput } from '../../src/config/config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { Primary } from '../../src/workers/primary.ts';

import { parseExposition, type Sample } from './metrics.ts';

export const SCRIPT: URL = new URL('../../src/cli/serve-worker.ts', import.meta.url);

export interface SlowServer extends AsyncDisposable {
  readonly url: string;
  /** Milliseconds that an answer takes. */
  delayMs: number;
  /** Answers 500. */
  failing: boolean;
  readonly running: number;
  /** The most that ran at once. */
  readonly peak: number;
  readonly answered: number;
}

/** An Ollama of one model, which says what it was asked. */
export async function slowServer(delayMs = 0): Promise<SlowServer> {
  let running = 0;
  let peak = 0;
  let answered = 0;
  const server = createServer((asked, response) => {
    const json = (value: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (asked.url === '/api/version') json({ version: '0.12.6' });
    else if (asked.url === '/api/tags')
      json({ models: [{ name: 'm', model: 'm', digest: 'd', details: {} }] });
    else if (asked.url === '/api/ps') json({ models: [{ name: 'm', model: 'm' }] });
    else if (asked.url !== '/api/chat') json({ error: 'not here' }, 404);
    else {
      running += 1;
      peak = Math.max(peak, running);
      let body = '';
      asked.on('data', (chunk: Buffer) => (body += chunk.toString()));
      asked.on('end', () => {
        setTimeout(() => {
          running -= 1;
          answered += 1;
          if (stand.failing) json({ error: 'broken' }, 500);
          else json(answerTo(body));
        }, stand.delayMs);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stand: SlowServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayMs,
    failing: false,
    get running(): number {
      return running;
    },
    get peak(): number {
      return peak;
    },
    get answered(): number {
      return answered;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stand;
}

function answerTo(body: string): unknown {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  const content = `You asked: ${messages.at(-1)?.content ?? ''}`;
  return {
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 5,
    eval_count: 7,
  };
}

export interface WorkerHouse extends AsyncDisposable {
  readonly primary: Primary;
  readonly url: string;
  /** Of the workers that take requests, in the order of their start. */
  pids(): Promise<readonly number[]>;
  admin<T>(path: string, method?: string, body?: unknown): Promise<T>;
  metrics(): Promise<readonly Sample[]>;
}

/** On a connection of its own: a kept one would meet the end of its worker. */
function once(url: string, method = 'GET', body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(url, { agent: false, method, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('error', reject);
      answer.on('end', () => {
        if ((answer.statusCode ?? 500) < 300) resolve(text);
        else reject(new Error(`${method} ${url}: ${answer.statusCode ?? 0} ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

export async function workerHouse(
  upstream: string,
  { size = 2, ...more }: Partial<ConfigInput> & { size?: number; parallel?: number } = {},
): Promise<WorkerHouse> {
  const { parallel = 64, ...config } = more;
  const primary = new Primary(
    resolveConfig({
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      retry: { max: 0 },
      upstreams: [{ name: 'one', url: upstream, parallel }],
      ...config,
    }),
    { size, script: SCRIPT },
  );
  const { url } = await primary.listen();
  const admin = async <T>(path: string, method = 'GET', body?: unknown): Promise<T> => {
    const text = await once(`${url}${path}`, method, body === undefined ? '' : JSON.stringify(body));
    return JSON.parse(text) as T;
  };
  return {
    primary,
    url,
    admin,
    metrics: async () => parseExposition(await once(`${url}/metrics`)),
    pids: async () =>
      (await admin<{ pid: number; ready: boolean }[]>('/admin/workers'))
        .filter(({ ready }) => ready)
        .map(({ pid }) => pid),
    [Symbol.asyncDispose]: () => primary.close(500),
  };
}

export interface Answer {
  readonly status: number;
  readonly cache: string | null;
  readonly text: string;
}

/** One connection, kept, so all of its requests go to one worker. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  ask(question: string, headers: Record<string, string> = {}): Promise<Answer> {
    const body = JSON.stringify({
      model: 'm',
      stream: false,
      options: { temperature: 0 },
      messages: [{ role: 'user', content: question }],
    });
    const { hostname: host, port } = this.#url;
    return new Promise((resolve, reject) => {
      const asked = request(
        { host, port, path: '/api/chat', method: 'POST', agent: this.#agent, headers },
        (answer: IncomingMessage) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
          answer.on('error', reject);
          answer.on('end', () => {
            const cache = answer.headers['x-llamascope-cache'];
            resolve({
              status: answer.statusCode ?? 0,
              cache: typeof cache === 'string' ? cache : null,
              text,
            });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** So many clients; the workers get them in turn. */
export function clients(url: string, count: number): readonly Client[] {
  return Array.from({ length: count }, () => new Client(url));
}
