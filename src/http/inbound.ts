import type { CancelToken } from '../core/cancel.ts';
import type { GatewayError } from '../core/errors.ts';
import type { HeaderBag, HeaderList } from '../core/request.ts';
import type { Route } from '../core/route.ts';
import type { ByteStream } from '../core/stream.ts';

/** What a listener (or `gateway.fetch`) hands to `handle`: a routed request whose body is not read yet. */
export interface InboundRequest {
  readonly route: Route;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderBag;
  /** Fires when the client goes away. */
  readonly cancel: CancelToken;
  /** The whole body; at once where all of it has come. Rejects with `body_too_large`, `request_timeout` or `client_closed`. */
  readBody(): Promise<Buffer> | Buffer;
  /** The body as it arrives, for routes that pass it through. */
  streamBody(): AsyncIterable<Uint8Array>;
}

/** What `handle` gives back: ready to be written, closing events already attached to its body. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer | ByteStream | null;
  /**
   * What to append to a stream that fails after its first byte; null where the format has no
   * in-band error and only cutting the connection is honest.
   */
  readonly inBandError: ((error: GatewayError) => Buffer) | null;
}

export type HandleRequest = (inbound: InboundRequest) => Promise<OutboundResponse>;
