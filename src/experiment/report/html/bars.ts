import { OUTCOMES } from '../../outcome.ts';
import type { Summary } from '../../summary.ts';
import { signed } from '../sentence.ts';
import { drawing, element, escapeText, label, line } from './markup.ts';
import { OUTCOME_STYLE } from './outcome-style.ts';

const WIDTH = 960;
const LEFT = 130;
const ROW = 30;
/** Room for the figures on the right. */
const VALUES = 190;

/** What became of all requests of each variant, as parts of one bar; numbers where there is room. */
export function outcomeBars({ variants }: Summary): string {
  const room = WIDTH - LEFT - 16;
  const rows = variants.flatMap(({ variant, n, outcomes }, index) => {
    const y = 6 + index * ROW;
    let from = LEFT;
    const parts = OUTCOMES.flatMap((outcome) => {
      const count = outcomes[outcome];
      const width = n === 0 ? 0 : (count / n) * room;
      if (width === 0) return [];
      const x = from;
      from += width;
      const told = escapeText(`${OUTCOME_STYLE[outcome].title}: ${String(count)}`);
      const bar = element(
        'rect',
        { x, y, width: Math.max(1, width - 1), height: ROW - 10, class: `bar ${outcome}` },
        element('title', {}, told),
      );
      return width < 28 ? [bar] : [bar, label(x + width / 2, y + 14, String(count), 'inbar', 'middle')];
    });
    return [label(LEFT - 14, y + 14, variant, 'row', 'end'), ...parts];
  });
  return drawing(WIDTH, 6 + variants.length * ROW, 'Outcomes by variant', ...rows);
}

/** What each protection adds by itself, in points of success, and what all do together. They do not add up. */
export function attributionBars({ comparisons }: Summary): string {
  const room = (WIDTH - LEFT - VALUES) / 2;
  const middle = LEFT + room;
  const most = Math.max(
    0.1,
    ...comparisons.flatMap(({ success }) => [Math.abs(success.low), Math.abs(success.high)]),
  );
  const half = room / most;
  const rows = comparisons.flatMap(({ variant, success, differs }, index) => {
    const y = 6 + index * ROW;
    const end = middle + success.difference * half;
    const told = `${signed(success.difference * 100, 1)} points`;
    const interval = line(
      middle + success.low * half,
      y + 10,
      middle + success.high * half,
      y + 10,
      'interval',
    );
    return [
      label(LEFT - 14, y + 14, variant, 'row', 'end'),
      element('rect', {
        x: Math.min(middle, end),
        y: y + 2,
        width: Math.max(1, Math.abs(end - middle)),
        height: ROW - 14,
        class: differs ? (success.difference > 0 ? 'gain' : 'loss') : 'none',
      }),
      interval,
      label(WIDTH - VALUES + 20, y + 14, differs ? told : `${told}, within noise`, 'value'),
    ];
  });
  const axis = line(middle, 0, middle, 6 + comparisons.length * ROW, 'base');
  return drawing(
    WIDTH,
    6 + comparisons.length * ROW,
    'Points of success gained by each protection alone',
    axis,
    ...rows,
  );
}

/** The legend for everything drawn by outcome. */
export function outcomeLegend(summary: Summary): string {
  const seen = OUTCOMES.filter((outcome) => summary.variants.some(({ outcomes }) => outcomes[outcome] > 0));
  const items = seen.map((outcome) =>
    element(
      'li',
      {},
      element('span', { class: `swatch ${outcome}` }),
      escapeText(OUTCOME_STYLE[outcome].title),
    ),
  );
  return element('ul', { class: 'legend' }, ...items);
}
