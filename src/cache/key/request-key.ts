import { hash } from 'node:crypto';
import type { CanonicalRequest } from '../../core/answer.ts';
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
  const scope = hash('sha256', canonical, 'base64url');
  return { scope, exact: hash('sha256', `exact ${scope} ${JSON.stringify(request.text)}`, 'base64url') };
}

/** Identifies a body byte for byte, before anything in it is looked at. */
export function bodyHash(body: Buffer): string {
  return hash('sha256', body, 'base64url');
}
