/** A panel of the gateway's catalogue: its title, its lines, and what can be done with its numbers. */
import type { JSX } from 'preact';
import type { HistoryReply } from '../../../src/live/protocol-replies.ts';
import type { PanelInfo } from '../../../src/live/protocol.ts';
import { go, withFilters } from '../address.ts';
import { ChartTable } from '../charts/chart-table.tsx';
import { Chart } from '../charts/chart.tsx';
import { isEmpty, MOST_LINES, toChartData } from '../charts/panel-data.ts';
import { ROW_HEIGHT } from '../charts/timeline-plot.ts';
import { windowStart } from '../feed/history.ts';
import { usePage } from '../page-context.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { PanelMenu } from './panel-menu.tsx';

export interface PanelProps {
  readonly id: string;
  readonly wide?: boolean;
  readonly height?: number;
}

/** Axis and air around the rows of a timeline. */
const TIMELINE_EXTRA = 36;

export function Panel({ id, wide = false, height = 176 }: PanelProps): JSX.Element | null {
  const page = usePage();
  const info = page.snapshot.panels.get(id);
  if (info === undefined) return null;
  const reply = page.past.get(id);
  const tables = new Set((page.address.filters['table'] ?? '').split(',').filter(Boolean));
  const asTable = tables.has(id);
  const toggle = (): void => {
    if (asTable) tables.delete(id);
    else tables.add(id);
    go(withFilters(page.address, { table: [...tables].join() }));
  };
  return (
    <section
      class={`panel ${wide || info.drawing === 'states' ? 'wide' : ''}`}
      aria-label={info.title}
      data-panel={id}
    >
      <header class="panel-head">
        <h2>{info.title}</h2>
        <PanelMenu info={info} reply={reply} asTable={asTable} toggleTable={toggle} />
      </header>
      <div class="stale-able">
        <ErrorBoundary name={info.title}>
          <PanelBody info={info} reply={reply} asTable={asTable} height={height} />
        </ErrorBoundary>
      </div>
    </section>
  );
}

function PanelBody({
  info,
  reply,
  asTable,
  height,
}: {
  readonly info: PanelInfo;
  readonly reply: HistoryReply | undefined;
  readonly asTable: boolean;
  readonly height: number;
}): JSX.Element {
  const page = usePage();
  if (reply === undefined) return <p class="panel-empty">Loading…</p>;
  if (isEmpty(reply)) return <p class="panel-empty">{info.whenEmpty}</p>;
  const data = toChartData(reply, info, windowStart(page.snapshot, page.address.range, page.now), page.now);
  const rows = info.drawing === 'states' ? data.lines.length * ROW_HEIGHT + TIMELINE_EXTRA : height;
  const left = reply.series.length - data.lines.length;
  return (
    <>
      {asTable ? (
        <ChartTable title={info.title} data={data} />
      ) : (
        <Chart title={info.title} data={data} marks={page.marks} height={rows} />
      )}
      {data.lines.length === MOST_LINES && left > 0 && (
        <p class="note">
          The {MOST_LINES} largest of {reply.series.length}; the CSV has all.
        </p>
      )}
      {reply.partial !== null && <p class="note">Incomplete: {reply.partial}</p>}
    </>
  );
}
