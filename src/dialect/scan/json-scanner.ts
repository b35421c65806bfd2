/**
 * Walks the bytes of one JSON object, in any number of pieces, and notes what a watch tree asks for.
 * It keeps track of strings, escapes and nesting, so text that merely looks like a marker
 * (`"done":true` inside a message) never counts. Nothing is held back or copied except kept values,
 * which are bounded. It checks structure only as far as it must: an item whose brackets do not close is
 * `open` or `broken`, and its findings are not to be used.
 */
import { HeldBytes } from './held-bytes.ts';
import { findEntry, NO_KEY, SLOTS, type WatchEntry, type WatchNode } from './watch.ts';

export type ScanStatus = 'empty' | 'open' | 'closed' | 'broken';

const START = 0;
const KEY_OR_END = 1;
const KEY = 2;
const COLON = 3;
const VALUE = 4;
const STRING = 5;
const SCALAR = 6;
const AFTER = 7;
const SKIP = 8;
const SKIP_STRING = 9;
const CLOSED = 10;
const BROKEN = 11;
type State = number;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

export class JsonScanner {
  readonly #root: WatchNode;
  #state: State = START;
  /** Watched containers around the current position; `#arrays[i]` says whether level i is an array. */
  readonly #nodes: WatchNode[] = [];
  readonly #arrays: boolean[] = [];
  #skipDepth = 0;
  #escaped = false;
  #sawEscape = false;
  /** What the value being read is watched for. */
  #entry: WatchEntry | null = null;
  /** Bytes of the key, string or scalar being read, where they are needed beyond the current piece. */
  readonly #held = new HeldBytes();

  /** Bit `1 << slot` is set when a watched value said something. */
  marks = 0;

  /** Kept values by slot; null until the item has one, as most have none. */
  #numbers: number[] | null = null;
  #texts: (string | null)[] | null = null;

  constructor(root: WatchNode) {
    this.#root = root;
  }

  get status(): ScanStatus {
    if (this.#state === CLOSED) return 'closed';
    if (this.#state === START) return 'empty';
    return this.#state === BROKEN ? 'broken' : 'open';
  }

  /** The kept string of a slot; the last one when the slot was met several times. */
  text(slot: number): string | null {
    return this.#texts?.[slot] ?? null;
  }

  /** The kept number of a slot; NaN when there was none. */
  number(slot: number): number {
    return this.#numbers?.[slot] ?? Number.NaN;
  }

  /** Whether the watched value of this slot was there and said something. */
  has(slot: number): boolean {
    return (this.marks & (1 << slot)) !== 0;
  }

  /** Forgets the item and is ready for the next. */
  reset(): void {
    this.#state = START;
    this.#nodes.length = 0;
    this.#arrays.length = 0;
    this.#skipDepth = 0;
    this.#escaped = false;
    this.#sawEscape = false;
    this.#entry = null;
    this.#held.clear();
    this.marks = 0;
    this.#numbers = null;
    this.#texts = null;
  }

  feed(bytes: Uint8Array, start: number, end: number): void {
    let i = start;
    while (i < end) {
      switch (this.#state) {
        case KEY:
          i = this.#key(bytes, i, end);
          break;
        case STRING:
          i = this.#string(bytes, i, end);
          break;
        case SCALAR:
          i = this.#scalar(bytes, i, end);
          break;
        case SKIP:
          i = this.#skip(bytes, i, end);
          break;
        case SKIP_STRING:
          i = this.#skipString(bytes, i, end);
          break;
        case BROKEN:
          return;
        default:
          i = this.#structure(bytes, i, end);
      }
    }
  }

  /** White space and punctuation between keys and values. */
  #structure(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    while (i < end) {
      const byte = bytes[i] as number;
      i += 1;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      this.#state = this.#step(byte);
      // A scalar's first byte belongs to the scalar.
      return this.#state === SCALAR ? i - 1 : i;
    }
    return i;
  }

