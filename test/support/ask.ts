const MODEL = 'llama3.2:1b';

/** What the cache said of one chat. */
export interface Reply {
  readonly status: number;
  readonly cache: string | null;
  readonly similarity: string | null;
}

/** Asks `/api/chat` one question, not streamed. */
export async function askChat(url: string, question: string): Promise<Reply> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: MODEL, stream: false, messages: [{ role: 'user', content: question }] }),
  });
  await response.arrayBuffer();
  return {
    status: response.status,
    cache: response.headers.get('x-llamascope-cache'),
    similarity: response.headers.get('x-llamascope-similarity'),
  };
}
