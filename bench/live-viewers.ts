/**
 * What 50 readers of the live stream cost the gateway: processor time of its process over a minute with none and with 50,
 * in turns, five rounds, the median of the differences. The gateway has a process of its own and some traffic, so that
 * frames carry values; readers and upstream are in this one.
 *
 *   node bench/live-viewers.ts [seconds per measurement, default 60] [rounds, default 5]
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { cpus } from 'node:os';
import { startSimulator } from '../src/simulator/index.ts';

const VIEWERS = 50;
const REQUESTS_PER_SECOND = 5;
const seconds = Number(process.argv[2] ?? 60);
const rounds = Number(process.argv[3] ?? 5);
let received = 0;
let asked = 0;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const simulator = await startSimulator({ tokensPerSecond: 0, prefillTokensPerSecond: 0, loadMs: 0 });
const gateway = spawn(
  process.execPath,
  [
    'src/cli/main.ts',
    'serve',
    '--config',
    '/dev/null',
    '--listen',
    '127.0.0.1:0',
    '--upstream',
    `sim=${simulator.url}`,
    '--log-level',
    'warn',
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const url = await firstUrl();
  const pid = gateway.pid ?? 0;
  const load = setInterval(() => void ask(url), 1_000 / REQUESTS_PER_SECOND);
  await sleep(15_000);
  const differences: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const none = await measure(pid);
    const readers = await Promise.all(Array.from({ length: VIEWERS }, () => read(url)));
    await sleep(2_000);
    const bytesBefore = received;
    const many = await measure(pid);
    const perReader = (received - bytesBefore) / VIEWERS / seconds;
    for (const reader of readers) reader.destroy();
    await sleep(1_000);
    differences.push(many - none);
    print(
      `round ${round}: none ${percent(none)}, ${VIEWERS} readers ${percent(many)}, difference ${percent(many - none)}, ${Math.round(perReader)} bytes per reader and second`,
    );
  }
  clearInterval(load);
  differences.sort((a, b) => a - b);
  print(
    `median ${percent(differences[Math.floor(rounds / 2)] ?? NaN)} of a core (${percent(differences[0] ?? NaN)} to ${percent(differences[rounds - 1] ?? NaN)}), ${seconds} s each, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`,
  );
} finally {
  gateway.kill('SIGTERM');
  await simulator.close();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function firstUrl(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    gateway.once('exit', (code) => {
      reject(new Error(`the gateway exited with ${code}`));
    });
    gateway.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
  });
}

/** Share of a core that the process used, all threads, over the time of one measurement. */
async function measure(pid: number): Promise<number> {
  const before = cpuNanoseconds(pid);
  const startedAt = process.hrtime.bigint();
  await sleep(seconds * 1_000);
  const wall = Number(process.hrtime.bigint() - startedAt);
  return (cpuNanoseconds(pid) - before) / wall;
}

function cpuNanoseconds(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((a, b) => a + b, 0);
}

function read(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/dashboard/api/stream`, { agent: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`a reader got ${response.statusCode}`));
      response.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      response.on('error', () => undefined);
      resolve(response);
    }).on('error', reject);
  });
}

async function ask(url: string): Promise<void> {
  asked += 1;
  const body = JSON.stringify({
    model: 'llama3.2:1b',
    messages: [{ role: 'user', content: `Question ${asked % 40}` }],
  });
  const response = await fetch(`${url}/api/chat`, { method: 'POST', body });
  await response.arrayBuffer();
}
