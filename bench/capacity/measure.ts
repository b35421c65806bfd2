/** What the formulas are fed with, measured: gateways on one real Redis, an nginx that answers, and wrk. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wrk } from '../gateway/load.ts';
import { answering, pause, start, type Running } from '../gateway/processes.ts';
import { freePort } from '../gateway/peers.ts';
import type { Costs } from './formulas.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const CORES = '0,1';
const SECONDS = 5;
/** Leaves the machine room, so that what is measured is work and not waiting. */
const CONNECTIONS = 4;
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

interface Member extends Running {
  readonly url: string;
}

export interface Measured {
  readonly costs: Costs;
  /** Bytes that an entry takes in each gateway, without a vector. */
  readonly entryBytes: number;
}

export async function measureCosts(): Promise<Measured> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-capacity-'));
  const running: Running[] = [];
  const launch = (command: string, args: readonly string[]): Running => {
    const one = start(command, args, { core: CORES });
    running.push(one);
    return one;
  };
  try {
    const upstream = await startNginx(folder, launch);
    const redisPort = await freePort();
    const redis = launch('redis-server', [
      ...[
        '--port',
        String(redisPort),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        folder,
      ],
    ]);
    const cache = { mode: 'exact', store: 'redis', maxEntries: 1_000_000, maxBytes: 2 ** 31 };
    const member = (name: string): Promise<Member> =>
      startGateway(path.join(folder, `${name}.yaml`), launch, {
        cache: { ...cache, redis: { url: `redis://127.0.0.1:${String(redisPort)}` } },
        upstreams: [{ name: 'up', kind: 'openai', url: upstream, parallel: 512 }],
      });
    await pause(300);
    const [first, second, third] = [await member('first'), await member('second'), await member('third')];
    const load = (unique: boolean, seed: number): ReturnType<typeof wrk> =>
      wrk(
        { url: first.url, headers: {} },
        { connections: CONNECTIONS, seconds: SECONDS, unique, seed, cores: CORES },
      );
    const all = [first, second, third, redis];
    const cpu = (): number[] => all.map((one) => one.cpu() / 1e6);
    await quiet(cpu);
    const empty = second.memory();
    // What each uses while nobody asks, a second.
    const [restFrom, restAt] = [cpu(), performance.now()];
    await pause(SECONDS * 1_000);
    const resting = (performance.now() - restAt) / 1_000;
    const idle = cpu().map((used, at) => (used - (restFrom[at] ?? 0)) / resting);
    const warm = await load(true, 1);
    await load(false, 2);
    await quiet(cpu);
    const [before, startedAt] = [cpu(), performance.now()];
    const misses = await load(true, 3);
    await quiet(cpu);
    const seconds = (performance.now() - startedAt) / 1_000;
    const used = cpu().map(
      (now, at) => (now - (before[at] ?? 0) - (idle[at] ?? 0) * seconds) / misses.requests,
    );
    const entries = warm.requests + misses.requests;
    const entryBytes = ((second.memory() - empty) * 2 ** 20) / entries;
    const hitsFrom = cpu()[0] ?? 0;
    const hits = await load(false, 2);
    const hit = ((cpu()[0] ?? 0) - hitsFrom) / hits.requests;
    const [miss = NaN, one = NaN, other = NaN, perEntry = NaN] = used;
    return {
      costs: { hit, miss, applied: (one + other) / 2, redisWrite: perEntry / 3, redisRead: perEntry / 3 },
      entryBytes,
    };
  } finally {
    for (const one of running.toReversed()) await one[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until nothing that came of the load is left to do: embeddings, writes, entries of the others. */
async function quiet(cpu: () => readonly number[]): Promise<void> {
  for (let calm = 0, turn = 0; calm < 3; turn += 1) {
    if (turn > 120) throw new Error('the gateways do not come to rest');
    const before = cpu();
    await pause(500);
    const busiest = Math.max(...cpu().map((now, at) => now - (before[at] ?? 0)));
    calm = busiest < 0.05 ? calm + 1 : 0;
  }
}

type Launch = (command: string, args: readonly string[]) => Running;

async function startNginx(folder: string, launch: Launch): Promise<string> {
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
  const url = `http://127.0.0.1:${String(port)}`;
  await answering(`${url}/v1/models`, launch('nginx', ['-c', file]));
  return url;
}

async function startGateway(file: string, launch: Launch, config: object): Promise<Member> {
  const listen = `127.0.0.1:${String(await freePort())}`;
  writeFileSync(file, JSON.stringify({ listen, log: { level: 'silent' }, ...config }));
  const args = [path.join(ROOT, 'src/cli/main.ts'), 'serve', '--config', file, '--no-watch'];
  const one = launch(process.execPath, args);
  await answering(`http://${listen}/livez`, one);
  return { ...one, url: `http://${listen}` };
}
