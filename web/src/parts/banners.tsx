/** How far what is on the page can be trusted, above everything else. At most a line each, and none while all is well. */
import type { JSX } from 'preact';
import type { Feed } from '../feed/connection.ts';
import type { Snapshot } from '../feed/snapshot.ts';
import { clockTime, duration } from '../format.ts';

export interface BannersProps {
  readonly feed: Feed;
  /** Browser time, milliseconds. */
  readonly browserNow: number;
  readonly pausedAt: number | null;
  readonly historyProblem: string | null;
  readonly retry: () => void;
  readonly resume: () => void;
}

/** Shown for so long after the gateway came back as a new process. */
const RESTART_SHOWN_MS = 5 * 60_000;
/** A tick a second is normal; this much without one is not. */
export const STALE_AFTER_MS = 3_000;

export function isStale(feed: Feed, browserNow: number): boolean {
  return feed.snapshot !== null && (feed.line.state !== 'live' || browserNow - feed.heardAt > STALE_AFTER_MS);
}

function wasRestarted({ restartedAt, clockShift }: Snapshot, browserNow: number): boolean {
  return restartedAt !== null && browserNow + clockShift - restartedAt < RESTART_SHOWN_MS;
}

export function Banners(props: BannersProps): JSX.Element {
  const { feed, browserNow, pausedAt, historyProblem, retry, resume } = props;
  const { snapshot, line } = feed;
  return (
    <div class="banners" aria-live="polite">
      {isStale(feed, browserNow) && (
        <p class="banner bad" data-state="stale">
          <span>
            <b>Data is {duration((browserNow - feed.heardAt) / 1_000)} old.</b>{' '}
            {line.state === 'lost'
              ? `The gateway is gone: ${line.why}. Reconnecting…`
              : 'Waiting for the gateway…'}
          </span>
          <button type="button" onClick={retry}>
            Try now
          </button>
        </p>
      )}
      {pausedAt !== null && (
        <p class="banner plain" data-state="paused">
          <span>
            <b>Paused at {clockTime(pausedAt / 1_000)}.</b> The gateway goes on; this page shows that moment.
          </span>
          <button type="button" onClick={resume}>
            Resume
          </button>
        </p>
      )}
      {snapshot !== null && wasRestarted(snapshot, browserNow) && (
        <p class="banner plain" data-state="restarted">
          <span>
            <b>The gateway was restarted</b> at {clockTime((snapshot.restartedAt ?? 0) / 1_000)}
            {snapshot.hello.features.snapshot
              ? '.'
              : '; what came before is not kept (no snapshot is configured).'}
          </span>
        </p>
      )}
      {snapshot?.state.partial.map((missing) => (
        <p class="banner" data-state="partial" key={missing}>
          <span>
            <b>Incomplete:</b> {missing}
          </span>
        </p>
      ))}
      {historyProblem !== null && line.state === 'live' && (
        <p class="banner" data-state="history-problem">
          <span>
            <b>History could not be loaded:</b> {historyProblem}
          </span>
        </p>
      )}
    </div>
  );
}
