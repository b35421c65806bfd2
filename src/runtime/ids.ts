import { randomBytes } from 'node:crypto';
import { requestId, type RequestId } from '../core/ids.ts';

/** Unique and cheap: random per process, counted within it. 22 characters, sortable within a process. */
export function requestIds(prefix: string = randomBytes(8).toString('hex')): () => RequestId {
  let count = 0;
  return () => requestId(`${prefix}-${(count++).toString(36).padStart(5, '0')}`);
}
