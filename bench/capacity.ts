/**
 * `npm run bench:capacity [-- --write]`: the formulas of docs/scale.md, fed with measured costs and held against a simulation of a fleet that does
 * not know them; then what they say of 100, 10,000 and 1,000,000 requests a second. `--write` records it in docs/benchmarks/capacity.md. About
 * two minutes; wants redis-server, nginx and wrk. Ends with an error where formula and simulation differ by more than `MOST`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import {
  busy,
  hitsOfLru,
  hitsOfTtl,
  meanWait,
  replicasFor,
  slotsFor,
  zipf,
  type Costs,
} from './capacity/formulas.ts';
import { measureCosts } from './capacity/measure.ts';
import { simulate, type Scenario } from './capacity/simulate.ts';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
/** Of the hit ratio, in points; of busy and wait, of their value. */
const MOST = { hits: 0.02, busy: 0.06, wait: 0.25 };
const QUESTIONS = 200_000;
const EXPONENT = 0.9;
/** Of a model slot: an answer of 100 tokens or so. */
const SERVICE = 2;
const VARIATION2 = 1;
const BUSY = 0.6;

const say = (text: string): void => void process.stderr.write(`${text}\n`);
say('costs …');
const { costs, entryBytes } = await measureCosts();
const shares = zipf(QUESTIONS, EXPONENT);

interface Predicted {
  readonly hits: number;
  readonly replica: number;
  readonly redis: number;
  readonly wait: number;
}

function predict(scenario: Scenario): Predicted {
  const { rate, replicas, shared, entries, ttl, slots, service, variation2 } = scenario;
  const each = shared ? rate : rate / replicas;
  const hits = ttl === Infinity ? hitsOfLru(scenario.shares, entries) : hitsOfTtl(scenario.shares, each, ttl);
  const { replica, redis } = shared
    ? busy(rate, hits, replicas, scenario.costs)
    : { replica: busy(rate / replicas, hits, 1, scenario.costs).replica, redis: 0 };
  return { hits, replica, redis, wait: meanWait(rate * (1 - hits), service, slots, variation2) };
}

const common = {
  requests: 1_200_000,
  shares,
  ttl: Infinity,
  service: SERVICE,
  variation2: VARIATION2,
  costs,
};
const lru = hitsOfLru(shares, 20_000);
/** So many slots that nine in ten are busy. */
const slots = (rate: number, hits: number): number => Math.ceil((rate * (1 - hits) * SERVICE) / 0.9);
const ttlHits = hitsOfTtl(shares, 500, 600);
const apart = hitsOfTtl(shares, 500 / 4, 600);
const SCENARIOS: readonly Scenario[] = [
  {
    ...common,
    name: 'one gateway, full cache',
    rate: 100,
    replicas: 1,
    shared: true,
    entries: 20_000,
    slots: slots(100, lru),
  },
  {
    ...common,
    name: '4 replicas, one cache, full',
    rate: 2_000,
    replicas: 4,
    shared: true,
    entries: 20_000,
    slots: slots(2_000, lru),
  },
  {
    ...common,
    name: '16 replicas, one cache, full',
    rate: 10_000,
    replicas: 16,
    shared: true,
    entries: 20_000,
    slots: slots(10_000, lru),
  },
  {
    ...common,
    name: '4 replicas, one cache, 10 min',
    rate: 500,
    replicas: 4,
    shared: true,
    entries: QUESTIONS,
    ttl: 600,
    slots: slots(500, ttlHits),
  },
  {
    ...common,
    name: '4 regions, a cache each, 10 min',
    rate: 500,
    replicas: 4,
    shared: false,
    entries: QUESTIONS,
    ttl: 600,
    slots: slots(500, apart),
  },
];

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
const wrong: string[] = [];
const rows = SCENARIOS.map((scenario, at) => {
  say(scenario.name);
  const expected = predict(scenario);
  const found = simulate(scenario, at + 1);
  const near = (name: string, a: number, b: number, most: number): void => {
    if (Math.abs(a - b) > most)
      wrong.push(`${scenario.name}: ${name} ${String(a)} by formula, ${String(b)} simulated`);
  };
  near('hits', expected.hits, found.hits, MOST.hits);
  near('replica', expected.replica, found.replica, MOST.busy * found.replica);
  near('redis', expected.redis, found.redis, MOST.busy * found.redis + 1e-9);
  near('wait', expected.wait, found.wait, MOST.wait * found.wait + 0.02);
  const both = (a: number, b: number, show: (value: number) => string): string => `${show(a)} / ${show(b)}`;
  return `| ${scenario.name} | ${scenario.rate.toLocaleString('en-GB')} | ${both(expected.hits, found.hits, percent)} | ${both(expected.replica, found.replica, percent)} | ${both(expected.redis, found.redis, percent)} | ${both(expected.wait, found.wait, (value) => `${value.toFixed(2)} s`)} |`;
});

