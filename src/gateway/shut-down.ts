import type { LivePage } from '../live/live.ts';
import type { Listeners } from './listeners.ts';
import { sleep } from '../runtime/clock.ts';
import type { Parts } from './parts.ts';

const LAST_WRITE_MS = 1_000;

/**
 * Not ready → no new connections → queued requests turned away → streams to the deadline → the rest cut → all closed.
 * With `lingerMs` requests are taken for so long on connections that are there: others serve those that come.
 */
export async function shutDown(
  parts: Parts,
  { listeners, live }: { readonly listeners: Listeners; readonly live: LivePage | null },
  deadlineMs: number,
  lingerMs = 0,
): Promise<void> {
  parts.draining = lingerMs === 0;
  const until = parts.clock.now() + deadlineMs;
  // An operations plane of its own stays to the end: it is how one sees that this is not ready, and what still runs.
  listeners.data.stopAccepting(lingerMs);
  // Its streams would hold their connections open to the deadline.
  const livePageClosed = live?.close();
  // Requests that come in on connections that linger are to be served.
  if (lingerMs > 0) await sleep(parts.clock, Math.min(lingerMs, deadlineMs));
  parts.draining = true;
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
