import type { JSX } from 'preact';
import type { LogEntry } from '../../../src/live/protocol.ts';
import { dayTime } from '../format.ts';
import { usePage } from '../page-context.ts';
import { StateMark, type Health } from './state-mark.tsx';

const HEALTH: Readonly<Record<LogEntry['level'], Health>> = {
  good: 'ok',
  info: 'idle',
  warn: 'warn',
  bad: 'bad',
};
const SPOKEN: Readonly<Record<LogEntry['level'], string>> = {
  good: 'good',
  info: 'information',
  warn: 'warning',
  bad: 'problem',
};

/** Newest first. */
export function EventList({ entries }: { readonly entries: readonly LogEntry[] }): JSX.Element {
  const { now } = usePage();
  return (
    <ol class="events stale-able">
      {entries.map((entry) => (
        <li key={entry.seq}>
          <time dateTime={new Date(entry.at).toISOString()}>{dayTime(entry.at / 1_000, now / 1_000)}</time>
          <StateMark health={HEALTH[entry.level]} size={10} />
          <span class="unseen">{SPOKEN[entry.level]}: </span>
          <span class="event-text">{entry.text}</span>
          <span class="event-kind">{entry.kind}</span>
        </li>
      ))}
    </ol>
  );
}
