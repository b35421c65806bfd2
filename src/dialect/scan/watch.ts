/**
 * What a scan of a streamed item looks for: a small tree of keys. Everything outside the
 * tree is skipped without being read. Arrays are transparent: `choices` → `delta` also means
 * the `delta` of every element of `choices`.
 */
export interface WatchEntry {
  readonly key: Uint8Array;
  /** Where the finding is noted (0..30), or -1 when only what is inside matters. */
  readonly slot: number;
  /** Also keep the value, when it is a short string or a number. */
  readonly keep: boolean;
  readonly inside: WatchNode | null;
}

export type WatchNode = readonly WatchEntry[];

type Branch = Omit<WatchEntry, 'key'>;
export type WatchSpec = Readonly<Record<string, Branch>>;

/** Notes that the value is there and says something: not null, not false, not `""`, not `[]`. */
export function mark(slot: number): Branch {
  return { slot, keep: false, inside: null };
}

/** As `mark`, and keeps the value. With `spec`, an object in its place is looked into instead. */
export function keep(slot: number, spec?: WatchSpec): Branch {
  return { slot, keep: true, inside: spec === undefined ? null : watch(spec) };
}

export function inside(spec: WatchSpec): Branch {
  return { slot: -1, keep: false, inside: watch(spec) };
}

const encoder = new TextEncoder();

export function watch(spec: WatchSpec): WatchNode {
  return Object.entries(spec).map(([key, branch]) => ({ key: encoder.encode(key), ...branch }));
}

/** Slots per scan; fixed so that findings are one bit mask and two small arrays. */
export const SLOTS = 16;

/** The key of something that has none: an element of an array. */
export const NO_KEY: Uint8Array = new Uint8Array(0);

/** The entry whose key is `bytes[start..end)`, or null. */
export function findEntry(node: WatchNode, bytes: Uint8Array, start: number, end: number): WatchEntry | null {
  const length = end - start;
  outer: for (const entry of node) {
    const key = entry.key;
    if (key.length !== length || key[0] !== bytes[start]) continue;
    for (let i = 1; i < length; i += 1) if (key[i] !== bytes[start + i]) continue outer;
    return entry;
  }
  return null;
}
