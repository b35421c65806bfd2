/** One gateway, upstream `a` that is made to fail and, where wanted, a healthy `b` behind it, and what each of them tells. */
import type { ConfigInput } from '../../src/config/config.ts';
import type { GatewayEvent } from '../../src/core/events.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { chat, MODEL, openChat } from '../support/chat.ts';
import { ndjson, NDJSON, startRawUpstream, type RawUpstream, type Respond } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import type { Case } from './cases.ts';

/** Longer than a busy machine takes for a good answer, so that only what is meant to time out does. */
export const LIMIT_MS = 1_000;

export class Stand implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly url: string;
  readonly a: Simulator;
  readonly b: Simulator | null;
  readonly events: GatewayEvent[] = [];
  readonly #raw: RawUpstream | null;
  readonly #leaving: AbortController[] = [];
  #ignoredAtA = 0;

  private constructor(
    gateway: Gateway,
    url: string,
    parts: { a: Simulator; b: Simulator | null; raw: RawUpstream | null },
  ) {
    this.gateway = gateway;
    this.url = url;
    this.a = parts.a;
    this.b = parts.b;
    this.#raw = parts.raw;
    gateway.events.subscribe((event) => this.events.push(event));
  }

  static async start(given: Case, beside: boolean): Promise<Stand> {
    const simulator = (): Promise<Simulator> =>
      startSimulator({
        embedder: null,
        loadMs: 0,
        tokensPerSecond: 0,
        prefillTokensPerSecond: 0,
        numParallel: 16,
      });
    const a = await simulator();
    const b = beside ? await simulator() : null;
    // In memory from the start, so that no time limit is longer because of a load.
    for (const one of [a, b]) if (one !== null) await chat(one.url);
    const raw = given.server === undefined ? null : await SERVERS[given.server]();
    const gateway = createGateway(configOf(given, raw?.url ?? a.url, b?.url ?? null));
    const { url } = await gateway.listen();
    await gateway.ready();
    const stand = new Stand(gateway, url, { a, b, raw });
    await given.before?.(stand);
    for (const one of [a, b]) one?.resetState();
    stand.events.length = 0;
    stand.#ignoredAtA = raw?.received.filter(({ target }) => target === '/api/chat').length ?? 0;
    if (given.fault !== undefined) a.setFaults({ rules: [given.fault] });
    await a.settled();
    return stand;
  }

  /** Chats that reached it since the fault was set. */
  received(which: 'a' | 'b'): number {
    if (which === 'a' && this.#raw !== null)
      return this.#raw.received.filter(({ target }) => target === '/api/chat').length - this.#ignoredAtA;
    const simulator = which === 'a' ? this.a : this.b;
    return simulator?.state().counts.byPath['/api/chat'] ?? 0;
  }

  /** Somebody else holds the only permit. */
  get occupied(): boolean {
    return this.#leaving.length > 0;
  }

  /** Everything that was held for the request is given back. */
  async settled(): Promise<void> {
    for (const leaving of this.#leaving) leaving.abort();
    const { state } = this.gateway;
    await until(
      () => state.queues().every(({ permitsInUse, depth }) => permitsInUse + depth === 0),
      'permits',
    );
    await until(() => state.breakers().every(({ inFlight }) => inFlight === 0), 'breaker permits');
    await until(() => state.pools().every(({ busy }) => busy === 0), 'connections');
    await until(() => [this.a, this.b].every((one) => (one?.state().inFlight ?? 0) === 0), 'simulators');
  }

  /** A request that holds the only permit until the end. */
  async occupy(): Promise<void> {
    this.a.setFaults({ rules: [{ fault: 'hang', count: 1 }] });
    const leaving = new AbortController();
    this.#leaving.push(leaving);
    openChat(this.url, { signal: leaving.signal }).catch(() => undefined);
    await until(() => this.a.state().inFlight === 1, 'the permit to be taken');
    this.a.clearFaults();
  }

  async keepConnection(): Promise<void> {
    await chat(this.url);
    await until(() => this.gateway.state.pools()[0]?.idle === 1, 'a kept connection');
  }

  async deleteModel(): Promise<void> {
    const response = await fetch(`${this.a.url}/api/delete`, {
      method: 'DELETE',
      body: JSON.stringify({ model: MODEL }),
    });
    if (response.status !== 200) throw new Error(`the model could not be deleted: ${await response.text()}`);
  }

  async isolate(): Promise<void> {
    await fetch(`${this.url}/admin/breakers/a/isolate`, { method: 'POST' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close(0);
    await Promise.all([this.a.close(), this.b?.close(), this.#raw?.[Symbol.asyncDispose]()]);
  }
}

function configOf(given: Case, urlOfA: string, urlOfB: string | null): ConfigInput {
  const { url = urlOfA, timeouts, ...more } = given.upstream ?? {};
  const a = {
    name: 'a',
    parallel: 16,
    breaker: { consecutiveFailures: 4, openMs: 600_000, jitter: 0 },
    ...more,
    url: url === 'https' ? urlOfA.replace('http:', 'https:') : url,
    timeouts: { connectMs: LIMIT_MS, firstTokenMs: LIMIT_MS, idleMs: LIMIT_MS, ...timeouts },
  };
  return {
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'off' },
    retry: { max: 3, baseMs: 1 },
    probe: { intervalMs: 3_600_000, timeoutMs: 5_000 },
    upstreams: [a, ...(urlOfB === null ? [] : [{ name: 'b', url: urlOfB, tier: 1, parallel: 16 }])],
  };
}

const SERVERS: Readonly<Record<NonNullable<Case['server']>, () => Promise<RawUpstream>>> = {
  'resets reused connections': () => {
    const chats = new Map<number, number>();
    return startServer(({ connection }, response, socket) => {
      const count = (chats.get(connection) ?? 0) + 1;
      chats.set(connection, count);
      if (count > 1) socket.resetAndDestroy();
      else response.writeHead(200, NDJSON).end(ndjson.content('hello') + ndjson.done());
    });
  },
  'error line first': () =>
    startServer((_, response) => {
      response.writeHead(200, NDJSON).end(ndjson.error('the model runner has stopped'));
    }),
};

/** As much of an Ollama as a health probe asks for. */
function startServer(onChat: Respond): Promise<RawUpstream> {
  return startRawUpstream((asked, response, socket) => {
    if (asked.target === '/api/chat') onChat(asked, response, socket);
    else if (asked.target === '/api/version') response.end('{"version":"0.12.6"}');
    else response.end(JSON.stringify({ models: [{ name: MODEL, model: MODEL, digest: 'd' }] }));
  });
}
