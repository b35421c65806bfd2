/**
 * Walks the bytes of one JSON object, in any number of pieces, and notes what a watch tree asks for.
 * It keeps track of strings, escapes and nesting, so text that merely looks like a marker
 * (`"done":true` inside a message) never counts. Nothing is held back or copied except kept values,
 * which are bounded. It checks structure only as far as it must: an item whose brackets do not
 * close never becomes `closed`, and its findings are not to be used. What follows the object is ignored.
 */
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON as COLON_BYTE,
  COMMA,
  isScalarByte,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './bytes.ts';
import { ContainerEnd } from './container-end.ts';
import { HeldBytes } from './held-bytes.ts';
import { KeptValues } from './kept-values.ts';
import { plainStringEnd, StringEnd } from './string-end.ts';
import { findEntry, UNWATCHED, type WatchEntry, type WatchNode } from './watch.ts';

const START = 0;
const KEY_OR_END = 1;
const KEY = 2;
const COLON = 3;
const VALUE = 4;
const STRING = 5;
const SCALAR = 6;
const AFTER = 7;
const SKIP = 8;
const CLOSED = 9;
const BROKEN = 10;

export class JsonScanner {
  readonly #root: WatchNode;
  #state: number = START;
  /** Watched containers around the current position, outermost first; at most twice the tree's depth. */
  readonly #nodes: WatchNode[] = [];
  #depth = 0;
  /** Bit `1 << level` says that the container of that level is an array. */
  #arrays = 0;
  readonly #containerEnd = new ContainerEnd();
  readonly #stringEnd = new StringEnd();
  /** The piece before ended inside the key or string being read. */
  #partial = false;
  /** What the value being read is watched for. */
  #entry: WatchEntry = UNWATCHED;
  /** Bytes of the key, string or scalar being read, where they are needed beyond the current piece. */
  readonly #held = new HeldBytes();
  #marks = 0;
  /** Made when the first value is kept: many streams keep none until their last item. */
  #kept: KeptValues | null = null;

  constructor(root: WatchNode) {
    this.#root = root;
  }

  /** The object is complete: its findings may be used. */
  get closed(): boolean {
    return this.#state === CLOSED;
  }

