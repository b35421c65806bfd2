/** The results as a page: the table of targets first, then everything that was measured. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { median, type Measured, type Pace } from './measure.ts';
import { ARRIVALS, QUANTILES, type Latency } from './open-loop.ts';
import type { Figure } from './plots.ts';

export interface Rest {
  readonly startMs: readonly number[];
  readonly idleMb: number;
  readonly series: number;
  readonly renderMs: number;
}

export interface Results {
  readonly json: readonly Measured[];
  readonly hit: readonly Measured[];
  readonly stream: readonly Measured[];
  readonly open: readonly Latency[];
  readonly metrics: readonly Measured[];
  readonly page: readonly Measured[];
  readonly connections: readonly (readonly [number, readonly Measured[]])[];
  readonly rest: Rest | null;
}

interface Target {
  readonly what: string;
  readonly target: string;
  readonly value: number;
  readonly met: boolean;
  readonly shown: string;
}

const LLAMASCOPE = 'Llamascope';
const cpuOf = (measured: readonly Measured[], name: string): number => {
  const found = measured.find((one) => one.name === name);
  return found === undefined ? NaN : median(found.cpu);
};

/** By round, then the median: rounds are interleaved, so each pair met the same minute. */
function ratio(measured: readonly Measured[], of: string, to: string): number {
  const [a, b] = [of, to].map((name) => measured.find((one) => one.name === name)?.cpu ?? []);
  return median((a ?? []).map((value, at) => value / (b?.[at] ?? NaN)));
}

function targets(results: Results): readonly Target[] {
  const { json, hit, stream, metrics, page, rest } = results;
  const at = (what: string, value: number, limit: number, target: string, shown: string): Target => ({
    what,
    target,
    value,
    met: value <= limit,
    shown,
  });
  const times = (value: number): string => `${value.toFixed(2)}×`;
  const added = (which: 'firstMs' | 'delayMs', q: 'p50' | 'p99'): number => {
    const of = (name: string): number => stream.find((one) => one.name === name)?.[which]?.[q] ?? NaN;
    return of(LLAMASCOPE) - of('direct');
  };
  const ms = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(2)} ms`;
  const difference = (measured: readonly Measured[], a: string, b: string): number =>
    median(
      (measured.find(({ name }) => name === a)?.cpu ?? []).map(
        (value, round) => value - (measured.find(({ name }) => name === b)?.cpu[round] ?? NaN),
      ),
    );
  const relayRatio = ratio(json, LLAMASCOPE, 'bare relay');
  const portkeyRatio = ratio(json, 'Portkey 1.15.2', LLAMASCOPE);
  const on = difference(metrics, 'on', 'off');
  const open = difference(page, 'open', 'closed');
  return [
    at('JSON, a miss, against the bare relay', relayRatio, 1.35, '≤ 1.35×', times(relayRatio)),
    {
      ...at('JSON, a miss: Portkey 1.15.2 against it', portkeyRatio, Infinity, '≥ 12×', times(portkeyRatio)),
      met: portkeyRatio >= 12,
    },
    at(
      'exact hit, against bare node:http that reads the body',
      ratio(hit, LLAMASCOPE, 'bare node:http'),
      1.25,
      '≤ 1.25×',
      times(ratio(hit, LLAMASCOPE, 'bare node:http')),
    ),
    at(
      'stream, per chunk, against the bare relay',
      ratio(stream, LLAMASCOPE, 'bare relay'),
      1.15,
      '≤ 1.15×',
      times(ratio(stream, LLAMASCOPE, 'bare relay')),
    ),
    at(
      'stream, first byte, p50 beside direct',
      added('firstMs', 'p50'),
      1,
      '≤ +1 ms',
      ms(added('firstMs', 'p50')),
    ),
    at(
      'stream, delay of a chunk, p99 beside direct, 16 streams',
      added('delayMs', 'p99'),
      1,
      '≤ +1 ms',
      ms(added('delayMs', 'p99')),
    ),
    at('metrics on against all off, per request', on, 3, '≤ 3 µs', `${on.toFixed(1)} µs`),
    at(
      'page open against closed, per request at full load',
      open,
      Infinity,
      'reported',
      `${open.toFixed(1)} µs`,
    ),
    ...(rest === null
      ? []
      : [
          at(
            `scrape of ${String(rest.series)} series, event loop`,
            (rest.renderMs * 2_000) / rest.series,
            2,
            '≤ 2 ms for 2,000',
            `${rest.renderMs.toFixed(2)} ms, ${((rest.renderMs * 2_000) / rest.series).toFixed(2)} ms for 2,000`,
          ),
          at(
            'resident memory idle, with the page',
            rest.idleMb,
            120,
            '≤ 120 MB',
            `${rest.idleMb.toFixed(0)} MB`,
          ),
          at(
            'start to ready',
            median(rest.startMs),
            400,
            '≤ 400 ms',
            `${median(rest.startMs).toFixed(0)} ms`,
          ),
        ]),
  ].filter(({ value }) => !Number.isNaN(value));
}

export function markdown(
  results: Results,
  { pace, quick, drawn }: { readonly pace: Pace; readonly quick: boolean; readonly drawn: readonly Figure[] },
): string {
  const { json, hit, stream, open, metrics, page, connections } = results;
  return [
    '# The gateway beside others',
    '',
    `Recorded ${new Date().toISOString().slice(0, 10)} on ${String(cpus().length)} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, at ${commit()}.`,
    '',
    '```sh',
    `npm run bench -- ${quick ? '--quick ' : ''}--write`,
    '```',
    '',
    'What is measured has one core to itself; wrk, the streaming clients and the upstream (raw sockets, ready bytes) share the other. Processor time is that of the',
    `whole process tree, all threads, from \`/proc/PID/task/*/schedstat\`, divided by the requests (408 B) answered (572 B) or the chunks received. ${String(pace.rounds)} rounds of`,
    `${String(pace.seconds)} s in turns, after ${String(pace.warmSeconds)} s of warming each; medians, with the smallest and the largest round. Ratios are medians of the ratios of each round.`,
    'Llamascope runs from its sources with its defaults but for `cache.mode: exact`, the log `silent` and 2,048 slots; nothing is compared that was measured at another time.',
    '',
    '## Targets',
    '',
    '| what | target | measured | met |',
    '|---|---|---|---|',
    ...targets(results).map(
      ({ what, target, shown, met }) =>
        `| ${what} | ${target} | ${shown} | ${target === 'reported' ? '' : met ? 'yes' : '**no**'} |`,
    ),
    '',
    ...drawn.flatMap(({ file }) => [`![${file.replace('.svg', '').replace('-', ' ')}](gateway/${file})`, '']),
    ...section('JSON, each request new', json, 'bare relay', 'request'),
    ...section('Exact hit', hit, 'bare node:http', 'request'),
    ...(stream.length === 0 ? [] : streamSection(stream)),
    ...(open.length === 0 ? [] : openSection(open)),
    ...connections.flatMap(([count, measured]) =>
      section(`JSON, each request new, ${String(count)} connections`, measured, 'bare relay', 'request'),
    ),
    ...section('Metrics', metrics, 'off', 'request'),
    ...section('Live page', page, 'closed', 'request'),
  ].join('\n');
}

