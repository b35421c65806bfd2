/**
 * What the parts of one request cost, each in a loop of its own: what `bench:profile` shows of them in a whole request is more, since there they
 * meet cold caches. Beside each part, in the same round, `JSON.parse` of the request's body (408 bytes), so that a noisy machine disturbs both.
 *
 * `node bench/micro/request.ts` prints the table.
 */
import type { Dialect } from '../../src/core/dialect.ts';
import type { Route } from '../../src/core/route.ts';
import { requestKeys } from '../../src/cache/key/request-key.ts';
import { openMemoryStore } from '../../src/cache/store/memory.ts';
import { sampleEntry } from '../../src/cache/store/sample-entry.ts';
import { analyse, particularsOf, vetoPair, vetoParticulars } from '../../src/cache/semantic/guard/guard.ts';
import { dialects } from '../../src/dialect/dialects.ts';
import { readPlainHead } from '../../src/http/fast-path/head.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { markOf } from '../../src/runtime/seen-marks.ts';
import { body } from '../gateway/load.ts';
import { median } from '../gateway/measure.ts';

const ROUNDS = 9;
const CALLS = 40_000;
const BODIES = 2_000;

const route = ROUTES.find(({ template }) => template === '/v1/chat/completions') as Route;
const dialect: Dialect = dialects.openai;
const bodies = Array.from({ length: BODIES }, (_, at) => Buffer.from(body(String(at).padStart(12, '0'))));
const texts = bodies.map((one) => one.toString());
const facts = bodies.map((one) => dialect.readRequest(route, one));
const canonical = facts.map((one) => {
  const form = dialect.canonicalRequest(route, one);
  if (form === null) throw new Error('the request of the bench has no canonical form');
  return form;
});
const setting = { tenant: 'anonymous', model: 'm', modelDigest: null, query: '' };
const keys = canonical.map((one) => requestKeys(one, setting)?.exact ?? '');
const HEAD = Buffer.from(
  'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:11434\r\nAccept: application/json\r\nContent-Type: application/json\r\n' +
    'User-Agent: OpenAI/JS 6.0.0\r\nAuthorization: Bearer x\r\nContent-Length: 408\r\n\r\n',
);
const ANSWER = JSON.stringify({
  id: 'chatcmpl-0123456789',
  object: 'chat.completion',
  created: 1_764_000_000,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(370) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 60, completion_tokens: 80, total_tokens: 140 },
});
const CHUNK = Buffer.from(
  'data: {"id":"chatcmpl-0123456789","object":"chat.completion.chunk","created":1764000000,"model":"m",' +
    '"choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}\n\n',
);
const observer = dialect.observeStream(route);
const store = openMemoryStore(
  { maxEntries: 1_000, maxBytes: 1e9, ttlMs: 3_600_000, eviction: 'w-tinylfu' },
  { clock: systemClock, listener: { added: nothing, removed: nothing }, emit: nothing },
);
const template = sampleEntry('');
const question = analyse('How many people live in Lisbon today?');
const other = analyse('How many people live in Lisbon in 1990?');
const kept = particularsOf(other);
let serial = 0;

const PARTS: readonly (readonly [name: string, run: (at: number) => unknown])[] = [
  ['JSON.parse of the request', (at) => JSON.parse(texts[at] as string) as unknown],
  ['a plain head of six fields', () => readPlainHead(HEAD, 16_384)],
  ['reading the request', (at) => dialect.readRequest(route, bodies[at] as Buffer)],
  ['a mark of its bytes', (at) => markOf(bodies[at] as Buffer)],
  ['its canonical form', (at) => dialect.canonicalRequest(route, facts[at]!)],
  ['its keys', (at) => requestKeys(canonical[at]!, setting)],
  ['a look into the store', (at) => store.get(keys[at] as string)],
  ['judging the answer', () => dialect.inspectBody(route, Buffer.from(ANSWER))],
  ['judging and keeping the answer', () => {
    const bytes = Buffer.from(ANSWER);
    dialect.inspectBody(route, bytes);
    return dialect.readAnswer(route, facts[0]!, bytes, false);
  }],
  ['putting it into a full store', (at) => store.put({ ...template, key: `${keys[at] as string}${String((serial += 1))}` }, false)],
  ['watching a chunk of a stream', () => observer.push(CHUNK)],
  ['guard: reading a question', () => analyse('How many people live in Lisbon today?')],
  ['guard: another number, kept', () => vetoParticulars(question, kept)],
  ['guard: two readings', () => vetoPair(question, other)],
]; // prettier-ignore

function nothing(): void {
  // what the store reports is not measured here
}

/** Nanoseconds per call. */
function timed(run: (at: number) => unknown): number {
  const from = process.hrtime.bigint();
  for (let call = 0; call < CALLS; call += 1) run(call % BODIES);
  return Number(process.hrtime.bigint() - from) / CALLS;
}

for (const [, run] of PARTS) timed(run);
const reference = PARTS[0]![1];
const rows = PARTS.map(([name]) => ({ name, ns: [] as number[], ratio: [] as number[] }));
for (let round = 0; round < ROUNDS; round += 1)
  for (const [index, [, run]] of PARTS.entries()) {
    const beside = timed(reference);
    const own = timed(run);
    rows[index]!.ns.push(own);
    rows[index]!.ratio.push(own / beside);
  }
const lines = rows.map(
  ({ name, ns, ratio }) =>
    `${name.padEnd(34)} ${median(ns).toFixed(0).padStart(7)} ns  ${median(ratio).toFixed(2).padStart(5)}×`,
);
process.stdout.write(`one request in parts, beside JSON.parse of its body\n${lines.join('\n')}\n`);
