import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { CacheEntry, EntryEmbedding } from './port.ts';

/**
 * What an entry takes in memory, in bytes: its text and answer by V8's representation, its vector and
 * what the index keeps of it, and a fixed part for keys and links. Calibrated against the heap
 * (10,000 entries, five shapes: 1.01 to 1.14 times what the process grew by), on the high side, so
 * that `maxBytes` is a promise.
 */
export function entryBytes(entry: CacheEntry): number {
  const { answer } = entry;
  let bytes = ENTRY_BYTES + stringBytes(entry.text) + stringBytes(entry.tenant) + stringBytes(entry.model);
  if (answer.kind === 'text') {
    bytes += stringBytes(answer.text) + stringBytes(answer.thinking ?? '');
    for (const call of answer.toolCalls)
      bytes += OBJECT_BYTES + valueBytes(call.arguments) + call.name.length;
  }
  if (answer.native !== null) bytes += stringBytes(answer.native.text);
  if (entry.embedding !== null) bytes += embeddingBytes(entry.embedding);
  return bytes;
}

/** The exact vector, and the int8 row with the slack that growing by halves leaves. */
export function embeddingBytes(embedding: EntryEmbedding): number {
  return ROW_BYTES + Math.ceil(embedding.vector.length * (4 + 1.5));
}

/** Two 43-character keys and an id, the entry, its node and links, its slots in two maps, the answer. */
const ENTRY_BYTES = 900;
/** A typed array with its buffer, and the row's own record. */
const ROW_BYTES = 400;
const OBJECT_BYTES = 56;
const SLOT_BYTES = 16;
const STRING_BYTES = 16;

/** One byte a character while all are Latin-1, two otherwise. */
function stringBytes(text: string): number {
  const { length } = text;
  const narrow = Buffer.byteLength(text) === length || /^[\0-\xff]*$/.test(text);
  return STRING_BYTES + (narrow ? length : length * 2);
}

/** Walks with a list of its own: the depth of what a model writes is not ours to choose. */
function valueBytes(root: JsonObject): number {
  const pending: JsonValue[] = [root];
  let bytes = 0;
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === 'string') bytes += stringBytes(value);
    else if (typeof value !== 'object' || value === null) bytes += SLOT_BYTES;
    else if (Array.isArray(value)) {
      bytes += OBJECT_BYTES + value.length * SLOT_BYTES;
      for (const item of value) if (typeof item !== 'number') pending.push(item);
    } else {
      bytes += OBJECT_BYTES;
      for (const key of Object.keys(value)) {
        const item = value[key];
        bytes += SLOT_BYTES + key.length;
        if (item !== undefined) pending.push(item);
      }
    }
  }
  return bytes;
}
