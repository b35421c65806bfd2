import type { JSX } from 'preact';
import type { HistoryReply } from '../../../src/live/protocol-replies.ts';
import type { PanelInfo } from '../../../src/live/protocol.ts';
import { problemOf } from '../feed/event-stream.ts';
import { usePage, type Page } from '../page-context.ts';
import { authorisation } from '../token.ts';
import { copyText, saveText } from './copy.ts';
import { Menu } from './menu.tsx';
import { toast } from './toast.tsx';

export interface PanelMenuProps {
  readonly info: PanelInfo;
  readonly reply: HistoryReply | undefined;
  readonly asTable: boolean;
  readonly toggleTable: () => void;
}

export function PanelMenu({ info, reply, asTable, toggleTable }: PanelMenuProps): JSX.Element {
  const page = usePage();
  const { prometheus, grafana } = page.snapshot.hello.links;
  return (
    <Menu label={`${info.title}: more`}>
      <p>{info.description}</p>
      <button type="button" onClick={toggleTable}>
        {asTable ? 'Show as chart' : 'Show as table'}
      </button>
      <button type="button" onClick={() => void copyText(promqlOf(info), 'PromQL')}>
        Copy as PromQL
      </button>
      <button type="button" disabled={reply === undefined} onClick={() => void saveCsv(info.id, page)}>
        Download CSV
      </button>
      <button
        type="button"
        disabled={reply === undefined}
        onClick={() =>
          saveText(JSON.stringify(reply, null, 1), `llamascope-${info.id}.json`, 'application/json')
        }
      >
        Download JSON
      </button>
      {grafana !== null && (
        <a href={grafanaLink(grafana, info, page.address.range)} target="_blank" rel="noreferrer">
          Open in Grafana
        </a>
      )}
      {prometheus !== null && (
        <a href={prometheusLink(prometheus, info, page.address.range)} target="_blank" rel="noreferrer">
          Open in Prometheus
        </a>
      )}
    </Menu>
  );
}

/** A panel of one query copies as that query alone; more of them each under its name. */
function promqlOf({ queries }: PanelInfo): string {
  if (queries.length === 1) return queries[0]?.promql ?? '';
  return queries.map(({ legend, promql }) => `# ${legend}\n${promql}`).join('\n');
}

async function saveCsv(panel: string, { now, address }: Page): Promise<void> {
  const query = new URLSearchParams({
    panel,
    from: String(Math.round(now - address.range * 1_000)),
    to: String(Math.round(now)),
    format: 'csv',
  });
  try {
    const response = await fetch(`./api/history?${query.toString()}`, { headers: authorisation() });
    if (!response.ok) throw await problemOf(response);
    saveText(await response.text(), `llamascope-${panel}.csv`, 'text/csv');
  } catch (error) {
    toast(`The CSV could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Grafana's Explore with the same queries and range, on its default data source. */
function grafanaLink(base: string, { queries }: PanelInfo, range: number): string {
  const pane = {
    queries: queries.map(({ promql, legend }, at) => ({
      refId: String.fromCharCode(65 + at),
      expr: promql,
      legendFormat: legend,
    })),
    range: { from: `now-${range}s`, to: 'now' },
  };
  const query = new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify({ a: pane }) });
  return `${base.replace(/\/$/, '')}/explore?${query.toString()}`;
}

function prometheusLink(base: string, { queries }: PanelInfo, range: number): string {
  const query = new URLSearchParams(
    queries.flatMap(({ promql }, at) => [
      [`g${at}.expr`, promql],
      [`g${at}.tab`, '0'],
      [`g${at}.range_input`, `${range}s`],
    ]),
  );
  return `${base.replace(/\/$/, '')}/graph?${query.toString()}`;
}
