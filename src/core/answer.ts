import type { JsonObject, JsonValue } from './json.ts';

/**
 * The one stored form of a complete answer. Every dialect can write it as JSON and as a
 * stream, whichever way it was first received.
 */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Ollama's own account of where the time went, in nanoseconds, from the final object. */
export interface ServingTimes {
  readonly totalNs: number;
  readonly loadNs: number;
  readonly promptEvalNs: number;
  readonly evalNs: number;
}

export interface ToolCall {
  readonly id: string | null;
  readonly name: string;
  /** Always an object here; OpenAI's wire form is its JSON text. */
  readonly arguments: JsonObject;
}

/**
 * The non-streaming body of a route: as the upstream sent it, or what its stream amounts to. It is kept as text: one string is less to keep, to
 * count and to collect than the values in it.
 */
export interface NativeForm {
  readonly template: string;
  /** The JSON text of an object. */
  readonly text: string;
}

export interface TextAnswer {
  readonly kind: 'text';
  readonly model: string;
  /** Unix milliseconds at which the upstream says it was made. */
  readonly createdAt: number;
  readonly text: string;
  readonly thinking: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: 'stop' | 'length' | 'tool_calls';
  readonly usage: Usage | null;
  readonly times: ServingTimes | null;
  /** So that a replay on the same route keeps every field the upstream sent; null when only the fields above are known. */
  readonly native: NativeForm | null;
}

export interface EmbeddingAnswer {
  readonly kind: 'embedding';
  readonly model: string;
  readonly createdAt: number;
  readonly usage: Usage | null;
  /** Embeddings are replayed on their own route only. */
  readonly native: NativeForm;
}

export type Answer = TextAnswer | EmbeddingAnswer;

/** Why a request is never answered by meaning, only by identity. */
export type SemanticBlock =
  'embedding' | 'tools' | 'images' | 'no_user_text' | 'multiple_choices' | 'logprobs' | 'suffix' | 'raw';

/**
 * What makes two requests the same question. `scope` is everything that shapes the answer other than the
 * last user text; `text` is that last user text. Equal scope and equal text: the same request.
 * Equal scope and similar text: a candidate for the semantic tier.
 */
export interface CanonicalRequest {
  readonly kind: 'chat' | 'generate' | 'embed';
  readonly model: string;
  readonly scope: JsonValue;
  readonly text: string;
  /** Set when only an identical request may be served. */
  readonly semanticBlock: SemanticBlock | null;
  /** True when the answer is drawn at random: temperature not 0 (explicitly or by default) and no seed. */
  readonly sampled: boolean;
}
