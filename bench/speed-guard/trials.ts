/**
 * `node bench/speed-guard/trials.ts [--times 3] [--write]`: what the guard would say of the baseline held against itself (noise), and of the baseline made 20 %
 * slower on purpose, so many times for each path; from this its tolerance is chosen. Records docs/benchmarks/speed-guard.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { unpackBaseline } from './baseline.ts';
import { compare, PATHS, plantOf, SLOWER, type PathName } from './paths.ts';

const SHARE = 0.2;
const { values } = parseArgs({
  options: { times: { type: 'string', default: '3' }, write: { type: 'boolean', default: false } },
});
const times = Number(values.times);
using baseline = unpackBaseline();
if (baseline === null) throw new Error('the baseline commit is not in this checkout');
const { folder } = baseline;

const lines = ['| path | held against itself | alarms | made 20 % slower | seen |', '|---|---|---|---|---|'];
for (const name of Object.keys(PATHS) as PathName[]) {
  const plant = await plantOf(name, folder, SHARE);
  const same: number[] = [];
  const slowed: number[] = [];
  for (let time = 0; time < times; time += 1) {
    same.push((await compare(name, { before: folder, now: folder, plant: null }, time % 2 === 1)).ratio);
    slowed.push((await compare(name, { before: folder, now: folder, plant }, time % 2 === 1)).ratio);
  }
  const shown = (ratios: readonly number[]): string => ratios.map((ratio) => ratio.toFixed(3)).join(', ');
  const over = (ratios: readonly number[]): string =>
    `${String(ratios.filter((ratio) => ratio > SLOWER).length)} of ${String(times)}`;
  lines.push(
    `| ${PATHS[name].title} | ${shown(same)} | ${over(same)} | ${shown(slowed)} | ${over(slowed)} |`,
  );
  process.stdout.write(`${lines.at(-1) ?? ''}\n`);
}
if (values.write) {
  const page = new URL('../../docs/benchmarks/speed-guard.md', import.meta.url);
  const known = readFileSync(page, 'utf8');
  writeFileSync(page, `${known.slice(0, known.indexOf('| path |')).trimEnd()}\n\n${lines.join('\n')}\n`);
}
