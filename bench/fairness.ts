/**
 * What a flood costs the others: 64 clients in front of one upstream, 63 of which together use 60 % of its capacity
 * while one keeps 64 requests waiting at all times. Prints a Markdown table of the others' waits without the
 * flooder, with it, and with it in a plain first-come-first-served line.
 *
 * `node bench/fairness.ts` computes the exact figures in simulated time, three seeds together, and then runs the real
 * gateway in front of the real simulator for about two minutes. Fails when a p95 exceeds max(2 × without, one service time).
 */
import { createGateway } from '../src/gateway.ts';
import { seededRng } from '../src/runtime/rng.ts';
import { startSimulator } from '../src/simulator/index.ts';
import { OTHERS, othersWaits, quantile, type FairnessLoad } from '../test/support/fairness.ts';

const SERVICE_MS = 1_000;
const SEEDS = [1, 2, 3];
const REAL = { slots: 2, serviceMs: 200, seconds: 40, share: 0.6, flood: 64 };

interface Row {
  readonly what: string;
  readonly requests: number;
  readonly alone: readonly number[];
  readonly flooded: readonly number[];
  readonly fifo: readonly number[];
  readonly serviceMs: number;
}

async function simulated(slots: number): Promise<Row> {
  const seconds = Math.ceil(6_000 / (slots * 0.6));
  const waits = async (change: Partial<FairnessLoad>): Promise<number[]> => {
    const load = { slots, serviceMs: SERVICE_MS, share: 0.6, flood: 64, fifo: false, seconds };
    const runs = [];
    for (const seed of SEEDS) runs.push(await othersWaits({ ...load, ...change, seed }));
    return runs.flat().sort((a, b) => a - b);
  };
  const alone = await waits({ flood: 0 });
  const flooded = await waits({});
  const fifo = await waits({ fifo: true });
  const what = `simulated time, ${String(slots)} slots`;
  return { what, requests: alone.length, alone, flooded, fifo, serviceMs: SERVICE_MS };
}

/** The waits that the gateway itself reports in `x-llamascope-queue-ms`. */
async function overSockets(flood: number, fifo: boolean): Promise<number[]> {
  const { slots, serviceMs, seconds, share } = REAL;
  const simulator = await startSimulator({
    loadMs: 0,
    tokensPerSecond: 0,
    prefillTokensPerSecond: 0,
    numParallel: 64,
    control: 'same',
  });
  simulator.setFaults({ rules: [{ fault: 'delay', delayMs: serviceMs, path: '/api/generate' }] });
  const gateway = createGateway({
    upstreams: [{ name: 'up', url: simulator.url, parallel: slots, queue: { max: 10_000, waitMs: 600_000 } }],
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'off' },
  });
  const { url } = await gateway.listen();
  await gateway.ready();
  const waits: number[] = [];
  const running = new Set<Promise<void>>();
  const stop = new AbortController();
  const ask = async (client: string, keep: boolean): Promise<void> => {
    const response = await fetch(`${url}/api/generate`, {
      method: 'POST',
      signal: stop.signal,
      headers: { 'x-llamascope-client': fifo ? 'everybody' : client },
      body: '{"model":"llama3.2:1b","prompt":"hello","stream":false}',
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`answered ${String(response.status)}`);
    if (keep) waits.push(Number(response.headers.get('x-llamascope-queue-ms') ?? 0));
  };
  const start = (work: Promise<void>): void => {
    const guarded = work.catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    running.add(guarded);
    void guarded.finally(() => running.delete(guarded));
  };
  const floodOn = async (): Promise<void> => {
    while (!stop.signal.aborted) await ask('flooder', false);
  };
  for (let i = 0; i < flood; i += 1) start(floodOn());
  const rng = seededRng(11);
  const meanGapMs = serviceMs / (slots * share);
  const until = performance.now() + seconds * 1_000;
  let next = performance.now();
  while (next < until) {
    next += -Math.log(1 - rng.next()) * meanGapMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    start(ask(`client-${String(Math.floor(rng.next() * OTHERS))}`, true));
  }
  // Those who still wait in a line of strangers are cut: they had waited this long at least.
  await new Promise((resolve) => setTimeout(resolve, fifo ? 0 : 5 * serviceMs));
  stop.abort();
  await Promise.allSettled(running);
  await gateway.close(0);
  await simulator.close();
  return waits.sort((a, b) => a - b);
}

function line({ what, requests, alone, flooded, fifo, serviceMs }: Row): string {
  const p = (waits: readonly number[], q: number): string => `${quantile(waits, q).toFixed(0)} ms`;
  const limit = Math.max(2 * quantile(alone, 0.95), serviceMs);
  const cells = [
    what,
    String(requests),
    `${String(serviceMs)} ms`,
    `${p(alone, 0.5)} / ${p(alone, 0.95)}`,
    `${p(flooded, 0.5)} / ${p(flooded, 0.95)}`,
    `${limit.toFixed(0)} ms`,
    `${p(fifo, 0.5)} / ${p(fifo, 0.95)}`,
  ];
  return `| ${cells.join(' | ')} |\n`;
}

process.stdout.write(
  '| run | requests of the others | service | without flooder, p50 / p95 | with flooder, p50 / p95 | p95 allowed | plain FIFO, p50 / p95 |\n' +
    '| --- | --- | --- | --- | --- | --- | --- |\n',
);
const rows: Row[] = [];
const show = (row: Row): void => {
  rows.push(row);
  process.stdout.write(line(row));
};
for (const slots of [1, 2, 4, 8]) show(await simulated(slots));
const alone = await overSockets(0, false);
const flooded = await overSockets(REAL.flood, false);
const fifo = await overSockets(REAL.flood, true);
const what = `gateway and simulator, ${String(REAL.slots)} slots`;
show({ what, requests: alone.length, alone, flooded, fifo, serviceMs: REAL.serviceMs });
for (const row of rows) {
  const allowed = Math.max(2 * quantile(row.alone, 0.95), row.serviceMs);
  if (quantile(row.flooded, 0.95) <= allowed) continue;
  process.stdout.write(`FAILED: ${row.what}: the others wait longer than ${allowed.toFixed(0)} ms\n`);
  process.exitCode = 1;
}
