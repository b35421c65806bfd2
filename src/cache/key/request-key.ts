import { hash } from 'node:crypto';
import type { CanonicalRequest } from '../../core/answer.ts';
import { BoundedMemo } from '../../runtime/bounded-memo.ts';
import { canonicalJson } from './canonical-json.ts';

/** What shapes the answer, or decides who may see it, and is not in the body. */
export interface RequestSetting {
  readonly tenant: string;
  /** The model that is meant: the body may say an alias, and what it stands for can change. */
  readonly model: string | null;
  /** Identifies the model's weights; null while no upstream has told. */
  readonly modelDigest: string | null;
  /** The query string, with its `?`, or the empty string. */
  readonly query: string;
}

export interface RequestKeys {
  /** Equal for requests that differ in nothing but the last user text. */
  readonly scope: string;
  /** Equal for requests that differ in nothing. */
  readonly exact: string;
}

/** Written into every key: a new way of forming keys never meets entries of an old one. */
const VERSION = 1;

/**
 * SHA-256 over the canonical request, its tenant, model and model digest. The exact key is the hash of
 * the scope key and the text, so that one pass over the request gives both.
 * Null when the request has no exact canonical form: it cannot be cached.
 */
export function requestKeys(request: CanonicalRequest, setting: RequestSetting): RequestKeys | null {
  const canonical = canonicalJson([
    'scope',
    VERSION,
    setting.tenant,
    request.kind,
    request.model,
    setting.modelDigest,
    setting.query,
    request.scope,
  ]);
  if (canonical === null) return null;
  const scope = scopeHash(canonical);
  return { scope, exact: hash('sha256', `exact ${scope} ${JSON.stringify(request.text)}`, 'base64url') };
}

/** Identifies a body byte for byte, before anything in it is looked at. */
export function bodyHash(body: Buffer): string {
  return hash('sha256', body, 'base64url');
}

/**
 * The same conversation about something else has the same scope, so most are known. Texts that are long are not kept: a text of a few thousand
 * characters costs more to keep than to hash.
 */
const KNOWN_SCOPES = 512;
const LONGEST_KNOWN = 2_048;
const knownScopes = new BoundedMemo<string>(KNOWN_SCOPES);

function scopeHash(canonical: string): string {
  if (canonical.length > LONGEST_KNOWN) return hash('sha256', canonical, 'base64url');
  let scope = knownScopes.get(canonical);
  if (scope === undefined) {
    scope = hash('sha256', canonical, 'base64url');
    knownScopes.set(canonical, scope);
  }
  return scope;
}
