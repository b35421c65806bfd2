/**
 * Server-sent events over fetch, because an EventSource cannot carry the token of the operations plane. One call is one
 * connection: it ends, resolves or throws, and whoever called decides when to come again.
 */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string | null;

  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.name = 'HttpProblem';
    this.status = status;
    this.code = code;
  }
}

/** What the gateway said when it refused, in its own words. */
export async function problemOf(response: Response): Promise<HttpProblem> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as {
      readonly error: { readonly code: string; readonly message: string };
    };
    return new HttpProblem(response.status, error.code, error.message);
  } catch {
    return new HttpProblem(response.status, null, text.slice(0, 300) || `HTTP ${response.status}`);
  }
}

export async function readEvents(
  url: string,
  init: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  take: (event: StreamEvent) => void,
  onBytes: () => void,
): Promise<void> {
  const response = await fetch(url, { ...init, cache: 'no-store' });
  if (!response.ok || response.body === null) throw await problemOf(response);
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    const blocks = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== null) take(event);
    }
  }
}

/** Null for a comment, which is how the gateway says that it is still there. */
function parseBlock(block: string): StreamEvent | null {
  let id: string | null = null;
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    const field = line.slice(0, colon);
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id') id = value;
  }
  return data.length === 0 ? null : { id, event, data: data.join('\n') };
}
