/** What a client saw of one streaming Ollama chat. */
export interface Seen {
  readonly status: number;
  readonly upstream: string | null;
  readonly cache: string | null;
  readonly retryAfter: string | null;
  /** Content-bearing items. */
  readonly tokens: number;
  /** The final item with `done: true` came. */
  readonly done: boolean;
  /** The error of the body or of the last item. */
  readonly error: string | null;
}

export const MODEL = 'llama3.2:1b';

export interface Chat {
  readonly content?: string;
  readonly stream?: boolean;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told when the first content is here. */
  readonly onContent?: () => void;
}

let asked = 0;

/** One chat, read to its end. Rejects only when the connection itself breaks. */
export async function chat(url: string, given: Chat = {}): Promise<Seen> {
  const response = await openChat(url, given);
  const items: Record<string, unknown>[] = [];
  let rest = '';
  let spoke = false;
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') items.push(JSON.parse(line) as Record<string, unknown>);
    if (!spoke && items.some(hasContent)) {
      spoke = true;
      given.onContent?.();
    }
  }
  if (rest !== '') items.push(JSON.parse(rest) as Record<string, unknown>);
  const last = items.at(-1) ?? {};
  return {
    status: response.status,
    upstream: response.headers.get('x-llamascope-upstream'),
    cache: response.headers.get('x-llamascope-cache'),
    retryAfter: response.headers.get('retry-after'),
    tokens: items.filter(hasContent).length,
    done: last['done'] === true,
    error: typeof last['error'] === 'string' ? last['error'] : null,
  };
}

/** The open answer. Each question is one that was not asked before, unless it is given. */
export function openChat(url: string, given: Chat = {}): Promise<Response> {
  asked += 1;
  return fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...given.headers },
    body: JSON.stringify({
      model: given.model ?? MODEL,
      stream: given.stream ?? true,
      messages: [{ role: 'user', content: given.content ?? `question ${asked}` }],
    }),
    ...(given.signal === undefined ? {} : { signal: given.signal }),
  });
}

function hasContent(item: Record<string, unknown>): boolean {
  const message = item['message'] as { readonly content?: unknown } | undefined;
  return typeof message?.content === 'string' && message.content !== '';
}
