import { useEffect, useRef, useState } from 'preact/hooks';
import type { Feed } from './connection.ts';
import { grow, growsByTicks, hasGap, loadPanel, windowStart, type Past } from './history.ts';

export interface PastView {
  readonly past: Past;
  /** Why the last load failed; null while all is well. */
  readonly problem: string | null;
}

/** How often the figures over a whole range are computed anew for panels that grow by ticks; sooner while there are none. */
const WHOLE_EVERY_S = 60;
const WHOLE_AT_FIRST_S = 10;

/** The history of some panels over the last `range` seconds, kept up to date unless paused. */
export function usePast(ids: readonly string[], range: number, feed: Feed, paused: boolean): PastView {
  const [past, setPast] = useState<Past>(new Map());
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const shown = useRef({ range, session: '' });
  const { snapshot } = feed;
  const session = snapshot?.hello.session ?? '';
  const live = feed.line.state === 'live';
  const wanted = ids.join();

  useEffect(() => {
    if (!live || snapshot === null || paused) return;
    const abort = new AbortController();
    const fresh = shown.current.range !== range || shown.current.session !== session;
    shown.current = { range, session };
    if (fresh) setPast(new Map());
    const to = Date.now() + snapshot.clockShift;
    for (const id of ids) {
      loadPanel(id, windowStart(snapshot, range, to), to, abort.signal).then(
        (reply) => {
          setProblem(null);
          setPast((known) => new Map(known).set(id, reply));
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
        },
      );
    }
    return () => abort.abort();
    // `snapshot` changes with each tick and is only read for the clock.
  }, [wanted, range, session, live, paused, round]);

  const tick = snapshot?.tick ?? null;
  useEffect(() => {
    if (tick === null || snapshot === null || paused || !live) return;
    // The tab was hidden, or ticks were lost: what is missing is asked for rather than drawn over.
    if ([...past.values()].some((reply) => hasGap(reply, tick))) setRound((count) => count + 1);
    setPast((known) => {
      const out = new Map(known);
      for (const [id, reply] of known) {
        const panel = snapshot.panels.get(id);
        if (panel !== undefined && growsByTicks(reply, panel))
          out.set(id, grow(reply, tick, snapshot.series.get(id) ?? [], range * 1_000));
      }
      return out;
    });
  }, [tick]);

  // Panels with long steps do not grow; they are asked for again.
  const longest = Math.max(0, ...[...past.values()].map(({ stepSeconds }) => stepSeconds));
  const known = [...past.values()].some(({ series }) =>
    series.some(({ whole }) => whole !== null && whole > 0),
  );
  const every = longest > 5 ? Math.min(60, longest) : known ? WHOLE_EVERY_S : WHOLE_AT_FIRST_S;
  useEffect(() => {
    if (paused) return;
    const timer = setInterval(() => setRound((count) => count + 1), every * 1_000);
    return () => clearInterval(timer);
  }, [every, paused]);

  return { past, problem };
}
