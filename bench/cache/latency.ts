/** What a lookup costs by size of its scope: embed, search, guard, score, as the cache does it. */
import { particularsOf, vetoParticulars, vetoWording } from '../../src/cache/semantic/guard/guard.ts';
import { readingOf } from '../../src/cache/semantic/guard/readings.ts';
import { ScanThread } from '../../src/cache/semantic/index/scan-thread.ts';
import { cosine, ScopeRows } from '../../src/cache/semantic/index/scope-rows.ts';
import type { Scorer } from '../../src/core/scorer.ts';
import { seededRng, type Rng } from '../../src/runtime/rng.ts';

export interface LatencyRow {
  readonly entries: number;
  readonly whole: Quantiles;
  readonly embed: Quantiles;
  readonly search: Quantiles;
  readonly guard: Quantiles;
  /** Processor time of the calling thread for one, on average. It is counted too coarsely for quantiles. */
  readonly here: number;
  /** Of the nearest by exact comparison, the share that the index found first. */
  readonly recall: number;
  /** Bytes that the scope's index took, per entry: vectors, int8 rows and records. */
  readonly bytesPerEntry: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

export interface SyncEmbedder {
  readonly dimensions: number;
  embedOne(text: string): Float32Array;
}

const LOOKUPS = 600;
const WARM_UP = 100;
const RECALL_QUERIES = 200;

export async function measureLookups(
  embedder: SyncEmbedder,
  scorer: Scorer,
  texts: readonly string[],
  sizes: readonly number[],
): Promise<readonly LatencyRow[]> {
  const rng = seededRng(11);
  const thread = new ScanThread();
  const rows = new ScopeRows(embedder.dimensions, { thread, searched: () => undefined });
  const before = memory();
  let filled = 0;
  const measured: LatencyRow[] = [];
  for (const size of sizes) {
    for (; filled < size; filled += 1) {
      const text = textAt(texts, filled, rng);
      const vector = embedder.embedOne(text);
      rows.put({ id: String(filled), key: String(filled), text, answerClass: '', vector, particulars: null });
    }
    const bytesPerEntry = (memory() - before) / size;
    const spans = {
      whole: [] as number[],
      embed: [] as number[],
      search: [] as number[],
      guard: [] as number[],
    };
    let began = process.threadCpuUsage();
    for (let i = 0; i < LOOKUPS + WARM_UP; i += 1) {
      if (i === WARM_UP) began = process.threadCpuUsage();
      const span = await lookup(
        embedder,
        scorer,
        rows,
        `${textAt(texts, Math.floor(rng.next() * size), rng)} please`,
      );
      if (i < WARM_UP) continue;
      for (const name of ['whole', 'embed', 'search', 'guard'] as const) spans[name].push(span[name]);
    }
    const { user, system } = process.threadCpuUsage(began);
    measured.push({
      entries: size,
      whole: quantiles(spans.whole),
      embed: quantiles(spans.embed),
      search: quantiles(spans.search),
      guard: quantiles(spans.guard),
      here: (user + system) / LOOKUPS,
      recall: recall(embedder, rows, texts, rng),
      bytesPerEntry,
    });
  }
  await thread.close();
  return measured;
}

/** Distinct for ever: past the data, two texts are put together. */
function textAt(texts: readonly string[], i: number, rng: Rng): string {
  const one = texts[i % texts.length] as string;
  if (i < texts.length) return one;
  return `${one} and ${texts[Math.floor(rng.next() * texts.length)] as string}`;
}

type Span = Readonly<Record<'whole' | 'embed' | 'search' | 'guard', number>>;

async function lookup(embedder: SyncEmbedder, scorer: Scorer, rows: ScopeRows, text: string): Promise<Span> {
  const start = performance.now();
  const vector = embedder.embedOne(text);
  const embeddedAt = performance.now();
  const found = rows.find(vector, 32, 0.5);
  const near = found instanceof Promise ? await found : found;
  const foundAt = performance.now();
  const question = readingOf(text);
  const left: { text: string; similarity: number }[] = [];
  const floor = scorer.floorFor(scorer.recommendedThreshold);
  for (const { entry, similarity } of near) {
    if (similarity < floor || left.length === 3) break;
    entry.particulars ??= particularsOf(readingOf(entry.text));
    const veto = vetoParticulars(question, entry.particulars) ?? vetoWording(question, readingOf(entry.text));
    if (veto === null) left.push({ text: entry.text, similarity });
  }
  if (left.length > 0) void scorer.score(text, left);
  const end = performance.now();
  return {
    whole: end - start,
    embed: embeddedAt - start,
    search: foundAt - embeddedAt,
    guard: end - foundAt,
  };
}

function recall(embedder: SyncEmbedder, rows: ScopeRows, texts: readonly string[], rng: Rng): number {
  const all = rows.nearest(new Float32Array(embedder.dimensions).fill(1e-9), Infinity, -1);
  let found = 0;
  for (let i = 0; i < RECALL_QUERIES; i += 1) {
    const query = embedder.embedOne(`${texts[Math.floor(rng.next() * texts.length)] as string} today`);
    let best = -1;
    for (const { entry } of all) best = Math.max(best, cosine(query, entry.vector));
    const first = rows.nearest(query, 32, -1)[0];
    if (first !== undefined && first.similarity >= best) found += 1;
  }
  return found / RECALL_QUERIES;
}

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  // Memory of WebAssembly is in `external`, that of typed arrays in `arrayBuffers`, which is part of it.
  return heapUsed + Math.max(external, arrayBuffers);
}

function quantiles(values: number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): number => (sorted[Math.floor(q * (sorted.length - 1))] as number) * 1_000;
  return { p50: at(0.5), p99: at(0.99) };
}
