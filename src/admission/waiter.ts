import type { CancelToken } from '../core/cancel.ts';
import type { ClientId } from '../core/ids.ts';

export interface PermitWaiter {
  readonly client: ClientId;
  /** Monotonic milliseconds, or null for none. */
  readonly deadlineAt: number | null;
  readonly cancel: CancelToken;
  /** Higher goes first. Default 0. */
  readonly priority?: number;
  /** Monotonic milliseconds since when it waits, where that was begun in another line. Default now. */
  readonly since?: number;
  /** It has stood in another line before and was counted there as joining. */
  readonly rejoins?: boolean;
}
