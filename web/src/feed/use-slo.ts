/** The objectives, asked for anew every few seconds while they are in view; what was known stays when asking fails. */
import { useEffect, useState } from 'preact/hooks';
import type { SloReply } from '../../../src/live/protocol-replies.ts';
import { authorisation } from '../token.ts';
import { problemOf } from './event-stream.ts';

const EVERY_MS = 5_000;

export interface Slo {
  readonly reply: SloReply | null;
  /** Why it could not be asked, or null. */
  readonly problem: string | null;
}

export function useSlo(): Slo {
  const [slo, setSlo] = useState<Slo>({ reply: null, problem: null });
  useEffect(() => {
    const gone = new AbortController();
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      try {
        const response = await fetch('./api/slo', {
          headers: authorisation(),
          signal: gone.signal,
          cache: 'no-store',
        });
        if (!response.ok) throw await problemOf(response);
        setSlo({ reply: (await response.json()) as SloReply, problem: null });
      } catch (error) {
        if (!gone.signal.aborted) setSlo(({ reply }) => ({ reply, problem: (error as Error).message }));
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => {
      gone.abort();
      clearInterval(timer);
    };
  }, []);
  return slo;
}
