/**
 * Decides what a request is to the cache: which stored answers could answer it, or why none may. A body
 * seen before is recognised by its bytes alone; only a new one is put into canonical form.
 */
import type { CanonicalRequest } from '../../core/answer.ts';
import type { Dialect } from '../../core/dialect.ts';
import type { BypassReason } from '../../core/events.ts';
import type { GatewayRequest } from '../../core/request.ts';
import type { CacheOptions } from '../options.ts';
import type { ReadyHolder } from '../ready-answers.ts';
import { markOf } from '../../runtime/seen-marks.ts';
import { BodyMemo, type BodySetting } from './body-memo.ts';
import { bodyHash, requestKeys, type RequestKeys } from './request-key.ts';

export interface Identified extends RequestKeys {
  /** The last user text, or null when only an identical request may be served. */
  readonly semanticText: string | null;
  readonly text: string;
  readonly model: string;
}

/** What is remembered of a body: enough to serve it again, or to leave it alone again. */
export type Recognised =
  | (ReadyHolder & { readonly bypass: null; readonly exact: string })
  | { readonly bypass: BypassReason; readonly exact: null };

export type Identity =
  { readonly bypass: null; readonly keys: Identified } | { readonly bypass: BypassReason };

/** A body that was looked at, and what is known of it; null for a new one. */
export interface Read {
  /** As `markOf` makes it; null for a body that is not to be remembered. */
  readonly mark: number | null;
  /** Null for one that comes for the first time. */
  readonly hash: string | null;
  readonly setting: BodySetting;
  readonly known: Recognised | null;
  /** Where the answer may stand ready, or be put for the next time. */
  readonly holder: ReadyHolder | null;
}

const NOT_KEPT = { mark: null, hash: null, holder: null } as const;
const UNCACHEABLE: Recognised = { bypass: 'uncacheable', exact: null };
const TOO_LONG: Recognised = { bypass: 'too_long', exact: null };

export class RequestIdentifier {
  readonly #options: CacheOptions;
  readonly #modelDigest: (model: string) => string | null;
  readonly #memo = new BodyMemo<Recognised>();

  constructor(options: CacheOptions, modelDigest: (model: string) => string | null) {
    this.#options = options;
    this.#modelDigest = modelDigest;
  }

  /** Recognises the body by its bytes; a new one is then remembered by `identify`. */
  read(request: GatewayRequest): Read {
    const { body } = request;
    const setting = this.#setting(request);
    if (!Buffer.isBuffer(body)) return { ...NOT_KEPT, setting, known: UNCACHEABLE };
    if (body.length > this.#options.maxRequestBytes) return { ...NOT_KEPT, setting, known: TOO_LONG };
    const mark = request.bodyMark ?? markOf(body);
    if (!this.#memo.wasSeen(mark)) return { mark, hash: null, setting, known: null, holder: null };
    const hash = request.bodyHash ?? bodyHash(body);
    const known = this.#memo.get(hash, setting) ?? null;
    return { mark, hash, setting, known, holder: known !== null && known.bypass === null ? known : null };
  }

  /** Puts the request into canonical form. A request that has none is not cached. */
  identify(request: GatewayRequest, dialect: Dialect, { mark, hash, setting, known }: Read): Identity {
    const identity = this.#canonicalise(request, dialect, setting);
    if (hash === null) {
      if (mark !== null) this.#memo.see(mark);
    } else if (known === null) {
      const { bypass } = identity;
      const recognised: Recognised =
        bypass === null
          ? { bypass, exact: identity.keys.exact, ready: null, hit: false }
          : { bypass, exact: null };
      this.#memo.set(hash, setting, recognised);
    }
    return identity;
  }

  #canonicalise(request: GatewayRequest, dialect: Dialect, setting: BodySetting): Identity {
    let canonical: CanonicalRequest | null;
    let keys: RequestKeys | null;
    try {
      canonical = dialect.canonicalRequest(request.route, request.facts);
      if (canonical === null) return { bypass: 'uncacheable' };
      if (canonical.sampled && !this.#options.sampled) return { bypass: 'sampled' };
      keys = requestKeys(canonical, setting);
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

  #setting({ target, tenant, facts, route }: GatewayRequest): BodySetting {
    const query = target.indexOf('?');
    return {
      template: route.template,
      tenant,
      model: facts.model,
      modelDigest: facts.model === null ? null : this.#modelDigest(facts.model),
      query: query === -1 ? '' : target.slice(query),
    };
  }
}
