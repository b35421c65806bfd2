import type { LivePage } from '../live/live.ts';
import type { Listeners } from './listeners.ts';
import type { Parts } from './parts.ts';

const LAST_WRITE_MS = 1_000;

/** Not ready → no new connections → queued requests turned away → streams to the deadline → the rest cut → all closed. */
export async function shutDown(
  parts: Parts,
  { listeners, live }: { readonly listeners: Listeners; readonly live: LivePage | null },
  deadlineMs: number,
): Promise<void> {
  parts.draining = true;
  const until = parts.clock.now() + deadlineMs;
  // An operations plane of its own stays to the end: it is how one sees that this is not ready, and what still runs.
  listeners.data.stopAccepting();
  // Its streams would hold their connections open to the deadline.
  const livePageClosed = live?.close();
  await parts.upstreams.close(deadlineMs);
  // What the upstreams no longer feed ends with its in-band error; this leaves it a moment to be written.
  const leftMs = Math.max(LAST_WRITE_MS, until - parts.clock.now());
  await Promise.all(listeners.all.map((listener) => listener.close(leftMs)));
  await livePageClosed;
  await parts.ready;
  await parts.embedder.close();
  await parts.cache.close();
  parts.telemetry.close();
  parts.log.close();
}
