/**
 * Who goes first in a queue. A priority comes from what the operator wrote down: by API key, else the default. A
 * caller may lower itself by header as it likes, and raise itself only up to `headerMax`. A client's name is free to
 * choose, so a name can only lower.
 */
import { hash } from 'node:crypto';
import { tenantId, type ClientId, type TenantId } from '../core/ids.ts';

export interface PriorityOptions {
  /** For everybody whom nothing below names. */
  readonly default: number;
  /** The most that a request may give itself by `x-llamascope-priority`. */
  readonly headerMax: number;
  readonly keys: readonly { readonly key: string; readonly priority: number }[];
  /** By `x-llamascope-client`. */
  readonly clients: Readonly<Record<string, number>>;
}

export interface Asker {
  readonly client: ClientId;
  readonly tenant: TenantId;
  /** What it asked for by header, or null. */
  readonly priority: number | null;
}

/** Higher goes first. */
export type PriorityOf = (asker: Asker) => number;

export function createPriorities(options: PriorityOptions): PriorityOf {
  const { headerMax } = options;
  const keys = new Map<TenantId, number>();
  for (const { key, priority } of options.keys) {
    for (const credential of [`Bearer ${key}`, key]) keys.set(tenantOf(credential), priority);
  }
  const clients = new Map(Object.entries(options.clients));
  return ({ client, tenant, priority: wanted }) => {
    let granted = (keys.size === 0 ? undefined : keys.get(tenant)) ?? options.default;
    if (clients.size > 0) granted = Math.min(granted, clients.get(client) ?? granted);
    return wanted === null ? granted : Math.min(wanted, Math.max(granted, headerMax));
  };
}

/** As `http/request-head.ts` derives it. */
function tenantOf(credential: string): TenantId {
  return tenantId(hash('sha256', credential, 'hex'));
}
