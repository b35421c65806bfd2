import type { JsonObject } from '../core/json.ts';

/** What a request asks for, whichever wire it came over. */
export interface Ask {
  readonly kind: 'chat' | 'generate';
  readonly model: string;
  /** In order; a plain prompt is one user message, after its system prompt if it has one. */
  readonly messages: readonly SimMessage[];
  readonly stream: boolean;
  /** Null: not said. A model that thinks does so unless told not to. */
  readonly think: boolean | null;
  /** `json`, a JSON schema, or free text. */
  readonly format: 'json' | JsonObject | null;
  readonly tools: readonly SimTool[];
  readonly toolChoice: ToolChoice;
  /** At most so many tokens; null for no limit. */
  readonly maxTokens: number | null;
  readonly stop: readonly string[];
  readonly numCtx: number | null;
  /** Milliseconds, `Infinity` for ever, null when not said. */
  readonly keepAliveMs: number | null;
  /** Whether a request for thinking from a model that cannot is let pass (the Anthropic wire) or refused. */
  readonly relaxThinking: boolean;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export interface SimMessage {
  readonly role: string;
  readonly content: string;
  /** The base64 texts of its images. */
  readonly images: readonly string[];
  /** For a tool's result: which tool. */
  readonly toolName: string | null;
}

export interface SimTool {
  readonly name: string;
  readonly description: string;
  /** The JSON schema of its arguments, or null. */
  readonly parameters: JsonObject | null;
}

export interface SimToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

/** A piece of an answer, in the order a model produces them: thinking, then text or tool calls. */
export type Piece =
  | { readonly kind: 'thinking'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tools'; readonly calls: readonly SimToolCall[] };

/** The end of an answer, with its account. Durations are simulated nanoseconds. */
export interface Result {
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly SimToolCall[];
  readonly reason: 'stop' | 'length' | 'load' | 'unload';
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalNs: number;
  readonly loadNs: number;
  readonly promptEvalNs: number;
  readonly evalNs: number;
}

export interface EmbedAsk {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions: number | null;
  readonly numCtx: number | null;
  readonly keepAliveMs: number | null;
}
