import { asGatewayError } from '../core/errors.ts';
import type { ByteStream } from '../core/stream.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { HeaderList } from '../core/request.ts';
import type { OutboundResponse } from './inbound.ts';

/** What an answer is written to: as much of `ServerResponse` as that takes. */
export interface ResponseWriter {
  readonly destroyed: boolean;
  /** All of it was handed to the system. */
  readonly writableFinished: boolean;
  readonly writableNeedDrain: boolean;
  writeHead(status: number, headers: HeaderList): unknown;
  /** False asks to wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  end(chunk?: Uint8Array): unknown;
  destroy(): unknown;
  /** `close`: it is finished, or will never be. */
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * Writes an answer: at once, with back-pressure towards the upstream, and never for longer than the
 * client keeps reading. A stream that fails ends with the dialect's in-band error, or, where
 * the format has none, with a cut connection: never with a silent, clean-looking end.
 */
export function writeResponse(
  response: ResponseWriter,
  outbound: OutboundResponse,
  options: { readonly clock: Clock; readonly clientStallMs: number; readonly onStall: () => void },
): void {
  const { body } = outbound;
  if (response.destroyed) {
    if (body !== null && !Buffer.isBuffer(body)) body.cancel(new Error('the client is gone'));
    return;
  }
  response.writeHead(outbound.status, outbound.headers);
  if (body === null) response.end();
  else if (Buffer.isBuffer(body)) endWith(response, body, options);
  else pump(response, body, outbound, options);
}

type WriteOptions = Parameters<typeof writeResponse>[2];

/** A whole body that the client does not take is dropped after the stall limit, socket and all. */
function endWith(response: ResponseWriter, body: Buffer, options: WriteOptions): void {
  response.end(body);
  if (!response.writableNeedDrain) return;
  const timer = options.clock.setTimer(options.clientStallMs, () => {
    options.onStall();
    response.destroy();
  });
  response.on('close', () => {
    timer.cancel();
  });
}

function pump(
  response: ResponseWriter,
  body: ByteStream,
  outbound: OutboundResponse,
  options: WriteOptions,
): void {
  let stall: Timer | null = null;
  let waiting = false;
  let finished = false;

  response.on('drain', () => {
    if (!waiting) return;
    waiting = false;
    stall?.cancel();
    stall = null;
    body.resume();
  });
  response.on('close', () => {
    stall?.cancel();
    if (finished) return;
    finished = true;
    body.cancel(new Error('the client closed the connection'));
  });

  body.start({
    write(chunk: Uint8Array): boolean {
      if (finished) return true;
      if (response.write(chunk)) return true;
      if (!waiting) {
        waiting = true;
        stall = options.clock.setTimer(options.clientStallMs, () => {
          options.onStall();
          response.destroy();
        });
      }
      return false;
    },
    end(): void {
      finished = true;
      stall?.cancel();
      response.end();
    },
    fail(error: Error): void {
      if (finished) return;
      finished = true;
      stall?.cancel();
      if (outbound.inBandError === null) response.destroy();
      else response.end(outbound.inBandError(asGatewayError(error)));
    },
  });
}
