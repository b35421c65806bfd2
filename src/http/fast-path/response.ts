import type { Socket } from 'node:net';
import type { HeaderList } from '../../core/request.ts';
import { nodeHttp } from '../../runtime/node-http.ts';
import type { ResponseWriter } from '../write-response.ts';

export interface ConnectionFields {
  /** The value of `date`. */
  readonly date: string;
  /** Seconds for which an idle connection is kept; null when this answer is its last. */
  readonly keepAliveSeconds: number | null;
}

/** How the end of a body is told: by its length, in chunks, or not at all since there is none. */
type Framing = 'length' | 'chunked' | 'none';

/** Bodies up to this are copied behind their head, so that one write sends both. */
const COPIED_BYTES = 65_536;
const EMPTY = Buffer.alloc(0);
const LAST_CHUNK = '0\r\n\r\n';
/** As Node's own check: what may stand in a field's value. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * An answer on a plain connection: the part of `ServerResponse` that answers need. `ended` is called once all of it is with the
 * system, and says whether the connection can go on.
 */
export class PlainResponse implements ResponseWriter {
  readonly #socket: Socket;
  readonly #fields: () => ConnectionFields;
  readonly #ended: (goesOn: boolean) => void;
  #close = false;
  /** The head, as long as it is not sent. */
  #head = '';
  #framing: Framing = 'length';
  /** Bytes that are still to come by the length that was sent. */
  #left = 0;
  #status = 0;
  #complete = false;
  #finished = false;
  #over = false;
  #onDrain: (() => void) | null = null;
  #onClose: (() => void)[] = [];
  #headers: HeaderList = [];

  constructor(socket: Socket, fields: () => ConnectionFields, ended: (goesOn: boolean) => void) {
    this.#socket = socket;
    this.#fields = fields;
    this.#ended = ended;
  }

  get destroyed(): boolean {
    return this.#over || this.#socket.destroyed;
  }

  /** All of it was written, if not sent. */
  get writableEnded(): boolean {
    return this.#complete;
  }

  get writableFinished(): boolean {
    return this.#finished;
  }

  get writableNeedDrain(): boolean {
    return !this.#finished && this.#socket.writableNeedDrain;
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    if (event === 'drain') this.#onDrain = listener;
    else this.#onClose.push(listener);
  }

  /** This answer is the last one here. */
  hangUp(): void {
    this.#close = true;
  }

  writeHead(status: number, headers: HeaderList): void {
    this.#status = status;
    this.#headers = headers;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#status !== 0) this.#start(null);
    // A chunk of nothing would be the end.
    if (chunk.length === 0) return !this.#socket.writableNeedDrain;
    if (this.#framing === 'chunked') return this.#send(chunk, `${chunk.length.toString(16)}\r\n`, '\r\n');
    this.#left -= chunk.length;
    if (this.#framing === 'length' && this.#left < 0) {
      this.#cut();
      return true;
    }
    return this.#send(chunk, '', '');
  }

  end(chunk: Uint8Array = EMPTY): void {
    if (this.#status !== 0) this.#start(chunk);
    else if (this.#framing === 'length') this.#left -= chunk.length;
    if (this.#framing === 'length' && this.#left !== 0) {
      this.#cut();
      return;
    }
    if (this.#framing !== 'chunked') this.#send(chunk, '', '');
    else if (chunk.length === 0) this.#send(EMPTY, '', LAST_CHUNK);
    else this.#send(chunk, `${chunk.length.toString(16)}\r\n`, `\r\n${LAST_CHUNK}`);
    this.#complete = true;
    if (this.#socket.writableLength === 0) this.#finish();
    else
      this.#socket.write(EMPTY, () => {
        this.#finish();
      });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The client reads again. */
  drained(): void {
    this.#onDrain?.();
  }

  /** The connection is gone. */
  lost(): void {
    this.#closed();
  }

  /** It is longer or shorter than it said: what follows on the connection would be taken for something else. */
  #cut(): void {
    this.#socket.destroy();
  }

  #finish(): void {
    if (this.#over) return;
    this.#finished = true;
    this.#closed();
    this.#ended(!this.#close);
  }

  #closed(): void {
    if (this.#over) return;
    this.#over = true;
    for (const listener of this.#onClose) listener();
  }

  /** `whole`: the whole body, where it is known; null when it comes in parts. */
  #start(whole: Uint8Array | null): void {
    const { date, keepAliveSeconds } = this.#fields();
    const status = this.#status;
    this.#status = 0;
    let head = `HTTP/1.1 ${status} ${nodeHttp.STATUS_CODES[status] ?? 'Unknown'}\r\n`;
    let length: string | null = null;
    let dated = false;
    const list = this.#headers;
    for (let at = 0; at + 1 < list.length; at += 2) {
      const name = list[at] as string;
      const value = list[at + 1] as string;
      if (NO_VALUE.test(value)) throw new TypeError(`the value of ${name} cannot be sent in a header`);
      if (name === 'content-length') length = value;
      else {
        dated ||= name === 'date';
        head += `${name}: ${value}\r\n`;
      }
    }
    if (!dated) head += `date: ${date}\r\n`;
    if (keepAliveSeconds === null) this.#close = true;
    head += this.#close
      ? 'connection: close\r\n'
      : `connection: keep-alive\r\nkeep-alive: timeout=${String(keepAliveSeconds)}\r\n`;
    this.#head = `${head}${this.#frame(status, whole, length)}\r\n`;
  }

  /** Decides how the body is framed, and answers the field that says so. */
  #frame(status: number, whole: Uint8Array | null, length: string | null): string {
    if (status === 204 || status === 304) {
      this.#framing = 'none';
      return '';
    }
    if (whole === null && length === null) {
      this.#framing = 'chunked';
      return 'transfer-encoding: chunked\r\n';
    }
    this.#framing = 'length';
    this.#left = whole === null ? Number(length) : 0;
    return `content-length: ${whole === null ? String(length) : String(whole.length)}\r\n`;
  }

  /** The head before it, if it is not sent yet, in the same write. */
  #send(chunk: Uint8Array, before: string, after: string): boolean {
    const socket = this.#socket;
    const first = this.#head + before;
    this.#head = '';
    const body = this.#framing === 'none' ? EMPTY : chunk;
    const size = first.length + body.length + after.length;
    if (size === 0) return true;
    if (size <= COPIED_BYTES) {
      const bytes = Buffer.allocUnsafe(size);
      bytes.write(first, 0, 'latin1');
      bytes.set(body, first.length);
      if (after !== '') bytes.write(after, first.length + body.length, 'latin1');
      return socket.write(bytes);
    }
    socket.cork();
    if (first !== '') socket.write(first, 'latin1');
    let goesOn = socket.write(body);
    if (after !== '') goesOn = socket.write(after, 'latin1');
    socket.uncork();
    return goesOn;
  }
}
