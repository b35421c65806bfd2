/**
 * One request's way through the cache: may it be answered from it at all, is the identical request there,
 * is a similar one, and if neither, keep the answer that comes. Each request of a cacheable route
 * reports exactly one `cache.looked-up`; all others pass untouched. Whatever fails here is a miss.
 */
import { GatewayError } from '../core/errors.ts';
import type { BypassReason, Emit } from '../core/events.ts';
import type { CacheResult, Exchange, GatewayResponse, Handler, Stage } from '../core/request.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { Auditor } from './bounded/auditor.ts';
import type { Labeller } from './bounded/labeller.ts';
import { keepAnswer, learnFrom, openQuestion } from './keep.ts';
import type { Identified, Identity, Read, RequestIdentifier } from './key/identify.ts';
import type { CacheOptions } from './options.ts';
import type { ReadyAnswers, ReadyHolder } from './ready-answers.ts';
import { replay, type Hit } from './replay.ts';
import type { SemanticFinding, SemanticTier } from './semantic/semantic-tier.ts';
import { matchOf } from './semantic/match.ts';
import type { CacheEntry, EntryStore, MaybePromise } from './store/port.ts';

export interface StageParts {
  readonly options: CacheOptions;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly identifier: RequestIdentifier;
  readonly store: EntryStore;
  readonly semantic: SemanticTier;
  readonly writer: AnswerWriter;
  readonly readyAnswers: ReadyAnswers;
  readonly labeller: Labeller;
  readonly auditor: Auditor;
}

export function createCacheStage(parts: StageParts): Stage {
  return (next) => (exchange) =>
    exchange.request.route.cacheable ? new Lookup(parts, exchange, next).answer() : next(exchange);
}

class Lookup {
  readonly #parts: StageParts;
  readonly #exchange: Exchange;
  readonly #next: Handler;
  readonly #startedAt: number;
  /** Milliseconds until the exact tier had answered. */
  #exactMs = 0;

  constructor(parts: StageParts, exchange: Exchange, next: Handler) {
    this.#parts = parts;
    this.#exchange = exchange;
    this.#next = next;
    this.#startedAt = parts.clock.now();
  }

  /** Where nothing has to be waited for there is no promise: a store in memory answers at once. */
  answer(): Promise<GatewayResponse> {
    const { options, identifier } = this.#parts;
    const { request, dialect } = this.#exchange;
    const policy = request.cachePolicy;
    if (options.mode === 'off') return this.#bypass('mode_off');
    if (policy === 'bypass' || policy === 'no-store') return this.#bypass('header');

    const read = identifier.read(request);
    const recognised = read.known;
    if (recognised !== null && recognised.bypass !== null) return this.#bypass(recognised.bypass);
    let identity: Identity | null = null;
    if (recognised === null) {
      identity = identifier.identify(request, dialect, read);
      if (identity.bypass !== null) return this.#bypass(identity.bypass);
    }
    const exact = recognised?.exact ?? (identity as { keys: Identified }).keys.exact;
    const entry = policy === 'refresh' ? null : this.#findExact(exact);
    return entry instanceof Promise
      ? entry.then((one) => this.#afterExact(one, read, identity))
      : this.#afterExact(entry, read, identity);
  }

  /** Null, also when the store fails, where there is none. Never rejects. */
  #findExact(key: string): MaybePromise<CacheEntry | null> {
    const { store, writer } = this.#parts;
    try {
      // An answer given a moment ago may not be put away yet.
      const write = writer.flush(key);
      if (write !== null) return write.then(() => store.get(key)).catch(nothing);
      const found = store.get(key);
      return found instanceof Promise ? found.catch(nothing) : found;
    } catch {
      return null;
    }
  }

