/** A gateway in front of an nginx that answers by itself: an upstream that is never what limits. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './peers.ts';
import { answering, start, type Running } from './processes.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_790_000_000,
  model: 'm',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'An answer of a sentence or two, as long as such answers tend to be. '.repeat(6),
      },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 26, completion_tokens: 90, total_tokens: 116 },
});

export interface Served extends Running {
  readonly url: string;
  /** Milliseconds from its start to its first answer. */
  readonly startMs: number;
}

/** Answers every question with the same answer. `core` as `taskset` takes it. */
export async function startAnswering(core: string): Promise<Served> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-bench-nginx-'));
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    file,
    `worker_processes 1; daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 8192; }
http {
  access_log off; ${temporary.join(' ')} keepalive_requests 100000000; default_type application/json;
  server {
    listen 127.0.0.1:${String(port)} backlog=4096;
    location = /v1/models { return 200 '{"object":"list","data":[{"id":"m","object":"model"}]}'; }
    location / { return 200 '${ANSWER}'; }
  }
}`,
  );
  return served(
    start('nginx', ['-c', file], { core }),
    `http://127.0.0.1:${String(port)}`,
    '/v1/models',
    folder,
  );
}

export interface GatewayOptions {
  readonly core: string;
  readonly upstream: string;
  readonly cache: Readonly<Record<string, unknown>>;
  readonly workers?: number;
  /** The runtime; default that of the bench. */
  readonly node?: string;
}

export async function startGateway(options: GatewayOptions): Promise<Served> {
  const { core, upstream, cache, workers = 1, node = process.execPath } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-bench-gateway-'));
  const listen = `127.0.0.1:${String(await freePort())}`;
  const file = path.join(folder, 'llamascope.yaml');
  const up = { name: 'up', kind: 'openai', url: upstream, parallel: 2_048, pool: { maxsize: 2_048 } };
  writeFileSync(file, JSON.stringify({ listen, log: { level: 'silent' }, cache, upstreams: [up], workers }));
  const args = [path.join(ROOT, 'src/cli/main.ts'), 'serve', '--config', file, '--no-watch'];
  return served(start(node, args, { core }), `http://${listen}`, '/livez', folder);
}

async function served(running: Running, url: string, asked: string, folder: string): Promise<Served> {
  const from = performance.now();
  await answering(`${url}${asked}`, running);
  return {
    ...running,
    url,
    startMs: performance.now() - from,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
