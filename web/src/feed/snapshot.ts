/** What the page knows: one immutable value, made anew with each frame of the stream. */
import type {
  Hello,
  LogEntry,
  PanelInfo,
  SemanticHit,
  SeriesInfo,
  StateView,
  StreamFrame,
  Tick,
} from '../../../src/live/protocol.ts';

export interface Snapshot {
  readonly hello: Hello;
  readonly panels: ReadonlyMap<string, PanelInfo>;
  /** By panel. */
  readonly series: ReadonlyMap<string, readonly SeriesInfo[]>;
  readonly state: StateView;
  /** Null until the first tick. */
  readonly tick: Tick | null;
  /** Oldest first. */
  readonly log: readonly LogEntry[];
  readonly hits: readonly SemanticHit[];
  /** Gateway time less browser time, milliseconds: ages are computed in the gateway's time. */
  readonly clockShift: number;
  /** The gateway came back as another process while the page was open; unix milliseconds of that process' start. */
  readonly restartedAt: number | null;
}

const LOG_KEPT = 500;
const HITS_KEPT = 200;

/** The page made for another protocol must be loaded again before it can understand the gateway. */
export const PROTOCOL: Hello['protocol'] = 1;

export function begin(hello: Hello, before: Snapshot | null, now: number): Snapshot {
  const sameRun = before !== null && before.hello.session === hello.session;
  return {
    hello,
    panels: new Map(hello.views.flatMap(({ panels }) => panels.map((panel) => [panel.id, panel] as const))),
    series: addSeries(new Map(), hello.series),
    state: hello.state,
    tick: sameRun ? before.tick : null,
    log: mergeLog([], hello.log),
    hits: hello.hits,
    clockShift: hello.at - now,
    restartedAt: before === null ? null : sameRun ? before.restartedAt : hello.startedAt,
  };
}

export function advance(snapshot: Snapshot, frame: StreamFrame, now: number): Snapshot {
  switch (frame.event) {
    case 'hello':
      return begin(frame.data, snapshot, now);
    case 'tick':
      return {
        ...snapshot,
        tick: frame.data,
        state: frame.data.state ?? snapshot.state,
        series:
          frame.data.added === undefined ? snapshot.series : addSeries(snapshot.series, frame.data.added),
        clockShift: frame.data.at - now,
      };
    case 'log':
      return { ...snapshot, log: mergeLog(snapshot.log, [frame.data]) };
    case 'hits':
      return { ...snapshot, hits: [...snapshot.hits, ...frame.data].slice(-HITS_KEPT) };
    case 'bye':
      return snapshot;
  }
}

/** Replayed entries may be known already. */
function mergeLog(known: readonly LogEntry[], more: readonly LogEntry[]): readonly LogEntry[] {
  const bySeq = new Map([...known, ...more].map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(-LOG_KEPT);
}

function addSeries(
  known: ReadonlyMap<string, readonly SeriesInfo[]>,
  added: readonly SeriesInfo[],
): ReadonlyMap<string, readonly SeriesInfo[]> {
  const out = new Map(known);
  for (const one of added) {
    const there = out.get(one.panel) ?? [];
    if (!there.some(({ key }) => key === one.key)) out.set(one.panel, [...there, one]);
  }
  return out;
}
