import type { JSX } from 'preact';
import { format, NONE } from '../format.ts';
import { current, usePage, type Page } from '../page-context.ts';
import { EventList } from '../parts/event-list.tsx';
import { Panel } from '../parts/panel.tsx';
import { Tile, Tiles } from '../parts/tile.tsx';
import type { Health } from '../parts/state-mark.tsx';
import { Verdict } from '../parts/verdict.tsx';
import { writeAddress, RANGES } from '../address.ts';
import { FirstRequest } from '../parts/first-request.tsx';

const RECENT = 6;

/** Are we fine? */
export function Overview(): JSX.Element {
  const page = usePage();
  const { snapshot } = page;
  const { untouched } = snapshot.state;
  const panels = snapshot.hello.views.find(({ id }) => id === 'overview')?.panels ?? [];
  return (
    <>
      <Verdict />
      {untouched ? <FirstRequest /> : <OverviewTiles />}
      {!untouched && (
        <div class="panels">
          {panels.map(({ id }) => (
            <Panel key={id} id={id} />
          ))}
        </div>
      )}
      {snapshot.log.length > 0 && (
        <section>
          <div class="section-head">
            <h2 class="section-title">Latest events</h2>
            <a href={writeAddress({ ...page.address, view: 'events', filters: {} })}>All events</a>
          </div>
          <EventList entries={snapshot.log.slice(-RECENT).reverse()} />
        </section>
      )}
    </>
  );
}

/** The value over the whole range, from the panel's history. */
function whole({ past }: Page, panel: string, key: string): number | null {
  return past.get(panel)?.series.find((series) => series.key === key)?.whole ?? null;
}

function sum({ snapshot }: Page, panel: string): number | null {
  const values = Object.values(snapshot.tick?.values[panel] ?? {});
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
}

function judged({ snapshot }: Page, panel: string, value: number | null): Health | undefined {
  if (value === null) return undefined;
  const crossed = (snapshot.panels.get(panel)?.thresholds ?? []).filter(({ at, side }) =>
    side === 'above' ? value > at : value < at,
  );
  return crossed.some(({ level }) => level === 'bad') ? 'bad' : crossed.length > 0 ? 'warn' : undefined;
}

function OverviewTiles(): JSX.Element {
  const page = usePage();
  const range = RANGES.find(([seconds]) => seconds === page.address.range)?.[1] ?? '';
  const success = current(page, 'success', 'success');
  const over = (panel: string, key: string, unit: 'ratio' | 'seconds'): string => {
    const value = whole(page, panel, key);
    return value === null ? '' : `${format(value, unit)} over ${range}`;
  };
  return (
    <Tiles label="Right now">
      <Tile name="Requests" value={format(sum(page, 'requests') ?? 0, 'per_second')}>
        {inFlight(page)}
      </Tile>
      <Tile
        name="Success"
        value={success === null ? 'no traffic' : format(success, 'ratio')}
        health={judged(page, 'success', success)}
      >
        {over('success', 'success', 'ratio')}
      </Tile>
      <Tile name="Duration p95" value={format(current(page, 'latency', 'p95'), 'seconds')}>
        {over('latency', 'p95', 'seconds')}
      </Tile>
      <Tile name="First token p95" value={format(current(page, 'first-token', 'p95'), 'seconds')}>
        {over('first-token', 'p95', 'seconds')}
      </Tile>
      <Tile name="Cache hits" value={format(current(page, 'hit-ratio', 'hits'), 'ratio')}>
        {over('hit-ratio', 'hits', 'ratio')}
      </Tile>
      <Tile name="Breakers" value={breakers(page)} health={openBreakers(page) > 0 ? 'bad' : undefined}>
        {openBreakers(page) > 0 ? 'not closed' : 'closed'}
      </Tile>
    </Tiles>
  );
}

function inFlight(page: Page): string {
  const running = current(page, 'inflight', 'inflight');
  const waiting = current(page, 'inflight', 'waiting') ?? 0;
  if (running === null) return '';
  return `${format(running, 'count')} in flight${waiting > 0 ? `, ${format(waiting, 'count')} waiting` : ''}`;
}

const allBreakers = ({ snapshot }: Page): readonly string[] =>
  snapshot.state.upstreams.flatMap((upstream) => upstream.breakers.map(({ state }) => state));

const openBreakers = (page: Page): number => allBreakers(page).filter((state) => state !== 'closed').length;

function breakers(page: Page): string {
  const all = allBreakers(page).length;
  const open = openBreakers(page);
  return all === 0 ? NONE : `${open > 0 ? open : all} of ${all}`;
}
