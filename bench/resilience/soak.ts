/**
 * `npm run soak:resilience -- [--minutes N] [--clients N] [--reloads N] [--seed N] [--write]`: the soak of run.ts on this
 * machine. `--write` records it in docs/benchmarks/resilience-soak.md. Exit code 1 when something that must hold does not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { soak, type SoakReport } from './run.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    clients: { type: 'string', default: '200' },
    reloads: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const report = await soak({
  faultSeconds: minutes * 60,
  deadSeconds: Math.max(5, minutes * 15),
  reloads: Number(values.reloads),
  clients: Number(values.clients),
  seed: Number(values.seed),
  warmMs: 5_000,
  switchMs: 4_000,
  deadlineMs: 30_000,
  parallel: 64,
  tokensPerSecond: 25,
});
const page = markdown(report);
process.stdout.write(page);
if (values.write) {
  const folder = new URL('../../docs/benchmarks/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('resilience-soak.md', folder), page);
}
process.exitCode = report.verdicts.every(({ holds }) => holds) ? 0 : 1;

function markdown({ options, verdicts, figures }: SoakReport): string {
  const { faultSeconds, deadSeconds, clients, reloads, seed, switchMs, parallel, tokensPerSecond } = options;
  return [
    '# Resilience soak',
    '',
    `Recorded ${new Date().toISOString().slice(0, 10)} on ${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, ${process.platform}; clients, gateway and`,
    'simulators on the same machine, five processes.',
    '',
    '```sh',
    `npm run soak:resilience -- --minutes ${String(minutes)} --clients ${String(clients)} --reloads ${String(reloads)} --seed ${String(seed)} --write`,
    '```',
    '',
    `Three simulators (${String(parallel)} at once, ${String(tokensPerSecond)} tokens/s each request) behind one gateway; ${String(clients)} clients ask one streamed chat after the other, each`,
    `with a deadline of ${String(options.deadlineMs / 1_000)} s. For ${String(faultSeconds)} s each upstream gets another fault every ${String(switchMs / 1_000)} s (5xx, 503, 429, resets before and in the`,
    'middle, hangs, stalls, cut streams, errors in the stream, delays), one of the three being well at any time. Then one upstream stops',
    `listening for ${String(deadSeconds)} s and comes back. Then the configuration is reloaded ${String(reloads)} times under a quarter of the clients, each time`,
    'replacing one upstream. A client that is refused asks again after 250 ms, so each second in which every breaker is open makes hundreds',
    'of refusals. Time limits are scaled to the soak (first token 4 s, idle 3 s, breaker open 2 s, probes every 1 s).',
    '',
    '## Must hold',
    '',
    '| what | holds | figures |',
    '| --- | --- | --- |',
    ...verdicts.map(
      ({ what, holds, figures: seen }) => `| ${what} | ${holds ? 'yes' : '**no**'} | ${seen} |`,
    ),
    '',
    '## Figures',
    '',
    '| what | |',
    '| --- | --- |',
    ...Object.entries(figures).map(([what, value]) => `| ${what} | ${String(value)} |`),
    '',
  ].join('\n');
}
