import type { Scenario } from '../../scenario.ts';
import type { RunResult } from '../../run.ts';
import { drawing, element, escapeText, label, line, scale, ticks } from './markup.ts';
import { OUTCOME_STYLE } from './outcome-style.ts';

const WIDTH = 960;
const LEFT = 130;
const RIGHT = 16;
const ROW = 74;
const STEP = 6;
const TOP = 8;
/** Room for the name of a breaker's state; one that would lie on its neighbour is left to the tooltip. */
const LABEL_WIDTH = 56;

/**
 * One row per variant, all on one axis of simulated seconds: a mark where each request ended, above the line when it
 * succeeded and below when not; times in which the upstream was away are shaded; changes of the breaker are marked.
 */
export function timelines(runs: readonly RunResult[], scenario: Scenario): string {
  const seconds = (ms: number): number => (ms * scenario.speed) / 1_000;
  const longest = Math.max(1, ...runs.map((run) => seconds(run.durationMs)));
  const x = scale(longest, LEFT, WIDTH - LEFT - RIGHT);
  const bottom = TOP + runs.length * ROW;
  const axis = ticks(longest).flatMap((at) => [
    line(x(at), TOP, x(at), bottom, 'grid'),
    label(x(at), bottom + 16, `${String(at)} s`, 'tick', 'middle'),
  ]);
  const away = faultWindows(scenario).map(({ fromMs, untilMs }) =>
    element('rect', {
      x: x(fromMs / 1_000),
      y: TOP,
      width: Math.max(0, x(untilMs / 1_000) - x(fromMs / 1_000)),
      height: bottom - TOP,
      class: 'fault',
    }),
  );
  const rows = runs.flatMap((run, index) => row(run, TOP + index * ROW + 24, (ms) => x(seconds(ms))));
  return drawing(WIDTH, bottom + 24, 'When each request ended, and how', ...away, ...axis, ...rows);
}

function row(run: RunResult, y: number, x: (ms: number) => number): readonly string[] {
  const marks = run.results.map(({ outcome, endedMs, id, reason }) => {
    const { level, title } = OUTCOME_STYLE[outcome];
    const told = escapeText(`${id}: ${title}${reason === null ? '' : ` (${reason})`}`);
    const at = {
      x: x(endedMs) - 1,
      y: y - level * STEP - (level > 0 ? 0 : STEP),
      width: 2,
      height: STEP - 1,
    };
    return element('rect', { ...at, class: `mark ${outcome}` }, element('title', {}, told));
  });
  let labelled = -Infinity;
  const changes = run.transitions.map(({ atMs, from, to }) => {
    const at = x(atMs);
    const fits = at - labelled > LABEL_WIDTH;
    if (fits) labelled = at;
    return element(
      'g',
      { class: `breaker ${to}` },
      line(at, y - 16, at, y + 34, 'change'),
      element('title', {}, escapeText(`breaker ${from} → ${to}`)),
      fits ? label(at + 3, y + 36, to.replace('_', '-'), 'tiny') : '',
    );
  });
  return [
    label(LEFT - 14, y + 4, run.variant, 'row', 'end'),
    line(LEFT, y, WIDTH - RIGHT, y, 'base'),
    ...marks,
    ...changes,
  ];
}

/** Times in which a fault hits everybody, from the start of the measured part; faults by chance have none. */
function faultWindows({
  faults,
}: Scenario): readonly { readonly fromMs: number; readonly untilMs: number }[] {
  return faults.flatMap(({ fromMs, untilMs, rate }) =>
    untilMs === undefined || (rate ?? 1) < 1 ? [] : [{ fromMs: fromMs ?? 0, untilMs }],
  );
}
