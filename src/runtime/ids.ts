import { randomBytes, randomUUID } from 'node:crypto';
import { requestId, type RequestId } from '../core/ids.ts';

/** Unique and cheap: random per process, counted within it. 22 characters, sortable within a process. */
export function requestIds(prefix: string = randomBytes(8).toString('hex')): () => RequestId {
  let count = 0;
  return () => requestId(`${prefix}-${(count++).toString(36).padStart(5, '0')}`);
}

/** 16 hexadecimal digits, all of them random: unique among all entries that replicas share. */
export function entryId(): string {
  const uuid = randomUUID();
  // Without the digits that say which version and variant it is of.
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(24, 28);
}