  /** Whether the watched value of this slot was there and said something. */
  has(slot: number): boolean {
    return (this.#marks & (1 << slot)) !== 0;
  }

  /** The kept string of a slot; the last one when the slot was met several times. */
  text(slot: number): string | null {
    return this.#kept === null ? null : this.#kept.text(slot);
  }

  /** The kept number of a slot; NaN when there was none. */
  number(slot: number): number {
    return this.#kept === null ? Number.NaN : this.#kept.number(slot);
  }

  /** Forgets the item and is ready for the next. */
  reset(): void {
    this.#state = START;
    this.#depth = 0;
    this.#arrays = 0;
    this.#stringEnd.reset();
    this.#partial = false;
    this.#entry = UNWATCHED;
    this.#held.clear();
    this.#marks = 0;
    this.#kept?.clear();
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
        case CLOSED:
        case BROKEN:
          return;
        default:
          i = this.#punctuation(bytes, i);
      }
    }
  }

  /** One byte of white space or punctuation between keys and values; answers where to go on. */
  #punctuation(bytes: Uint8Array, i: number): number {
    const byte = bytes[i] as number;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return i + 1;
    switch (this.#state) {
      case VALUE:
        return this.#value(byte, i);
      case AFTER:
        this.#after(byte);
        break;
      case KEY_OR_END:
        if (byte === QUOTE) this.#state = KEY;
        else this.#close(byte, false);
        break;
      case COLON:
        this.#state = byte === COLON_BYTE ? VALUE : BROKEN;
        break;
      default:
        if (byte === OPEN_BRACE) this.#open(this.#root, false);
        else this.#state = BROKEN;
    }
    return i + 1;
  }

  #after(byte: number): void {
    const array = this.#inArray();
    if (byte === COMMA) this.#state = array ? VALUE : KEY_OR_END;
    else this.#close(byte, array);
  }

  #value(byte: number, i: number): number {
    const entry = this.#entry;
    if (byte === QUOTE) this.#state = STRING;
    else if (byte === OPEN_BRACE) {
      this.#marks |= entry.bit;
      if (entry.inside !== null) this.#open(entry.inside, false);
      else this.#startSkip();
    } else if (byte === OPEN_BRACKET) {
      // Arrays directly in arrays are not looked into, so that nesting cannot grow the stack.
      if (entry.inside !== null && !this.#inArray()) this.#open(entry.inside, true);
      else this.#startSkip();
    } else if (byte === CLOSE_BRACKET && this.#inArray()) {
      this.#close(byte, true);
    } else if (isScalarByte(byte)) {
      this.#state = SCALAR;
      return i;
    } else this.#state = BROKEN;
    return i + 1;
  }

  #startSkip(): void {
    this.#containerEnd.begin();
    this.#state = SKIP;
  }

  #inArray(): boolean {
    return (this.#arrays & (1 << this.#depth)) !== 0;
  }

  #open(node: WatchNode, array: boolean): void {
    this.#depth += 1;
    this.#nodes[this.#depth] = node;
    if (array) {
      this.#arrays |= 1 << this.#depth;
      this.#entry = node.element;
    }
    this.#state = array ? VALUE : KEY_OR_END;
  }

  /** Leaves a watched container if `byte` is its closing bracket. */
  #close(byte: number, array: boolean): void {
    if (byte !== (array ? CLOSE_BRACKET : CLOSE_BRACE)) {
      this.#state = BROKEN;
      return;
    }
    this.#arrays &= ~(1 << this.#depth);
    this.#depth -= 1;
    this.#state = this.#depth === 0 ? CLOSED : AFTER;
    if (this.#inArray()) this.#entry = (this.#nodes[this.#depth] as WatchNode).element;
  }

  /** Whole members `"key":"text",` are taken in one go, as most of an item is made of them. */
  #key(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    for (;;) {
      const past = this.#partial ? 0 : plainStringEnd(bytes, i, end);
      if (past === 0) return this.#slowKey(bytes, i, end);
      const entry = findEntry(this.#nodes[this.#depth] as WatchNode, bytes, i, past - 1);
      this.#entry = entry;
      if (past + 1 >= end || bytes[past] !== COLON_BYTE) return this.#goOn(COLON, past);
      if (bytes[past + 1] !== QUOTE) return this.#goOn(VALUE, past + 1);
      const after = plainStringEnd(bytes, past + 2, end);
      if (after === 0) return this.#goOn(STRING, past + 2);
      if (entry.bit !== 0) this.#noteString(bytes, past + 2, after - 1);
      if (after + 1 >= end || bytes[after] !== COMMA || bytes[after + 1] !== QUOTE)
        return this.#goOn(AFTER, after);
      i = after + 2;
    }
  }

  #goOn(state: number, i: number): number {
    this.#state = state;
    return i;
  }

  #noteString(bytes: Uint8Array, start: number, end: number): void {
    const entry = this.#entry;
    if (end > start) this.#marks |= entry.bit;
    if (entry.keep) (this.#kept ??= new KeptValues()).setPlain(entry.slot, bytes, start, end);
  }

  /** A key with escapes, or split over pieces. */
  #slowKey(bytes: Uint8Array, start: number, end: number): number {
    const past = this.#stringEnd.find(bytes, start, end);
    this.#partial = past > end;
    this.#held.add(bytes, start, this.#partial ? end : past - 1);
    if (this.#partial) return end;
    const key = Buffer.from(this.#takeText());
    this.#entry = findEntry(this.#nodes[this.#depth] as WatchNode, key, 0, key.length);
    return this.#goOn(COLON, past);
  }

  #string(bytes: Uint8Array, start: number, end: number): number {
    const entry = this.#entry;
    const past = this.#stringEnd.find(bytes, start, end);
    this.#partial = past > end;
    const stop = this.#partial ? end : past - 1;
    if (stop > start) {
      this.#marks |= entry.bit;
      if (entry.keep) this.#held.add(bytes, start, stop);
    }
    if (this.#partial) return end;
    if (entry.keep) (this.#kept ??= new KeptValues()).set(entry.slot, this.#takeText());
    this.#stringEnd.sawEscape = false;
    return this.#goOn(AFTER, past);
  }

  #takeText(): string {
    const escaped = this.#stringEnd.sawEscape;
    this.#stringEnd.sawEscape = false;
    return this.#held.take(escaped);
  }

  /** A number, true, false or null. Only its first byte matters unless it is kept. */
  #scalar(bytes: Uint8Array, start: number, end: number): number {
    const entry = this.#entry;
    let i = start;
    while (i < end && isScalarByte(bytes[i] as number)) i += 1;
    if (entry.bit !== 0) this.#held.add(bytes, start, i);
    if (i === end) return i;
    this.#state = AFTER;
    if (entry.bit !== 0) this.#noteScalar(entry);
    return i;
  }

  #noteScalar(entry: WatchEntry): void {
    const first = this.#held.first;
    if (first === 0x6e /* null */ || first === 0x66 /* false */) {
      this.#held.clear();
      return;
    }
    this.#marks |= entry.bit;
    const value = this.#held.take(false);
    if (entry.keep && first !== 0x74 /* true */)
      (this.#kept ??= new KeptValues()).set(entry.slot, Number(value));
  }

  /** Inside a container nobody watches. A watched array that holds anything says something. */
  #skip(bytes: Uint8Array, start: number, end: number): number {
    const past = this.#containerEnd.find(bytes, start, end);
    if (this.#containerEnd.filled) this.#marks |= this.#entry.bit;
    return past > end ? end : this.#goOn(AFTER, past);
  }
}
