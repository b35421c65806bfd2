import type { HeaderBag, HeaderList } from '../core/request.ts';

/** Fields that concern one connection (RFC 9110, 7.6.1) or that the transport writes itself. */
const NOT_FORWARDED: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Request fields that are rewritten, or that are addressed to the gateway alone. */
const REQUEST_ONLY: readonly string[] = [
  'host',
  'content-length',
  'expect',
  'accept-encoding',
  'via',
  'x-request-id',
  'x-request-timeout-ms',
  'x-llamascope-cache',
  'x-llamascope-client',
  'x-llamascope-priority',
];

/** Response fields that the gateway writes about itself: two of one name would contradict each other. */
const RESPONSE_ONLY: readonly string[] = [
  'x-request-id',
  'x-llamascope-cache',
  'x-llamascope-similarity',
  'x-llamascope-upstream',
  'x-llamascope-model',
  'x-llamascope-fallback',
  'x-llamascope-queue-ms',
];

export interface RequestFieldsOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly apiKey: string | null;
  /** In place of the URL's own. */
  readonly hostHeader?: string | null;
  /** Our name in `via`, by which a gateway recognises a loop. */
  readonly via: string;
}

/** Writes the header of every request to one upstream. What does not change is put together once. */
export class RequestFields {
  readonly #omit: ReadonlySet<string>;
  readonly #always: HeaderList;
  readonly #via: string;

  constructor(options: RequestFieldsOptions) {
    // A compressed answer could not be watched.
    this.#always = ['accept-encoding', 'identity'];
    const omit = new Set([...NOT_FORWARDED, ...REQUEST_ONLY]);
    const add = (name: string, value: string): void => {
      omit.add(name);
      this.#always.push(name, value);
    };
    if (typeof options.hostHeader === 'string') add('host', options.hostHeader);
    if (options.apiKey !== null) add('authorization', `Bearer ${options.apiKey}`);
    for (const [name, value] of Object.entries(options.headers)) add(name.toLowerCase(), value);
    this.#omit = omit;
    this.#via = `1.1 ${options.via}`;
  }

  /**
   * `lengthKnown`: there is no body, or it is in memory, so that the transport writes its length. `leftMs`: what
   * remains of the client's deadline, which a gateway or server behind this one can keep too.
   */
  write(
    client: HeaderBag,
    requestId: string | null,
    lengthKnown: boolean,
    leftMs: number | null = null,
  ): (string | string[])[] {
    const fields: (string | string[])[] = this.#always.slice();
    if (requestId !== null) fields.push('x-request-id', requestId);
    if (leftMs !== null) fields.push('x-request-timeout-ms', String(leftMs));
    const named = connectionOptions(client['connection']);
    for (const name in client) {
      const value = client[name];
      if (value === undefined || this.#omit.has(name)) continue;
      if (named !== null && named.includes(name)) continue;
      fields.push(name, value);
    }
    const via = client['via'];
    fields.push('via', via === undefined ? this.#via : `${String(via)}, ${this.#via}`);
    const length = client['content-length'];
    if (!lengthKnown && typeof length === 'string') fields.push('content-length', length);
    return fields;
  }
}

const responseOmit: ReadonlySet<string> = new Set([...NOT_FORWARDED, ...RESPONSE_ONLY]);

/**
 * An upstream's header as the client gets it. `withLength` keeps `content-length`: not for streams, to which an
 * in-band error may be appended, nor for bodies whose length is known here.
 */
export function responseFields(
  upstream: Readonly<Record<string, string | string[] | undefined>>,
  withLength: boolean,
): HeaderList {
  const fields: HeaderList = [];
  const named = connectionOptions(upstream['connection']);
  for (const name in upstream) {
    const value = upstream[name];
    if (value === undefined || responseOmit.has(name)) continue;
    if (name === 'content-length' && !withLength) continue;
    if (named !== null && named.includes(name)) continue;
    if (typeof value === 'string') fields.push(name, value);
    else for (const one of value) fields.push(name, one);
  }
  return fields;
}

/** The field names that `connection` declares to be for this connection only. Null for the usual cases. */
function connectionOptions(value: string | string[] | undefined): string[] | null {
  if (value === undefined || value === 'keep-alive' || value === 'close') return null;
  return String(value)
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
}
