/** Clients that ask one streaming chat after the other, and an account of every answer. */
import { Agent, request } from 'undici';

/** How one request ended, for its client. */
export type Ending =
  /** Whole, with its final object. */
  | 'complete'
  /** Begun, and ended with an error in band. */
  | 'in-band error'
  /** Refused or failed with a status before anything was said. */
  | 'refused'
  /** Began and stopped with neither: never to happen. */
  | 'cut'
  /** The connection to the gateway failed. */
  | 'broken'
  /** Nothing ended it within the client's deadline and a second: never to happen. */
  | 'hung';

export interface Answer {
  readonly askedAt: number;
  readonly contentAt: number | null;
  readonly endedAt: number;
  readonly ending: Ending;
  readonly status: number;
  readonly code: string | null;
  readonly upstream: string | null;
}

const GRACE_MS = 1_000;
/** What a client does that was told to come back later. */
const PAUSE_MS = 250;

export class Crowd {
  readonly answers: Answer[] = [];
  readonly #url: string;
  readonly #deadlineMs: number;
  readonly #agent = new Agent({ connections: null, headersTimeout: 0, bodyTimeout: 0 });
  #asked = 0;
  #stopped = false;
  #running: Promise<void>[] = [];

  constructor(url: string, deadlineMs: number) {
    this.#url = url;
    this.#deadlineMs = deadlineMs;
  }

  /** Requests sent so far, those under way included. */
  get asked(): number {
    return this.#asked;
  }

  start(clients: number): void {
    this.#stopped = false;
    this.#running = Array.from({ length: clients }, (_, client) => this.#client(client));
  }

  /** Asks no more; resolves when every answer is in. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  /** Cuts whatever still runs. */
  async close(): Promise<void> {
    this.#stopped = true;
    await this.#agent.destroy();
    await Promise.all(this.#running);
  }

  async #client(client: number): Promise<void> {
    while (!this.#stopped) {
      const answer = await this.#ask(client);
      this.answers.push(answer);
      if (answer.ending === 'refused' || answer.ending === 'broken')
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #ask(client: number): Promise<Answer> {
    const number = (this.#asked += 1);
    const seen = {
      contentAt: null as number | null,
      status: 0,
      code: null as string | null,
      upstream: null as string | null,
    };
    const askedAt = performance.now();
    let ending: Ending;
    try {
      ending = await this.#read(client, number, seen);
    } catch (error) {
      ending = (error as Error).name === 'TimeoutError' ? 'hung' : 'broken';
      seen.code = (error as Error).message;
    }
    return { askedAt, ...seen, endedAt: performance.now(), ending };
  }

  async #read(
    client: number,
    number: number,
    seen: { contentAt: number | null; status: number; code: string | null; upstream: string | null },
  ): Promise<Ending> {
    const response = await request(`${this.#url}/api/chat`, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-request-timeout-ms': String(this.#deadlineMs),
        'x-llamascope-client': `client-${client % 20}`,
      },
      body: JSON.stringify({
        model: 'llama3.2:1b',
        messages: [{ role: 'user', content: `Question ${number}: what is it like?` }],
      }),
      signal: AbortSignal.timeout(this.#deadlineMs + GRACE_MS),
    });
    seen.status = response.statusCode;
    seen.upstream = (response.headers['x-llamascope-upstream'] as string | undefined) ?? null;
    let last = '';
    let rest = '';
    for await (const chunk of response.body) {
      if (response.statusCode === 200) seen.contentAt ??= performance.now();
      rest += String(chunk);
      const end = rest.lastIndexOf('\n');
      if (end < 0) continue;
      last = rest.slice(rest.lastIndexOf('\n', end - 1) + 1, end);
      rest = rest.slice(end + 1);
    }
    const item = JSON.parse(rest === '' ? last || '{}' : rest) as Record<string, unknown>;
    if (typeof item['code'] === 'string') seen.code = item['code'];
    if (response.statusCode !== 200) return 'refused';
    if (item['done'] === true) return 'complete';
    return typeof item['error'] === 'string' ? 'in-band error' : 'cut';
  }
}
