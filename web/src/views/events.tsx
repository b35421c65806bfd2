import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { EventsReply } from '../../../src/live/protocol-replies.ts';
import type { LogEntry } from '../../../src/live/protocol.ts';
import { go, withFilters } from '../address.ts';
import { problemOf } from '../feed/event-stream.ts';
import { usePage } from '../page-context.ts';
import { Choices } from '../parts/choices.tsx';
import { EventList } from '../parts/event-list.tsx';
import { toast } from '../parts/toast.tsx';
import { authorisation } from '../token.ts';

const KINDS = [
  ['', 'All'],
  ['breaker', 'Breakers'],
  ['upstream', 'Upstreams'],
  ['cache', 'Cache'],
  ['config', 'Configuration'],
  ['limit', 'Limits'],
  ['gateway', 'Gateway'],
  ['operator', 'Operators'],
] as const;

const PAGE_SIZE = 100;

export function Events(): JSX.Element {
  const { snapshot, address } = usePage();
  const [older, setOlder] = useState<readonly LogEntry[]>([]);
  const [more, setMore] = useState(true);
  const { session } = snapshot.hello;
  useEffect(() => {
    setOlder([]);
    setMore(true);
  }, [session]);
  const kind = KINDS.find(([name]) => name === address.filters['kind'])?.[0] ?? '';
  const first = snapshot.log[0]?.seq;
  // What has come in by the stream since older entries were loaded may overlap with them.
  const all = [...older.filter(({ seq }) => first === undefined || seq < first), ...snapshot.log].reverse();
  const shown = kind === '' ? all : all.filter((entry) => entry.kind === kind);
  const loadOlder = async (): Promise<void> => {
    try {
      const oldest = older[0]?.seq ?? first ?? Number.MAX_SAFE_INTEGER;
      const response = await fetch(`./api/events?before=${oldest}&limit=${PAGE_SIZE}`, {
        headers: authorisation(),
      });
      if (!response.ok) throw await problemOf(response);
      const reply = (await response.json()) as EventsReply;
      setOlder((known) => [...[...reply.entries].reverse(), ...known]);
      setMore(reply.more);
    } catch (error) {
      toast(`Older events could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <>
      <header class="view-title">
        <div>
          <h1>Events</h1>
          <p class="note">What happened, and when?</p>
        </div>
      </header>
      <div class="scroll-x">
        <Choices
          label="Kind of event"
          options={KINDS}
          value={kind}
          choose={(next) => go(withFilters(address, { kind: next }))}
        />
      </div>
      {shown.length === 0 ? <p class="panel-empty">No such event.</p> : <EventList entries={shown} />}
      {more && first !== undefined && (
        <button type="button" onClick={() => void loadOlder()}>
          Older events
        </button>
      )}
    </>
  );
}
