/** The stream of the gateway as a value that a component can draw; closed while the tab is hidden. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Connection, type Feed } from './feed/connection.ts';

export function useFeed(): { readonly feed: Feed; readonly reconnect: () => void } {
  const [feed, setFeed] = useState<Feed>({ line: { state: 'connecting' }, snapshot: null, heardAt: 0 });
  const connection = useRef<Connection | null>(null);
  useEffect(() => {
    const made = new Connection(setFeed);
    connection.current = made;
    const seen = (): void => {
      if (document.hidden) made.close();
      else made.open();
    };
    document.addEventListener('visibilitychange', seen);
    made.open();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      made.close();
    };
  }, []);
  return { feed, reconnect: () => connection.current?.open() };
}

/** Browser time, milliseconds, a few times a second: ages grow also while nothing arrives. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
