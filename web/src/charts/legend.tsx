import type { JSX } from 'preact';
import { clockTime, format } from '../format.ts';
import { latest, type ChartData, type ChartLine } from './model.ts';

/** The line itself, as it is drawn in the chart: colour and dashes. */
function Swatch({ line, stacked }: { readonly line: ChartLine; readonly stacked: boolean }): JSX.Element {
  return (
    <svg class={`swatch ${line.tone}`} width="18" height="10" viewBox="0 0 18 10" aria-hidden="true">
      {stacked ? (
        <rect x="0" y="1" width="18" height="8" class="swatch-area" />
      ) : (
        <path
          d="M0 5h18"
          stroke="currentColor"
          stroke-width="2"
          {...(line.dash.length > 0 ? { 'stroke-dasharray': line.dash.join(' ') } : {})}
        />
      )}
    </svg>
  );
}

/** How the bars of a timeline are to be read; which row is whose stands beside the rows. */
export function TimelineLegend({ flag }: { readonly flag: boolean }): JSX.Element {
  const kinds = flag ? (['healthy', 'unhealthy'] as const) : (['closed', 'half open', 'open'] as const);
  return (
    <ul class="legend">
      {kinds.map((kind) => (
        <li key={kind}>
          <svg class={KIND_TONE[kind]} width="18" height="10" viewBox="0 0 18 10" aria-hidden="true">
            {KIND_TONE[kind] === 'ok' && <path d="M0 5h18" stroke="currentColor" stroke-width="2" />}
            {KIND_TONE[kind] === 'bad' && <rect y="0.5" width="18" height="9" fill="currentColor" />}
            {KIND_TONE[kind] === 'warn' && (
              <path
                d="M.8.8h16.4v8.4H.8ZM1 9 9 1M6 9l8-8M11 9l6-6"
                fill="none"
                stroke="currentColor"
                stroke-width="1.4"
              />
            )}
          </svg>
          <span class="legend-name">{kind}</span>
        </li>
      ))}
    </ul>
  );
}

const KIND_TONE = {
  closed: 'ok',
  healthy: 'ok',
  'half open': 'warn',
  open: 'bad',
  unhealthy: 'bad',
} as const;

/** What each line is and its value: under the crosshair, or the last one. A single line needs no swatch, its title says it. */
export function Legend({
  data,
  cursor,
}: {
  readonly data: ChartData;
  readonly cursor: number | null;
}): JSX.Element {
  const time = cursor === null ? undefined : data.times[cursor];
  return (
    <ul class="legend">
      {data.lines.map((line) => (
        <li key={line.key}>
          {data.lines.length > 1 && <Swatch line={line} stacked={data.stacked} />}
          {data.lines.length > 1 && <span class="legend-name">{line.label}</span>}
          <span class="legend-value">
            {format(cursor === null ? latest(line.values) : line.values[cursor], data.unit)}
          </span>
        </li>
      ))}
      <li class="legend-time">{time === undefined ? '' : `at ${clockTime(time)}`}</li>
    </ul>
  );
}
