import { randomBytes, randomFillSync } from 'node:crypto';
import { requestId, type RequestId } from '../core/ids.ts';

/** Unique and cheap: random per process, counted within it. 22 characters, sortable within a process. */
export function requestIds(prefix: string = randomBytes(8).toString('hex')): () => RequestId {
  let count = 0;
  return () => requestId(`${prefix}-${(count++).toString(36).padStart(5, '0')}`);
}

const ENTRY_ID_BYTES = 8;
const drawn = Buffer.alloc(ENTRY_ID_BYTES * 256);
let next = drawn.length;

/** 16 hexadecimal digits, all of them random: unique among all entries that replicas share. Drawn by the hundred. */
export function entryId(): string {
  if (next === drawn.length) {
    randomFillSync(drawn);
    next = 0;
  }
  next += ENTRY_ID_BYTES;
  return drawn.toString('hex', next - ENTRY_ID_BYTES, next);
}
