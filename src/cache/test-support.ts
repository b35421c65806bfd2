/** What tests of the cache stand on: exchanges as the door makes them, and an embedder without surprises. */
import type { Answer, TextAnswer } from '../core/answer.ts';
import type { Dialect } from '../core/dialect.ts';
import type { TextEmbedder } from '../core/embedder.ts';
import type { GatewayEvent } from '../core/events.ts';
import { clientId, requestId, tenantId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import {
  openExchange,
  type CachePolicy,
  type Exchange,
  type GatewayRequest,
  type GatewayResponse,
} from '../core/request.ts';
import type { DialectName, Route } from '../core/route.ts';
import type { ByteSink, ByteStream } from '../core/stream.ts';
import { CancelSource } from '../runtime/cancel.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { createCache, type Cache, type CacheDeps, type CacheOptions } from './cache.ts';

/** A route as the table has it, by path. */
export function routeFor(template: string): Route {
  const operation = template.includes('embed')
    ? 'embed'
    : template.endsWith('chat') || template.includes('/chat/')
      ? 'chat'
      : 'generate';
  const dialect = template.startsWith('/v1/') ? 'openai' : 'ollama';
  return {
    template,
    methods: ['POST'],
    endpoint: template as Route['endpoint'],
    dialect,
    operation,
    lane: operation === 'embed' ? 'embedding' : 'generation',
    body: 'json',
    streamsByDefault: dialect === 'ollama' && operation !== 'embed',
    cacheable: true,
  };
}

export interface Asked {
  readonly route?: Route;
  readonly tenant?: string;
  readonly policy?: CachePolicy;
  readonly target?: string;
  readonly receivedAt?: number;
}

let asked = 0;

/** An exchange for this body, read by this dialect. */
export function exchangeFor(
  dialect: Dialect,
  json: unknown,
  given: Asked = {},
): Exchange & { readonly cancel: CancelSource } {
  const route = given.route ?? routeFor('/api/chat');
  const body = Buffer.from(JSON.stringify(json));
  asked += 1;
  const request: GatewayRequest = {
    id: requestId(`req-${asked}`),
    route,
    method: 'POST',
    target: given.target ?? route.template,
    headers: {},
    body,
    facts: dialect.readRequest(route, body),
    client: clientId('somebody'),
    tenant: tenantId(given.tenant ?? 'anonymous'),
    cachePolicy: given.policy ?? 'default',
    priority: 0,
    receivedAt: given.receivedAt ?? 0,
    deadlineAt: null,
  };
  return openExchange(request, dialect, new CancelSource());
}

/** A stream that has all its chunks and delivers them as soon as it is started, then ends or fails. */
export function streamOf(chunks: readonly Buffer[], failure: Error | null = null): ByteStream {
  return {
    start(sink: ByteSink): void {
      for (const chunk of chunks) sink.write(chunk);
      if (failure === null) sink.end();
      else sink.fail(failure);
    },
    resume(): void {
      // It never pauses.
    },
    cancel(): void {
      // It holds nothing.
    },
  };
}

/** Reads a response to its end, as the listener would. */
export function drain(response: GatewayResponse): Promise<Buffer> {
  const { body } = response;
  if (body === null || Buffer.isBuffer(body)) return Promise.resolve(body ?? Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    body.start({
      write: (chunk) => chunks.push(chunk) > 0,
      end: () => {
        resolve(Buffer.concat(chunks));
      },
      fail: reject,
    });
  });
}

/** A header of a response, or null. */
export function headerOf(response: GatewayResponse, name: string): string | null {
  const { headers } = response;
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1] ?? null;
  return null;
}

/**
 * Counts words into `dimensions` places, so that texts with the same words are equal and texts that share
 * most words are near. `embed` can be replaced to make it fail or hang.
 */
export class WordEmbedder implements TextEmbedder {
  readonly identity: string;
  readonly dimensions: number;
  readonly recommendedThreshold = 0.75;
  /** Every call so far, in order. */
  readonly calls: (readonly string[])[] = [];
  answer: (texts: readonly string[]) => Promise<Float32Array[]>;

  constructor(identity = 'words', dimensions = 64) {
    this.identity = identity;
    this.dimensions = dimensions;
    this.answer = (texts) => Promise.resolve(texts.map((text) => this.vector(text)));
  }

