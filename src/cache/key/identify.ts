/**
 * Decides what a request is to the cache: which stored answers could answer it, or why none may. A body
 * seen before is recognised by its bytes alone; only a new one is put into canonical form.
 */
import type { CanonicalRequest } from '../../core/answer.ts';
import type { Dialect } from '../../core/dialect.ts';
import type { BypassReason } from '../../core/events.ts';
import type { GatewayRequest } from '../../core/request.ts';
import type { CacheOptions } from '../options.ts';
import { BoundedMemo } from './bounded-memo.ts';
import { rawBodyKey, requestKeys, type RequestKeys, type RequestSetting } from './request-key.ts';

export interface Identified extends RequestKeys {
  /** The last user text, or null when only an identical request may be served. */
  readonly semanticText: string | null;
  readonly text: string;
  readonly model: string;
}

/** What is remembered of a body: enough to serve it again, or to leave it alone again. */
export type Recognised =
  { readonly bypass: null; readonly exact: string } | { readonly bypass: BypassReason; readonly exact: null };

export type Identity =
  { readonly bypass: null; readonly keys: Identified } | { readonly bypass: BypassReason };

/** Bodies remembered per generation of the memo; about 300 bytes each. */
const REMEMBERED = 8_192;

export class RequestIdentifier {
  readonly #options: CacheOptions;
  readonly #modelDigest: (model: string) => string | null;
  readonly #memo = new BoundedMemo<Recognised>(REMEMBERED);

  constructor(options: CacheOptions, modelDigest: (model: string) => string | null) {
    this.#options = options;
    this.#modelDigest = modelDigest;
  }

  /** Recognises the body by its bytes; null for a new one, which is then remembered by `identify`. */
  recognise(request: GatewayRequest): Recognised | null {
    const { body } = request;
    if (!Buffer.isBuffer(body)) return { bypass: 'uncacheable', exact: null };
    if (body.length > this.#options.maxRequestBytes) return { bypass: 'too_long', exact: null };
    return this.#memo.get(this.#rawKey(request, body)) ?? null;
  }

  /** Puts the request into canonical form. A request that has none is not cached. */
  identify(request: GatewayRequest, dialect: Dialect): Identity {
    const identity = this.#canonicalise(request, dialect);
    if (Buffer.isBuffer(request.body)) {
      this.#memo.set(
        this.#rawKey(request, request.body),
        identity.bypass === null
          ? { bypass: null, exact: identity.keys.exact }
          : { bypass: identity.bypass, exact: null },
      );
    }
    return identity;
  }

  #canonicalise(request: GatewayRequest, dialect: Dialect): Identity {
    let canonical: CanonicalRequest | null;
    let keys: RequestKeys | null;
    try {
      canonical = dialect.canonicalRequest(request.route, request.facts);
      if (canonical === null) return { bypass: 'uncacheable' };
      if (canonical.sampled && !this.#options.sampled) return { bypass: 'sampled' };
      keys = requestKeys(canonical, this.#setting(request));
    } catch {
      // A request that cannot be understood here may still be understood upstream.
      return { bypass: 'uncacheable' };
    }
    if (keys === null) return { bypass: 'uncacheable' };
    const { text, model, semanticBlock } = canonical;
    return {
      bypass: null,
      keys: { ...keys, text, model, semanticText: semanticBlock === null ? text : null },
    };
  }

  #rawKey(request: GatewayRequest, body: Buffer): string {
    return rawBodyKey(body, request.route.template, this.#setting(request));
  }

  #setting(request: GatewayRequest): RequestSetting {
    const { target, tenant, facts } = request;
    const query = target.indexOf('?');
    return {
      tenant,
      model: facts.model,
      modelDigest: facts.model === null ? null : this.#modelDigest(facts.model),
      query: query === -1 ? '' : target.slice(query),
    };
  }
}
