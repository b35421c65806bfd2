/**
 * Who should go first when the cache is full: hit ratios of the real store under each policy on a replayed trace.
 *
 * Arrivals and lengths of answers are those of the Azure conversation trace (2023), in their order; which question each
 * asks is drawn from NQ-open and CLINC by a Zipf law, seeded. Three variations: popularity that stays, popularity that
 * drifts (every 2,000 requests about a fifth of the questions change places), and a crowd of questions that nobody asks again in between.
 * Writes docs/benchmarks/cache-eviction.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMemoryStore } from '../../src/cache/store/memory.ts';
import type { CacheEntry, Eviction } from '../../src/cache/store/port.ts';
import { sampleEntry } from '../../src/cache/store/sample-entry.ts';
import { ManualClock } from '../../src/runtime/manual-clock.ts';
import { seededRng, type Rng } from '../../src/runtime/rng.ts';

const SHARED = process.env['LLAMASCOPE_SHARED'] ?? join(import.meta.dirname, '../../../shared');
const SEEDS = [1, 2, 3, 4, 5];
const EXPONENTS = [0.7, 0.9, 1.1];
const SHARES = [0.02, 0.05, 0.1, 0.25];
const PATTERNS = ['steady', 'drifting', 'with a crowd'] as const;
type Pattern = (typeof PATTERNS)[number];

interface Arrival {
  readonly atMs: number;
  readonly generated: number;
}

const arrivals = readArrivals();
const questions = readQuestions();

function readArrivals(): readonly Arrival[] {
  const path = join(SHARED, 'data/azure_llm_trace/AzureLLMInferenceTrace_conv.csv');
  const [, ...rows] = readFileSync(path, 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [time = '', , generated = '0'] = row.split(',');
    return {
      atMs: Date.parse(`${time.trim().slice(0, 23).replace(' ', 'T')}Z`),
      generated: Number(generated),
    };
  });
}

function readQuestions(): readonly string[] {
  const nq = readFileSync(join(SHARED, 'data/nq_open/NQ-open.dev.jsonl'), 'utf8').trim().split('\n');
  const clinc = JSON.parse(readFileSync(join(SHARED, 'data/clinc150/data_full.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const asked = nq.map((line) => (JSON.parse(line) as { question: string }).question);
  return [...new Set([...asked, ...Object.values(clinc).flatMap((rows) => rows.map(([text]) => text))])];
}

/** Which question each arrival asks; -1 and below: one that comes once. */
function draw(rng: Rng, exponent: number, pattern: Pattern): Int32Array {
  const ranks = Int32Array.from(questions.keys());
  shuffle(ranks, rng, ranks.length);
  const sums = new Float64Array(ranks.length);
  let sum = 0;
  for (let i = 0; i < sums.length; i += 1) sums[i] = sum += 1 / (i + 1) ** exponent;
  return Int32Array.from(arrivals, (_, at) => {
    if (pattern === 'drifting' && at % 2_000 === 1_999) shuffle(ranks, rng, ranks.length / 10);
    // A crawler, a batch job: a third of the requests of every other stretch ask what nobody asks again.
    if (pattern === 'with a crowd' && at % 4_000 >= 2_000 && rng.next() < 1 / 3) return -1 - at;
    return ranks[find(sums, rng.next() * sum)] as number;
  });
}

function shuffle(list: Int32Array, rng: Rng, swaps: number): void {
  for (let i = 0; i < swaps; i += 1) {
    const [a, b] = [Math.floor(rng.next() * list.length), Math.floor(rng.next() * list.length)];
    [list[a], list[b]] = [list[b] as number, list[a] as number];
  }
}

