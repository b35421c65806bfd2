/**
 * The worker processes: `GET /admin/workers` lists them, `POST /admin/workers/restart` replaces each by a new one, one after the
 * other, so that no request fails: for memory that has grown, or a certificate that is read at the start. It answers at once; the list shows how far it is.
 */
import type { JsonValue } from '../core/json.ts';
import { jsonReply, type OperationRoute } from '../http/operation-route.ts';

export interface WorkersDesk {
  list(): readonly WorkerView[];
  /** Begins it, unless it is under way already. How many are to be replaced. */
  restart(): number;
}

export interface WorkerView {
  readonly name: string;
  readonly pid: number;
  readonly ready: boolean;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly inFlight: number;
  readonly residentBytes: number | null;
  readonly cacheEntries: number | null;
}

export function workerRoutes(desk: WorkersDesk): readonly OperationRoute[] {
  return [
    { method: 'GET', path: '/admin/workers', handle: () => jsonReply(desk.list().map(workerJson)) },
    {
      method: 'POST',
      path: '/admin/workers/restart',
      action: 'workers.restart',
      handle: () => jsonReply({ replacing: desk.restart() }, 202),
    },
  ];
}

function workerJson({ startedAt, ...worker }: WorkerView): JsonValue {
  return { ...worker, startedAt: new Date(startedAt).toISOString() };
}