function section(title: string, measured: readonly Measured[], to: string, per: string): readonly string[] {
  if (measured.length === 0) return [];
  return [
    `## ${title}`,
    '',
    `| | µs per ${per} | beside ${to} | requests/s | p50, ms | p99, ms | upstream, cores |`,
    '|---|---|---|---|---|---|---|',
    ...measured.map(
      ({ name, cpu, requestsPerSecond, p50Ms, p99Ms, upstreamShare }) =>
        `| ${name} | ${spread(cpu)} | ${name === to ? '' : `${ratio(measured, name, to).toFixed(2)}×`} | ${requestsPerSecond.toFixed(0)} | ${p50Ms.toFixed(2)} | ${p99Ms.toFixed(2)} | ${upstreamShare.toFixed(2)} |`,
    ),
    '',
  ];
}

function streamSection(measured: readonly Measured[]): readonly string[] {
  return [
    '## Streams',
    '',
    '16 at once, a chunk every 20 ms. Delays are from the upstream’s write to the client’s read, on one clock.',
    '',
    '| | µs per chunk | beside bare relay | first byte p50 / p99, ms | delay of a chunk p50 / p99, ms |',
    '|---|---|---|---|---|',
    ...measured.map(
      ({ name, cpu, firstMs, delayMs }) =>
        `| ${name} | ${Number.isNaN(cpu[0]) ? '' : spread(cpu)} | ${name === 'direct' || name === 'bare relay' ? '' : `${(cpuOf(measured, name) / cpuOf(measured, 'bare relay')).toFixed(2)}×`} | ${firstMs?.p50.toFixed(2) ?? ''} / ${firstMs?.p99.toFixed(2) ?? ''} | ${delayMs?.p50.toFixed(2) ?? ''} / ${delayMs?.p99.toFixed(2) ?? ''} |`,
    ),
    '',
  ];
}

function openSection(open: readonly Latency[]): readonly string[] {
  return [
    '## Latency in an open loop',
    '',
    `${ARRIVALS.toLocaleString('en-GB')} requests a second at random, each new, timed from when they were due; milliseconds. The client is part of every row.`,
    '',
    `| | ${QUANTILES.map((q) => `${String(Math.round(q * 1_000) / 10)} %`).join(' | ')} |`,
    `|---|${'---|'.repeat(QUANTILES.length)}`,
    ...open.map(({ name, ms }) => `| ${name} | ${ms.map((value) => value.toFixed(2)).join(' | ')} |`),
    '',
  ];
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'an unknown commit';
  }
}
