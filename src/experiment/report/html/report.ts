/**
 * The comparison as one HTML file that needs nothing else: no network, no script. What was found comes first, then
 * how sure it is, then how it came about, then what would be needed to run it again.
 */
import type { ExperimentResult } from '../../experiment.ts';
import type { Comparison, Summary, VariantSummary } from '../../summary.ts';
import { VARIANT_MEANING } from '../../variants.ts';
import type { Environment } from '../environment.ts';
import { percent, signed, upstreamSentence, verdictSentence } from '../sentence.ts';
import { milliseconds } from '../table.ts';
import { attributionBars, outcomeBars, outcomeLegend } from './bars.ts';
import { cumulativeSuccesses, latencyCurves } from './curves.ts';
import { dumbbell } from './dumbbell.ts';
import { element, escapeText } from './markup.ts';
import { STYLE } from './style.ts';
import { timelines } from './timeline.ts';

export function htmlReport(result: ExperimentResult, summary: Summary, environment: Environment): string {
  const { plan } = result;
  const last = summary.comparisons.at(-1) ?? null;
  const firstRepeat = result.runs.filter(({ seed }) => seed === result.runs[0]?.seed);
  const inOrder = plan.variants.flatMap((name) => firstRepeat.filter(({ variant }) => variant === name));
  const head = `Before and after: ${plan.scenario.name}`;
  const body = [
    element('h1', {}, escapeText(head)),
    paragraph(`${plan.scenario.summary} ${plan.scenario.because}`, 'soft'),
    last === null ? '' : paragraph(verdictSentence(summary, last), 'verdict'),
    last === null ? '' : tiles(summary, last),
    section('Success, with its 95 % interval', 'The hollow mark is without protection.', dumbbell(summary)),
    section(
      'What became of the requests',
      plan.repeats === 1 ? 'One repeat.' : `All ${String(plan.repeats)} repeats together.`,
      outcomeBars(summary) + outcomeLegend(summary),
    ),
    section(
      'What each protection does by itself',
      'Points of success against the first variant, on the same requests. They do not add up: what one saves the next need not save again.',
      attributionBars(summary),
    ),
    section(
      'How it went',
      'The first repeat, all variants on one axis of simulated seconds. Above the line: successes; below: everything else. Shaded: the upstream is away.',
      timelines(inOrder, plan.scenario) + outcomeLegend(summary),
    ),
    element(
      'div',
      { class: 'pair' },
      section('Successes as they add up', 'The first repeat.', cumulativeSuccesses(inOrder, plan.scenario)),
      section(
        'How long a right answer took',
        'A curve that ends below 100 % leaves the rest unanswered. Real time.',
        latencyCurves(result.runs, plan.variants),
      ),
    ),
    section('Figures', 'Latencies are of successful requests, in real time.', figures(summary)),
    section('How to run it again', null, howTo(result, environment)),
  ];
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeText(head)}</title><style>${STYLE}</style></head><body>${body.join('\n')}</body></html>\n`;
}

function section(title: string, note: string | null, content: string): string {
  return element(
    'section',
    {},
    element('h2', {}, escapeText(title)),
    note === null ? '' : paragraph(note, 'note'),
    content,
  );
}

function paragraph(text: string, classes: string): string {
  return element('p', { class: classes }, escapeText(text));
}

function tiles(summary: Summary, last: Comparison): string {
  const [before, after] = [last.against, last.variant].map((name) =>
    summary.variants.find(({ variant }) => variant === name),
  ) as [VariantSummary, VariantSummary];
  const tile = (value: string, meaning: string): string =>
    element(
      'div',
      { class: 'tile' },
      element('b', {}, escapeText(value)),
      element('span', {}, escapeText(meaning)),
    );
  return element(
    'div',
    { class: 'tiles' },
    tile(`${percent(before.success)} → ${percent(after.success)}`, 'success'),
    tile(
      `${signed(last.success.difference * 100, 0)} points`,
      last.differs ? 'beyond the interval' : 'within the interval: no difference',
    ),
    tile(`${milliseconds(before.p50Ms)} → ${milliseconds(after.p50Ms)}`, 'median of successful requests'),
    tile(
      `${String(before.upstreamRequests)} → ${String(after.upstreamRequests)}`,
      upstreamSentence(summary, last).replace(/^.*\((.*)\)\.$/, 'requests at the upstream, $1'),
    ),
    tile(String(after.outcomes.wrong), 'wrong answers from the cache'),
  );
}

function figures({ variants, comparisons }: Summary): string {
  const head = [
    'variant',
    'success',
    '95 %',
    'each repeat',
    'p50',
    'p95',
    'first content',
    'per second',
    'upstream',
    'against first',
  ];
  const rows = variants.map((one) => {
    const comparison = comparisons.find(({ variant }) => variant === one.variant);
    return [
      one.variant,
      `${String(one.successes)}/${String(one.n)} = ${percent(one.success)}`,
      `${(one.interval.low * 100).toFixed(1)}–${(one.interval.high * 100).toFixed(1)}`,
      one.byRepeat.map((share) => String(Math.round(share * 100))).join(' · '),
      milliseconds(one.p50Ms),
      milliseconds(one.p95Ms),
      milliseconds(one.firstContentP50Ms),
      one.throughput.toFixed(1),
      String(one.upstreamRequests),
      comparison === undefined
        ? '–'
        : `${signed(comparison.success.low * 100, 1)} to ${signed(comparison.success.high * 100, 1)}`,
    ];
  });
  const cells = (name: string, row: readonly string[]): string =>
    element('tr', {}, ...row.map((cell) => element(name, {}, escapeText(cell))));
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Figures' },
    element(
      'table',
      {},
      element('thead', {}, cells('th', head)),
      element('tbody', {}, ...rows.map((row) => cells('td', row))),
    ),
  );
}

function howTo({ plan, planHash, startedAt }: ExperimentResult, environment: Environment): string {
  const { scenario } = plan;
  const facts: readonly (readonly [string, string])[] = [
    ['command', environment.command],
    ['plan', `${planHash} (equal for equal seeds: requests and faults)`],
    ['run', new Date(startedAt).toISOString()],
    ['machine', environment.machine],
    ['versions', environment.versions],
    ['upstream', plan.upstream === null ? 'the simulator' : plan.upstream.url],
    [
      'time',
      `${String(scenario.speed)} simulated seconds a second; clients wait ${String(scenario.clientTimeoutMs)} simulated ms`,
    ],
    [
      'statistics',
      'Wilson intervals for shares; Newcombe’s paired interval for differences, on the same requests; medians by bootstrap. Requests of one run are not independent: look at the repeats too.',
    ],
  ];
  const meanings = plan.variants.map((name) => [name, VARIANT_MEANING[name]] as const);
  return element(
    'dl',
    {},
    ...[...facts, ...meanings].flatMap(([term, told]) => [
      element('dt', {}, escapeText(term)),
      element('dd', {}, term === 'command' ? element('code', {}, escapeText(told)) : escapeText(told)),
    ]),
  );
}
