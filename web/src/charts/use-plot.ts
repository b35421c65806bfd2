/** Keeps a uPlot in step with its component: data as it comes, size as the page is laid out, colours as the theme is. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { drawn, makePlot, type PlotInput } from './plot.ts';

export interface PlotHandle {
  readonly host: { current: HTMLDivElement | null };
  /** Index under the crosshair; null when it is elsewhere. */
  readonly cursor: number | null;
  /** Moves the crosshair of all charts by a number of samples; null takes it away. */
  readonly moveCursor: (by: number | null) => void;
}

export function usePlot(input: PlotInput, height: number, theme: string): PlotHandle {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const held = useRef(input);
  const [cursor, setCursor] = useState<number | null>(null);
  held.current.data = input.data;
  held.current.marks = input.marks;
  const shape =
    input.data.lines.map(({ key, tone }) => `${key}:${tone}`).join('|') + String(input.data.stacked);

  useLayoutEffect(() => {
    const at = host.current;
    if (at === null) return;
    const width = Math.max(120, at.clientWidth);
    const made = makePlot(at, held.current, { width, height }, setCursor);
    plot.current = made;
    const watcher = new ResizeObserver(() => {
      if (at.clientWidth > 0 && at.clientWidth !== made.width)
        made.setSize({ width: at.clientWidth, height });
    });
    watcher.observe(at);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, height, theme, input.data.unit]);

  useEffect(() => {
    plot.current?.setData(drawn(input.data));
  }, [input.data, input.marks]);

  return {
    host,
    cursor,
    moveCursor: (by) => {
      if (plot.current !== null) step(plot.current, by);
    },
  };
}

function step(plot: uPlot, by: number | null): void {
  if (by === null) {
    place(plot, -10, -10);
    return;
  }
  const last = plot.data[0].length - 1;
  const at = Math.min(last, Math.max(0, (plot.cursor.idx ?? last) + by));
  const time = plot.data[0][at];
  if (time !== undefined) place(plot, plot.valToPos(time, 'x'), 0);
}

/** On this chart and, as when a mouse moves it, on all others: the third argument, which uPlot's types leave out. */
function place(plot: uPlot, left: number, top: number): void {
  (plot as unknown as Publishing).setCursor({ left, top }, true, true);
}

interface Publishing {
  setCursor(at: { readonly left: number; readonly top: number }, fire: boolean, publish: boolean): void;
}
