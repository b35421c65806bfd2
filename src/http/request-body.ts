import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../core/errors.ts';
import type { Clock, Timer } from '../runtime/clock.ts';

export interface BodyLimits {
  /** Bytes. */
  readonly bodyBytes: number;
  /** Milliseconds for the whole body to arrive. */
  readonly requestTimeoutMs: number;
}

/**
 * Collects a request body. Bounded in size and in time; a client that stops sending holds nothing
 * but its socket, and that only until the timeout.
 */
export function readRequestBody(request: IncomingMessage, limits: BodyLimits, clock: Clock): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.bodyBytes) return Promise.reject(tooLarge(limits.bodyBytes, declared));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer: Timer = clock.setTimer(limits.requestTimeoutMs, () => {
      settle(bodyLate(limits.requestTimeoutMs));
    });
    const settle = (error: Error | null): void => {
      timer.cancel();
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      if (error !== null) {
        request.pause();
        reject(error);
        return;
      }
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.bodyBytes) {
        settle(tooLarge(limits.bodyBytes, null));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle(null);
    };
    const onClose = (): void => {
      settle(bodyLost());
    };
    if (request.destroyed && !request.readableEnded) {
      onClose();
      return;
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

export function bodyLate(timeoutMs: number): GatewayError {
  return new GatewayError('request_timeout', `the request body did not arrive within ${timeoutMs} ms`);
}

export function bodyLost(): GatewayError {
  return new GatewayError(
    'client_closed',
    'the client closed the connection before its request was complete',
  );
}

export function tooLarge(limit: number, declared: number | null): GatewayError {
  const size = declared === null ? 'larger' : `${declared} bytes, more`;
  return new GatewayError(
    'body_too_large',
    `the request body is ${size} than the limit of ${limit} bytes (limits.bodyBytes)`,
  );
}

/** What is still read, and for how long, of a body that was refused, so that its sender gets to read why. */
const DISCARD_BYTES = 64 * 1024 * 1024;
export const DISCARD_MS = 2_000;

/**
 * Reads the rest of a refused body into nothing. Closing a connection while its peer is still
 * sending makes the peer see a reset instead of the answer; so the rest is drained first, within bounds.
 */
export function discardBody(request: IncomingMessage, clock: Clock): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = DISCARD_BYTES;
    const done = (): void => {
      timer.cancel();
      request.off('data', onData).off('end', done).off('close', done);
      resolve();
    };
    const onData = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left <= 0) done();
    };
    const timer = clock.setTimer(DISCARD_MS, done);
    request.on('data', onData).on('end', done).on('close', done);
    request.resume();
  });
}
