/**
 * The head of a request as clients of models write it. What is not of this narrow form is not judged here: it is `node:http`'s to read,
 * to understand or to refuse. So nothing that two readers could take differently (RFC 9112, 11.2) is ever read in two ways:
 * no transfer coding, no folded or repeated field, one length of plain digits, line ends of CR LF alone.
 */
import type { HeaderBag } from '../../core/request.ts';

export interface PlainHead {
  readonly method: 'GET' | 'POST';
  /** In origin form: a path and perhaps a query. */
  readonly target: string;
  /** By lower-case name; each there once. */
  readonly headers: HeaderBag;
  /** Bytes of the body that follows. */
  readonly length: number;
  /** Whether the client asks for the connection to be closed after the answer. */
  readonly close: boolean;
  /** Bytes of the head itself. */
  readonly end: number;
}

const END = '\r\n\r\n';
const REQUEST_LINE = /(GET|POST) (\/[\x21\x22\x24-\x7e]*) HTTP\/1\.1\r\n/y;
/** RFC 9110, 5.1 and 5.5: a token, and visible characters, blanks and obs-text. */
const FIELD = /[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n/y;
const MOST_FIELDS = 100;

/** Null for all that is not plain, an incomplete head among it. `limit`: of a head, in bytes. */
export function readPlainHead(bytes: Buffer, limit: number): PlainHead | null {
  const at = bytes.indexOf(END);
  if (at < 0 || at + 4 > limit) return null;
  // With the line end of the last field, without the empty line.
  const text = bytes.toString('latin1', 0, at + 2);
  REQUEST_LINE.lastIndex = 0;
  const line = REQUEST_LINE.exec(text);
  if (line === null) return null;
  const headers: Record<string, string> = {};
  let from = REQUEST_LINE.lastIndex;
  for (let fields = 0; from < text.length; fields += 1) {
    // Not `exec`: an array per field is most of what reading a head would cost.
    FIELD.lastIndex = from;
    if (!FIELD.test(text) || fields === MOST_FIELDS) return null;
    const colon = text.indexOf(':', from);
    const name = text.slice(from, colon).toLowerCase();
    from = FIELD.lastIndex;
    // Also what every object has, such as `constructor`.
    if (headers[name] !== undefined || NOT_PLAIN.has(name)) return null;
    headers[name] = valueOf(text, colon + 1, from - 2);
  }
  return compose(line, headers, at + 4);
}

/** Blanks and tabs around a value are not of it (RFC 9112, 5). What `trim` takes away beyond them is. */
function valueOf(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Fields that change how a message is framed, or what the connection is. */
const NOT_PLAIN: ReadonlySet<string> = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer']);

function compose(line: RegExpExecArray, headers: Record<string, string>, end: number): PlainHead | null {
  const { host, connection, 'content-length': declared } = headers;
  if (host === undefined) return null;
  const method = line[1] as 'GET' | 'POST';
  let length = 0;
  if (declared !== undefined) {
    if (!/^\d{1,12}$/.test(declared)) return null;
    length = Number(declared);
    if (length > 0 && method === 'GET') return null;
  }
  let close = false;
  if (connection !== undefined && connection !== 'keep-alive') {
    const option = connection.toLowerCase();
    if (option !== 'keep-alive' && option !== 'close') return null;
    close = option === 'close';
  }
  return { method, target: line[2] as string, headers, length, close, end };
}
