import type { ExperimentResult } from '../experiment.ts';
import type { Outcome } from '../outcome.ts';
import type { Summary, VariantSummary } from '../summary.ts';
import { percent, upstreamSentence, verdictSentence } from './sentence.ts';

const OUTCOME_TITLES: readonly (readonly [Outcome, string])[] = [
  ['served', 'served'],
  ['cached', 'cached'],
  ['refused', 'refused'],
  ['timed_out', 'timed out'],
  ['failed', 'failed'],
  ['wrong', 'wrong'],
];

/** The comparison for a terminal: plain text in columns. */
export function terminalReport(result: ExperimentResult, summary: Summary): string {
  const { plan, planHash } = result;
  const { scenario } = plan;
  const rows = [
    [
      'variant',
      'success',
      '95 % interval',
      'p50',
      'p95',
      'upstream',
      ...OUTCOME_TITLES.map(([, title]) => title),
    ],
    ...summary.variants.map(rowOf),
  ];
  const last = summary.comparisons.at(-1);
  return [
    `${scenario.name}: ${scenario.summary}`,
    `${plan.repeats} × ${scenario.workload.requests} requests per variant, seed ${plan.seed}, plan ${planHash}`,
    '',
    align(rows),
    '',
    'Latencies are of successful requests. Times pass ' +
      (scenario.speed === 1
        ? 'as they are.'
        : `${scenario.speed} times as fast as in the scenario described.`),
    ...(last === undefined ? [] : ['', verdictSentence(summary, last), upstreamSentence(summary, last)]),
  ].join('\n');
}

function rowOf(one: VariantSummary): readonly string[] {
  return [
    one.variant,
    percent(one.success),
    `${(one.interval.low * 100).toFixed(1)}–${(one.interval.high * 100).toFixed(1)}`,
    milliseconds(one.p50Ms),
    milliseconds(one.p95Ms),
    String(one.upstreamRequests),
    ...OUTCOME_TITLES.map(([outcome]) => (one.outcomes[outcome] === 0 ? '·' : String(one.outcomes[outcome]))),
  ];
}

export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  if (value === 0) return '0';
  return value >= 1_000
    ? `${(value / 1_000).toFixed(2)} s`
    : `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ms`;
}

/** First column to the left, the others to the right. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
