/**
 * The items of a whole recorded stream as JSON objects, in order. Null when any item is not a JSON object or
 * is longer than the bound, or an event is called `error`: a recording that is not understood in full is not
 * used at all.
 */
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { NdjsonFramer } from './ndjson.ts';
import { SseFramer } from './sse.ts';

/** A single item may be this many bytes; whole answers arrive as one item in some dialects. */
export const MAX_ITEM_BYTES: number = 16 * 1024 * 1024;

export interface RecordedStream {
  readonly items: readonly JsonObject[];
  /** The `[DONE]` marker was seen (SSE only). */
  readonly done: boolean;
}

export function readNdjson(body: Buffer, maxItemBytes: number = MAX_ITEM_BYTES): RecordedStream | null {
  const collector = new ItemCollector(maxItemBytes);
  const framer = new NdjsonFramer({
    item: (bytes, start, end) => {
      collector.add(bytes, start, end);
    },
    itemEnd: () => {
      collector.end();
    },
  });
  framer.push(body);
  if (!framer.atBoundary) collector.end();
  return collector.parse(false);
}

export function readSse(body: Buffer, maxItemBytes: number = MAX_ITEM_BYTES): RecordedStream | null {
  const collector = new ItemCollector(maxItemBytes);
  let done = false;
  let failed = false;
  const framer = new SseFramer({
    data: (bytes, start, end) => {
      collector.add(bytes, start, end);
    },
    dataLineEnd: () => {
      if (!collector.is('[DONE]')) collector.newline();
      else {
        done = true;
        collector.drop();
      }
    },
    dispatch: (isError) => {
      failed ||= isError;
      collector.end();
    },
  });
  framer.push(body);
  return failed ? null : collector.parse(done);
}

class ItemCollector {
  readonly #max: number;
  readonly #items: string[] = [];
  #parts: Uint8Array[] = [];
  #length = 0;
  #overlong = false;

  constructor(max: number) {
    this.#max = max;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    this.#length += end - start;
    if (this.#length > this.#max) {
      this.#overlong = true;
      return;
    }
    this.#parts.push(bytes.subarray(start, end));
  }

  is(text: string): boolean {
    return this.#length === text.length && Buffer.concat(this.#parts).toString('latin1') === text;
  }

  newline(): void {
    this.#parts.push(NEWLINE);
    this.#length += 1;
  }

  drop(): void {
    this.#parts = [];
    this.#length = 0;
  }

  end(): void {
    if (this.#length > 0) {
      const first = this.#parts[0];
      const whole = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
      this.#items.push(Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8'));
    }
    this.drop();
  }

  /**
   * One `JSON.parse` for all items: several times cheaper than one each. Items that are not JSON on
   * their own fail to parse or to add up (only lines made for the purpose could pass together).
   */
  parse(done: boolean): RecordedStream | null {
    if (this.#overlong) return null;
    let values: unknown;
    try {
      values = JSON.parse(`[${this.#items.join(',')}]`);
    } catch {
      return null;
    }
    if (!Array.isArray(values) || values.length !== this.#items.length) return null;
    const items: JsonObject[] = [];
    for (const value of values as readonly unknown[]) {
      if (!isJsonObject(value)) return null;
      items.push(value);
    }
    return { items, done };
  }
}

const NEWLINE = Buffer.from('\n');
