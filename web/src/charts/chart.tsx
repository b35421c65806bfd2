import type { JSX } from 'preact';
import { useContext } from 'preact/hooks';
import { duration, format } from '../format.ts';
import { ThemeContext } from '../theme.ts';
import { Legend, TimelineLegend } from './legend.tsx';
import { latest, type ChartData, type OpenSpan } from './model.ts';
import { isTimeline } from './plot.ts';
import { usePlot } from './use-plot.ts';

export interface ChartProps {
  readonly title: string;
  readonly data: ChartData;
  readonly marks: readonly OpenSpan[];
  readonly height?: number;
}

/** What somebody hears who cannot see the lines; the table view has every number. */
function spoken({ title, data, marks }: ChartProps): string {
  const lines = data.lines
    .map(({ label, values }) => `${label} ${format(latest(values), data.unit)}`)
    .join(', ');
  const open = marks.length === 0 ? '' : ` Breaker openings: ${marks.length}.`;
  return `${title}, last ${duration(data.to - data.from)}. Now: ${lines}.${open} Left and right move the crosshair.`;
}

const KEYS: Readonly<Record<string, number | null>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -20,
  PageDown: 20,
  Home: -1e9,
  End: 1e9,
  Escape: null,
};

export function Chart(props: ChartProps): JSX.Element {
  const { data, marks, height = 168 } = props;
  const theme = useContext(ThemeContext);
  const { host, cursor, moveCursor } = usePlot({ data, marks }, height, theme);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    moveCursor(by);
  };
  return (
    <>
      {isTimeline(data) ? (
        <TimelineLegend flag={data.unit === 'flag'} />
      ) : (
        <Legend data={data} cursor={cursor} />
      )}
      <div
        class="plot"
        ref={host}
        role="img"
        aria-label={spoken(props)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => moveCursor(null)}
      />
    </>
  );
}
