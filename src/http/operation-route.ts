/**
 * One path of the operations plane and what answers it. The parts that own something worth asking about or
 * acting on (breakers, cache, page, runbooks) hand their routes to `operations.ts`, which alone knows HTTP:
 * who may ask, how a body is read, how an answer is written.
 */
import type { CancelToken } from '../core/cancel.ts';
import type { JsonValue } from '../core/json.ts';

export interface OperationRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/admin/breakers/{name}/isolate`: `{name}` takes one segment, percent-decoded; a last `{rest...}` takes all that follow. */
  readonly path: string;
  /** Answered without the token, as `/livez` is. Default false. */
  readonly open?: boolean;
  /** The largest JSON body taken, bytes. 0 (the default): a body is not read. Larger ones get 413. */
  readonly bodyBytes?: number;
  /** What a changing route does, as log and metrics name it (`breaker.isolate`). Default: its method and path. */
  readonly action?: string;
  /** Throws (or rejects with) a GatewayError to refuse; anything else it throws is a defect and answers 500. */
  handle(call: OperationCall): OperationReply | Promise<OperationReply>;
}

export interface OperationCall {
  readonly path: string;
  /** What the `{…}` of the path took. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed body; null when there was none or the route takes none. */
  readonly json: JsonValue | null;
  /** Fires when the asker goes away. */
  readonly cancel: CancelToken;
}

export interface OperationReply {
  readonly status: number;
  readonly contentType: string;
  /** Whole, or a function that is handed the open answer (event streams, long exports). */
  readonly body: string | Uint8Array | ((stream: OperationStream) => void);
  /** Further header fields, flat: name, value, name, value. `cache-control` is `no-store` unless named here. */
  readonly headers?: readonly string[];
}

/** An answer that is still being written. */
export interface OperationStream {
  /** False asks to wait for `onDrain`: the reader is slower than the writer. */
  write(chunk: string | Uint8Array): boolean;
  /** Bytes written and not yet taken by the reader's connection. */
  readonly pendingBytes: number;
  onDrain(callback: () => void): void;
  /** Called once, when the reader is gone or the answer has ended. */
  onClose(callback: () => void): void;
  end(): void;
  /** Cuts the connection: a reader too slow to be kept. */
  destroy(): void;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function jsonReply(value: JsonValue, status = 200, headers: readonly string[] = []): OperationReply {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(value, null, 2)}\n`, headers };
}
