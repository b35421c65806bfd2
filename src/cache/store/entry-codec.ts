/**
 * One entry as bytes, the same for every place that keeps entries: a mark with the version of the form, a checksum
 * over all that follows, the entry as JSON, and its vector as it is in memory. What does not carry its own
 * checksum is no entry: half a write, a flipped bit or a foreign file decode to null, never to an answer.
 */
import { hash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import type { CacheEntry } from './port.ts';

const MARK = 'LSE2';
/** The form before, which kept the native form of an answer as values. Read, no longer written. */
const OLDER_MARK = 'LSE1';
const DIGEST_BYTES = 16;
const HEAD_BYTES = MARK.length + DIGEST_BYTES + 4;

type Stored = Omit<CacheEntry, 'embedding'> & { readonly embeddedBy: string | null };

export function encodeEntry(entry: CacheEntry): Uint8Array<ArrayBuffer> {
  const { embedding, ...rest } = entry;
  const stored: Stored = { ...rest, embeddedBy: embedding?.identity ?? null };
  const json = Buffer.from(JSON.stringify(stored));
  const vector = embedding?.vector ?? new Float32Array(0);
  const bytes = new Uint8Array(HEAD_BYTES + json.length + vector.byteLength);
  bytes.set(Buffer.from(MARK, 'latin1'), 0);
  new DataView(bytes.buffer).setUint32(MARK.length + DIGEST_BYTES, json.length, true);
  bytes.set(json, HEAD_BYTES);
  bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), HEAD_BYTES + json.length);
  bytes.set(digest(bytes), MARK.length);
  return bytes;
}

/** Null for whatever `encodeEntry` did not write. */
export function decodeEntry(given: Uint8Array): CacheEntry | null {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length < HEAD_BYTES) return null;
  const mark = bytes.toString('latin1', 0, MARK.length);
  if (mark !== MARK && mark !== OLDER_MARK) return null;
  if (!digest(bytes).equals(bytes.subarray(MARK.length, MARK.length + DIGEST_BYTES))) return null;
  const jsonEnd = HEAD_BYTES + bytes.readUInt32LE(MARK.length + DIGEST_BYTES);
  const stored = JSON.parse(bytes.toString('utf8', HEAD_BYTES, jsonEnd)) as Stored;
  const { embeddedBy, ...entry } = mark === OLDER_MARK ? upToDate(stored) : stored;
  if (embeddedBy === null) return { ...entry, embedding: null };
  const vector = new Float32Array(new Uint8Array(bytes.subarray(jsonEnd)).buffer);
  return { ...entry, embedding: { identity: embeddedBy, vector } };
}

function upToDate(stored: Stored): Stored {
  const { answer } = stored;
  if (answer.native === null) return stored;
  const { template, json } = answer.native as unknown as {
    readonly template: string;
    readonly json: JsonObject;
  };
  return { ...stored, answer: { ...answer, native: { template, text: JSON.stringify(json) } } };
}

/** Of everything behind the digest. SHA-256, cut: it is not attackers that it has to hold against. */
function digest(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes.subarray(MARK.length + DIGEST_BYTES), 'buffer').subarray(0, DIGEST_BYTES);
}
