import type { Summary } from '../../summary.ts';
import { percent, signed } from '../sentence.ts';
import { drawing, element, label, line, scale } from './markup.ts';

const WIDTH = 960;
const ROW = 34;
const LEFT = 130;
const RIGHT = 190;
const TOP = 26;

/** Each variant's share of success with its interval, tied to that of the first. */
export function dumbbell({ variants, comparisons }: Summary): string {
  const x = scale(1, LEFT, WIDTH - LEFT - RIGHT);
  const base = variants[0]?.success ?? 0;
  const height = TOP + variants.length * ROW + 8;
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    line(x(share), TOP - 6, x(share), height - 8, 'grid'),
    label(x(share), TOP - 12, `${String(share * 100)} %`, 'tick', 'middle'),
  ]);
  const rows = variants.flatMap(({ variant, success, interval }, index) => {
    const y = TOP + index * ROW + ROW / 2;
    const comparison = comparisons.find((one) => one.variant === variant);
    const told =
      comparison === undefined
        ? percent(success)
        : `${percent(success)} (${signed(comparison.success.difference * 100, 0)})`;
    return [
      label(LEFT - 14, y + 4, variant, 'row', 'end'),
      line(x(interval.low), y, x(interval.high), y, 'interval'),
      ...(index === 0
        ? []
        : [
            line(x(base), y, x(success), y, 'link'),
            element('circle', { cx: x(base), cy: y, r: 4, class: 'hollow' }),
          ]),
      element('circle', { cx: x(success), cy: y, r: 6, class: index === 0 ? 'hollow' : 'solid' }),
      label(WIDTH - RIGHT + 16, y + 4, told, 'value'),
    ];
  });
  return drawing(WIDTH, height, 'Share of success by variant', ...grid, ...rows);
}
