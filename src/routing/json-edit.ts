/**
 * Changes single members of a JSON object in its bytes, so that all others stay exactly as the client wrote them and
 * nothing is parsed again. The bytes have passed `JSON.parse` before; this only finds places in them.
 */

/** Sets the member at `path` (one key, or a key of an object under a key) to `json`. */
export interface JsonEdit {
  readonly path: readonly [string] | readonly [string, string];
  /** The new value as JSON text. */
  readonly json: string;
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * The object with the edits made. A member that is not there is added in front; one that stands there twice is changed
 * in both places, so that readers who take the first and readers who take the last agree.
 */
export function editJson(body: Buffer, edits: readonly JsonEdit[]): Buffer {
  const open = body.indexOf(OPEN_BRACE);
  if (open === -1 || edits.length === 0) return body;
  const splices: Splice[] = [];
  const found = new Set<JsonEdit>();
  eachMember(body, open, (key, start, end) => {
    for (const edit of edits) {
      if (edit.path[0] !== key) continue;
      found.add(edit);
      splices.push(...changes(body, edit, start, end));
    }
  });
  const added = edits.filter((edit) => !found.has(edit));
  if (added.length > 0) splices.push(addition(body, open, added.map(memberText)));
  return applied(body, splices);
}

/** What changes within the value from `start` to `end`. */
function changes(body: Buffer, edit: JsonEdit, start: number, end: number): readonly Splice[] {
  const [, inner] = edit.path;
  if (inner === undefined) return [{ start, end, text: edit.json }];
  if (body[start] !== OPEN_BRACE) return [{ start, end, text: `{${member(inner, edit.json)}}` }];
  const splices: Splice[] = [];
  eachMember(body, start, (key, from, to) => {
    if (key === inner) splices.push({ start: from, end: to, text: edit.json });
  });
  return splices.length > 0 ? splices : [addition(body, start, [member(inner, edit.json)])];
}

function member(key: string, json: string): string {
  return `${JSON.stringify(key)}:${json}`;
}

function memberText({ path: [key, inner], json }: JsonEdit): string {
  return member(key, inner === undefined ? json : `{${member(inner, json)}}`);
}

/** New members right behind the opening brace. */
function addition(body: Buffer, open: number, members: readonly string[]): Splice {
  const at = open + 1;
  const empty = body[skipBlank(body, at)] === CLOSE_BRACE;
  return { start: at, end: at, text: members.join(',') + (empty ? '' : ',') };
}

function applied(body: Buffer, splices: Splice[]): Buffer {
  splices.sort((a, b) => a.start - b.start);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of splices) {
    parts.push(body.subarray(at, start), Buffer.from(text));
    at = end;
  }
  parts.push(body.subarray(at));
  return Buffer.concat(parts);
}

/** Calls back for each member of the object that opens at `open`, with the bounds of its value. */
function eachMember(
  body: Buffer,
  open: number,
  visit: (key: string, start: number, end: number) => void,
): void {
  let i = skipBlank(body, open + 1);
  while (body[i] === QUOTE) {
    const keyEnd = stringEnd(body, i);
    const key = JSON.parse(body.toString('utf8', i, keyEnd)) as string;
    i = skipBlank(body, keyEnd);
    if (body[i] !== COLON) return;
    const start = skipBlank(body, i + 1);
    const end = valueEnd(body, start);
    visit(key, start, end);
    i = skipBlank(body, end);
    if (body[i] !== COMMA) return;
    i = skipBlank(body, i + 1);
  }
}

function skipBlank(body: Buffer, from: number): number {
  let i = from;
  for (;;) {
    const byte = body[i];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return i;
    i += 1;
  }
}

/** Behind the closing quote. Long texts and images are skipped at the speed of `indexOf`. */
function stringEnd(body: Buffer, quote: number): number {
  let from = quote + 1;
  for (;;) {
    const end = body.indexOf(QUOTE, from);
    if (end === -1) return body.length;
    let escapes = 0;
    while (body[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end + 1;
    from = end + 1;
  }
}

function valueEnd(body: Buffer, start: number): number {
  const first = body[start];
  if (first === QUOTE) return stringEnd(body, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return containerEnd(body, start);
  let i = start;
  while (i < body.length && !endsScalar(body[i] as number)) i += 1;
  return i;
}

function endsScalar(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20;
}

function containerEnd(body: Buffer, start: number): number {
  let depth = 0;
  let i = start;
  while (i < body.length) {
    const byte = body[i];
    if (byte === QUOTE) {
      i = stringEnd(body, i);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    i += 1;
    if (depth === 0) return i;
  }
  return i;
}
