import { Agent, buildConnector, request } from 'undici';
import { RequestFields } from './header-fields.ts';
import { TargetPath } from './target-path.ts';
import type { TlsOptions } from './tls.ts';

/** What a probe was answered. */
export interface ProbeReply {
  readonly status: number;
  /** Parsed, or null when it was not JSON. */
  readonly json: unknown;
}

const MAX_BYTES = 16 * 1024 * 1024;

/** One connection of its own, so that probes neither wait behind requests nor count among them. */
export class ProbeClient {
  readonly #agent: Agent;
  readonly #path: TargetPath;
  readonly #fields: RequestFields;
  /** For each call, milliseconds. */
  timeoutMs: number;

  constructor(options: {
    readonly url: string;
    readonly timeoutMs: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly apiKey: string | null;
    readonly hostHeader?: string | null;
    readonly tls?: TlsOptions;
    readonly via: string;
  }) {
    this.#path = new TargetPath(options.url);
    this.#fields = new RequestFields(options);
    this.timeoutMs = options.timeoutMs;
    this.#agent = new Agent({
      connections: 1,
      ...(options.tls === undefined ? {} : { connect: connector(options.tls) }),
      allowH2: false,
      // Each call has a time limit of its own, which may change.
      connectTimeout: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: MAX_BYTES,
    });
  }

  /** A `GET`, or a `POST` when there is a body. Rejects with undici's or the system's error. */
  async ask(target: string, body: unknown = null): Promise<ProbeReply> {
    const reply = await request(this.#path.origin + this.#path.of(target), {
      dispatcher: this.#agent,
      method: body === null ? 'GET' : 'POST',
      headers: this.#fields.write({ 'content-type': 'application/json' }, null, true) as string[],
      body: body === null ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    const text = await reply.body.text();
    return { status: reply.statusCode, json: parse(text) };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** As of the pooled connections (connections.ts): the name that is configured, whatever `Host` says. */
function connector(tls: TlsOptions): buildConnector.connector {
  const dial = buildConnector({ ...tls, allowH2: false, timeout: 0 });
  const { servername } = tls;
  return servername === undefined
    ? dial
    : (options, callback) => {
        dial({ ...options, servername }, callback);
      };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
