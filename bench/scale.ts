/**
 * `npm run bench:scale [-- --write]`: what a request or a chunk costs one gateway process by how many streams, idle connections, upstreams and
 * cache entries there are, and where that bends. `--write` records it in docs/benchmarks/scale.md. About fifteen minutes; wants two cores
 * and as many open files as there are connections (`ulimit -n`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { seededRng } from '../src/runtime/rng.ts';
import { readTexts } from './cache/data.ts';
import { median } from './gateway/measure.ts';
import { byEntries, byIdleConnections, byStreams, byUpstreams, type Curve } from './scale/curves.ts';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const pace = { rounds: 3, seconds: 3 };
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const curves: Curve[] = [];
say('upstreams …');
curves.push(await byUpstreams([1, 10, 100], pace));
say('idle connections …');
curves.push(await byIdleConnections([0, 1_000, 10_000], pace));
say('streams …');
curves.push(await byStreams([10, 100, 1_000, 2_000], pace));
/** In an order of its own: the data sets differ in how alike their questions are. */
const texts = await readTexts(process.env['LLAMASCOPE_SHARED'] ?? '../shared/data').then(
  shuffled,
  () => null,
);
if (texts === null)
  say('left out: cache entries, which want the texts of ../shared/data (or $LLAMASCOPE_SHARED)');
else {
  say('cache entries …');
  curves.push(...(await byEntries([1_000, 10_000, 100_000, 1_000_000], texts, pace, 'exact')));
  curves.push(...(await byEntries([1_000, 10_000, 100_000], texts, pace, 'on')));
}

const page = [
  '# How cost grows',
  '',
  `Recorded ${new Date().toISOString().slice(0, 10)} on ${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}. One gateway process on a core of its own; clients and`,
  'upstreams on the other. Processor time is that of the gateway, all threads, divided by the requests answered or the chunks received; the median of',
  `${String(pace.rounds)} rounds of ${String(pace.seconds)} s, with the smallest and the largest, and beside the first row. Idle is the share of a core used while nobody asks.`,
  '',
  '```sh',
  'npm run bench:scale -- --write',
  '```',
  '',
  ...curves.flatMap(section),
].join('\n');
process.stdout.write(page);
if (values.write) {
  const folder = new URL('../docs/benchmarks/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('scale.md', folder), page);
}

function shuffled(texts: readonly string[]): readonly string[] {
  const rng = seededRng(1);
  return texts
    .map((text) => [rng.next(), text] as const)
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text);
}

function section({ what, of, per, points }: Curve): readonly string[] {
  const first = median(points[0]?.cpu ?? []);
  return [
    `## ${what}`,
    '',
    `${of.charAt(0).toUpperCase()}${of.slice(1)}.`,
    '',
    `| number | µs per ${per} | beside the first | resident, MB | idle |`,
    '|---|---|---|---|---|',
    ...points.map(({ count, cpu, memory, idle }) => {
      const own = median(cpu);
      const spread = `${own.toFixed(0)} (${Math.min(...cpu).toFixed(0)}–${Math.max(...cpu).toFixed(0)})`;
      return `| ${count.toLocaleString('en-GB')} | ${spread} | ${(own / first).toFixed(2)}× | ${memory.toFixed(0)} | ${per === 'chunk' ? '' : `${(idle * 100).toFixed(1)} %`} |`;
    }),
    '',
  ];
}