  #step(byte: number): State {
    switch (this.#state) {
      case START:
        return byte === OPEN_BRACE ? this.#push(this.#root, false) : BROKEN;
      case KEY_OR_END:
        if (byte === QUOTE) return KEY;
        return byte === CLOSE_BRACE ? this.#pop(false) : BROKEN;
      case COLON:
        return byte === 0x3a ? VALUE : BROKEN;
      case VALUE:
        return this.#value(byte);
      case AFTER:
        return this.#after(byte);
      default:
        return BROKEN;
    }
  }

  #after(byte: number): State {
    const array = this.#inArray();
    if (byte === COMMA) return array ? VALUE : KEY_OR_END;
    if (byte === CLOSE_BRACE && !array) return this.#pop(false);
    if (byte === CLOSE_BRACKET && array) return this.#pop(true);
    return BROKEN;
  }

  #value(byte: number): State {
    const entry = this.#entry;
    switch (byte) {
      case QUOTE:
        return STRING;
      case OPEN_BRACE:
        if (entry !== null && entry.slot >= 0) this.marks |= 1 << entry.slot;
        if (entry?.inside) return this.#push(entry.inside, false);
        this.#skipDepth = 1;
        return SKIP;
      case OPEN_BRACKET:
        // Arrays directly in arrays are not looked into, so that nesting cannot grow the stack.
        if (entry?.inside && !this.#inArray()) return this.#push(entry.inside, true);
        this.#skipDepth = 1;
        return SKIP;
      case CLOSE_BRACKET:
        return this.#inArray() ? this.#pop(true) : BROKEN;
      default:
        return isScalarByte(byte) ? SCALAR : BROKEN;
    }
  }

  #inArray(): boolean {
    return this.#arrays[this.#arrays.length - 1] === true;
  }

  #push(node: WatchNode, array: boolean): State {
    this.#nodes.push(node);
    this.#arrays.push(array);
    if (!array) return KEY_OR_END;
    // Elements of a watched array that are objects are looked into with the same tree.
    this.#entry = { key: NO_KEY, slot: -1, keep: false, inside: node };
    return VALUE;
  }

  #pop(array: boolean): State {
    this.#nodes.pop();
    this.#arrays.pop();
    if (this.#nodes.length === 0) return array ? BROKEN : CLOSED;
    this.#restoreElementEntry();
    return AFTER;
  }

  #restoreElementEntry(): void {
    const top = this.#nodes.length - 1;
    const node = this.#nodes[top];
    if (this.#arrays[top] === true && node !== undefined)
      this.#entry = { key: NO_KEY, slot: -1, keep: false, inside: node };
  }

  #key(bytes: Uint8Array, start: number, end: number): number {
    const past = this.#pastQuote(bytes, start, end);
    if (past > end) {
      this.#held.add(bytes, start, end);
      return end;
    }
    const node = this.#nodes[this.#nodes.length - 1] as WatchNode;
    if (this.#held.empty && !this.#sawEscape) {
      this.#entry = findEntry(node, bytes, start, past - 1);
    } else {
      this.#held.add(bytes, start, past - 1);
      const key = Buffer.from(this.#takeText());
      this.#entry = findEntry(node, key, 0, key.length);
    }
    this.#state = COLON;
    return past;
  }

  #string(bytes: Uint8Array, start: number, end: number): number {
    const entry = this.#entry;
    const past = this.#pastQuote(bytes, start, end);
    const closed = past <= end;
    const stop = closed ? past - 1 : end;
    if (entry !== null && entry.slot >= 0 && stop > start) {
      this.marks |= 1 << entry.slot;
      if (entry.keep) this.#held.add(bytes, start, stop);
    }
    if (!closed) return end;
    if (entry?.keep === true) this.#keepText(entry.slot);
    this.#sawEscape = false;
    this.#state = AFTER;
    return past;
  }

  #keepText(slot: number): void {
    this.#texts ??= new Array<string | null>(SLOTS).fill(null);
    this.#texts[slot] = this.#takeText();
  }

  #scalar(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    while (i < end && isScalarByte(bytes[i] as number)) i += 1;
    const entry = this.#entry;
    const watched = entry !== null && entry.slot >= 0;
    if (watched) this.#held.add(bytes, start, i);
    if (i === end) return i;
    this.#state = AFTER;
    if (watched) this.#noteScalar(entry);
    return i;
  }

  #takeText(): string {
    const escaped = this.#sawEscape;
    this.#sawEscape = false;
    return this.#held.take(escaped);
  }

  #noteScalar(entry: WatchEntry): void {
    const text = this.#held.take(false);
    if (text === 'null' || text === 'false') return;
    this.marks |= 1 << entry.slot;
    if (!entry.keep) return;
    this.#numbers ??= new Array<number>(SLOTS).fill(Number.NaN);
    this.#numbers[entry.slot] = Number(text);
  }

  /** Inside a container nobody watches: only nesting and strings matter. */
  #skip(bytes: Uint8Array, start: number, end: number): number {
    const entry = this.#entry;
    let unmarked = entry === null || entry.slot < 0 ? 0 : 1 << entry.slot;
    let depth = this.#skipDepth;
    for (let i = start; i < end; i += 1) {
      const byte = bytes[i] as number;
      if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth > 0) continue;
        this.#skipDepth = 0;
        this.#state = AFTER;
        return i + 1;
      }
      // Anything but white space makes a watched array one that says something.
      if (unmarked !== 0 && byte > 0x20) {
        this.marks |= unmarked;
        unmarked = 0;
      }
      if (byte === QUOTE) {
        this.#skipDepth = depth;
        this.#state = SKIP_STRING;
        return i + 1;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    }
    this.#skipDepth = depth;
    return end;
  }

  #skipString(bytes: Uint8Array, start: number, end: number): number {
    const past = this.#pastQuote(bytes, start, end);
    if (past > end) return end;
    this.#sawEscape = false;
    this.#state = SKIP;
    return past;
  }

  /** The index after the closing quote, or `end + 1` when the string goes on in the next piece. */
  #pastQuote(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    if (this.#escaped) {
      this.#escaped = false;
      i += 1;
    }
    while (i < end) {
      const byte = bytes[i] as number;
      i += 1;
      if (byte === QUOTE) return i;
      if (byte !== BACKSLASH) continue;
      this.#sawEscape = true;
      if (i === end) this.#escaped = true;
      i += 1;
    }
    return end + 1;
  }
}

function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || // digits
    (byte >= 0x61 && byte <= 0x7a) || // true, false, null, exponent
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x2b ||
    byte === 0x45
  );
}
