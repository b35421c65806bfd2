/**
 * Says where and why a text is not JSON (RFC 8259), without quoting any of it: prompts do not belong in
 * error messages that end up in logs. Run only after `JSON.parse` has refused the text.
 */
export interface JsonFault {
  /** UTF-16 offset from the beginning, 0-based. */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** What was found there and what should have been. */
  readonly problem: string;
}

/** The first fault, or null when the text is JSON after all. */
export function findJsonFault(text: string): JsonFault | null {
  const reader = new FaultReader(text);
  const problem = reader.read();
  if (problem === null) return null;
  const before = text.slice(0, reader.offset);
  const line = before.split('\n').length;
  return { offset: reader.offset, line, column: reader.offset - before.lastIndexOf('\n'), problem };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const HEX = /^[0-9a-fA-F]{4}$/;

class FaultReader {
  offset = 0;
  readonly #text: string;
  /** Closing bracket expected at each level. An explicit stack: depth must not be able to overflow ours. */
  readonly #open: ('}' | ']')[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): string | null {
    let expectValue = true;
    for (;;) {
      this.#space();
      const problem = expectValue ? this.#value() : null;
      if (problem !== null) return problem;
      expectValue = true;
      if (this.#justOpened) {
        this.#justOpened = false;
        const opened = this.#afterOpening();
        if (opened !== null) return opened;
        if (!this.#justClosed) continue;
        this.#justClosed = false;
      }
      const after = this.#afterValue();
      if (after !== null) return after === END ? null : after;
    }
  }

  #justOpened = false;
  #justClosed = false;

  /** After `{` or `[`: an empty container closes at once, otherwise its first key or value follows. */
  #afterOpening(): string | null {
    this.#space();
    const close = this.#open[this.#open.length - 1];
    if (this.#text[this.offset] === close) {
      this.offset += 1;
      this.#open.pop();
      this.#justClosed = true;
      return null;
    }
    return close === '}' ? this.#key('a key in double quotes or "}"') : null;
  }

  /** After a whole value: commas and closing brackets, up to the next value or the end. */
  #afterValue(): string | null {
    for (;;) {
      this.#space();
      const close = this.#open[this.#open.length - 1];
      if (close === undefined) return this.offset === this.#text.length ? END : this.#found('the end');
      const char = this.#text[this.offset];
      if (char === close) {
        this.offset += 1;
        this.#open.pop();
        continue;
      }
      if (char !== ',') return this.#found(`"," or "${close}"`);
      this.offset += 1;
      this.#space();
      return close === '}' ? this.#key('a key in double quotes') : null;
    }
  }

  #key(expected: string): string | null {
    if (this.#text[this.offset] !== '"') return this.#found(expected);
    const problem = this.#string();
    if (problem !== null) return problem;
    this.#space();
    if (this.#text[this.offset] !== ':') return this.#found('":"');
    this.offset += 1;
    return null;
  }

  #value(): string | null {
    const char = this.#text[this.offset];
    if (char === '"') return this.#string();
    if (char === '{' || char === '[') {
      this.#open.push(char === '{' ? '}' : ']');
      this.offset += 1;
      this.#justOpened = true;
      return null;
    }
    for (const literal of ['true', 'false', 'null'])
      if (this.#text.startsWith(literal, this.offset)) {
        this.offset += literal.length;
        return null;
      }
    NUMBER.lastIndex = this.offset;
    const number = NUMBER.exec(this.#text);
    if (number === null) return this.#found('a value');
    this.offset += number[0].length;
    return null;
  }

  #string(): string | null {
    let i = this.offset + 1;
    for (;;) {
      const code = this.#text.charCodeAt(i);
      if (Number.isNaN(code)) {
        this.offset = i;
        return 'the text ends inside a string';
      }
      if (code === 0x22) break;
      if (code < 0x20) {
        this.offset = i;
        return `an unescaped control character (code ${String(code)}) inside a string`;
      }
      if (code !== 0x5c) i += 1;
      else if ('"\\/bfnrt'.includes(this.#text[i + 1] ?? '?')) i += 2;
      else if (this.#text[i + 1] === 'u' && HEX.test(this.#text.slice(i + 2, i + 6))) i += 6;
      else {
        this.offset = i;
        return 'an invalid escape inside a string';
      }
    }
    this.offset = i + 1;
    return null;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.offset] ?? 'x')) this.offset += 1;
  }

  #found(expected: string): string {
    const char = this.#text[this.offset];
    if (char === undefined) return `the text ends where ${expected} was expected`;
    return `${shown(char)} where ${expected} was expected`;
  }
}

/** Only punctuation is quoted: it cannot give away what somebody wrote. */
function shown(char: string): string {
  if (char === '"') return 'a double quote';
  return /[{}[\]:,'`;=]/.test(char) ? `"${char}"` : 'an unexpected character';
}

const END = 'end';
