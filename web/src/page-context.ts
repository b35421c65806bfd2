/** What every view needs, so that no view has to be handed it through those above. */
import { createContext, type Context } from 'preact';
import { useContext } from 'preact/hooks';
import type { ActionId } from '../../src/live/protocol.ts';
import type { Address } from './address.ts';
import type { OpenSpan } from './charts/model.ts';
import type { Past } from './feed/history.ts';
import type { Snapshot } from './feed/snapshot.ts';

export interface Page {
  readonly snapshot: Snapshot;
  readonly address: Address;
  readonly past: Past;
  /** Times with a breaker open, marked on every chart. */
  readonly marks: readonly OpenSpan[];
  /** The gateway's time that the page shows: the end of its time axis, unix milliseconds. Stands still while paused. */
  readonly now: number;
  /** Asks the reader, then the gateway. */
  readonly ask: (request: ActionRequest) => void;
}

export interface ActionRequest {
  readonly id: ActionId;
  /** What it acts on: fills `{name}` or `{id}` of the action's path. */
  readonly subject: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export const PageContext: Context<Page | null> = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('a view was drawn outside the page');
  return page;
}

/** Whether the gateway offers an action; what it does not offer is not shown. */
export function offers({ snapshot }: Page, id: ActionId): boolean {
  return snapshot.hello.actions.some((action) => action.id === id);
}

/** The value of a series of a panel in the last second; null when it has none. */
export function current({ snapshot }: Page, panel: string, key: string): number | null {
  return snapshot.tick?.values[panel]?.[key] ?? null;
}
