/**
 * Takes the usage item out of a stream of completions: the one with an empty `choices` and a `usage`, which servers
 * send only to those who ask for it. All other bytes pass as they came, at once; only an event that is not whole yet is
 * held until it is.
 */
import type { StreamFilter } from '../../core/dialect.ts';
import { isJsonObject } from '../../core/json.ts';

const EMPTY: Buffer = Buffer.alloc(0);
const LF = 0x0a;
const CR = 0x0d;

/** An event that is larger is no usage item, and is not held any longer. */
const MAX_HELD_BYTES = 16 * 1024;

export class UsageHider implements StreamFilter {
  #held: Buffer = EMPTY;
  /** In the middle of an event too large to hold: its rest passes. */
  #passing = false;

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#held.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#held, asBuffer(chunk)]);
    this.#held = EMPTY;
    const cut = lastEventEnd(bytes);
    if (cut === 0) return this.#hold(bytes, EMPTY);
    const shown = this.#shown(bytes.subarray(0, cut));
    this.#passing = false;
    return cut === bytes.length ? shown : this.#hold(bytes.subarray(cut), shown);
  }

  end(): Uint8Array {
    const rest = this.#held;
    this.#held = EMPTY;
    return rest.length > 0 && isUsage(rest) ? EMPTY : rest;
  }

  /** `bytes` begin an event (or go on with one) and do not end it. */
  #hold(bytes: Buffer, before: Buffer): Buffer {
    if (!this.#passing && bytes.length <= MAX_HELD_BYTES) {
      this.#held = bytes;
      return before;
    }
    this.#passing = true;
    return before.length === 0 ? bytes : Buffer.concat([before, bytes]);
  }

  /** Whole events, less those that are only usage. Most chunks cannot hold one and are not looked into. */
  #shown(bytes: Buffer): Buffer {
    if (!bytes.includes('"usage"') || !bytes.includes('"choices"')) return bytes;
    const kept: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      const end = eventEnd(bytes, at);
      const event = bytes.subarray(at, end);
      if (!isUsage(event)) kept.push(event);
      at = end;
    }
    return kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept);
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Behind the blank line that ends the event which begins at `from`; the end of the bytes when there is none. */
function eventEnd(bytes: Buffer, from: number): number {
  for (let i = bytes.indexOf(LF, from); i !== -1; i = bytes.indexOf(LF, i + 1)) {
    const next = bytes[i + 1] === CR ? i + 2 : i + 1;
    if (bytes[next] === LF) return next + 1;
  }
  return bytes.length;
}

/** Behind the last blank line, or 0. */
function lastEventEnd(bytes: Buffer): number {
  for (let i = bytes.lastIndexOf(LF); i > 0; i = bytes.lastIndexOf(LF, i - 1)) {
    const before = bytes[i - 1] === CR ? i - 2 : i - 1;
    if (before >= 0 && bytes[before] === LF) return i + 1;
  }
  return 0;
}

function isUsage(event: Buffer): boolean {
  if (!event.includes('"usage"')) return false;
  const data = event
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length))
    .join('\n');
  try {
    const item: unknown = JSON.parse(data);
    if (!isJsonObject(item) || !isJsonObject(item['usage'])) return false;
    const { choices } = item;
    return Array.isArray(choices) && choices.length === 0;
  } catch {
    return false;
  }
}
