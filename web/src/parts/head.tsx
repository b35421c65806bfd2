import type { JSX } from 'preact';
import { go, RANGES, VIEW_NAMES, VIEWS, writeAddress, type Address, type View } from '../address.ts';
import { duration } from '../format.ts';
import type { Snapshot } from '../feed/snapshot.ts';
import { Choices } from './choices.tsx';
import { StateMark } from './state-mark.tsx';

/** Views with a time axis; on the others a range would change nothing. */
const CHARTED: ReadonlySet<View> = new Set<View>([
  'overview',
  'upstreams',
  'cache',
  'serving',
  'clients',
  'slo',
  'runtime',
]);

export interface HeadProps {
  readonly snapshot: Snapshot | null;
  readonly address: Address;
  readonly now: number;
  readonly paused: boolean;
  readonly theme: 'light' | 'dark';
  readonly setPaused: (paused: boolean) => void;
  readonly switchTheme: () => void;
}

export function Head({
  snapshot,
  address,
  now,
  paused,
  theme,
  setPaused,
  switchTheme,
}: HeadProps): JSX.Element {
  const reach = snapshot === null ? 0 : reachOf(snapshot);
  return (
    <header class="head">
      <span class="brand">
        <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
          <path
            d="M2 20h7l4-13 5 18 4-11h8"
            fill="none"
            stroke="currentColor"
            stroke-width="2.6"
            stroke-linejoin="round"
            stroke-linecap="round"
          />
        </svg>
        Llamascope
      </span>
      {snapshot !== null && (
        <span class="head-about">
          {snapshot.hello.product.version}, up {duration((now - snapshot.hello.startedAt) / 1_000)}
        </span>
      )}
      <div class="head-tools">
        {CHARTED.has(address.view) && (
          <Choices
            label="Range"
            options={RANGES.filter(([seconds]) => snapshot === null || seconds <= reach)}
            value={address.range}
            choose={(range) => go({ ...address, range })}
          />
        )}
        {(paused || CHARTED.has(address.view)) && (
          <button type="button" class="pause" aria-pressed={paused} onClick={() => setPaused(!paused)}>
            {paused ? 'Resume' : 'Pause'}
          </button>
        )}
        <button
          type="button"
          class="plain"
          aria-label={`Switch to the ${theme === 'dark' ? 'light' : 'dark'} theme`}
          onClick={switchTheme}
        >
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.5" />
            <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4Z" fill="currentColor" />
          </svg>
        </button>
      </div>
    </header>
  );
}

/** How far back there can be anything: the longest tier, or as far as a Prometheus is asked. */
function reachOf({ hello: { history, features } }: Snapshot): number {
  const own = Math.max(...history.tiers.map(({ spanSeconds }) => spanSeconds));
  return features.prometheus ? Math.max(own, history.longestSeconds) : own;
}

export function Rail({
  snapshot,
  address,
}: {
  readonly snapshot: Snapshot | null;
  readonly address: Address;
}): JSX.Element {
  return (
    <nav class="rail" aria-label="Views">
      <ul>
        {VIEWS.map((view) => (
          <li key={view} class={view === 'slo' || view === 'events' ? 'group' : ''}>
            <a
              href={writeAddress({ view, range: address.range, filters: {} })}
              {...(view === address.view ? { 'aria-current': 'page' as const } : {})}
            >
              {VIEW_NAMES[view]}
              {snapshot !== null && <Concern view={view} snapshot={snapshot} />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Beside the view that explains it, so that it is found from wherever the reader is. */
function Concern({
  view,
  snapshot,
}: {
  readonly view: View;
  readonly snapshot: Snapshot;
}): JSX.Element | null {
  const { verdict, upstreams } = snapshot.state;
  if (view === 'overview' && verdict.status !== 'ok') {
    return (
      <span>
        <StateMark health={verdict.status === 'down' ? 'bad' : 'warn'} size={9} />
        <span class="unseen">{verdict.status}</span>
      </span>
    );
  }
  if (view !== 'upstreams') return null;
  const troubled = upstreams.filter(
    ({ healthy, breakers }) => !healthy || breakers.some(({ state }) => state !== 'closed'),
  ).length;
  if (troubled === 0) return null;
  return (
    <span class="bad count">
      <StateMark health="bad" size={8} /> {troubled}
      <span class="unseen"> in trouble</span>
    </span>
  );
}
