/**
 * The past of the panels in view. Loaded once for a view and a range, then grown by the ticks of the stream while the
 * steps are short; longer steps are loaded again as they end. A gap in the stream loads everything anew.
 */
import type { HistoryReply, HistorySeries } from '../../../src/live/protocol-replies.ts';
import type { PanelInfo, SeriesInfo, Tick } from '../../../src/live/protocol.ts';
import { authorisation } from '../token.ts';
import { problemOf } from './event-stream.ts';
import type { Snapshot } from './snapshot.ts';

export type Past = ReadonlyMap<string, HistoryReply>;

export async function loadPanel(
  panel: string,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<HistoryReply> {
  const query = new URLSearchParams({ panel, from: String(Math.round(from)), to: String(Math.round(to)) });
  const response = await fetch(`./api/history?${query.toString()}`, {
    headers: authorisation(),
    signal,
    cache: 'no-store',
  });
  if (!response.ok) throw await problemOf(response);
  const reply = (await response.json()) as HistoryReply;
  // Whatever stands between may answer 200 with something of its own.
  if (!Array.isArray(reply.times) || !Array.isArray(reply.series) || !(reply.stepSeconds > 0))
    throw new Error(`the history of ${panel} was not understood`);
  return reply;
}

/** The stream's values mean the same as the history's only while both are taken over the same window. */
export function growsByTicks(reply: HistoryReply, panel: PanelInfo): boolean {
  return reply.source === 'live' && reply.stepSeconds <= 5 && reply.windowSeconds === panel.windowSeconds;
}

const LEAST_WINDOW_MS = 60_000;

/**
 * Where the window of a range begins, unix milliseconds. A gateway that is younger than the range fills the width with what
 * there is, in short steps, rather than with emptiness; what a Prometheus knows may be older than the gateway.
 */
export function windowStart({ hello }: Snapshot, rangeSeconds: number, now: number): number {
  const wanted = now - rangeSeconds * 1_000;
  const { since, tiers } = hello.history;
  const own = Math.max(...tiers.map(({ spanSeconds }) => spanSeconds));
  if (since === null || rangeSeconds > own) return wanted;
  return Math.max(wanted, Math.min(since, now - LEAST_WINDOW_MS));
}

const GAP_MS = 5_000;

/** More than a few steps lie between what is known and a tick. */
export function hasGap(reply: HistoryReply, tick: Tick): boolean {
  const last = reply.times.at(-1);
  return reply.stepSeconds <= 5 && last !== undefined && tick.at - last > reply.stepSeconds * 1_000 + GAP_MS;
}

/** With the values of a tick at its end, and without what has left the window. */
export function grow(
  reply: HistoryReply,
  tick: Tick,
  known: readonly SeriesInfo[],
  span: number,
): HistoryReply {
  const last = reply.times.at(-1) ?? 0;
  if (tick.at - last < reply.stepSeconds * 1_000 * 0.9) return reply;
  const values = tick.values[reply.panel] ?? {};
  const drop = reply.times.findIndex((time) => time >= tick.at - span);
  const from = Math.max(0, drop);
  const added = known.filter(({ key }) => key in values && !reply.series.some((one) => one.key === key));
  const empty = added.map((info): HistorySeries => ({
    ...info,
    values: reply.times.map(() => null),
    whole: null,
  }));
  return {
    ...reply,
    times: [...reply.times.slice(from), tick.at],
    to: tick.at,
    series: [...reply.series, ...empty].map((one) => ({
      ...one,
      values: [...one.values.slice(from), values[one.key] ?? null],
    })),
  };
}
