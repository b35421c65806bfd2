/** Load: wrk in a closed loop, and streams whose chunks say when they were sent. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Peer } from './peers.ts';
import { OTHER_CORE } from './processes.ts';

const PATH = '/v1/chat/completions';
const REQUEST_BYTES = 408;

/** A request of 408 bytes; `number` makes it one of its own, null the same as any other without one. */
export function body(number: string | null, stream = false): string {
  const make = (padding: string): string =>
    JSON.stringify({
      model: 'm',
      ...(stream ? { stream: true } : {}),
      temperature: 0,
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content: `Question ${number ?? '000000000000'}: ${padding}` },
      ],
    });
  return make('What is the answer? '.repeat(30).slice(0, REQUEST_BYTES - make('').length));
}

/** Where the number stands in the body, so that wrk can count. */
const MARK = '@@@@@@@@@@@@';

export interface ClosedLoop {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** `unique`: no two requests are alike, over all calls with other seeds. */
export function wrk(
  peer: Pick<Peer, 'url' | 'headers'>,
  options: {
    readonly connections: number;
    readonly seconds: number;
    readonly unique: boolean;
    readonly seed: number;
    /** As `taskset` takes them. Default the one beside what is measured. */
    readonly cores?: string;
  },
): Promise<ClosedLoop> {
  const { connections, seconds, unique, seed, cores = OTHER_CORE } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-wrk-'));
  const script = path.join(folder, 'load.lua');
  const [before = '', after = ''] = body(MARK).split(MARK);
  const headers = { 'content-type': 'application/json', ...peer.headers };
  writeFileSync(
    script,
    `local before, after = ${lua(before)}, ${lua(after)}
wrk.method = "POST"
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers[ ${lua(name)} ] = ${lua(value)}`)
  .join('\n')}
local counter = 0
wrk.body = ${lua(body(null))}
${
  unique
    ? `request = function()
  counter = counter + 1
  return wrk.format(nil, nil, nil, before .. string.format("%03d%09d", ${String(seed % 1_000)}, counter) .. after)
end`
    : ''
}
`,
  );
  const args = [
    '-t1',
    `-c${String(connections)}`,
    `-d${String(seconds)}s`,
    '--latency',
    '--timeout',
    '10s',
    '-s',
    script,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('taskset', ['-c', cores, 'wrk', ...args, `${peer.url}${PATH}`]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => {
      rmSync(folder, { recursive: true, force: true });
      const requests = Number(/(\d+) requests in/.exec(output)?.[1] ?? NaN);
      const failed =
        Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0) +
        [
          .../(?:connect|read|write|timeout) (\d+)/g[Symbol.matchAll](
            /Socket errors: .*/.exec(output)?.[0] ?? '',
          ),
        ].reduce((total, [, count]) => total + Number(count), 0);
      if (!(requests > 0) || output.includes('load.lua:')) {
        reject(new Error(`wrk: ${output}`));
        return;
      }
      const at = (percentile: string): number =>
        milliseconds(new RegExp(`${percentile}%\\s+([\\d.]+)(us|ms|s)`).exec(output));
      resolve({ requests, failed, p50Ms: at('50'), p99Ms: at('99') });
    });
  });
}

function milliseconds(found: RegExpExecArray | null): number {
  const [, number = 'NaN', unit = 'ms'] = found ?? [];
  return Number(number) * (unit === 'us' ? 0.001 : unit === 's' ? 1_000 : 1);
}

const lua = (text: string): string => `[==[${text}]==]`;

/** The bytes of one answer, which every server has to pass on as they are. */
export async function answerOf(peer: Pick<Peer, 'url' | 'headers'>): Promise<string> {
  const response = await fetch(`${peer.url}${PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...peer.headers },
    body: body('999999999999'),
  });
  return response.text();
}

export interface Streams {
  readonly chunks: number;
  /** From sending the request to the first content, milliseconds, sorted. */
  readonly firstMs: readonly number[];
  /** From the upstream's write of a chunk to the client's reading of it, milliseconds, sorted. */
  readonly delayMs: readonly number[];
  /** Whole answers that ended with `[DONE]`. */
  readonly whole: number;
  readonly broken: number;
}

/** Keeps so many streams open for so long, each followed by another. */
export async function streams(
  peer: Pick<Peer, 'url' | 'headers'>,
  count: number,
  ms: number,
  seed: number,
): Promise<Streams> {
  const until = performance.now() + ms;
  const firstMs: number[] = [];
  const delayMs: number[] = [];
  let chunks = 0;
  let whole = 0;
  let broken = 0;
  let asked = 0;
  const one = async (at: number): Promise<void> => {
    // Not all in step.
    await new Promise((resolve) => setTimeout(resolve, at * 7));
    while (performance.now() < until) {
      asked += 1;
      const text = body(`${String(seed).padStart(3, '0')}${String(asked).padStart(9, '0')}`, true);
      const seen = await stream(peer, text, (sinceMs, delay) => {
        chunks += 1;
        if (sinceMs !== null) firstMs.push(sinceMs);
        delayMs.push(delay);
      });
      if (seen) whole += 1;
      else broken += 1;
    }
  };
  await Promise.all(Array.from({ length: count }, (_, at) => one(at)));
  const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);
  return { chunks, firstMs: sorted(firstMs), delayMs: sorted(delayMs), whole, broken };
}

function stream(
  peer: Pick<Peer, 'url' | 'headers'>,
  text: string,
  onChunk: (sinceMs: number | null, delayMs: number) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const from = performance.now();
    let first = true;
    let done = false;
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...peer.headers,
    };
    const asked = request(`${peer.url}${PATH}`, { method: 'POST', headers, agent: false }, (response) => {
      response.setEncoding('latin1').on('data', (data: string) => {
        const now = performance.now();
        for (const [, sentAt] of data.matchAll(/@(\d+\.\d+)@/g)) {
          onChunk(first ? now - from : null, performance.timeOrigin + now - Number(sentAt));
          first = false;
        }
        if (data.includes('[DONE]')) done = true;
      });
      response.on('end', () => resolve(done)).on('error', () => resolve(false));
    });
    asked.on('error', () => resolve(false)).end(text);
  });
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}
