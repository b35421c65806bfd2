/**
 * One request's way through the cache: may it be answered from it at all, is the identical request there,
 * is a similar one, and if neither, keep the answer that comes. Each request of a cacheable route
 * reports exactly one `cache.looked-up`; all others pass untouched. Whatever fails here is a miss.
 */
import { GatewayError } from '../core/errors.ts';
import type { BypassReason, Emit } from '../core/events.ts';
import type { CacheResult, Exchange, GatewayResponse, Handler, Stage } from '../core/request.ts';
import type { Clock } from '../runtime/clock.ts';
import { captureAnswer } from './answer-capture.ts';
import type { AnswerWriter, OpenQuestion } from './answer-writer.ts';
import type { Auditor } from './bounded/auditor.ts';
import type { Labeller } from './bounded/labeller.ts';
import type { Identified, Identity, RequestIdentifier } from './key/identify.ts';
import type { CacheOptions } from './options.ts';
import type { ReadyAnswers, ReadyHolder } from './ready-answers.ts';
import { replay, type Hit } from './replay.ts';
import type { SemanticFinding, SemanticTier } from './semantic/semantic-tier.ts';
import { matchOf } from './semantic/match.ts';
import type { CacheEntry, EntryStore } from './store/port.ts';

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

/** `unusable`: there is an entry, but it cannot be written in the form asked for. */
type ExactFinding = 'absent' | 'unusable' | GatewayResponse;

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

  async answer(): Promise<GatewayResponse> {
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
    const found = policy === 'refresh' ? 'absent' : await this.#serveExact(exact, read.holder);
    if (typeof found !== 'string') return found;

    this.#exactMs = this.#elapsed();
    identity ??= identifier.identify(request, dialect, read);
    if (identity.bypass !== null) return this.#bypass(identity.bypass);
    return this.#lookUpSimilar(identity.keys, found === 'unusable' || policy === 'refresh');
  }

  async #serveExact(key: string, holder: ReadyHolder | null): Promise<ExactFinding> {
    const entry = await this.#findExact(key);
    if (entry === null) return 'absent';
    return this.#serve({ entry, similarity: null }, null, null, holder) ?? 'unusable';
  }

  async #findExact(key: string): Promise<CacheEntry | null> {
    try {
      const { store, writer } = this.#parts;
      // An answer given a moment ago may not be put away yet.
      const write = writer.flush(key);
      if (write !== null) await write;
      return await store.get(key);
    } catch {
      return null;
    }
  }

  async #lookUpSimilar(keys: Identified, replace: boolean): Promise<GatewayResponse> {
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
    if (mode === 'shadow') return this.#askBeside(similar, from, keys, replace);
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
    const question = this.#open(keys, replace);
    let response: GatewayResponse;
    try {
      response = await this.#next(this.#exchange);
    } finally {
      await reported;
    }
    return this.#keep(response, { ...question, ...learned(await reported) });
  }

  async #askUpstream(
    keys: Identified,
    replace: boolean,
    finding: SemanticFinding | null,
  ): Promise<GatewayResponse> {
    if (this.#exchange.request.cachePolicy === 'only-if-cached') throw notCached();
    const question = { ...this.#open(keys, replace), ...learned(finding) };
    return this.#keep(await this.#next(this.#exchange), question);
  }

  #open(keys: Identified, replace: boolean): OpenQuestion {
    const { clock, writer } = this.#parts;
    return {
      exchange: this.#exchange,
      keys,
      askedAt: clock.now(),
      purges: writer.purges,
      replace,
      call: null,
      candidate: null,
      source: 'miss',
    };
  }

  #keep(response: GatewayResponse, question: OpenQuestion): GatewayResponse {
    response.headers.push('x-llamascope-cache', 'miss');
    const { model, request } = this.#exchange;
    // Another model answered in its place: that is no answer of the model that was asked.
    if (model !== request.facts.model) return response;
    // The request that made the attempt stores the answer.
    if (this.#exchange.coalesced) return response;
    return captureAnswer(response, this.#parts.options.maxAnswerBytes, (body, streamed) => {
      this.#parts.writer.write(question, body, streamed);
    });
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

/** What a lookup leaves for the answer that follows it. */
function learned(finding: SemanticFinding | null): Pick<OpenQuestion, 'call' | 'candidate'> {
  return { call: finding?.call ?? null, candidate: finding?.candidate ?? null };
}

const MISS = { result: 'miss', similarity: null } as const;
const BYPASS = { result: 'bypass', similarity: null } as const;

function tokensOf({ answer }: CacheEntry): number {
  return answer.usage === null ? 0 : answer.usage.promptTokens + answer.usage.completionTokens;
}

function notCached(): GatewayError {
  return new GatewayError('not_cached', 'the request asked for only-if-cached, and no stored answer fits it');
}
