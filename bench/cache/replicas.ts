/**
 * How long after a client has its answer from one gateway another gateway on the same Redis answers the question in other words from the cache:
 * alone, and beside 100 requests a second.
 *
 *     node bench/cache/replicas.ts [entries]
 *
 * A real redis-server and two gateways, all on this machine; the gateways and this client share one process and so one event loop, which
 * can only make the figures larger. Prints Markdown for docs/benchmarks/shared-cache.md; 300 entries take under a minute.
 */
import { cpus } from 'node:os';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { semanticEligibility } from '../../src/cache/semantic/guard/eligibility.ts';
import { analyse, vetoPair } from '../../src/cache/semantic/guard/guard.ts';
import { startRedis } from '../../test/support/redis.ts';
import { largePool } from './near-misses.ts';

const GIVE_UP_MS = 2_000;
const LOAD_EVERY_MS = 10;
const entries = Number(process.argv[2] ?? 300);

interface Run {
  readonly times: number[];
  /** Answered from another entry, by the other gateway beforehand or by the first: not timed. */
  known: number;
  /** Not answered from the cache within two seconds, most of them because the score is too low. */
  never: number;
  /** Answered with the text of another entry. */
  wrong: number;
}

console.log(
  `Machine: ${cpus()[0]?.model ?? 'unknown'}, ${String(cpus().length)} CPUs, Node ${process.version}.\n`,
);
console.log('| load | entries timed | p50 ms | p99 ms | longest ms | known before | never | other text |');
console.log('|---|---|---|---|---|---|---|---|');
for (const rate of [0, 1_000 / LOAD_EVERY_MS]) {
  const { run, sent, failed } = await measure(rate);
  const sorted = run.times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1);
  const load =
    rate === 0 ? 'none' : `${String(rate)} a second aimed at, ${sent} sent, ${String(failed)} failed`;
  console.log(
    `| ${load} | ${String(sorted.length)} | ${at(0.5)} | ${at(0.99)} | ${at(1)} ` +
      `| ${String(run.known)} | ${String(run.never)} | ${String(run.wrong)} |`,
  );
}

async function measure(rate: number): Promise<{ run: Run; sent: string; failed: number }> {
  await using redis = await startRedis();
  const simulator = await startSimulator({
    loadMs: 0,
    tokensPerSecond: 0,
    prefillTokensPerSecond: 0,
    numParallel: 64,
  });
  const [a, b] = [await open(simulator.url, redis.url), await open(simulator.url, redis.url)];
  const load = rate === 0 ? null : startLoad([a.url, b.url]);
  const run: Run = { times: [], known: 0, never: 0, wrong: 0 };
  for (const [asked, again] of rewordedQuestions()) {
    if (run.times.length === entries) break;
    await timeOne(a.url, b.url, asked, again, run);
  }
  const { sent, failed } = (await load?.stop()) ?? { sent: '0', failed: 0 };
  await Promise.all([a.gateway.close(1_000), b.gateway.close(1_000)]);
  await simulator.close();
  return { run, sent, failed };
}

async function timeOne(first: string, other: string, asked: string, again: string, run: Run): Promise<void> {
  const cached = { 'x-llamascope-cache': 'only-if-cached' };
  if ((await ask(other, again, cached)).cache !== null) {
    run.known += 1;
    return;
  }
  const original = await ask(first, asked);
  if (original.cache !== null) {
    run.known += 1;
    return;
  }
  const from = performance.now();
  let answer = await ask(other, again, cached);
  while (answer.status === 504 && performance.now() - from < GIVE_UP_MS)
    answer = await ask(other, again, cached);
  const took = performance.now() - from;
  if (answer.cache !== 'hit-semantic') run.never += 1;
  else if (answer.text !== original.text) run.wrong += 1;
  else run.times.push(took);
}

/** Pairs of one question in two wordings that the guard lets through. */
function rewordedQuestions(): readonly (readonly [string, string])[] {
  const byAsks = new Map<string, string[]>();
  for (const set of ['unit', 'number'] as const)
    for (const { text, asks } of largePool('wide', set, 'tune', (same) => same))
      byAsks.set(asks, [...(byAsks.get(asks) ?? []), text]);
  return [...byAsks.values()].flatMap(([asked = '', again = '']) =>
    [asked, again].every((text) => semanticEligibility(text) === null) &&
    vetoPair(analyse(asked), analyse(again)) === null
      ? [[asked, again] as const]
      : [],
  );
}

async function open(upstream: string, redis: string): Promise<{ gateway: Gateway; url: string }> {
  const gateway = createGateway({
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    upstreams: [{ name: 'sim', url: upstream, parallel: 32 }],
    cache: { mode: 'on', sampled: true, store: 'redis', redis: { url: redis } },
  });
  const { url } = await gateway.listen();
  await gateway.ready();
  return { gateway, url };
}

/** Open loop to both in turn: every second question is new, the others repeat. */
function startLoad(urls: readonly [string, string]): { stop(): Promise<{ sent: string; failed: number }> } {
  const open = new Set<Promise<void>>();
  const started = performance.now();
  let count = 0;
  let failed = 0;
  const timer = setInterval(() => {
    // A late timer is made up for, or the rate would sink where the machine is slow.
    for (const due = (performance.now() - started) / LOAD_EVERY_MS; count < due; count += 1) {
      const fact = count % 2 === 0 ? count : count % 40;
      const sent = ask(urls[(count >> 1) % 2] as string, `Which fact has number ${String(fact)}?`)
        .then(({ status }) => {
          if (status !== 200) failed += 1;
        })
        .catch(() => {
          failed += 1;
        })
        .finally(() => open.delete(sent));
      open.add(sent);
    }
  }, LOAD_EVERY_MS);
  return {
    async stop(): Promise<{ sent: string; failed: number }> {
      clearInterval(timer);
      const seconds = (performance.now() - started) / 1_000;
      await Promise.all(open);
      return { sent: `${(count / seconds).toFixed(0)} a second`, failed };
    },
  };
}

async function ask(
  url: string,
  content: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; cache: string | null; text: string }> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'llama3.2:1b', messages: [{ role: 'user', content }], stream: false }),
  });
  const body = (await response.json()) as { message?: { content?: string } };
  const cache = response.headers.get('x-llamascope-cache');
  return {
    status: response.status,
    cache: cache?.startsWith('hit') === true ? cache : null,
    text: body.message?.content ?? '',
  };
}