  /** `identity`: null where the body was recognised. */
  #afterExact(entry: CacheEntry | null, read: Read, identity: Identity | null): Promise<GatewayResponse> {
    const { request, dialect } = this.#exchange;
    if (entry !== null) {
      const response = this.#serve({ entry, similarity: null }, null, null, read.holder);
      if (response !== null) return Promise.resolve(response);
    }
    this.#exactMs = this.#elapsed();
    const known = identity ?? this.#parts.identifier.identify(request, dialect, read);
    if (known.bypass !== null) return this.#bypass(known.bypass);
    // An entry that cannot be written in the form asked for gives way.
    return this.#lookUpSimilar(known.keys, entry !== null || request.cachePolicy === 'refresh');
  }

  #lookUpSimilar(keys: Identified, replace: boolean): Promise<GatewayResponse> {
    const { mode } = this.#parts.options;
    const { cachePolicy } = this.#exchange.request;
    const similar =
      mode === 'exact' || cachePolicy === 'refresh' || keys.semanticText === null
        ? null
        : this.#findSimilar(keys.scope, keys.semanticText);
    if (similar === null) {
      this.#missed(null, null);
      return this.#askUpstream(keys, replace, null);
    }
    const from = this.#elapsed();
    return mode === 'shadow'
      ? this.#askBeside(similar, from, keys, replace)
      : this.#afterSimilar(similar, from, keys, replace);
  }

  async #afterSimilar(
    similar: Promise<SemanticFinding | null>,
    from: number,
    keys: Identified,
    replace: boolean,
  ): Promise<GatewayResponse> {
    const finding = await similar;
    const semanticMs = this.#elapsed() - from;
    const hit = finding?.hit ?? null;
    const response = hit === null ? null : this.#serve(hit, semanticMs, finding);
    if (response !== null) {
      this.#followUp(keys, finding);
      return response;
    }
    this.#missed(finding, semanticMs);
    return this.#askUpstream(keys, replace, finding);
  }

  /** A hit by meaning may be audited, and remembered in case somebody has an opinion on it. */
  #followUp(keys: Identified, finding: SemanticFinding | null): void {
    const candidate = finding?.candidate ?? null;
    if (candidate === null || finding === null || candidate.id !== finding.hit?.entry.id) return;
    const { labeller, auditor, options } = this.#parts;
    labeller.served(candidate);
    auditor.afterHit(options.audit, {
      exchange: this.#exchange,
      next: this.#next,
      keys,
      candidate,
      call: finding.call,
      maxAnswerBytes: options.maxAnswerBytes,
    });
  }

  /** Never rejects. Null when there is nothing to look among. */
  #findSimilar(scope: string, text: string): Promise<SemanticFinding | null> | null {
    const finding = this.#parts.semantic.lookup(scope, text, this.#exchange.cancel);
    return finding === null ? null : finding.catch(() => null);
  }

  /**
   * Shadow mode: the upstream is asked at once and the lookup, which will not be served, runs beside it.
   * It is waited for before the answer goes on, so that every request has reported when it is answered;
   * as a rule the model takes longer.
   */
  async #askBeside(
    similar: Promise<SemanticFinding | null>,
    from: number,
    keys: Identified,
    replace: boolean,
  ): Promise<GatewayResponse> {
    this.#exchange.cache = MISS;
    const reported = similar.then((finding) => {
      this.#missed(finding, this.#elapsed() - from);
      return finding;
    });
    if (this.#exchange.request.cachePolicy === 'only-if-cached') {
      await reported;
      throw notCached();
    }
    const question = openQuestion(this.#parts, this.#exchange, keys, replace);
    let response: GatewayResponse;
    try {
      response = await this.#next(this.#exchange);
    } finally {
      await reported;
    }
    learnFrom(question, await reported);
    return keepAnswer(this.#parts, response, question);
  }

  async #askUpstream(
    keys: Identified,
    replace: boolean,
    finding: SemanticFinding | null,
  ): Promise<GatewayResponse> {
    if (this.#exchange.request.cachePolicy === 'only-if-cached') throw notCached();
    const question = openQuestion(this.#parts, this.#exchange, keys, replace);
    if (finding !== null) learnFrom(question, finding);
    return keepAnswer(this.#parts, await this.#next(this.#exchange), question);
  }

  async #bypass(reason: BypassReason): Promise<GatewayResponse> {
    this.#exchange.cache = BYPASS;
    this.#exactMs = this.#elapsed();
    this.#report('bypass', reason, null, null, null);
    if (this.#exchange.request.cachePolicy === 'only-if-cached') throw notCached();
    const response = await this.#next(this.#exchange);
    response.headers.push('x-llamascope-cache', 'bypass');
    return response;
  }

  /** Null when the entry cannot be written in the form asked for. */
  #serve(
    hit: Hit,
    semanticMs: number | null,
    finding: SemanticFinding | null,
    holder: ReadyHolder | null = null,
  ): GatewayResponse | null {
    const { clock, emit, readyAnswers } = this.#parts;
    let response: GatewayResponse | null = null;
    try {
      const written = readyAnswers.write(this.#exchange, hit.entry, holder);
      if (written !== null) response = replay(hit, written, clock.wallMs());
    } catch {
      // An entry that cannot be written out must not cost the request more than the lookup.
    }
    if (response === null) return null;
    const { entry, similarity } = hit;
    const result: CacheResult = similarity === null ? 'hit-exact' : 'hit-semantic';
    this.#exchange.cache = { result, similarity };
    this.#exchange.served = 'cache';
    this.#exchange.firstContentAt = clock.now();
    if (similarity === null) this.#exactMs = this.#elapsed();
    this.#report(result, null, similarity, semanticMs, finding);
    emit({ type: 'cache.saved', seconds: entry.costMs / 1_000, tokens: tokensOf(entry) });
    return response;
  }

  #missed(finding: SemanticFinding | null, semanticMs: number | null): void {
    const similarity = finding?.similarity ?? null;
    this.#exchange.cache = similarity === null ? MISS : { result: 'miss', similarity };
    this.#report('miss', null, similarity, semanticMs, finding);
  }

  #report(
    result: CacheResult,
    bypass: BypassReason | null,
    similarity: number | null,
    semanticMs: number | null,
    finding: SemanticFinding | null,
  ): void {
    const exactMs = this.#exactMs;
    const shadow = this.#parts.options.mode === 'shadow' && result === 'miss' ? finding : null;
    const matched = result === 'hit-semantic' ? finding : shadow;
    this.#parts.emit({
      type: 'cache.looked-up',
      result,
      bypass,
      similarity,
      exactMs,
      semanticMs,
      shadowHit: shadow !== null && shadow.hit !== null,
      shadowBounded: shadow?.candidate?.byBound ?? false,
      match: matchOf(matched, this.#exchange),
    });
  }

  #elapsed(): number {
    return this.#parts.clock.now() - this.#startedAt;
  }
}

const nothing = (): null => null;
const MISS = { result: 'miss', similarity: null } as const;
const BYPASS = { result: 'bypass', similarity: null } as const;

function tokensOf({ answer }: CacheEntry): number {
  return answer.usage === null ? 0 : answer.usage.promptTokens + answer.usage.completionTokens;
}

function notCached(): GatewayError {
  return new GatewayError('not_cached', 'the request asked for only-if-cached, and no stored answer fits it');
}
