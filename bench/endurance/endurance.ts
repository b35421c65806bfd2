/**
 * `npm run soak -- [--minutes N] [--warm-up N] [--per-second N] [--viewers N] [--seed N] [--write]`: the endurance run of run.ts on this
 * machine. `--write` records it in docs/benchmarks/endurance.md. Exit code 1 when something that must hold does not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { endure, type EnduranceReport, type Held, type KindReport } from './run.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    'warm-up': { type: 'string', default: '10' },
    'per-second': { type: 'string', default: '80' },
    viewers: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const report = await endure({
  minutes: Number(values.minutes),
  warmUp: Number(values['warm-up']),
  perSecond: Number(values['per-second']),
  viewers: Number(values.viewers),
  seed: Number(values.seed),
  everyMs: 15_000,
});
const page = markdown(report);
process.stdout.write(page);
if (values.write) {
  const folder = new URL('../../docs/benchmarks/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('endurance.md', folder), page);
}
process.exitCode = report.verdicts.every(({ holds }) => holds) ? 0 : 1;

function markdown({ options, verdicts, held, kinds }: EnduranceReport): string {
  const { minutes, warmUp, perSecond, viewers, seed } = options;
  return [
    '# Endurance',
    '',
    `Recorded ${new Date().toISOString().slice(0, 10)} on ${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, ${process.platform}; clients, gateway and`,
    'three simulators on the same machine, five processes.',
    '',
    '```sh',
    `npm run soak -- --minutes ${String(minutes)} --warm-up ${String(warmUp)} --per-second ${String(perSecond)} --viewers ${String(viewers)} --seed ${String(seed)} --write`,
    '```',
    '',
    `Arrivals are Poisson, ${String(perSecond)} a second, and do not wait for answers; ${String(viewers)} readers of the live page reconnect once a minute;`,
    '`/metrics` is scraped every 5 s. Each upstream answers 3 % with 500, resets 2 %, cuts 2 % of its streams and delays 5 % by 200 ms. The',
    'cache holds 1,000 entries, so it is full and evicting from the first minutes on. Before each reading the garbage is collected.',
    `${String(warmUp)} minutes of the same load go before the first reading: the page keeps every second of the last 15 minutes, and that history fills by design.`,
    '',
    '## Must hold',
    '',
    '| what | holds | figures |',
    '| --- | --- | --- |',
    ...verdicts.map(({ what, holds, figures }) => `| ${what} | ${holds ? 'yes' : '**no**'} | ${figures} |`),
    '',
    '## By kind of request',
    '',
    'Latency from the planned arrival to the end of the answer, in each third of the run.',
    '',
    '| kind | requests | below 400 | p50, ms | p99, ms |',
    '| --- | --- | --- | --- | --- |',
    ...kinds.map(kindRow),
    '',
    '## Memory',
    '',
    '| minute | resident, MB | of which history, MB | heap in use, MB | open handles |',
    '| --- | --- | --- | --- | --- |',
    ...everyMinutes(held, Math.max(1, Math.round(minutes / 15))).map(
      ({ minute, rssMb, historyMb, heapMb, handles }) =>
        `| ${minute.toFixed(1)} | ${rssMb.toFixed(1)} | ${historyMb.toFixed(2)} | ${heapMb.toFixed(1)} | ${String(handles)} |`,
    ),
    '',
  ].join('\n');
}

function kindRow({ kind, requests, ok, p50, p99 }: KindReport): string {
  const list = (values: readonly number[]): string => values.map((ms) => ms.toFixed(1)).join(' · ');
  return `| ${kind} | ${String(requests)} | ${(ok * 100).toFixed(2)} % | ${list(p50)} | ${list(p99)} |`;
}

/** One reading of each so many minutes, the first and the last. */
function everyMinutes(held: readonly Held[], step: number): readonly Held[] {
  let next = 0;
  return held.filter(({ minute }, index) => {
    if (minute < next && index !== held.length - 1) return false;
    next = minute + step - 0.01;
    return true;
  });
}