function find(sums: Float64Array, wanted: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function hitRatio(eviction: Eviction, asked: Int32Array, share: number, byBytes: boolean): number {
  const clock = new ManualClock();
  const wanted = Math.floor(questions.length * share);
  const options = {
    maxEntries: byBytes ? 10_000_000 : wanted,
    // About what so many entries of the average size take.
    maxBytes: byBytes ? wanted * 2_600 : 1e12,
    ttlMs: 24 * 3_600_000,
    eviction,
  };
  const listener = { added: (): void => undefined, removed: (): void => undefined };
  const store = openMemoryStore(options, { clock, listener, emit: () => undefined });
  let hits = 0;
  let last = arrivals[0]?.atMs ?? 0;
  for (const [at, question] of asked.entries()) {
    const { atMs, generated } = arrivals[at] as Arrival;
    clock.advance(Math.max(0, atMs - last));
    last = atMs;
    const key = `question-${question}`;
    if (store.get(key) !== null) hits += 1;
    else store.put(entryOf(key, questions[question] ?? 'once', generated), false);
  }
  void store.close();
  return hits / asked.length;
}

const VECTOR = new Float32Array(64);

function entryOf(key: string, text: string, tokens: number): CacheEntry {
  const given = sampleEntry(key, { text, embedding: { identity: 'bench', vector: VECTOR } });
  return { ...given, answer: { ...given.answer, text: 'word '.repeat(tokens) } as CacheEntry['answer'] };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const rows: string[] = [];
let wins = 0;
let ties = 0;
let count = 0;
for (const byBytes of [false, true])
  for (const pattern of PATTERNS)
    for (const exponent of EXPONENTS)
      for (const share of SHARES) {
        const traces = SEEDS.map((seed) => draw(seededRng(seed), exponent, pattern));
        const lru = traces.map((trace) => hitRatio('lru', trace, share, byBytes));
        const lfu = traces.map((trace) => hitRatio('w-tinylfu', trace, share, byBytes));
        const gains = lfu.map((value, i) => value - (lru[i] as number));
        count += 1;
        if (gains.every((gain) => gain > 0)) wins += 1;
        else if (!gains.every((gain) => gain < 0)) ties += 1;
        const figures = [mean(lru), mean(lfu), mean(gains), Math.min(...gains), Math.max(...gains)].map(
          (value) => (value * 100).toFixed(1),
        );
        const [a, b, gain, least, most] = figures;
        const limit = `${share * 100} % by ${byBytes ? 'bytes' : 'entries'}`;
        rows.push(`| ${pattern} | ${exponent} | ${limit} | ${a} | ${b} | ${gain} (${least} to ${most}) |`);
        process.stdout.write(`${rows.at(-1)}\n`);
      }

writeFileSync(
  join(import.meta.dirname, '../../docs/benchmarks/cache-eviction.md'),
  `# Eviction: W-TinyLFU against LRU

Written by \`npm run bench:eviction\` (bench/cache/eviction.ts). Node ${process.version}. The real store is replayed: ${arrivals.length.toLocaleString('en')} requests with the arrival times and answer
lengths of the Azure conversation trace (2023); the questions, ${questions.length.toLocaleString('en')} of NQ-open and CLINC, drawn by a Zipf law; seeds ${SEEDS.join(', ')}. \`drifting\`: every 2,000 requests about a fifth of the questions
change places. \`with a crowd\`: in every other stretch of 2,000 requests a third ask what nobody asks again. Exact hits only. A cache of x % has room for x % of all questions, or for as many bytes as that many average entries take.

W-TinyLFU has the higher hit ratio with all seeds in ${wins} of ${count} settings, the lower one with all seeds in ${count - wins - ties}. It gains most where room
is scarce (up to seven points) and while popularity lasts or a crowd passes; it loses up to four points where what is popular changes faster than its counters
forget. The first is what a cache of questions mostly sees, so it is the default; \`cache.eviction: lru\` is for the second.

| popularity | Zipf exponent | room | LRU hits % | W-TinyLFU hits % | gain, points (least to most of the seeds) |
|---|---|---|---|---|---|
${rows.join('\n')}
`,
);
process.stdout.write(`W-TinyLFU better in ${wins}, worse in ${count - wins - ties} of ${count} settings\n`);
