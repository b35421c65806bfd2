import type { GatewayResponse } from '../core/request.ts';
import { tapStream, type StreamTap } from '../core/stream.ts';

/** What a capture reports, once, when the whole answer has passed; null: it was larger than allowed. */
export type OnCaptured = (body: Buffer | null, streamed: boolean) => void;

/**
 * Collects a good answer while it passes to the client, without holding back a byte of it. An answer
 * that failed, was cut or was given up by the client is never reported.
 */
export function captureAnswer(
  response: GatewayResponse,
  maxBytes: number,
  onCaptured: OnCaptured,
): GatewayResponse {
  const { body, status, outcome, streaming } = response;
  if (status !== 200 || (outcome ?? 'success') !== 'success' || body === null) return response;
  if (Buffer.isBuffer(body)) {
    onCaptured(body.length > maxBytes ? null : body, streaming);
    return response;
  }
  return { ...response, body: tapStream(body, new StreamCapture(maxBytes, streaming, onCaptured)) };
}

class StreamCapture implements StreamTap {
  readonly #maxBytes: number;
  readonly #streamed: boolean;
  readonly #onCaptured: OnCaptured;
  /** Null once there is too much, or nothing more to come. */
  #chunks: Uint8Array[] | null = [];
  #length = 0;

  constructor(maxBytes: number, streamed: boolean, onCaptured: OnCaptured) {
    this.#maxBytes = maxBytes;
    this.#streamed = streamed;
    this.#onCaptured = onCaptured;
  }

  onChunk(chunk: Uint8Array): void {
    if (this.#chunks === null) return;
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) this.#chunks = null;
    else this.#chunks.push(chunk);
  }

  onEnd(): void {
    const chunks = this.#chunks;
    this.#chunks = null;
    this.#onCaptured(chunks === null ? null : Buffer.concat(chunks, this.#length), this.#streamed);
  }

  onFail(): void {
    this.#chunks = null;
  }

  onCancel(): void {
    this.#chunks = null;
  }
}
