/**
 * What many kinds of clients do at once, by a seeded plan: questions asked before, paraphrases, new questions, streams in
 * two dialects, embeddings, bodies that are no JSON, and clients that go away in the middle. Arrivals are a Poisson
 * process that does not wait for answers.
 */
import { Agent, request, type Dispatcher } from 'undici';
import paraphrases from '../../test/fixtures/paraphrases.json' with { type: 'json' };
import { seededRng, type Rng } from '../../src/runtime/rng.ts';

export type Kind =
  | 'repeat'
  | 'paraphrase'
  | 'new question'
  | 'ollama stream'
  | 'openai stream'
  | 'embedding'
  | 'broken body'
  | 'goes away';

export interface Ended {
  readonly kind: Kind;
  /** Milliseconds from the load's start to the arrival that the plan has. */
  readonly at: number;
  /** Milliseconds from that arrival to the end of the answer. */
  readonly took: number;
  /** HTTP status; 0 when the client went away or the connection failed. */
  readonly status: number;
}

/** Share of arrivals of each kind. */
const MIX: readonly (readonly [Kind, number])[] = [
  ['repeat', 0.3],
  ['paraphrase', 0.1],
  ['new question', 0.25],
  ['ollama stream', 0.12],
  ['openai stream', 0.1],
  ['embedding', 0.05],
  ['broken body', 0.02],
  ['goes away', 0.06],
];
const MODEL = 'llama3.2:1b';
/** Said in both dialects: answers drawn at random are not stored. */
const REPEATABLE = { temperature: 0, options: { temperature: 0 } };
const KNOWN = paraphrases.paraphrases;
/** The longest that a client of this load waits. */
const CLIENT_MS = 30_000;

export class MixedLoad {
  readonly ended: Ended[] = [];
  readonly #url: string;
  readonly #rng: Rng;
  readonly #perSecond: number;
  readonly #agent = new Agent({ connections: null, headersTimeout: 0, bodyTimeout: 0 });
  readonly #open = new Set<Promise<void>>();
  #number = 0;
  #stopped = false;

  constructor(url: string, perSecond: number, seed: number) {
    this.#url = url;
    this.#perSecond = perSecond;
    this.#rng = seededRng(seed);
  }

  get started(): number {
    return this.#number;
  }

  /** Sends for so long; resolves when the last answer is in. */
  async run(ms: number): Promise<void> {
    const from = performance.now();
    let at = 0;
    while (!this.#stopped) {
      at += (-Math.log(1 - this.#rng.next()) / this.#perSecond) * 1_000;
      if (at > ms) break;
      const wait = from + at - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      this.#send(at, from + at);
    }
    await Promise.all(this.#open);
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#agent.destroy();
  }

  #send(at: number, due: number): void {
    const kind = this.#draw();
    const sent = this.#ask(kind)
      .catch(() => 0)
      .then((status) => {
        this.ended.push({ kind, at, took: performance.now() - due, status });
      })
      .finally(() => this.#open.delete(sent));
    this.#open.add(sent);
  }

  #draw(): Kind {
    let left = this.#rng.next();
    for (const [kind, share] of MIX) {
      left -= share;
      if (left < 0) return kind;
    }
    return 'repeat';
  }

  async #ask(kind: Kind): Promise<number> {
    this.#number += 1;
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(CLIENT_MS)]);
    const { path, body } = this.#question(kind);
    const response = await request(`${this.#url}${path}`, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-llamascope-client': `client-${this.#number % 20}`,
      },
      body,
      signal,
    });
    await read(response, kind === 'goes away' ? gone : null);
    return response.statusCode;
  }

  #question(kind: Kind): { readonly path: string; readonly body: string } {
    const known = KNOWN[Math.floor(this.#rng.next() * KNOWN.length)];
    const fresh = `Question ${this.#number} of this run: what happens next?`;
    const chat = (content: string, stream: boolean): string =>
      JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content }], ...REPEATABLE });
    switch (kind) {
      case 'repeat':
        return { path: '/api/chat', body: chat(known?.base ?? fresh, false) };
      case 'paraphrase':
        return { path: '/api/chat', body: chat(known?.paraphrase ?? fresh, false) };
      case 'openai stream':
        return { path: '/v1/chat/completions', body: chat(fresh, true) };
      case 'embedding':
        return { path: '/api/embed', body: JSON.stringify({ model: 'builtin-en', input: fresh }) };
      case 'broken body':
        return { path: '/api/chat', body: `{"model": "${MODEL}", "messages": [` };
      case 'new question':
        return { path: '/api/chat', body: chat(fresh, false) };
      case 'ollama stream':
      case 'goes away':
        return { path: '/api/chat', body: chat(fresh, true) };
    }
  }
}

/** To the end, or until the second piece for one that goes away. */
async function read({ body }: Dispatcher.ResponseData, gone: AbortController | null): Promise<void> {
  let pieces = 0;
  for await (const _ of body) {
    pieces += 1;
    if (pieces === 2) gone?.abort();
  }
}
