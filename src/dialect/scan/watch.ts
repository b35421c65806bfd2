/**
 * What a scan of a streamed item looks for: a small tree of keys. Everything outside the
 * tree is skipped without being read. Arrays are transparent: `choices` → `delta` also means
 * the `delta` of every element of `choices`.
 */
export interface WatchEntry {
  readonly key: Uint8Array;
  /** Bit of the finding (`1 << slot`), or 0 when only what is inside matters. */
  readonly bit: number;
  /** Where a kept value is noted, 0..SLOTS-1. */
  readonly slot: number;
  /** Also keep the value, when it is a short string or a number. */
  readonly keep: boolean;
  readonly inside: WatchNode | null;
}

export interface WatchNode {
  /** Entries by the length of their key: most keys of an item are told apart by that alone. */
  readonly byLength: readonly (readonly WatchEntry[])[];
  /** What an element of a watched array is watched for. */
  readonly element: WatchEntry;
}

type Branch = Omit<WatchEntry, 'key'>;
export type WatchSpec = Readonly<Record<string, Branch>>;

/** Slots per scan; findings are one bit mask and two small arrays. */
export const SLOTS = 16;

/** Notes that the value is there and says something: not null, not false, not `""`, not `[]`. */
export function mark(slot: number): Branch {
  return { bit: 1 << slot, slot, keep: false, inside: null };
}

/** As `mark`, and keeps the value. With `spec`, an object in its place is looked into instead. */
export function keep(slot: number, spec?: WatchSpec): Branch {
  return { bit: 1 << slot, slot, keep: true, inside: spec === undefined ? null : watch(spec) };
}

export function inside(spec: WatchSpec): Branch {
  return { bit: 0, slot: 0, keep: false, inside: watch(spec) };
}

export function watch(spec: WatchSpec): WatchNode {
  const byLength: WatchEntry[][] = [];
  for (const [name, branch] of Object.entries(spec)) {
    const key = new TextEncoder().encode(name);
    while (byLength.length <= key.length) byLength.push([]);
    byLength[key.length]?.push({ key, ...branch });
  }
  const node: { byLength: WatchEntry[][]; element: WatchEntry } = { byLength, element: UNWATCHED };
  node.element = { key: new Uint8Array(0), bit: 0, slot: 0, keep: false, inside: node };
  return node;
}

export const UNWATCHED: WatchEntry = { key: new Uint8Array(0), bit: 0, slot: 0, keep: false, inside: null };

/** The entry whose key is `bytes[start..end)`, or `UNWATCHED`. */
export function findEntry(node: WatchNode, bytes: Uint8Array, start: number, end: number): WatchEntry {
  const length = end - start;
  if (length >= node.byLength.length) return UNWATCHED;
  const entries = node.byLength[length] as readonly WatchEntry[];
  for (let n = 0; n < entries.length; n += 1) {
    const entry = entries[n] as WatchEntry;
    const key = entry.key;
    let i = 0;
    while (i < length && key[i] === bytes[start + i]) i += 1;
    if (i === length) return entry;
  }
  return UNWATCHED;
}
