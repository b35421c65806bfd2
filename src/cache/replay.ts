import type { ReplayBody } from '../core/dialect.ts';
import type { GatewayResponse } from '../core/request.ts';
import type { CacheEntry } from './store/port.ts';

export interface Hit {
  readonly entry: CacheEntry;
  /** Null for an exact hit. */
  readonly similarity: number | null;
}

/**
 * A stored answer in the form this request asked for, JSON or stream, with where it comes from in its
 * headers.
 */
export function replay({ entry, similarity }: Hit, written: ReplayBody, wallMs: number): GatewayResponse {
  const { chunks, contentType, streaming } = written;
  const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  // A clock that was set back must not make an answer younger than new.
  const age = Math.max(0, Math.floor((wallMs - entry.storedAt) / 1_000));
  const headers = ['content-type', contentType];
  if (!streaming) headers.push('content-length', String(body.length));
  headers.push('x-llamascope-cache', similarity === null ? 'hit-exact' : 'hit-semantic');
  if (similarity !== null) headers.push('x-llamascope-similarity', similarity.toFixed(4));
  headers.push('age', String(age), 'x-llamascope-entry', entry.id);
  return { status: 200, headers, body, streaming };
}
