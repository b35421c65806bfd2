/**
 * What a request pays for queue, breaker and choice of an upstream when nothing is in its way: a permit taken and given
 * back, the breakers' leave taken and settled, one of three upstreams chosen. Each alone and all together, beside a
 * reference loop that makes and drops one small object per request, in the same interleaved rounds.
 *
 * `node bench/micro/admission.ts` prints a table and fails when all of it takes over 2,000 ns.
 */
import { Lanes } from '../../src/admission/lanes.ts';
import type { Emit } from '../../src/core/events.ts';
import { upstreamName } from '../../src/core/ids.ts';
import type { Exchange } from '../../src/core/request.ts';
import { BreakerSet } from '../../src/pool/breaker-set.ts';
import { pick, suitable } from '../../src/pool/select.ts';
import { Tuning } from '../../src/pool/tuning.ts';
import { Upstream } from '../../src/pool/upstream.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createEventBus } from '../../src/runtime/event-bus.ts';
import { seededRng } from '../../src/runtime/rng.ts';
import { exchangeOf, upstreamOptions } from '../../test/support/exchange.ts';

const ROUNDS = 9;
const REQUESTS = 200_000;
const MAX_NS = 2_000;

const bus = createEventBus();
// One listener, as telemetry is one: what it does with events is timed by bench/micro/metrics.ts.
let heard = 0;
bus.subscribe(() => {
  heard += 1;
});
const emit: Emit = bus.emit;
const rng = seededRng(1);
const parts = { clock: systemClock, rng, emit };
const exchange: Exchange = exchangeOf();
const tuning = new Tuning();

const lanes = (models: Record<string, number>): Lanes =>
  new Lanes(
    { generation: 64, embedding: 4, models, max: 256, waitMs: 30_000 },
    { clock: systemClock, emit, upstream: upstreamName('up') },
  );
const plainLanes = lanes({});
const modelLanes = lanes({ '*': 8 });
const breakers = new BreakerSet('up', {}, () => true, parts);
const perModel = new BreakerSet('up', { perModel: true }, () => true, parts);
const upstreams = ['one', 'two', 'three'].map(
  (name) =>
    new Upstream(upstreamOptions({ name, url: 'http://127.0.0.1:9' }), {
      ...parts,
      instance: 'bench',
      probe: { intervalMs: 3_600_000, timeoutMs: 1_000 },
      tuning,
    }),
);

function admit(through: Lanes): void {
  through.tryAcquire('generation', exchange.model)?.release();
}

function pass(through: BreakerSet): void {
  if (!through.isOpen(exchange)) through.enter(exchange)?.settle('success', { firstContentMs: 12 });
}

function choose(): void {
  const able = suitable(upstreams, exchange).filter((one) => !one.breakers.isOpen(exchange));
  pick(able, exchange, { rng, routing: tuning.routing });
}

let kept: { readonly i: number; readonly done: boolean } = { i: 0, done: false };
const CASES: readonly (readonly [string, (i: number) => void])[] = [
  ['reference: one small object made and dropped', (i) => (kept = { i, done: true })],
  ['admission: a permit taken and given back', () => admit(plainLanes)],
  ['  with a limit per model', () => admit(modelLanes)],
  ['breaker: leave taken and settled', () => pass(breakers)],
  ['  with a breaker per model', () => pass(perModel)],
  ['selection among three upstreams', choose],
  [
    'all three, as one request pays them',
    () => {
      choose();
      admit(plainLanes);
      pass(breakers);
    },
  ],
];

function nsPerRequest(run: (i: number) => void): number {
  const from = process.hrtime.bigint();
  for (let i = 0; i < REQUESTS; i += 1) run(i);
  return Number(process.hrtime.bigint() - from) / REQUESTS;
}

const times = new Map<string, number[]>(CASES.map(([name]) => [name, []]));
for (let round = -2; round < ROUNDS; round += 1) {
  for (const [name, run] of CASES) {
    const ns = nsPerRequest(run);
    // The first two rounds warm the compiler up.
    if (round >= 0) times.get(name)?.push(ns);
  }
}
process.stdout.write(
  `Node ${process.version}, ${String(ROUNDS)} interleaved rounds of ${String(REQUESTS)} requests\n`,
);
process.stdout.write(
  `${''.padEnd(52)}${['median', 'min', 'max'].map((head) => head.padStart(10)).join('')}\n`,
);
let all = 0;
for (const [name, values] of times) {
  const sorted = values.toSorted((a, b) => a - b);
  const cells = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map((ns) =>
    (ns ?? NaN).toFixed(0).padStart(10),
  );
  all = sorted[sorted.length >> 1] ?? NaN;
  process.stdout.write(`${name.padEnd(52)}${cells.join('')}  ns\n`);
}
if (!kept.done || heard === 0) throw new Error('nothing was measured');
if (all > MAX_NS) {
  process.stdout.write(`FAILED: queue, breaker and selection take more than ${String(MAX_NS)} ns\n`);
  process.exitCode = 1;
}
await Promise.all(
  upstreams.map(async (one) => {
    await one.transport.close();
    await one.health.close();
  }),
);
