import type { JSX } from 'preact';
import { bytes, format, NONE, percent } from '../format.ts';
import { current, offers, usePage } from '../page-context.ts';
import { HitTable } from '../parts/hit-table.tsx';
import { PanelGrid, ViewTitle } from '../parts/panel-grid.tsx';
import { Tile, Tiles } from '../parts/tile.tsx';

const MODES: Readonly<Record<string, string>> = {
  off: 'nothing is looked up',
  exact: 'identical requests only',
  shadow: 'meaning is scored, never served',
  on: 'identity and meaning',
  bounded: 'meaning within an error bound',
};

export function Cache(): JSX.Element {
  const page = usePage();
  const { cache } = page.snapshot.state;
  const fill = cache.maxEntries === 0 ? 0 : cache.entries / cache.maxEntries;
  return (
    <>
      <ViewTitle view="cache">
        {offers(page, 'cache.purge') && (
          <button
            type="button"
            onClick={() => page.ask({ id: 'cache.purge', subject: '', body: { all: true } })}
          >
            Purge cache
          </button>
        )}
      </ViewTitle>
      <Tiles label="Cache now">
        <Tile name="Mode" value={cache.mode}>
          {MODES[cache.mode] ?? ''}
        </Tile>
        <Tile name="Hits" value={format(current(page, 'hit-ratio', 'hits'), 'ratio')}>
          {`by meaning ${format(current(page, 'hit-ratio', 'semantic'), 'ratio')}`}
        </Tile>
        <Tile name="Entries" value={format(cache.entries, 'count')} health={fill > 0.95 ? 'warn' : undefined}>
          {`${percent(fill)} of ${format(cache.maxEntries, 'count')}`}
        </Tile>
        <Tile name="Memory" value={bytes(cache.bytes)}>
          {`of ${bytes(cache.maxBytes)}`}
        </Tile>
        <Tile name="Embedder" value={cache.embedder === null ? NONE : embedderName(cache.embedder)}>
          {cache.embedder === null ? 'identical requests only' : cache.embedder}
        </Tile>
      </Tiles>
      <HitTable />
      <PanelGrid view="cache" />
    </>
  );
}

/** `use-lite@…` is enough of a name to recognise it by; the whole identity stands below. */
const embedderName = (identity: string): string => identity.split(/[@:/ ]/, 1)[0] ?? identity;