  embed(texts: readonly string[]): Promise<Float32Array[]> {
    this.calls.push(texts);
    return this.answer(texts);
  }

  vector(text: string): Float32Array {
    const vector = new Float32Array(this.dimensions);
    for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
      let place = 7;
      for (const character of word) place = (place * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
      const at = place % this.dimensions;
      vector[at] = (vector[at] ?? 0) + 1;
    }
    const length = Math.hypot(...vector);
    return length === 0 ? vector : vector.map((value) => value / length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A finished text, as a model would have given it. */
export function textAnswer(text: string, given: Partial<TextAnswer> = {}): TextAnswer {
  return {
    kind: 'text',
    model: 'llama3.2:1b',
    createdAt: 1_700_000_000_000,
    text,
    thinking: null,
    toolCalls: [],
    finish: 'stop',
    usage: { promptTokens: 20, completionTokens: 10 },
    times: { totalNs: 2e9, loadNs: 1e6, promptEvalNs: 5e8, evalNs: 1e9 },
    native: null,
    ...given,
  };
}

/** What an upstream sends for this answer, in the form the exchange asked for. */
export function upstreamResponse({ dialect, request }: Exchange, answer: Answer): GatewayResponse {
  const written = dialect.writeAnswer(request.route, request.facts, answer, 'upstream');
  if (written === null) throw new Error('this dialect has no such answer');
  const { chunks, contentType, streaming } = written;
  const body = streaming ? streamOf(chunks) : Buffer.concat(chunks);
  return { status: 200, headers: ['content-type', contentType], body, streaming, outcome: 'success' };
}

/** A cache on a clock that stands still, with everything it reports, in front of a scripted upstream. */
export class CacheBench {
  readonly clock: ManualClock = new ManualClock();
  readonly events: GatewayEvent[] = [];
  readonly cache: Cache;
  readonly dialects: Readonly<Record<DialectName, Dialect>>;
  digest: string | null = 'sha256:1';
  /** Requests that reached the upstream. */
  asked = 0;
  /** The upstream. It numbers its answers, so that a replay can be told from a fresh one. */
  upstream: (exchange: Exchange) => Promise<GatewayResponse> = (exchange) =>
    Promise.resolve(upstreamResponse(exchange, textAnswer(`answer ${this.asked}`)));

  constructor(
    dialects: Readonly<Record<DialectName, Dialect>>,
    options: Partial<CacheOptions>,
    deps: Partial<CacheDeps> = {},
  ) {
    this.dialects = dialects;
    // Chance asks nobody again in a test that counts who is asked.
    this.cache = createCache(
      { audit: 0, ...options },
      {
        clock: this.clock,
        emit: (event) => this.events.push(event),
        modelDigest: () => this.digest,
        ...deps,
      },
    );
  }

  exchange(json: unknown, given: Asked = {}): ReturnType<typeof exchangeFor> {
    const route = given.route ?? routeFor('/api/chat');
    return exchangeFor(this.dialects[route.dialect], json, { receivedAt: this.clock.now(), ...given, route });
  }

  send(exchange: Exchange): Promise<GatewayResponse> {
    return this.cache.stage((passed) => {
      this.asked += 1;
      return this.upstream(passed);
    })(exchange);
  }

  /** Sends, reads the answer to its end and lets the cache finish what it does afterwards. */
  async ask(
    json: unknown,
    given: Asked = {},
  ): Promise<{ result: string | null; body: string; response: GatewayResponse; exchange: Exchange }> {
    const exchange = this.exchange(json, given);
    const response = await this.send(exchange);
    const body = (await drain(response)).toString();
    await this.cache.idle();
    return { result: headerOf(response, 'x-llamascope-cache'), body, response, exchange };
  }

  of<T extends GatewayEvent['type']>(type: T): Extract<GatewayEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<GatewayEvent, { type: T }> => event.type === type);
  }
}

/** An Ollama chat of one question, answered the same way each time unless told otherwise. */
export function chat(content: string, given: JsonObject = {}): JsonObject {
  return {
    model: 'llama3.2:1b',
    messages: [{ role: 'user', content }],
    stream: false,
    options: { temperature: 0 },
    ...given,
  };
}