/** What a fleet of so many requests a second needs, half of them answered from memory. */
function plan(rate: number): string {
  const hits = 0.5;
  const replicas = replicasFor(rate, hits, costs, BUSY);
  // So many caches that each can be shared: questions are dealt by tenant, model or region, so that like meets like.
  let caches = 1;
  while (replicasFor(rate / caches, hits, costs, BUSY) === null) caches += 1;
  const each = replicasFor(rate / caches, hits, costs, BUSY) ?? 0;
  const models = slotsFor(rate * (1 - hits), SERVICE, VARIATION2, 0.2);
  const { redis } = busy(rate / caches, hits, each, costs);
  return `| ${rate.toLocaleString('en-GB')} | ${models.toLocaleString('en-GB')} | ${replicas === null ? 'none does' : replicas.toLocaleString('en-GB')} | ${caches.toLocaleString('en-GB')} × ${each.toLocaleString('en-GB')} | ${percent(redis)} | ${(((rate / caches) * (1 - hits) * 3_600 * entryBytes) / 2 ** 30).toFixed(0)} GiB |`;
}

const micro = (seconds: number): string => `${(seconds * 1e6).toFixed(0)} µs`;
const described: readonly (readonly [keyof Costs, string])[] = [
  ['hit', 'a request that is answered from memory'],
  ['miss', 'one that is passed on, and whose answer is stored and written to Redis'],
  ['applied', 'an entry that another replica stored'],
  ['redisWrite', 'an entry in Redis, written'],
  ['redisRead', 'and read by one replica (a third of what one entry took that two others read)'],
];
const page = `# Formulas against a simulation

Recorded ${new Date().toISOString().slice(0, 10)} on ${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}. [docs/scale.md](../scale.md) says what the formulas are and
what follows.

\`\`\`sh
npm run bench:capacity -- --write
\`\`\`

## Costs, measured

Processor time, three gateways on one real Redis, one of which is asked; requests of 408 bytes, answers of
650, identical requests alone (cache mode exact). A lookup by meaning adds 0.3 to 1 ms to a miss, by how alike the questions are
([scale](scale.md)).

| what | costs |
|---|---|
${described.map(([name, text]) => `| ${text} | ${micro(costs[name])} |`).join('\n')}
| memory of an entry in each gateway, without a vector | ${(entryBytes / 1_024).toFixed(1)} KiB |

## Formula / simulation

${QUESTIONS.toLocaleString('en-GB')} questions by Zipf's law (exponent ${String(EXPONENT)}), ${common.requests.toLocaleString('en-GB')} requests each, of which the second half counts; a full cache holds 20,000. Answers
take ${String(SERVICE)} s on average (lognormal, squared coefficient of variation ${String(VARIATION2)}) and nine model slots in ten are busy. Busy is the busiest replica's.

| fleet | requests/s | hits | replica busy | Redis busy | wait for a slot |
|---|---|---|---|---|---|
${rows.join('\n')}

They may differ by ${String(MOST.hits * 100)} points in hits, by ${String(MOST.busy * 100)} % in busy, by ${String(MOST.wait * 100)} % or 20 ms in waits: else the bench fails.

## What a fleet needs

Half of the requests answered from memory, no thread more than ${String(BUSY * 100)} % busy, ${String(SERVICE)} s an answer, 0.2 s of mean wait for a slot.

| requests/s | model slots | replicas on one cache | caches × replicas each | Redis busy | entries of an hour, per cache |
|---|---|---|---|---|---|
${[100, 1_000, 10_000, 100_000, 1_000_000].map(plan).join('\n')}
`;
process.stdout.write(page);
if (wrong.length > 0) throw new Error(wrong.join('\n'));
if (values.write) {
  const folder = new URL('../docs/benchmarks/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('capacity.md', folder), page);
}
