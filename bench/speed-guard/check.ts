/**
 * `npm run check:speed [-- --path miss,stored,hit,stream] [--same] [--plant 20]`: is a hot path slower than it was in the baseline, the commit named in
 * baseline.json? Both builds run here and now, in turns; what counts is the ratio of their processor time. One verdict of `slower` is not
 * believed, nor are two: it is measured again, from new processes and in the other order. Exits with 1 when a path is slower three times in a row.
 *
 * `--same` holds the baseline against itself (how much is noise?), `--plant 20` makes the second build 20 % slower on purpose (is it seen?).
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { hasComponent } from '../../test/support/components.ts';
import { unpackBaseline, ROOT } from './baseline.ts';
import { compare, PATHS, plantOf, SLOWER, type Builds, type PathName } from './paths.ts';

/** Noise alone took 2 of 18 measurements over the line, so two in a row would happen about once in twenty runs of four paths. */
const MEASUREMENTS = 3;

const { values } = parseArgs({
  options: {
    path: { type: 'string', default: Object.keys(PATHS).join(',') },
    same: { type: 'boolean', default: false },
    plant: { type: 'string', default: '0' },
  },
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function skip(reason: string): never {
  say(`check:speed SKIPPED: ${reason}`);
  process.exit(0);
}

/** Throws when a name or number on the command line is none. */
function asked(): { readonly paths: readonly PathName[]; readonly share: number } {
  const names = Object.keys(PATHS) as PathName[];
  const paths = values.path.split(',').map((name) => {
    const known = names.find((one) => one === name);
    if (known === undefined) throw new Error(`--path ${name}: expected some of ${names.join(',')}`);
    return known;
  });
  const share = Number(values.plant) / 100;
  if (!(share >= 0 && share <= 1))
    throw new Error(`--plant ${values.plant}: expected a percentage from 0 to 100`);
  return { paths, share };
}

async function slowerEachTime(name: PathName, builds: Builds): Promise<boolean> {
  for (let time = 1; time <= MEASUREMENTS; time += 1) {
    const { before, now, ratio } = await compare(name, builds, time % 2 === 0);
    const slower = ratio > SLOWER;
    const verdict = slower ? (time === MEASUREMENTS ? 'SLOWER' : 'slower? once more') : 'ok';
    const figures = `${before.toFixed(1)} → ${now.toFixed(1)} µs, ${ratio.toFixed(3)}×`;
    say(`${PATHS[name].title.padEnd(36)} ${figures.padEnd(30)} ${verdict}`);
    if (!slower) return false;
  }
  return true;
}

const { paths, share } = asked();
if (process.platform !== 'linux') skip('processor time per process is read from /proc: Linux only');
if (availableParallelism() < 2) skip('it wants two processor cores, one for what is measured alone');
if (!hasComponent('wrk')) {
  const reason = 'it wants wrk (Debian: apt-get install wrk)';
  if (process.env['CI'] === 'true') throw new Error(reason);
  skip(reason);
}

using baseline = unpackBaseline();
if (baseline === null) skip('the baseline commit is not in this checkout (a shallow clone, or no git)');
const now = values.same || share > 0 ? baseline.folder : ROOT;
say(
  `processor time, ${baseline.commit.slice(0, 7)} → ${now === ROOT ? 'here' : 'itself'}; slower from ${String(SLOWER)}× on`,
);
const slower: string[] = [];
for (const name of paths) {
  const plant = share > 0 ? await plantOf(name, baseline.folder, share) : null;
  if (await slowerEachTime(name, { before: baseline.folder, now, plant })) slower.push(PATHS[name].title);
}
if (slower.length > 0) say(`slower than the baseline: ${slower.join('; ')}`);
process.exitCode = slower.length > 0 ? 1 : 0;
