import { GatewayError } from '../core/errors.ts';

/** The code of each reason for which a line turns a request away. */
export const CODES = {
  full: 'queue_full',
  timeout: 'queue_timeout',
  deadline: 'deadline_exceeded',
} as const;

export type RejectReason = keyof typeof CODES;

/** Bounds of what a refused client is told to wait: an estimate should neither hammer nor banish. */
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

export function retryAfterMs(expectedWaitMs: number): number {
  return Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, Math.ceil(expectedWaitMs)));
}

export function isDeadline(reason: Error | null): boolean {
  return reason instanceof GatewayError && reason.code === 'deadline_exceeded';
}
