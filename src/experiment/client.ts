/**
 * One client request over a real connection, judged as its user would: the right answer, whole, before patience
 * ran out, is a success; everything else is not.
 */
import { Pool } from 'undici';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Outcome, RequestResult } from './outcome.ts';
import type { PlannedRequest } from './workload/workload.ts';

export interface ClientOptions {
  /** Where requests go: the gateway, or the upstream itself. */
  readonly url: string;
  readonly kind: 'ollama' | 'openai';
  readonly model: string;
  /** How long a client waits for a whole answer. */
  readonly timeoutMs: number;
  /** Sent as `Authorization: Bearer`, or null. */
  readonly apiKey: string | null;
}

interface Answered {
  readonly status: number;
  readonly cache: string | null;
  readonly text: string;
  readonly complete: boolean;
  readonly error: string | null;
  readonly firstContentAt: number | null;
}

export class Client {
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #pool: Pool;
  readonly #prefix: string;

  constructor(options: ClientOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    const { origin, pathname } = new URL(options.url);
    this.#prefix = pathname.replace(/\/$/, '');
    this.#pool = new Pool(origin, { connections: null, pipelining: 1 });
  }

  /** Never rejects. `dueAt` and `origin` are monotonic milliseconds; results count from `origin`. */
  async ask(request: PlannedRequest, dueAt: number, origin: number): Promise<RequestResult> {
    const patience = new AbortController();
    const timer = this.#clock.setTimer(dueAt + this.#options.timeoutMs - this.#clock.now(), () => {
      patience.abort();
    });
    let answered: Answered | null = null;
    let reason: string | null = null;
    try {
      answered = await this.#send(request, patience.signal);
    } catch (error) {
      reason = patience.signal.aborted ? 'no answer in time' : describe(error);
    }
    timer.cancel();
    const endedAt = this.#clock.now();
    const outcome =
      answered === null
        ? patience.signal.aborted
          ? 'timed_out'
          : 'failed'
        : judge(answered, request.expected);
    return {
      id: request.id,
      outcome,
      cache: answered?.cache ?? null,
      status: answered?.status ?? null,
      startedMs: dueAt - origin,
      endedMs: endedAt - origin,
      firstContentMs:
        answered === null || answered.firstContentAt === null ? null : answered.firstContentAt - dueAt,
      reason: reason ?? (outcome === 'served' || outcome === 'cached' ? null : reasonOf(answered)),
    };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send(request: PlannedRequest, signal: AbortSignal): Promise<Answered> {
    const { kind, apiKey, timeoutMs } = this.#options;
    const { statusCode, headers, body } = await this.#pool.request({
      method: 'POST',
      path: this.#prefix + (kind === 'ollama' ? '/api/chat' : '/v1/chat/completions'),
      headers: {
        'content-type': 'application/json',
        // Ollama and most servers ignore both; a gateway learns how long it has, a simulator which fate is meant.
        'x-request-id': request.id,
        'x-request-timeout-ms': String(timeoutMs),
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: this.#body(request),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const reading = new AnswerReading(kind, request.stream && statusCode === 200);
    for await (const chunk of body as AsyncIterable<Buffer>) reading.push(chunk, this.#clock.now());
    const cache = headers['x-llamascope-cache'];
    return { status: statusCode, cache: typeof cache === 'string' ? cache : null, ...reading.finish() };
  }

  #body({ question, stream }: PlannedRequest): string {
    const { kind, model } = this.#options;
    const messages = [{ role: 'user', content: question }];
    return JSON.stringify(
      kind === 'ollama'
        ? { model, stream, messages, options: { temperature: 0 } }
        : { model, stream, messages, temperature: 0 },
    );
  }
}

/** Reads an answer of either dialect, whole or as a stream, as a tolerant client would. */
class AnswerReading {
  readonly #kind: ClientOptions['kind'];
  readonly #streamed: boolean;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #text = '';
  #complete = false;
  #error: string | null = null;
  #firstContentAt: number | null = null;

  constructor(kind: ClientOptions['kind'], streamed: boolean) {
    this.#kind = kind;
    this.#streamed = streamed;
  }

  push(chunk: Uint8Array, now: number): void {
    this.#rest += this.#decoder.decode(chunk, { stream: true });
    if (!this.#streamed) return;
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.trim(), now);
  }

  finish(): Pick<Answered, 'text' | 'complete' | 'error' | 'firstContentAt'> {
    if (this.#streamed) this.#line(this.#rest.trim(), this.#firstContentAt ?? 0);
    else this.#whole();
    return {
      text: this.#text,
      complete: this.#complete,
      error: this.#error,
      firstContentAt: this.#firstContentAt,
    };
  }

  #whole(): void {
    const json = parse(this.#rest);
    if (json === null) {
      this.#error = 'not JSON';
      return;
    }
    this.#take(json, null);
    this.#complete = this.#error === null;
  }

  #line(line: string, now: number): void {
    const data = this.#kind === 'openai' ? line.replace(/^data:\s*/, '') : line;
    if (data === '' || (this.#kind === 'openai' && data === line)) return;
    if (data === '[DONE]') {
      this.#complete = true;
      return;
    }
    const json = parse(data);
    if (json === null) this.#error = 'a broken line in the stream';
    else this.#take(json, now);
  }

  #take(json: JsonObject, now: number | null): void {
    const error = errorIn(json);
    if (error !== null) this.#error = error;
    const text = textIn(json);
    this.#text += text;
    if (text !== '' && now !== null) this.#firstContentAt ??= now;
    if (json['done'] === true) this.#complete = true;
  }
}

function judge(answer: Answered, expected: string | null): Outcome {
  const { status, error, complete, text, cache } = answer;
  if (status === 429 || status === 503 || (status === 504 && error?.includes('deadline') === true))
    return 'refused';
  if (status === 504) return 'timed_out';
  if (status !== 200 || error !== null || !complete || text === '') return 'failed';
  if (expected !== null && text.trim() !== expected.trim()) return 'wrong';
  return cache?.startsWith('hit') === true ? 'cached' : 'served';
}

function reasonOf(answer: Answered | null): string {
  if (answer === null) return 'no answer';
  const { status, error, complete } = answer;
  if (status !== 200) return `${String(status)} ${error ?? ''}`.trim().slice(0, 120);
  if (error !== null) return error.slice(0, 120);
  return complete ? 'another answer than the right one' : 'cut before its end';
}

function errorIn(json: JsonObject): string | null {
  const { error } = json;
  if (error === undefined || error === null) return null;
  if (typeof error === 'string') return error;
  return isJsonObject(error) && typeof error['message'] === 'string' ? error['message'] : 'error';
}

function textIn(json: JsonObject): string {
  const { message, choices } = json;
  if (isJsonObject(message)) return typeof message['content'] === 'string' ? message['content'] : '';
  const [choice] = Array.isArray(choices) ? choices : [];
  if (!isJsonObject(choice)) return '';
  const part: JsonValue | undefined = choice['delta'] ?? choice['message'];
  return isJsonObject(part) && typeof part['content'] === 'string' ? part['content'] : '';
}

function parse(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message;
}
